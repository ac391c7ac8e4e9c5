package xray

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/rayscope/rayscope/xray/internal/sqltext"
)

// database/sql finds out by type assertion what a connection and a statement can do. The wrappers here answer as the driver would:
// where the absence of a method means a default, they have the method and do what database/sql does by default; where it changes
// the way that database/sql takes, there is a type with and a type without it.

// The optional methods of drivers that database/sql deprecates but still asks for.
type (
	legacyBeginner interface{ Begin() (driver.Tx, error) }
	legacyExecer   interface {
		Exec(string, []driver.Value) (driver.Result, error)
	}
	legacyQueryer interface {
		Query(string, []driver.Value) (driver.Rows, error)
	}
	columnConverter interface {
		ColumnConverter(int) driver.ValueConverter
	}
)

// A sqlConn is a traced connection.
type sqlConn struct {
	driver.Conn
	facts *sqlFacts
}

// traceConn wraps a connection: without ExecContext and QueryContext database/sql prepares each statement.
func traceConn(conn driver.Conn, f *sqlFacts) driver.Conn {
	c := &sqlConn{conn, f}
	exec, query := c.execer(), c.queryer()
	switch {
	case exec != nil && query != nil:
		return &struct {
			*sqlConn
			connExecer
			connQueryer
		}{c, connExecer{c, exec}, connQueryer{c, query}}
	case exec != nil:
		return &struct {
			*sqlConn
			connExecer
		}{c, connExecer{c, exec}}
	case query != nil:
		return &struct {
			*sqlConn
			connQueryer
		}{c, connQueryer{c, query}}
	}
	return c
}

// Unwrap returns the driver's own connection, for use with sql.Conn.Raw.
func (c *sqlConn) Unwrap() driver.Conn { return c.Conn }

type (
	execFunc  func(context.Context, string, []driver.NamedValue) (driver.Result, error)
	queryFunc func(context.Context, string, []driver.NamedValue) (driver.Rows, error)
)

// execer returns what executes without preparing, nil if the driver cannot.
func (c *sqlConn) execer() execFunc {
	if e, ok := c.Conn.(driver.ExecerContext); ok {
		return e.ExecContext
	}
	e, ok := c.Conn.(legacyExecer)
	if !ok {
		return nil
	}
	return func(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
		values, err := plainValues(ctx, args)
		if err != nil {
			return nil, err
		}
		return e.Exec(query, values)
	}
}

// queryer returns what queries without preparing, nil if the driver cannot.
func (c *sqlConn) queryer() queryFunc {
	if q, ok := c.Conn.(driver.QueryerContext); ok {
		return q.QueryContext
	}
	q, ok := c.Conn.(legacyQueryer)
	if !ok {
		return nil
	}
	return func(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
		values, err := plainValues(ctx, args)
		if err != nil {
			return nil, err
		}
		return q.Query(query, values)
	}
}

// plainValues is for drivers that know neither contexts nor names.
func plainValues(ctx context.Context, args []driver.NamedValue) ([]driver.Value, error) {
	values := make([]driver.Value, len(args))
	for i, arg := range args {
		if arg.Name != "" {
			return nil, errors.New("sql: driver does not support the use of Named Parameters")
		}
		values[i] = arg.Value
	}
	return values, ctx.Err()
}

type connExecer struct {
	c    *sqlConn
	exec execFunc
}

func (e connExecer) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (result driver.Result, err error) {
	err = e.c.facts.capture(ctx, sqlCall{query: query}, func(ctx context.Context) error {
		result, err = e.exec(ctx, query, args)
		return err
	})
	return result, err
}

type connQueryer struct {
	c     *sqlConn
	query queryFunc
}

func (q connQueryer) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = q.c.facts.capture(ctx, sqlCall{query: query}, func(ctx context.Context) error {
		rows, err = q.query(ctx, query, args)
		if err == nil {
			rows = traceRows(rows, GetSegment(ctx))
		}
		return err
	})
	return rows, err
}

// Ping is recorded if the driver does anything for it.
func (c *sqlConn) Ping(ctx context.Context) error {
	p, ok := c.Conn.(driver.Pinger)
	if !ok {
		return nil
	}
	return c.facts.capture(ctx, sqlCall{query: "PING"}, p.Ping)
}

// PrepareContext makes a traced statement. It is not recorded itself, as its executions are.
func (c *sqlConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &sqlStmt{Stmt: stmt, conn: c, call: sqlCall{query: sqltext.Sanitize(c.facts.dialect, query), statement: true}}
	if converter, ok := stmt.(columnConverter); ok {
		return &convertingStmt{s, converter}, nil
	}
	return s, nil
}

func (c *sqlConn) prepare(ctx context.Context, query string) (driver.Stmt, error) {
	if p, ok := c.Conn.(driver.ConnPrepareContext); ok {
		return p.PrepareContext(ctx, query)
	}
	stmt, err := c.Conn.Prepare(query)
	if err == nil && ctx.Err() != nil {
		return nil, errors.Join(ctx.Err(), stmt.Close())
	}
	return stmt, err
}

// Prepare is PrepareContext for those who use drivers without database/sql.
func (c *sqlConn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

// BeginTx begins a transaction, for drivers without options only one that needs none.
func (c *sqlConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if b, ok := c.Conn.(driver.ConnBeginTx); ok {
		return b.BeginTx(ctx, opts)
	}
	if opts.Isolation != driver.IsolationLevel(sql.LevelDefault) {
		return nil, errors.New("sql: driver does not support non-default isolation level")
	}
	if opts.ReadOnly {
		return nil, errors.New("sql: driver does not support read-only transactions")
	}
	tx, err := legacyBeginner(c.Conn).Begin()
	if err == nil && ctx.Err() != nil {
		return nil, errors.Join(ctx.Err(), tx.Rollback())
	}
	return tx, err
}

// CheckNamedValue asks the driver; driver.ErrSkip tells database/sql to do as without.
func (c *sqlConn) CheckNamedValue(v *driver.NamedValue) error {
	if nvc, ok := c.Conn.(driver.NamedValueChecker); ok {
		return nvc.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// ResetSession is called before a connection is used again.
func (c *sqlConn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

// IsValid is called before a connection goes back to the pool.
func (c *sqlConn) IsValid() bool {
	if v, ok := c.Conn.(driver.Validator); ok {
		return v.IsValid()
	}
	return true
}
