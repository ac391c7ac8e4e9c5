package xray

import (
	"database/sql/driver"
	"io"
	"reflect"
)

// A sqlRows is the rows of a recorded query. Databases begin to answer before they are done, so a query may fail while its rows
// are read: that error belongs to the query as well, whose time has ended with its answer.
//
// It has all that database/sql asks rows for, and answers for rows without one of these as database/sql does without it.
type sqlRows struct {
	driver.Rows
	query *Segment
}

var (
	_ driver.RowsNextResultSet              = sqlRows{}
	_ driver.RowsColumnTypeScanType         = sqlRows{}
	_ driver.RowsColumnTypeDatabaseTypeName = sqlRows{}
	_ driver.RowsColumnTypeLength           = sqlRows{}
	_ driver.RowsColumnTypeNullable         = sqlRows{}
	_ driver.RowsColumnTypePrecisionScale   = sqlRows{}
)

// traceRows wraps the rows that query has answered with, unless it is not recorded.
func traceRows(rows driver.Rows, query *Segment) driver.Rows {
	if rows == nil || !query.Recording() {
		return rows
	}
	return sqlRows{rows, query}
}

// Next reads a row.
func (r sqlRows) Next(dest []driver.Value) error { return r.noted(r.Rows.Next(dest)) }

// noted records an error that is not the end.
func (r sqlRows) noted(err error) error {
	if err != nil && err != io.EOF {
		r.query.addLateError(err)
	}
	return err
}

// HasNextResultSet reports whether there are more results behind this one.
func (r sqlRows) HasNextResultSet() bool {
	n, ok := r.Rows.(driver.RowsNextResultSet)
	return ok && n.HasNextResultSet()
}

// NextResultSet goes on to the next result.
func (r sqlRows) NextResultSet() error {
	n, ok := r.Rows.(driver.RowsNextResultSet)
	if !ok {
		return io.EOF
	}
	return r.noted(n.NextResultSet())
}

// ColumnTypeScanType returns the Go type of a column.
func (r sqlRows) ColumnTypeScanType(index int) reflect.Type {
	if c, ok := r.Rows.(driver.RowsColumnTypeScanType); ok {
		return c.ColumnTypeScanType(index)
	}
	return reflect.TypeFor[any]()
}

// ColumnTypeDatabaseTypeName returns the database's type of a column.
func (r sqlRows) ColumnTypeDatabaseTypeName(index int) string {
	if c, ok := r.Rows.(driver.RowsColumnTypeDatabaseTypeName); ok {
		return c.ColumnTypeDatabaseTypeName(index)
	}
	return ""
}

// ColumnTypeLength returns the length of a column of variable length.
func (r sqlRows) ColumnTypeLength(index int) (length int64, ok bool) {
	if c, ok := r.Rows.(driver.RowsColumnTypeLength); ok {
		return c.ColumnTypeLength(index)
	}
	return 0, false
}

// ColumnTypeNullable reports whether a column may be NULL.
func (r sqlRows) ColumnTypeNullable(index int) (nullable, ok bool) {
	if c, ok := r.Rows.(driver.RowsColumnTypeNullable); ok {
		return c.ColumnTypeNullable(index)
	}
	return false, false
}

// ColumnTypePrecisionScale returns the digits of a decimal column.
func (r sqlRows) ColumnTypePrecisionScale(index int) (precision, scale int64, ok bool) {
	if c, ok := r.Rows.(driver.RowsColumnTypePrecisionScale); ok {
		return c.ColumnTypePrecisionScale(index)
	}
	return 0, 0, false
}
