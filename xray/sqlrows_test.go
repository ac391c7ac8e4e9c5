package xray_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray"
)

// A rowsDB answers every query with rows that it makes.
type rowsDB struct {
	plainDB
	rows func() driver.Rows
}

func (d rowsDB) Connect(context.Context) (driver.Conn, error) {
	return rowsConn{plainConn{d.plainDB}, d}, nil
}

type rowsConn struct {
	plainConn
	db rowsDB
}

func (c rowsConn) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return c.db.rows(), nil
}

var errLate = errors.New("division by zero")

// failingRows are rows of which the third fails; with second, it is the first of a second result.
type failingRows struct {
	n      int
	second bool
}

func (*failingRows) Columns() []string { return []string{"a"} }
func (*failingRows) Close() error      { return nil }
func (r *failingRows) Next(dest []driver.Value) error {
	r.n++
	switch {
	case r.n <= 2:
		dest[0] = int64(r.n)
		return nil
	case r.second:
		return io.EOF
	}
	return errLate
}
func (r *failingRows) HasNextResultSet() bool { return r.second }
func (r *failingRows) NextResultSet() error   { return errLate }

// typedRows know all about their column.
type typedRows struct{ oneRow }

func (*typedRows) ColumnTypeScanType(int) reflect.Type               { return reflect.TypeFor[int64]() }
func (*typedRows) ColumnTypeDatabaseTypeName(int) string             { return "NUMERIC" }
func (*typedRows) ColumnTypeLength(int) (int64, bool)                { return 9, true }
func (*typedRows) ColumnTypeNullable(int) (bool, bool)               { return true, true }
func (*typedRows) ColumnTypePrecisionScale(int) (int64, int64, bool) { return 7, 2, true }
func (d rowsDB) open(wrap func(driver.Connector) driver.Connector) *sql.DB {
	return sql.OpenDB(wrap(d))
}

func untraced(c driver.Connector) driver.Connector { return c }
func traced(c driver.Connector) driver.Connector   { return xray.SQLConnector("", c) }

// readAll reads all results, and returns what there is to see of them.
func readAll(ctx context.Context, db *sql.DB) string {
	rows, err := db.QueryContext(ctx, "select a")
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	var b strings.Builder
	types, err := rows.ColumnTypes()
	if err != nil {
		return err.Error()
	}
	length, hasLength := types[0].Length()
	null, hasNull := types[0].Nullable()
	precision, scale, hasPrecision := types[0].DecimalSize()
	fmt.Fprintln(&b, types[0].ScanType(), types[0].DatabaseTypeName(), length, hasLength, null, hasNull, precision, scale, hasPrecision)
	for more := true; more; more = rows.NextResultSet() {
		for rows.Next() {
			var v int
			fmt.Fprintln(&b, rows.Scan(&v), v)
		}
	}
	fmt.Fprint(&b, rows.Err())
	return b.String()
}

// TestSQLRowsAreTransparent reads rows with the driver and with its traced form.
func TestSQLRowsAreTransparent(t *testing.T) {
	for name, rows := range map[string]func() driver.Rows{
		"plain":         func() driver.Rows { return &oneRow{} },
		"typed":         func() driver.Rows { return &typedRows{} },
		"late error":    func() driver.Rows { return &failingRows{} },
		"second result": func() driver.Rows { return &failingRows{second: true} },
	} {
		ctx, _ := recording(t)
		ctx, seg := xray.BeginSegment(ctx, "shop")
		db := rowsDB{plainDB{log: new([]string)}, rows}
		got, want := readAll(ctx, db.open(traced)), readAll(ctx, db.open(untraced))
		if got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
		seg.Close(nil)
	}
}

// TestSQLRowsErrors has queries fail when their rows are read: the query is the fault, not the segment.
func TestSQLRowsErrors(t *testing.T) {
	for _, second := range []bool{false, true} {
		ctx, r := recording(t)
		ctx, seg := xray.BeginSegment(ctx, "shop")
		db := rowsDB{plainDB{log: new([]string)}, func() driver.Rows { return &failingRows{second: second} }}.open(traced)
		if got := readAll(ctx, db); !strings.HasSuffix(got, errLate.Error()) {
			t.Errorf("read %q", got)
		}
		seg.Close(nil)
		doc := only(t, r)
		query := doc.Subsegments[1]
		if len(query.Cause.Exceptions) != 1 || query.flags() != "fault" || query.Cause.Exceptions[0].Message != errLate.Error() || doc.flags() != "" {
			t.Errorf("with a second result %v: the query has %+v, flags %q, the segment %q", second, query.Cause, query.flags(), doc.flags())
		}
	}
}

// TestSQLRowsOutliveTheSegment reads rows when their query was sent, or was not recorded.
func TestSQLRowsOutliveTheSegment(t *testing.T) {
	for _, sampled := range []bool{true, false} {
		ctx := configured(t, xray.Config{Emitter: discard{}, SamplingStrategy: decided(sampled)})
		ctx, seg := xray.BeginSegment(ctx, "shop")
		db := rowsDB{plainDB{log: new([]string)}, func() driver.Rows { return &failingRows{} }}.open(traced)
		rows, err := db.QueryContext(ctx, "select a")
		if err != nil {
			t.Fatal(err)
		}
		seg.Close(nil)
		for rows.Next() {
		}
		if rows.Err() != errLate {
			t.Errorf("sampled %v: error %v, want %v", sampled, rows.Err(), errLate)
		}
	}
}
