package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/rayscope/rayscope/internal/api"
	"github.com/rayscope/rayscope/internal/arrivals"
	"github.com/rayscope/rayscope/internal/checkup"
	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/console"
	"github.com/rayscope/rayscope/internal/daemon"
	"github.com/rayscope/rayscope/internal/ingest"
	"github.com/rayscope/rayscope/internal/insight"
	"github.com/rayscope/rayscope/internal/ports"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/retention"
	"github.com/rayscope/rayscope/internal/retrieval"
	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/server"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/crypt"
	"github.com/rayscope/rayscope/internal/store/pebble"
	"github.com/rayscope/rayscope/web"
)

// serveHome is the default data directory, below that of the user.
const serveHome = "rayscope"

// stopTime bounds each step of a graceful stop. Container runtimes kill after 10 s; listeners need far less unless the
// disk is stuck, and then waiting longer helps nobody.
const stopTime = 4 * time.Second

func serveCommand() cli.Command {
	return cli.Command{
		Name:    "serve",
		Summary: "Run the server: X-Ray daemon, API and console",
		About: "Runs the server. Programs instrumented for AWS X-Ray send to it as they would to the X-Ray daemon, with no\n" +
			"setting on this machine. Open the console in a browser to see their traces. Ctrl-C stops it; a second one at once.",
		Example:  "rayscope serve --data-dir=./traces --retention=7d\nThen open http://127.0.0.1:1895",
		Settings: serveSettings(serveHome),
		Run: func(ctx context.Context, v *cli.Values, s cli.Streams) error {
			c := readConfig(v, serveHome)
			if err := v.Err(); err != nil {
				return err
			}
			return serve(ctx, c, s.Err, func(context.Context, host) error { return nil })
		},
	}
}

// A host is what a server is to a program that runs beside it.
type host struct {
	daemon string // address; empty if it is off
	rules  *settings.Sampler
	log    *slog.Logger
}

// serve runs the server until the context is done, which is no error, or a part of it fails. When everything listens it
// calls also, in a goroutine, with what it needs of the server; if that fails, the server ends too.
func serve(ctx context.Context, c config, stderr io.Writer, also func(ctx context.Context, h host) error) (err error) {
	log := newLog(c, stderr)
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	running, fail := context.WithCancelCause(ctx)

	db, err := pebble.Open(c.dataDir, pebble.Options{Logger: log, OnFailure: fail})
	if err != nil {
		return err
	}
	defer closeStore(&err, db)
	metrics.MustRegister(storeMetrics(db)...)

	kept := settings.New(db, c.region, time.Now)
	docs, err := openEncryption(ctx, db, c, kept)
	if err != nil {
		return err
	}
	page, err := console.New(web.Files())
	if err != nil {
		return err
	}
	book := arrivals.New(time.Now())
	in := ingest.New(docs, ingest.Options{Clock: time.Now, Registerer: metrics, Logger: log, Book: book})
	rules, err := settings.NewSampler(ctx, kept, c.account, c.defaultRule, log)
	if err != nil {
		return err
	}
	rollups := rollup.New(db, rollup.Options{Groups: rollup.GroupsOf(kept), Now: time.Now, Registerer: metrics, Logger: log})
	questions := query.New(docs, time.Now)
	retrievals := retrieval.New(questions, time.Now, log)
	defer retrievals.Close()
	at := addresses{data: c.dataDir, retention: c.retention} // complete before anything is served
	info := func() api.Info {
		return api.Info{Version: version(), Account: c.account.String(), Region: c.region, Listen: at.web, Daemon: at.daemon}
	}
	var door receiver // likewise
	checks := checkup.New(checkup.Config{
		Account: c.account, Book: book, Query: questions, Settings: kept, Sampler: rules, Disk: db, Retention: c.retention, Info: info,
		Datagrams: func() *checkup.Datagrams { return datagrams(door.server) }, Now: time.Now,
	})
	xray := api.New(api.Config{
		Account:  c.account,
		Region:   c.region,
		Query:    questions,
		Ingest:   in,
		Sampling: rules,
		Settings: kept,
		Now:      time.Now,
		Log:      log,
		Metrics:  metrics,

		Book:      book,
		Checkup:   checks,
		Retrieval: retrievals,
		Insights:  insight.New(db, time.Now),

		KeyConfigured: func() bool { return c.key != nil },

		Info: info,
	})

	var ready atomic.Bool
	front, err := server.Listen(server.Config{
		Address: c.listen,
		API:     xray,
		Console: page,
		Owns:    page.Owns,
		Metrics: metrics,
		Ready:   readiness(&ready),
		Denied: func(r *http.Request, message string) {
			book.Deny(arrivals.Sender{Door: arrivals.API, Address: withoutPort(r.RemoteAddr), Agent: r.UserAgent()}, time.Now(), "AccessDeniedException", message)
		},
		Logger: log,
	})
	if err != nil {
		return ports.Elsewhere(err, "choose another with --listen")
	}
	defer stop(&err, front.Shutdown)

	door, err = openDaemon(c.daemonListen, daemon.Config{
		Intake: func(ctx context.Context, docs [][]byte) error {
			_, err := in.Put(ctx, c.account, docs) // counts and logs what it refuses; nobody waits for an answer
			return err
		},
		API:        xray,
		Clock:      time.Now,
		Registerer: metrics,
		Logger:     log,
	})
	if err != nil {
		return ports.Elsewhere(err, `choose another with --daemon-listen, or turn the daemon off with --daemon-listen=""`)
	}
	defer stop(&err, door.shutdown)

	at.web, at.daemon = front.Addr(), door.address
	go func() { fail(front.Serve()) }()
	go door.serve(fail)
	ready.Store(true)
	defer ready.Store(false)
	announce(stderr, log, at)

	var others sync.WaitGroup
	defer others.Wait()
	defer fail(nil)
	others.Go(func() { retention.Run(running, db, c.retention, log) })
	others.Go(func() { rollups.Run(running) })
	others.Go(func() { checks.Run(running) })
	others.Go(func() {
		if err := also(running, host{door.address, rules, log}); err != nil {
			fail(err)
		}
	})
	<-running.Done()
	if ctx.Err() != nil {
		log.Info("stopping")
		return nil
	}
	return context.Cause(running)
}

// openEncryption puts encryption between the rooms and the engine.
func openEncryption(ctx context.Context, db store.Store, c config, kept *settings.Settings) (*crypt.Store, error) {
	s, err := crypt.Open(ctx, db, c.key, func(ctx context.Context, account store.Account) (bool, error) {
		e, err := kept.Encryption(ctx, account)
		return e.Type == settings.EncryptionKMS, err
	}, c.account)
	if errors.Is(err, crypt.ErrKey) {
		return nil, fmt.Errorf("open %s: %w: give the key with --encryption-key-file or %s", c.dataDir, err, keyVariable)
	}
	return s, err
}

// A receiver is the daemon's listener, or none.
type receiver struct {
	address string         // empty if there is none
	server  *daemon.Server // likewise nil
}

// openDaemon binds the daemon's listener to the address, which may be empty for none.
func openDaemon(address string, c daemon.Config) (receiver, error) {
	if address == "" {
		return receiver{}, nil
	}
	c.Address = address
	d, err := daemon.Listen(c)
	if err != nil {
		return receiver{}, err
	}
	return receiver{d.Addr(), d}, nil
}

func (r receiver) serve(fail context.CancelCauseFunc) {
	if r.server != nil {
		fail(r.server.Serve())
	}
}

func (r receiver) shutdown(ctx context.Context) error {
	if r.server == nil {
		return nil
	}
	return r.server.Shutdown(ctx)
}

// datagrams is what the listener counts; nil if there is none.
func datagrams(d *daemon.Server) *checkup.Datagrams {
	if d == nil {
		return nil
	}
	c := d.Counts()
	out := &checkup.Datagrams{Received: c.Received, Spilled: c.Spilled, KernelDropped: c.KernelDropped, Buffer: d.Buffer(), TCP: d.TCPAddr() != ""}
	for _, r := range d.Rejected() {
		out.Rejected = append(out.Rejected, checkup.Rejected(r))
	}
	return out
}

// withoutPort is the address of a caller alone.
func withoutPort(address string) string {
	h, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return h
}

// stop stops a part in stopTime and joins its error to err.
func stop(err *error, shutdown func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	*err = errors.Join(*err, shutdown(ctx))
}

// closeStore closes the store. A store that failed says so again, which need not be told twice.
func closeStore(err *error, db *pebble.Store) {
	if e := db.Close(); e != nil && !errors.Is(*err, e) {
		*err = errors.Join(*err, e)
	}
}

func readiness(ready *atomic.Bool) func() error {
	return func() error {
		if !ready.Load() {
			return errors.New("the server is starting or stopping")
		}
		return nil
	}
}

func newLog(c config, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.logLevel}
	if c.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
