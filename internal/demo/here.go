package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
	"github.com/rayscope/rayscope/xray/xraylog"
)

// A setup is what a process that runs services must know.
type setup struct {
	Daemon   string
	Database string
	Opened   time.Time
}

// recordAll are the local rules until those of the daemon are there.
const recordAll = `{"version": 2, "default": {"fixed_target": 1, "rate": 1}, "rules": []}`

// trace prepares the SDK for this process: segments go to the daemon, and the rules of sampling come from it. The variables of the
// environment that the SDK would heed are meant for other programs.
func (s *setup) trace(log *slog.Logger) error {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_XRAY_") {
			if err := os.Unsetenv(name); err != nil {
				return err
			}
		}
	}
	xray.SetLogger(xraylog.NewSlogLogger(log))
	rules, err := sampling.NewCentralizedStrategyWithJSONBytes([]byte(recordAll))
	if err != nil {
		return err
	}
	emitter, err := xray.NewDefaultEmitter(nil)
	if err != nil {
		return err
	}
	return xray.Configure(xray.Config{DaemonAddr: s.Daemon, Emitter: emitter, SamplingStrategy: rules})
}

// flushTime is how long the last segments may take to be sent.
const flushTime = 2 * time.Second

func flush() error {
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	return xray.Shutdown(ctx)
}

// A post is a service and the listener that waits for it.
type post struct {
	service
	listener net.Listener
	cancel   context.CancelFunc
	ended    chan error
}

// listens reports whether anybody calls the service.
func (s *service) listens() bool { return s.name != "order-worker" }

// take opens the listener of a service.
func take(s service) (*post, error) {
	p := &post{service: s, ended: make(chan error, 1)}
	if !s.listens() {
		return p, nil
	}
	l, err := listen(s.name)
	p.listener = l
	return p, err
}

// address is where the service listens, "" if nobody calls it.
func (p *post) address() string {
	if p.listener == nil {
		return ""
	}
	return p.listener.Addr().String()
}

// begin starts the service in a network that is complete. When it ends before it is stopped, done is told.
func (p *post) begin(s setup, n network, log *slog.Logger, done func(error)) error {
	db, err := openDatabase(s.Database)
	if err != nil {
		return err
	}
	transport := n.transport()
	e := &env{p.service, n, xray.Client(&http.Client{Transport: transport}), db, story{s.Opened}, log}
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	go func() {
		err := p.serve(ctx, e, p.listener)
		transport.CloseIdleConnections()
		err = errors.Join(err, db.Close())
		if ctx.Err() == nil {
			done(fmt.Errorf("demo shop: service %s ended: %w", p.name, errors.Join(err, errEnded)))
		}
		p.ended <- err
	}()
	return nil
}

var errEnded = errors.New("nobody had told it to")

// stop lets the service finish what it has begun, and waits for it.
func (p *post) stop() error {
	if p.cancel == nil { // it never began
		if p.listener != nil {
			return p.listener.Close()
		}
		return nil
	}
	p.cancel()
	if err := <-p.ended; err != nil {
		return fmt.Errorf("demo shop: stop %s: %w", p.name, err)
	}
	return nil
}

// startHere starts all services in this process. They share its SDK, and nothing else.
func startHere(s setup, n network, log *slog.Logger, done func(error)) (stop func() error, err error) {
	if err := s.trace(log); err != nil {
		return nil, fmt.Errorf("demo shop: prepare tracing: %w", err)
	}
	var posts []*post
	stop = func() error {
		var errs []error
		for _, p := range posts {
			errs = append(errs, p.stop())
		}
		return errors.Join(append(errs, flush())...)
	}
	for _, service := range services {
		p, err := take(service)
		if err != nil {
			return nil, errors.Join(err, stop())
		}
		posts = append(posts, p)
		n[host(p.name)] = p.address()
	}
	for _, p := range posts {
		if err := p.begin(s, n, log, done); err != nil {
			return nil, errors.Join(err, stop())
		}
	}
	return stop, nil
}
