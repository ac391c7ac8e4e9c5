package xray_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/rayscope/rayscope/xray"
)

// A plainDB is a driver that can do only what a driver must.
type plainDB struct {
	log *[]string // what was called
	err error     // of executions
}

func (d plainDB) note(format string, args ...any) {
	*d.log = append(*d.log, fmt.Sprintf(format, args...))
}

func (d plainDB) Open(dsn string) (driver.Conn, error) {
	if strings.Contains(dsn, "refuse") {
		return nil, errors.New("refused")
	}
	return plainConn{d}, nil
}

func (d plainDB) Connect(context.Context) (driver.Conn, error) { return plainConn{d}, nil }
func (d plainDB) Driver() driver.Driver                        { return d }

type plainConn struct{ db plainDB }

func (c plainConn) Prepare(query string) (driver.Stmt, error) {
	c.db.note("prepare %s", query)
	return plainStmt(c), nil
}
func (c plainConn) Close() error              { return nil }
func (c plainConn) Begin() (driver.Tx, error) { return plainTx(c), nil }

type plainTx struct{ db plainDB }

func (t plainTx) Commit() error   { t.db.note("commit"); return nil }
func (t plainTx) Rollback() error { t.db.note("rollback"); return nil }

type plainStmt struct{ db plainDB }

func (s plainStmt) Close() error  { return nil }
func (s plainStmt) NumInput() int { return -1 }
func (s plainStmt) Exec(args []driver.Value) (driver.Result, error) {
	s.db.note("stmt exec %v", args)
	return driver.RowsAffected(1), s.db.err
}
func (s plainStmt) Query(args []driver.Value) (driver.Rows, error) {
	s.db.note("stmt query %v", args)
	return &oneRow{}, s.db.err
}

type oneRow struct{ done bool }

func (*oneRow) Columns() []string { return []string{"a"} }
func (*oneRow) Close() error      { return nil }
func (r *oneRow) Next(dest []driver.Value) error {
	if r.done {
		return io.EOF
	}
	r.done = true
	dest[0] = int64(42)
	return nil
}

// A richDB is a driver that can do all that database/sql asks for.
type richDB struct {
	plainDB
	skip   bool // the fast path
	closed *int
}

func (d richDB) Connect(context.Context) (driver.Conn, error) {
	return richConn{plainConn{d.plainDB}, d}, nil
}
func (d richDB) Driver() driver.Driver { return d }
func (d richDB) Version() string       { return "rich 1.2" }
func (d richDB) Close() error          { *d.closed++; return nil }

type richConn struct {
	plainConn
	db richDB
}

func (c richConn) Ping(context.Context) error { c.db.note("ping"); return c.db.err }
func (c richConn) ExecContext(_ context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.db.note("exec %s %v", query, named(args))
	if c.db.skip {
		return nil, driver.ErrSkip
	}
	return driver.RowsAffected(1), c.db.err
}
func (c richConn) QueryContext(_ context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.db.note("query %s %v", query, named(args))
	if c.db.skip {
		return nil, driver.ErrSkip
	}
	return &oneRow{}, c.db.err
}
func (c richConn) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	c.db.note("prepare context %s", query)
	return richStmt{plainStmt{c.db.plainDB}}, nil
}
func (c richConn) BeginTx(_ context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.db.note("begin %d %v", o.Isolation, o.ReadOnly)
	return plainTx{c.db.plainDB}, nil
}
func (c richConn) CheckNamedValue(v *driver.NamedValue) error {
	if s, ok := v.Value.(special); ok {
		v.Value = "special " + string(s)
		return nil
	}
	return driver.ErrSkip
}
func (c richConn) ResetSession(context.Context) error { c.db.note("reset"); return nil }
func (c richConn) IsValid() bool                      { c.db.note("valid"); return true }

// special is a type that only the rich driver takes.
type special []byte

type richStmt struct{ plainStmt }

func (s richStmt) ExecContext(_ context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.db.note("stmt exec context %v", named(args))
	return driver.RowsAffected(1), s.db.err
}
func (s richStmt) QueryContext(_ context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.db.note("stmt query context %v", named(args))
	return &oneRow{}, s.db.err
}
func (s richStmt) ColumnConverter(int) driver.ValueConverter { return upper{} }

type upper struct{}

func (upper) ConvertValue(v any) (driver.Value, error) { return strings.ToUpper(fmt.Sprint(v)), nil }

func named(args []driver.NamedValue) (list []any) {
	for _, a := range args {
		list = append(list, a.Name+"="+fmt.Sprint(a.Value))
	}
	return list
}

// use does with a database all that there is to do, and returns what went wrong.
func use(ctx context.Context, db *sql.DB, arg any) string {
	var errs []string
	note := func(what string, err error) {
		if err != nil {
			errs = append(errs, what+": "+err.Error())
		}
	}
	note("ping", db.PingContext(ctx))
	_, err := db.ExecContext(ctx, "update t set a = 'secret'", arg)
	note("exec", err)
	_, err = db.ExecContext(ctx, "update t", sql.Named("n", "v"))
	note("exec named", err)
	var a int
	note("query", db.QueryRowContext(ctx, "select a from t where b = 4711", arg).Scan(&a))
	stmt, err := db.PrepareContext(ctx, "select a from t where c = 'secret'")
	note("prepare", err)
	_, err = stmt.ExecContext(ctx, arg)
	note("stmt exec", err)
	note("stmt query", stmt.QueryRowContext(ctx, arg).Scan(&a))
	note("stmt close", stmt.Close())
	tx, err := db.BeginTx(ctx, nil)
	note("begin", err)
	_, err = tx.ExecContext(ctx, "delete from t", arg)
	note("tx exec", err)
	note("rollback", tx.Rollback())
	for _, o := range []sql.TxOptions{{Isolation: sql.LevelSerializable}, {ReadOnly: true}} {
		tx, err := db.BeginTx(ctx, &o)
		note(fmt.Sprint("begin ", o), err)
		if err == nil {
			note("rollback", tx.Rollback())
		}
	}
	return strings.Join(errs, "; ")
}

// TestSQLIsTransparent does the same with a driver and with its traced form: it must see the same calls.
func TestSQLIsTransparent(t *testing.T) {
	closed := 0
	tests := []struct {
		name string
		make func(log *[]string) driver.Connector
		arg  any
	}{
		{"plain", func(log *[]string) driver.Connector { return plainDB{log: log} }, 7},
		{"plain with a type that it does not know", func(log *[]string) driver.Connector { return plainDB{log: log} }, struct{}{}},
		{"plain with errors", func(log *[]string) driver.Connector { return plainDB{log: log, err: errors.New("locked")} }, 7},
		{"rich", func(log *[]string) driver.Connector { return richDB{plainDB{log: log}, false, &closed} }, 7},
		{"rich with its own type", func(log *[]string) driver.Connector { return richDB{plainDB{log: log}, false, &closed} }, special("x")},
		{"rich with a strange type", func(log *[]string) driver.Connector { return richDB{plainDB{log: log}, false, &closed} }, struct{}{}},
		{"rich without fast path", func(log *[]string) driver.Connector { return richDB{plainDB{log: log}, true, &closed} }, 7},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run := func(wrap func(driver.Connector) driver.Connector) (calls []string, errs string, closes int) {
				ctx, _ := recording(t)
				ctx, seg := xray.BeginSegment(ctx, "shop")
				defer seg.Close(nil)
				closed = 0
				db := sql.OpenDB(wrap(tt.make(&calls)))
				db.SetMaxOpenConns(1)
				errs = use(ctx, db, tt.arg)
				if err := db.Close(); err != nil {
					t.Error(err)
				}
				return calls, errs, closed
			}
			wantCalls, wantErrs, wantCloses := run(func(c driver.Connector) driver.Connector { return c })
			calls, errs, closes := run(func(c driver.Connector) driver.Connector { return xray.SQLConnector("", c) })
			if got, want := strings.Join(calls, "\n"), strings.Join(wantCalls, "\n"); got != want || len(calls) == 0 {
				t.Errorf("the driver saw\n%s\nwant\n%s", got, want)
			}
			if errs != wantErrs {
				t.Errorf("errors %q, want %q", errs, wantErrs)
			}
			if closes != wantCloses {
				t.Errorf("connector closed %d times, want %d", closes, wantCloses)
			}
		})
	}
}

func TestSQLRecords(t *testing.T) {
	var log []string
	closed := 0
	db := sql.OpenDB(xray.SQLConnector("postgres://shop:pa55word@db.internal:5432/orders?password=pa55word", richDB{plainDB{log: &log}, false, &closed}))
	defer db.Close()
	ctx, r := recording(t)
	ctx, seg := xray.BeginSegment(ctx, "shop")
	if errs := use(ctx, db, 7); errs != "" {
		t.Fatal(errs)
	}
	seg.Close(nil)
	doc := only(t, r)
	var got []string
	for _, c := range doc.Subsegments {
		got = append(got, fmt.Sprint(c.SQL["sanitized_query"], "|", c.SQL["preparation"]))
		if c.Name != "orders@db.internal" || c.Namespace != "remote" || c.flags() != "" || c.EndTime == 0 || c.SQL["url"] != "postgres://shop@db.internal:5432/orders" ||
			c.SQL["database_type"] != "Postgres" || c.SQL["user"] != "shop" || c.SQL["driver_version"] != "rich 1.2" || c.SQL["connection_string"] != nil {
			t.Errorf("recorded %+v", c)
		}
	}
	want := []string{
		"CONNECT|<nil>", "PING|<nil>", "update t set a = ?|<nil>", "update t|<nil>", "select a from t where b = ?|<nil>",
		"select a from t where c = ?|statement", "select a from t where c = ?|statement", "delete from t|<nil>",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("recorded\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSQLRecordsErrorsAndSkips(t *testing.T) {
	var log []string
	closed := 0
	db := sql.OpenDB(xray.SQLConnector("", richDB{plainDB{log: &log, err: errors.New("locked")}, true, &closed}))
	defer db.Close()
	ctx, r := recording(t)
	ctx, seg := xray.BeginSegment(ctx, "shop")
	if _, err := db.ExecContext(ctx, "delete from t"); err == nil || err.Error() != "locked" {
		t.Errorf("error %v", err)
	}
	seg.Close(nil)
	var got []string
	for _, c := range only(t, r).Subsegments {
		got = append(got, fmt.Sprint(c.Name, " ", c.SQL["sanitized_query"], " ", c.flags(), len(c.Cause.Exceptions)))
	}
	if want := "Unknown CONNECT 0,Unknown delete from t fault1"; strings.Join(got, ",") != want {
		t.Errorf("recorded %q, want %q", got, want)
	}
}

func TestSQLWithoutQueries(t *testing.T) {
	t.Setenv("AWS_XRAY_COLLECT_SQL_QUERIES", "false")
	var log []string
	db := sql.OpenDB(xray.SQLConnector("orders", plainDB{log: &log}))
	defer db.Close()
	ctx, r := recording(t)
	ctx, seg := xray.BeginSegment(ctx, "shop")
	if _, err := db.ExecContext(ctx, "delete from t"); err != nil {
		t.Error(err)
	}
	seg.Close(nil)
	for _, c := range only(t, r).Subsegments {
		if c.SQL["sanitized_query"] != nil || c.SQL["connection_string"] != "orders" || c.SQL["driver_version"] != "github.com/rayscope/rayscope/xray_test" {
			t.Errorf("recorded %v", c.SQL)
		}
	}
}

func TestSQLWithoutSegment(t *testing.T) {
	var log []string
	var missing []any
	ctx := configured(t, xray.Config{ContextMissingStrategy: missed(func(v any) { missing = append(missing, v) })})
	db := sql.OpenDB(xray.SQLConnector("orders", plainDB{log: &log}))
	defer db.Close()
	if _, err := db.ExecContext(ctx, "delete from t"); err != nil {
		t.Error(err)
	}
	// One for the execution; connecting, which the pool also does by itself, is not the caller's fault.
	if len(missing) != 1 || len(log) != 2 {
		t.Errorf("context-missing strategy called with %v, driver saw %v", missing, log)
	}
}

// registerDrivers makes the drivers of the tests known, once for all runs of a process.
var registerDrivers = sync.OnceFunc(func() {
	sql.Register("sqlite-in-test", plainDB{log: new([]string)})
	sql.Register("refusing-in-test", plainDB{log: new([]string)})
})

func TestSQLContext(t *testing.T) {
	registerDrivers()
	for range 2 {
		db, err := xray.SQLContext("sqlite-in-test", "file:/srv/shop.db?_auth_pass=pa55word")
		if err != nil {
			t.Fatal(err)
		}
		ctx, r := recording(t)
		ctx, seg := xray.BeginSegment(ctx, "shop")
		if _, err := db.ExecContext(ctx, "delete from t where a = 'secret'"); err != nil {
			t.Error(err)
		}
		seg.Close(nil)
		subs := only(t, r).Subsegments
		if len(subs) != 2 || subs[1].Name != "shop.db" || subs[1].SQL["database_type"] != "SQLite" || subs[1].SQL["connection_string"] != "file:/srv/shop.db" {
			t.Errorf("recorded %+v", subs)
		}
		if _, ok := db.Driver().(plainDB); !ok {
			t.Errorf("the driver is a %T to the program", db.Driver())
		}
		unwraps(t, db)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func unwraps(t *testing.T, db *sql.DB) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		if _, ok := c.(interface{ Unwrap() driver.Conn }).Unwrap().(plainConn); !ok {
			return errors.New("it is another")
		}
		return nil
	})
	if err != nil {
		t.Errorf("the driver's connection: %v", err)
	}
}

func TestSQLContextErrors(t *testing.T) {
	if _, err := xray.SQLContext("no such driver", ""); err == nil || !strings.Contains(err.Error(), `"no such driver"`) {
		t.Errorf("unknown driver: %v", err)
	}
	registerDrivers()
	db, err := xray.SQLContext("refusing-in-test", "refuse")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, r := recording(t)
	ctx, seg := xray.BeginSegment(ctx, "shop")
	if err := db.PingContext(ctx); err == nil {
		t.Error("no error")
	}
	seg.Close(nil)
	if got := only(t, r).Subsegments; len(got) != 1 || !got[0].Fault || got[0].SQL["sanitized_query"] != "CONNECT" {
		t.Errorf("recorded %+v", got)
	}
}

func BenchmarkSQL(b *testing.B) {
	const query = "select a from t where b = 4711"
	rich := func() driver.Connector { return silentDB{} }
	for _, bb := range []struct {
		name    string
		sampled bool
		c       driver.Connector
	}{
		{"bare", true, rich()},
		{"unsampled", false, xray.SQLConnector("postgres://db/orders", rich())},
		{"sampled", true, xray.SQLConnector("postgres://db/orders", rich())},
	} {
		b.Run(bb.name, func(b *testing.B) {
			db := sql.OpenDB(bb.c)
			defer db.Close()
			root := configured(b, xray.Config{Emitter: discard{}, SamplingStrategy: decided(bb.sampled)})
			b.ReportAllocs()
			for b.Loop() {
				ctx, seg := xray.BeginSegment(root, "shop")
				if _, err := db.ExecContext(ctx, query); err != nil {
					b.Fatal(err)
				}
				seg.Close(nil)
			}
		})
	}
}

// A silentDB does nothing, at no cost.
type silentDB struct{}

func (silentDB) Connect(context.Context) (driver.Conn, error) { return silentConn{}, nil }
func (silentDB) Driver() driver.Driver                        { return nil }

type silentConn struct{ plainConn }

func (silentConn) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return driver.RowsAffected(1), nil
}
