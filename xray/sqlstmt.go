package xray

import (
	"context"
	"database/sql/driver"
)

// A sqlStmt is a traced prepared statement.
type sqlStmt struct {
	driver.Stmt
	conn *sqlConn
	call sqlCall
}

// convertingStmt is a sqlStmt over one that converts its arguments by column.
type convertingStmt struct {
	*sqlStmt
	columnConverter
}

// ExecContext executes the statement.
func (s *sqlStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (result driver.Result, err error) {
	err = s.conn.facts.capture(ctx, s.call, func(ctx context.Context) error {
		result, err = s.exec(ctx, args)
		return err
	})
	return result, err
}

func (s *sqlStmt) exec(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if e, ok := s.Stmt.(driver.StmtExecContext); ok {
		return e.ExecContext(ctx, args)
	}
	values, err := plainValues(ctx, args)
	if err != nil {
		return nil, err
	}
	return s.Exec(values)
}

// QueryContext queries with the statement.
func (s *sqlStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = s.conn.facts.capture(ctx, s.call, func(ctx context.Context) error {
		rows, err = s.query(ctx, args)
		if err == nil {
			rows = traceRows(rows, GetSegment(ctx))
		}
		return err
	})
	return rows, err
}

func (s *sqlStmt) query(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if q, ok := s.Stmt.(driver.StmtQueryContext); ok {
		return q.QueryContext(ctx, args)
	}
	values, err := plainValues(ctx, args)
	if err != nil {
		return nil, err
	}
	return s.Query(values)
}

// CheckNamedValue asks the statement, then the connection, as database/sql does.
func (s *sqlStmt) CheckNamedValue(v *driver.NamedValue) error {
	if nvc, ok := s.Stmt.(driver.NamedValueChecker); ok {
		return nvc.CheckNamedValue(v)
	}
	return s.conn.CheckNamedValue(v)
}
