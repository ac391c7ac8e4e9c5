// Command databases uses a real database through database/sql in the ways that programs do, traced by our SDK.
//
//	databases DRIVER DSN SOCKET_DSN
//
// DRIVER is mysql, postgres (lib/pq) or pgx. Each scenario is a segment of its own, whose annotations "scenario" and "driver" tell
// which. It prints what the database has said where a scenario expects an error, and ends with 1 when a scenario went otherwise than it must.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

// patience bounds the whole: a machine that is laden takes a few seconds.
const patience = 2 * time.Minute

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: databases DRIVER DSN SOCKET_DSN")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := run(ctx, os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatalf("%s: %v", os.Args[1], err)
	}
}

func run(ctx context.Context, driver, dsn, socket string) error {
	words, ok := dialects[driver]
	if !ok {
		return fmt.Errorf("no driver of this name")
	}
	all, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(`{"version": 2, "default": {"fixed_target": 0, "rate": 1}}`))
	if err != nil {
		return err
	}
	if err := xray.Configure(xray.Config{SamplingStrategy: all}); err != nil {
		return err
	}
	db, err := xray.SQLContext(driver, dsn)
	if err != nil {
		return err
	}
	u := &user{db: db, dsn: dsn, socket: socket, dialect: words}
	for _, s := range scenarios {
		if err := u.play(ctx, driver, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if err := db.Close(); err != nil {
		return err
	}
	return xray.Shutdown(ctx)
}

// A user is a program that uses a database.
type user struct {
	db          *sql.DB
	dsn, socket string
	dialect
}

func (u *user) play(ctx context.Context, driver string, s scenario) error {
	ctx, segment := xray.BeginSegment(ctx, "clerk-"+driver)
	defer segment.Close(nil)
	if err := segment.AddAnnotation("scenario", s.name); err != nil {
		return err
	}
	if err := segment.AddAnnotation("driver", driver); err != nil {
		return err
	}
	return s.run(u, ctx)
}
