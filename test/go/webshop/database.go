package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"

	"github.com/aws/aws-xray-sdk-go/v2/xray"
)

func init() { sql.Register("postgres", shelfDriver{}) }

// queries asks the database once in each way.
func queries(ctx context.Context) {
	db, err := xray.SQLContext("postgres", "postgres://clerk:hunter2@db.example.com:5432/shelves?sslmode=disable&password=hunter2")
	must(err)
	must(db.PingContext(ctx))
	var title string
	must(db.QueryRowContext(ctx, "SELECT title FROM items WHERE id = 17 AND owner = 'alice'").Scan(&title))
	_, err = db.ExecContext(ctx, "UPDATE items SET stock = stock - $1 WHERE id = $2", 1, 17)
	must(err)
	prepared, err := db.PrepareContext(ctx, "SELECT title FROM items WHERE id = $1")
	must(err)
	must(prepared.QueryRowContext(ctx, 17).Scan(&title))
	must(prepared.Close())
	tx, err := db.BeginTx(ctx, nil)
	must(err)
	_, err = tx.ExecContext(ctx, "DELETE FROM items")
	must(err)
	must(tx.Commit())
	if _, err = db.ExecContext(ctx, "FAIL"); err == nil {
		must(errors.New("a query that fails went well"))
	}
	must(db.Close())
}

// shelfDriver is a database of one row, so that the trace depends on nothing but the SDK. It speaks as PostgreSQL where SDKs ask
// which database they talk to.
type shelfDriver struct{}

func (shelfDriver) Open(string) (driver.Conn, error) { return shelf{}, nil }

type shelf struct{}

func (shelf) Prepare(query string) (driver.Stmt, error) { return statement(query), nil }
func (shelf) Close() error                              { return nil }
func (shelf) Begin() (driver.Tx, error)                 { return transaction{}, nil }
func (shelf) Ping(context.Context) error                { return nil }
func (shelf) ResetSession(context.Context) error        { return nil }
func (shelf) CheckNamedValue(*driver.NamedValue) error  { return nil }
func (shelf) IsValid() bool                             { return true }

func (shelf) ExecContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	if query == "FAIL" {
		return nil, errors.New("syntax error at FAIL")
	}
	return driver.RowsAffected(1), nil
}

func (shelf) QueryContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	return answer(query), nil
}

func answer(query string) *rows {
	if strings.Contains(query, "version()") {
		return &rows{row: []driver.Value{"PostgreSQL 17.2", "clerk", "shelves"}}
	}
	return &rows{row: []driver.Value{"A book"}}
}

type transaction struct{}

func (transaction) Commit() error   { return nil }
func (transaction) Rollback() error { return nil }

// A statement is its query.
type statement string

func (statement) Close() error                                { return nil }
func (statement) NumInput() int                               { return -1 }
func (statement) Exec([]driver.Value) (driver.Result, error)  { return driver.RowsAffected(1), nil }
func (s statement) Query([]driver.Value) (driver.Rows, error) { return answer(string(s)), nil }

// rows is one row.
type rows struct {
	row  []driver.Value
	read bool
}

func (r *rows) Columns() []string { return make([]string, len(r.row)) }
func (r *rows) Close() error      { return nil }

func (r *rows) Next(to []driver.Value) error {
	if r.read {
		return io.EOF
	}
	r.read = true
	copy(to, r.row)
	return nil
}
