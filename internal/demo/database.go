package demo

import (
	"cmp"
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/rayscope/rayscope/xray"
)

//go:embed schema.sql
var schema string

// lockPatience is how long a statement waits for the lock of the database.
const lockPatience = 1500 * time.Millisecond

// dsn is the data source name of the database. Transactions take the lock when they begin, not when they first write: that may fail in
// the midst. The file needs to survive no crash of the machine, as it is made anew at each start.
func dsn(file string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		fmt.Sprintf("busy_timeout(%d)", lockPatience.Milliseconds()), "journal_mode(WAL)", "synchronous(OFF)", "foreign_keys(ON)",
	}}
	return "file:" + filepath.ToSlash(file) + "?" + q.Encode()
}

// openDatabase opens the database for a service: its calls are traced.
func openDatabase(file string) (*sql.DB, error) {
	db, err := xray.SQLContext("sqlite", dsn(file))
	if err != nil {
		return nil, fmt.Errorf("demo shop: open database %s: %w", file, err)
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	return db, nil
}

// locked reports whether a statement failed because another transaction held the lock for too long.
func locked(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// What the database begins with.
const (
	firstUser    = 1000
	userCount    = 400
	firstProduct = 1000
	productCount = 500
	firstOrder   = 480_000
	orderCount   = 1000

	password   = "correct horse"
	hashRounds = 20_000 // some milliseconds: more would be safer, and warm the machine of who watches a demo
)

// companies are the tenants; of 20 users each has share.
var companies = []struct {
	name, plan string
	share      int
}{{"acme", "enterprise", 6}, {"birch", hitPlan, 2}, {"cobalt", hitPlan, 2}, {"dune", "basic", 5}, {"elm", "free", 5}}

// companyOf is the index of the company that a user works for.
func companyOf(user int) int {
	n := user % 20
	for i := range companies {
		if n -= companies[i].share; n < 0 {
			return i
		}
	}
	panic("the shares of the companies do not make 20")
}

// createDatabase makes the file with all tables; what was there is removed. The seed decides what is in them.
func createDatabase(ctx context.Context, file string, seed uint64) (err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(file + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	db, err := sql.Open("sqlite", dsn(file))
	if err != nil {
		return fmt.Errorf("open database %s: %w", file, err)
	}
	defer func() { err = cmp.Or(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("open database %s: %w", file, err)
	}
	defer tx.Rollback() // nothing after Commit
	f := filler{ctx: ctx, tx: tx, rng: rand.New(rand.NewPCG(seed, 0))}
	f.exec(schema)
	f.products()
	f.users()
	f.orders()
	if f.err != nil {
		return fmt.Errorf("fill database %s: %w", file, f.err)
	}
	return tx.Commit()
}

// A filler fills the tables. It does nothing after its first error.
type filler struct {
	ctx context.Context
	tx  *sql.Tx
	rng *rand.Rand
	err error
}

func (f *filler) exec(query string, args ...any) {
	if f.err == nil {
		_, f.err = f.tx.ExecContext(f.ctx, query, args...)
	}
}

var (
	categories = []string{"kitchen", "office", "sports", "art"}
	adjectives = []string{"small", "large", "red", "steel", "folding", "quiet", "travel"}
	things     = []string{"grinder", "monitor", "shoes", "print", "cable", "kettle", "lamp", "chair", "knife", "tent"}
	warehouses = []string{"north", "south", "harbour"}
)

// products are made without a list price when they are on offer, at their category's price; and now and then one is sold out.
func (f *filler) products() {
	for i, name := range categories {
		f.exec("INSERT INTO categories (id, name, offer_cents) VALUES (?, ?, ?)", i, name, 499+f.rng.IntN(2000))
	}
	for id := firstProduct; id < firstProduct+productCount; id++ {
		name := adjectives[f.rng.IntN(len(adjectives))] + " " + things[f.rng.IntN(len(things))]
		var price any = 499 + f.rng.IntN(14_000)
		if onOffer(id) {
			price = nil
		}
		f.exec("INSERT INTO products (id, name, category_id, list_cents) VALUES (?, ?, ?, ?)", id, name, f.rng.IntN(len(categories)), price)
		pieces := 1000
		if id%50 == 49 {
			pieces = 0
		}
		for _, w := range warehouses {
			f.exec("INSERT INTO stock (product_id, warehouse, pieces) VALUES (?, ?, ?)", id, w, pieces)
		}
	}
}

func onOffer(product int) bool { return product%9 == 4 }

func (f *filler) users() {
	for _, c := range companies {
		f.exec("INSERT INTO tenants (name, plan) VALUES (?, ?)", c.name, c.plan)
	}
	salt := make([]byte, 16) // the same for all, so that there is only one hash to compute
	hash, err := passwordHash(password, salt)
	f.err = cmp.Or(f.err, err)
	for id := firstUser; id < firstUser+userCount; id++ {
		f.exec("INSERT INTO users (id, email, tenant, salt, password) VALUES (?, ?, ?, ?, ?)",
			id, fmt.Sprintf("u%d@%s.example", id, companies[companyOf(id)].name), companies[companyOf(id)].name, salt, hash)
		f.exec("INSERT INTO sessions (user_id, started) VALUES (?, ?)", id, time.Now().Unix())
	}
}

func passwordHash(password string, salt []byte) ([]byte, error) {
	return pbkdf2.Key(sha256.New, password, salt, hashRounds, 32)
}

func (f *filler) orders() {
	for id := firstOrder; id < firstOrder+orderCount; id++ {
		user := firstUser + f.rng.IntN(userCount)
		f.exec("INSERT INTO orders (id, user_id, tenant, cents, items, express, state) VALUES (?, ?, ?, ?, ?, ?, 'shipped')",
			id, user, companies[companyOf(user)].name, 499+f.rng.IntN(50_000), 1+f.rng.IntN(5), f.rng.IntN(5) == 0)
		f.exec("INSERT INTO shipments (order_id, carrier, eta_days) VALUES (?, ?, ?)", id, carriers[f.rng.IntN(len(carriers))], 1+f.rng.IntN(4))
	}
}
