package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/rayscope/rayscope/xray"
)

// A scenario is what is done in one segment.
type scenario struct {
	name string
	run  func(u *user, ctx context.Context) error
}

// scenarios build upon each other: the rows of one are there in the next.
var scenarios = []scenario{
	{"ping", func(u *user, ctx context.Context) error { return u.db.PingContext(ctx) }},
	{"table", (*user).table},
	{"exec", (*user).insert},
	{"literals", (*user).literal},
	{"settings", (*user).settings},
	{"arguments", (*user).arguments},
	{"prepared", (*user).prepared},
	{"commit", (*user).commit},
	{"rollback", (*user).rollback},
	{"bulk", func(u *user, ctx context.Context) error { return u.bulk(u, ctx) }},
	{"types", (*user).types},
	{"several results", (*user).several},
	{"violation", (*user).violation},
	{"late", (*user).tooLate},
	{"cancelled", (*user).cancelled},
	{"lost", (*user).lost},
	{"pool", (*user).pool},
	{"socket", (*user).bySocket},
	{"no segment", (*user).noSegment},
}

func (u *user) table(ctx context.Context) error {
	if _, err := u.db.ExecContext(ctx, "DROP TABLE IF EXISTS people"); err != nil {
		return err
	}
	_, err := u.db.ExecContext(ctx, "CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(80) DEFAULT 's3cret')")
	return err
}

func (u *user) insert(ctx context.Context) error {
	return u.exec(ctx, "INSERT INTO people (id, name) VALUES (1, 'Ann O''Hara, s3cret'), (2, 's3cret'), (3, 's3cret')", 3)
}

func (u *user) exec(ctx context.Context, query string, rows int, args ...any) error {
	result, err := u.db.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	return affected(result, rows)
}

func affected(result sql.Result, want int) error {
	n, err := result.RowsAffected()
	if err == nil && n != int64(want) {
		err = fmt.Errorf("%d rows were affected, want %d", n, want)
	}
	return err
}

func (u *user) literal(ctx context.Context) error {
	return count(u.db.QueryContext(ctx, u.literals))(1)
}

// settings has the server read literals in its unusual way.
func (u *user) settings(ctx context.Context) error {
	conn, err := u.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // back to the pool
	if _, err := conn.ExecContext(ctx, u.setting[0]); err != nil {
		return err
	}
	if err := count(conn.QueryContext(ctx, u.setting[1]))(1); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, u.setting[2])
	return err
}

// count reads all rows, and tells whether they are as many as wanted.
func count(rows *sql.Rows, err error) func(want int) error {
	return func(want int) error {
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }() // rows.Err has told what went wrong
		n := 0
		for rows.Next() {
			n++
		}
		if rows.Err() == nil && n != want {
			return fmt.Errorf("%d rows, want %d", n, want)
		}
		return rows.Err()
	}
}

func (u *user) arguments(ctx context.Context) error {
	return count(u.db.QueryContext(ctx, u.holders("SELECT name FROM people WHERE id < ? AND name <> ? AND 1 = 1"), 3, "s3cret argument"))(2)
}

func (u *user) prepared(ctx context.Context) error {
	stmt, err := u.db.PrepareContext(ctx, u.holders("SELECT name FROM people WHERE id = ? AND name <> 's3cret too'"))
	if err != nil {
		return err
	}
	for id := range 3 {
		var name string
		if err := stmt.QueryRowContext(ctx, id+1).Scan(&name); err != nil {
			return err
		}
	}
	if err := stmt.Close(); err != nil {
		return err
	}
	stmt, err = u.db.PrepareContext(ctx, u.holders("UPDATE people SET name = ? WHERE id = ?"))
	if err != nil {
		return err
	}
	result, err := stmt.ExecContext(ctx, "s3cret name", 3)
	if err != nil {
		return err
	}
	return errors.Join(affected(result, 1), stmt.Close())
}

func (u *user) commit(ctx context.Context) error {
	tx, err := u.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return err
	}
	result, err := tx.ExecContext(ctx, "INSERT INTO people (id) VALUES (4)")
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return errors.Join(affected(result, 1), tx.Commit())
}

func (u *user) rollback(ctx context.Context) error {
	tx, err := u.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM people")
	return errors.Join(err, tx.Rollback(), count(u.db.QueryContext(ctx, "SELECT id FROM people WHERE id = 4"))(1))
}

// types asks what only drivers know of columns, and hands over what only drivers take.
func (u *user) types(ctx context.Context) error {
	rows, err := u.db.QueryContext(ctx, "SELECT id, name FROM people WHERE id = 1")
	if err != nil {
		return err
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	if got := types[1].DatabaseTypeName(); got != "VARCHAR" {
		return fmt.Errorf("the database's type of the name is %q", got)
	}
	if got := types[0].ScanType(); got.Kind().String() != "int32" && got.Kind().String() != "int64" {
		return fmt.Errorf("the Go type of the id is %v", got)
	}
	if err := rows.Close(); err != nil {
		return err
	}
	if !u.numbered {
		return nil
	}
	return count(u.db.QueryContext(ctx, "SELECT id FROM people WHERE id = ANY($1)", []int32{1, 2}))(2)
}

// several reads two results of one query, where the driver does so.
func (u *user) several(ctx context.Context) error {
	rows, err := u.db.QueryContext(ctx, "SELECT id FROM people WHERE name = 's3cret'; SELECT 's3cret'")
	if err != nil {
		fmt.Println("several results:", err)
		return nil
	}
	defer func() { _ = rows.Close() }() // rows.Err has told what went wrong
	for rows.Next() {
	}
	if !rows.NextResultSet() {
		return fmt.Errorf("no second result: %w", rows.Err())
	}
	var text string
	if !rows.Next() || rows.Scan(&text) != nil || text != "s3cret" {
		return fmt.Errorf("the second result is %q: %w", text, rows.Err())
	}
	return nil
}

func (u *user) violation(ctx context.Context) error {
	return expected("violation", u.exec(ctx, "INSERT INTO people (id, name) VALUES (1, 's3cret')", 1))
}

func expected(scenario string, err error) error {
	if err == nil {
		return errors.New("no error")
	}
	fmt.Printf("%s: %v\n", scenario, err)
	return nil
}

// tooLate fails only while rows are read.
func (u *user) tooLate(ctx context.Context) error {
	if err := expected("late", count(u.db.QueryContext(ctx, u.late))(3)); err != nil || u.returning == "" {
		return err
	}
	var id int
	return expected("returning", u.db.QueryRowContext(ctx, u.returning, 1).Scan(&id))
}

// cancelled gives up on a query after some time.
func (u *user) cancelled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	return expected("cancelled", count(u.db.QueryContext(ctx, u.sleep))(1))
}

// lost loses the only connection of a pool, which then opens another. pgx and MySQL's driver look whether a connection is still there before
// they use it; lib/pq finds out by the next query, which may fail for that.
func (u *user) lost(ctx context.Context) error {
	u.db.SetMaxIdleConns(1)
	var id int
	if err := u.db.QueryRowContext(ctx, u.self).Scan(&id); err != nil {
		return err
	}
	other, err := u.connector(u.dsn)
	if err != nil {
		return err
	}
	db := sql.OpenDB(other)
	defer func() { _ = db.Close() }() // nothing is to be done with it
	if _, err := db.ExecContext(ctx, u.dialect.kill, id); err != nil {
		return err
	}
	ask := func() error { return count(u.db.QueryContext(ctx, "SELECT id FROM people WHERE id = 4"))(1) }
	if err := ask(); err != nil {
		fmt.Println("lost:", err)
		return ask()
	}
	return nil
}

// The goroutines that share the connections of a pool, and what each of them asks.
const (
	goroutines  = 6
	connections = 3
	questions   = 5
)

func (u *user) pool(ctx context.Context) error {
	u.db.SetMaxOpenConns(connections)
	u.db.SetMaxIdleConns(connections)
	failed := make([]error, goroutines)
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			failed[g] = xray.Capture(ctx, fmt.Sprint("goroutine ", g), func(ctx context.Context) error {
				for range questions {
					if err := count(u.db.QueryContext(ctx, u.holders("SELECT name FROM people WHERE id = ?"), 1))(1); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

// bySocket opens the same database in the other way: by a connector, through a Unix socket.
func (u *user) bySocket(ctx context.Context) error {
	c, err := u.connector(u.socket)
	if err != nil {
		return err
	}
	db := sql.OpenDB(xray.SQLConnector(u.socket, c))
	defer func() { _ = db.Close() }() // nothing is to be done with it
	return count(db.QueryContext(ctx, "SELECT id FROM people WHERE id = 4"))(1)
}

// noSegment asks without a segment: the query runs, and is not recorded.
func (u *user) noSegment(context.Context) error {
	return count(u.db.QueryContext(context.Background(), "SELECT id FROM people WHERE name = 'untraced'"))(0)
}

// rows is what is loaded, as text.
func rows() io.Reader {
	var b strings.Builder
	for _, id := range bulkRows {
		fmt.Fprintf(&b, "%d,s3cret\n", id)
	}
	return strings.NewReader(b.String())
}
