package main

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/lib/pq"

	"github.com/rayscope/rayscope/xray"
)

// A dialect is what differs from database to database, and from driver to driver. Literals that must stay out of traces
// have "s3cret" in them.
type dialect struct {
	numbered  bool      // placeholders are $1, not ?
	literals  string    // a query with literals of every kind
	setting   [3]string // what has a backslash mean the unusual, a query with one, what takes it back
	sleep     string    // a query that takes a minute
	late      string    // a query of several rows of which one fails
	returning string    // an insertion that returns what it has inserted, "" if there is none
	self      string    // a query for the id of the connection
	kill      string    // ends the connection with that id
	connector func(dsn string) (driver.Connector, error)
	bulk      func(u *user, ctx context.Context) error
}

var dialects = map[string]dialect{
	"mysql":    mariadb,
	"postgres": withPQ,
	"pgx":      withPGX,
}

var mariadb = dialect{
	literals: `SELECT 'it\'s s3cret', 'it''s s3cret', "s3cret", x'41', b'01', _utf8mb4'a s3cret', N's3cret' # s3cret's
		, 1e-3 /* s3cret's */ , /*!50001 's3cret', */ ` + "`name`" + ` -- 's3cret
		FROM people WHERE id = 1`,
	setting: [3]string{
		"SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'",
		`SELECT 'c:\', 's3cret', "name" FROM people WHERE name <> 's3cret\' AND id = 1`,
		"SET SESSION sql_mode = DEFAULT",
	},
	sleep: "SELECT SLEEP(60)",
	late:  "SELECT IF(id = 2, (SELECT a.id FROM people a WHERE a.id <> people.id), 1) FROM people ORDER BY id",
	self:  "SELECT CONNECTION_ID()",
	kill:  "KILL ?",
	connector: func(dsn string) (driver.Connector, error) {
		cfg, err := mysql.ParseDSN(dsn)
		if err != nil {
			return nil, err
		}
		return mysql.NewConnector(cfg)
	},
	bulk: loadData,
}

var withPQ = dialect{
	numbered: true,
	literals: `SELECT 'it''s s3cret', E'it\'s s3cret', $$it's s3cret$$, $tag$a $$ s3cret$tag$, U&'s3cret', B'01', 'c:\', 1e-3
		/* s3cret's /* 's3cret */ */ , name::text, "name" -- 's3cret
		FROM people WHERE id = 1`,
	setting: [3]string{
		"SET standard_conforming_strings = off",
		`SELECT 'it\'s s3cret', "name" FROM people WHERE name <> 'o\'s3cret' AND id = 1`,
		"RESET standard_conforming_strings",
	},
	sleep:     "SELECT pg_sleep(60)",
	late:      "SELECT 1 / (9000 - n) FROM generate_series(1, 9999) AS n",
	returning: "INSERT INTO people (id, name) VALUES ($1, 's3cret') RETURNING id",
	self:      "SELECT pg_backend_pid()",
	kill:      "SELECT pg_terminate_backend($1)",
	connector: func(dsn string) (driver.Connector, error) { return pq.NewConnector(dsn) },
	bulk:      copyByStatement,
}

var withPGX = func() dialect {
	d := withPQ
	d.connector = func(dsn string) (driver.Connector, error) {
		cfg, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, err
		}
		return stdlib.GetConnector(*cfg), nil
	}
	d.bulk = copyByConnection
	return d
}()

// bulkRows are the ids of the rows that are copied in.
var bulkRows = []int{100, 101, 102}

// loadData has MySQL ask for a file, which is a reader of ours.
func loadData(u *user, ctx context.Context) error {
	const name = "s3cret rows"
	mysql.RegisterReaderHandler(name, rows)
	defer mysql.DeregisterReaderHandler(name)
	return u.exec(ctx, "LOAD DATA LOCAL INFILE 'Reader::s3cret rows' INTO TABLE people FIELDS TERMINATED BY ',' (id, name)", len(bulkRows))
}

// copyByStatement has lib/pq copy rows: one execution a row, and one to end.
func copyByStatement(u *user, ctx context.Context) error {
	tx, err := u.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	stmt, err := tx.PrepareContext(ctx, `COPY people (id, name) FROM STDIN`)
	if err != nil {
		return err
	}
	for _, id := range bulkRows {
		if _, err := stmt.ExecContext(ctx, id, "s3cret"); err != nil {
			return err
		}
	}
	if _, err := stmt.ExecContext(ctx); err != nil {
		return err
	}
	return tx.Commit()
}

// copyByConnection goes around database/sql to the connection of pgx. There is nothing for the SDK to see: the program says what it does.
func copyByConnection(u *user, ctx context.Context) error {
	conn, err := u.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // back to the pool
	return conn.Raw(func(raw any) error {
		traced, ok := raw.(interface{ Unwrap() driver.Conn })
		if !ok {
			return fmt.Errorf("a connection that is a %T cannot be unwrapped", raw)
		}
		own, ok := traced.Unwrap().(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the driver's connection is a %T", traced.Unwrap())
		}
		return xray.Capture(ctx, "copy people", func(ctx context.Context) error {
			n, err := own.Conn().CopyFrom(ctx, pgx.Identifier{"people"}, []string{"id", "name"}, pgx.CopyFromSlice(len(bulkRows), func(i int) ([]any, error) {
				return []any{bulkRows[i], "s3cret"}, nil
			}))
			if err == nil && n != int64(len(bulkRows)) {
				err = fmt.Errorf("%d rows were copied, want %d", n, len(bulkRows))
			}
			return err
		})
	})
}

// holders writes a query's placeholders as the database has them.
func (d *dialect) holders(query string) string {
	if !d.numbered {
		return query
	}
	var b strings.Builder
	for i, part := range strings.Split(query, "?") {
		if i > 0 {
			fmt.Fprintf(&b, "$%d", i)
		}
		b.WriteString(part)
	}
	return b.String()
}
