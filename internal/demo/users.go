package demo

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rayscope/rayscope/xray"
)

// A directory is the service users: who may do what.
type directory struct {
	*env
	limit limiter
}

func serveUsers(ctx context.Context, e *env, l net.Listener) error {
	d := &directory{env: e}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/sessions/{user}", d.limited(d.session))
	mux.Handle("POST /v1/sessions", d.limited(d.login))
	return serveHTTP(ctx, e, l, mux)
}

// limited refuses requests while the service is throttled.
func (d *directory) limited(next endpoint) endpoint {
	return func(r *http.Request) (any, error) {
		if d.suffers(throttling) && !d.limit.allow(time.Now()) {
			return nil, &statusError{host("users"), http.StatusTooManyRequests, "too many requests: try again in some seconds"}
		}
		return next(r)
	}
}

// throttledPace is how long users rests between requests while it is throttled.
const throttledPace = 2 * time.Second

// A limiter lets a request through at every throttledPace.
type limiter struct {
	mu   sync.Mutex
	next time.Time
}

func (l *limiter) allow(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Before(l.next) {
		return false
	}
	l.next = now.Add(throttledPace)
	return true
}

// userID is the number of a user: that of "u-1042" is 1042, and 0 is nobody's.
func userID(user string) int64 {
	id, err := strconv.ParseInt(strings.TrimPrefix(user, "u-"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

func (d *directory) session(r *http.Request) (any, error) {
	var who struct{ Email, Tenant, Plan string }
	err := d.db.QueryRowContext(r.Context(),
		`SELECT u.email, t.name, t.plan FROM sessions s JOIN users u ON u.id = s.user_id JOIN tenants t ON t.name = u.tenant WHERE s.user_id = ?`,
		userID(r.PathValue("user"))).Scan(&who.Email, &who.Tenant, &who.Plan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &statusError{host("users"), http.StatusUnauthorized, "log in first"}
	}
	return who, err
}

func (d *directory) login(r *http.Request) (any, error) {
	ctx := r.Context()
	var in struct{ User, Password string }
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	var salt, hash []byte
	err := d.db.QueryRowContext(ctx, `SELECT salt, password FROM users WHERE id = ?`, userID(in.User)).Scan(&salt, &hash)
	if err != nil {
		return nil, err
	}
	same, err := xray.Do(ctx, "verify password", func(context.Context) (bool, error) {
		got, err := passwordHash(in.Password, salt)
		return subtle.ConstantTimeCompare(got, hash) == 1, err
	})
	if err != nil {
		return nil, err
	}
	annotate(ctx, "password_ok", same)
	if !same {
		return nil, &statusError{host("users"), http.StatusUnauthorized, "user or password is wrong"}
	}
	_, err = d.db.ExecContext(ctx, `INSERT INTO sessions (user_id, started) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET started = excluded.started`,
		userID(in.User), time.Now().Unix())
	return map[string]string{"user": in.User}, err
}
