// Package uplink calls one endpoint of the X-Ray API: a signed POST, cheap enough for every batch of a busy daemon, and what its
// failure means. AWS' client would do as much in fifty times the work.
package uplink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rayscope/rayscope/internal/cloud"
)

const (
	// DefaultTimeout bounds one call. A body of 1 MiB takes 8 s on a line of 1 Mbit/s.
	DefaultTimeout = 10 * time.Second
	// maxAnswer bounds the body of an answer: one page of sampling rules or of refused documents is far below.
	maxAnswer = 8 << 20
)

// Config is what New needs.
type Config struct {
	URL       string           // http or https, a host, perhaps a path that goes before those of requests
	Signer    *cloud.Signer    // nil: calls are not signed
	Client    *http.Client     // only its Transport is used; nil: http.DefaultTransport
	UserAgent string           // whole header
	Now       func() time.Time // nil: time.Now
	Timeout   time.Duration    // of one call; 0: DefaultTimeout
	Log       *slog.Logger     // told when the clock is off; nil: nobody is
}

// An Uplink calls one endpoint. It is safe for concurrent use.
type Uplink struct {
	base      url.URL
	name      string
	transport http.RoundTripper
	agent     []string
	signer    *cloud.Signer
	clock     clock
	timeout   time.Duration
}

// A Request is a POST. Its Body must not change until Post has returned. After an error it may even be read a moment longer, by a
// connection that is about to be closed: leave it to the garbage collector then, not to a pool.
type Request struct {
	Path        string // begins with a slash
	ContentType string
	Body        []byte
	Hash        string // hex SHA-256 of Body; empty: computed if it is needed
}

// An Answer is one of status 2xx. It belongs to the caller.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// New checks the configuration. It makes no connection.
func New(c Config) (*Uplink, error) {
	base, err := parseEndpoint(c.URL)
	if err != nil {
		return nil, err
	}
	u := &Uplink{base: *base, name: base.String(), transport: http.DefaultTransport, agent: []string{c.UserAgent}, signer: c.Signer,
		clock: clock{now: c.Now, log: c.Log}, timeout: c.Timeout}
	if c.Client != nil && c.Client.Transport != nil {
		u.transport = c.Client.Transport
	}
	if u.clock.now == nil {
		u.clock.now = time.Now
	}
	if u.timeout <= 0 {
		u.timeout = DefaultTimeout
	}
	return u, nil
}

// parseEndpoint says what is wrong with a URL without repeating it whole: it may hold a password.
func parseEndpoint(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	var rule string
	switch {
	case err != nil:
		return nil, fmt.Errorf("endpoint %q is no URL: write it like https://traces.example.com", redact(s))
	case u.User != nil:
		return nil, fmt.Errorf("endpoint %q must not hold a user name or password: credentials come from AWS' sources", redact(s))
	case u.Scheme != "http" && u.Scheme != "https":
		rule = "must begin with http:// or https://"
	case u.Hostname() == "":
		rule = "needs a host"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		rule = "must not hold a query or fragment"
	default:
		u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
		return u, nil
	}
	return nil, fmt.Errorf("endpoint %q %s: write it like https://traces.example.com", s, rule)
}

// Name is scheme://host[:port][/path]: the label of metrics and logs.
func (u *Uplink) Name() string { return u.name }

// Post sends the request once; a second time only if the endpoint refused the signature for its time or for expired credentials,
// or a kept connection had died. The error is an *Error, or ctx's when that ended.
func (u *Uplink) Post(ctx context.Context, r Request) (Answer, error) {
	limited, cancel := context.WithTimeout(ctx, u.timeout)
	defer cancel()
	a, failure := u.attempt(limited, r)
	if failure != nil && u.correct(failure) {
		a, failure = u.attempt(limited, r)
	}
	switch {
	case failure == nil:
		return a, nil
	case ctx.Err() != nil:
		return Answer{}, ctx.Err()
	}
	return Answer{}, failure
}

// attempt is one request and its answer.
func (u *Uplink) attempt(ctx context.Context, r Request) (Answer, *Error) {
	req := u.request(ctx, r)
	if e := u.sign(ctx, req, r); e != nil {
		return Answer{}, e
	}
	// Without values it is not sent, but tells net/http to send the request again when a kept connection turns out to be dead:
	// documents that come twice are one. It is no part of the signature, so it comes after it.
	req.Header["X-Idempotency-Key"] = nil
	res, err := u.transport.RoundTrip(req)
	if err != nil {
		return Answer{}, u.broken(err)
	}
	defer res.Body.Close()
	body, err := readAll(res)
	if err != nil && !errors.Is(err, errLongAnswer) {
		e := u.broken(fmt.Errorf("read answer: %w", err))
		e.Status = res.StatusCode
		return Answer{}, e
	}
	if e := u.classify(res, body, err, r.ContentType); e != nil {
		return Answer{}, e
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

// request is built by hand: http.NewRequest would parse the URL each time.
func (u *Uplink) request(ctx context.Context, r Request) *http.Request {
	to := u.base
	to.Path += r.Path
	if to.RawPath != "" {
		to.RawPath += r.Path
	}
	req := &http.Request{Method: http.MethodPost, URL: &to, Host: to.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody,
		Header: http.Header{"User-Agent": u.agent, "Content-Type": {r.ContentType}, "X-Amzn-Xray-Timestamp": {timestamp(u.clock.now())}}}
	if len(r.Body) > 0 {
		// net/http knows this kind of body and sends it without a buffer and with fewer writes: a third of a call's work.
		body := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.Body)), nil }
		req.Body, req.GetBody, req.ContentLength = io.NopCloser(bytes.NewReader(r.Body)), body, int64(len(r.Body))
	}
	return req.WithContext(ctx)
}

// timestamp is the time in seconds with nine decimals, as X-Ray's daemon writes it.
func timestamp(t time.Time) string {
	b := strconv.AppendInt(make([]byte, 0, len("1795348800.000000000")), t.Unix(), 10)
	b = append(b, '.')
	for nanos, unit := t.Nanosecond(), 100_000_000; unit > 0; unit /= 10 {
		b = append(b, byte('0'+nanos/unit%10))
	}
	return string(b)
}

var errLongAnswer = fmt.Errorf("answer is longer than %d MiB", maxAnswer>>20)

// readAll reads the body of an answer; of one that is too long its beginning, with errLongAnswer.
func readAll(res *http.Response) ([]byte, error) {
	if n := res.ContentLength; n >= 0 && n <= maxAnswer {
		b := make([]byte, n)
		_, err := io.ReadFull(res.Body, b)
		return b, err
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err == nil && len(b) > maxAnswer {
		return b[:maxExcerpt], errLongAnswer
	}
	return b, err
}
