package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/rayscope/rayscope/internal/daemon"
	"github.com/rayscope/rayscope/internal/ports"
)

// Options are what Run needs. None may be left out, but for Started.
type Options struct {
	Version  string
	Load     func() (c Config, warnings []string, err error) // reads the settings, also for each reload
	Env      func(string) (string, bool)                     // as os.LookupEnv
	Out, Err io.Writer                                       // the log, if it has no file; what that cannot take
	Reload   <-chan os.Signal                                // each asks for the settings to be read again

	Started func(Addresses) // is told where the daemon listens, when it does
}

// Addresses are where a daemon listens. Admin is empty if it does not.
type Addresses struct{ UDP, TCP, Admin string }

// An agent is a daemon that runs.
type agent struct {
	version     string
	load        func() (Config, []string, error)
	env         func(string) (string, bool)
	log         *Log
	config      Config
	receiver    *daemon.Server
	relayMemory int
	spools      spools
	admin       *admin               // nil: off
	stopped     atomic.Bool          // nothing is received any more
	metrics     *prometheus.Registry // of the process, the receiver and the relay, whose counters go on over reloads
	failed      chan error

	retiring sync.WaitGroup // pipelines that were replaced

	mu      sync.RWMutex // guards current; held for reading while documents are handed to it
	current *pipeline
	ready   chan struct{} // closed when there is a pipeline
}

// Run runs a daemon until the context is done, which is no error, or it cannot go on. The socket is open before anything is looked
// up: datagrams of programs that start earlier wait.
func Run(ctx context.Context, o Options) (err error) {
	c, warnings, err := o.Load()
	if err != nil {
		return err
	}
	log, err := OpenLog(c.Log, o.Out, o.Err)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	log.Info("Initializing Rayscope X-Ray daemon " + o.Version)
	a := &agent{
		version: o.Version, load: o.Load, env: o.Env, log: log, config: c, spools: spools{log: log.Logger},
		metrics: prometheus.NewRegistry(), failed: make(chan error, 2), ready: make(chan struct{}),
	}
	a.sayLoaded(&c, warnings)
	stopProfiles, err := startProfiles(o.Env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopProfiles()) }()
	err = a.run(ctx, o)
	if err != nil {
		log.Error("the daemon ends", "error", err.Error())
	}
	return err
}

func (a *agent) run(ctx context.Context, o Options) error {
	if err := a.listen(); err != nil {
		return err
	}
	err := a.begin(ctx)
	if err == nil {
		if o.Started != nil {
			o.Started(a.addresses())
		}
		err = a.watch(ctx, o.Reload)
	}
	stop, cancel := context.WithTimeout(context.Background(), a.config.StopTimeout)
	defer cancel()
	// Who asked for the stop gets no failure for what there was no time for: it was counted and is said here.
	if e := a.stop(stop); e != nil {
		a.log.Error("the stop left something undone", "error", e.Error())
	}
	return err
}

// watch reloads when asked to, until the context is done or a listener fails.
func (a *agent) watch(ctx context.Context, reload <-chan os.Signal) error {
	for {
		select {
		case <-ctx.Done():
			a.log.Info("stopping: what waits is sent, or kept in the spool", "timeout", a.config.StopTimeout)
			return nil
		case err := <-a.failed:
			return err
		case <-reload:
			a.reload(ctx)
		}
	}
}

// listen opens the sockets and begins to receive. Documents wait for begin.
func (a *agent) listen() (err error) {
	limit := cgroupLimit("/")
	memory := bufferMemory(a.config.Memory, limit, machineMemory())
	limitMemory(memory, limit, a.env)
	a.log.Info(fmt.Sprintf("Using buffer memory limit of %v MB", memory>>20))
	receive := max(memory/receiverShare, daemon.MinMemory)
	a.relayMemory = max(memory-receive, memory/2)

	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.receiver, err = daemon.Listen(daemon.Config{
		Address:     a.config.UDP,
		TCP:         a.config.TCP,
		TCPOptional: true,
		Memory:      receive,
		Intake:      a.put,
		TakesOTLP:   true,
		API:         a.through(func(p *pipeline) http.Handler { return p.proxy.API() }),
		Traces:      a.through(func(p *pipeline) http.Handler { return p.proxy.Traces() }),
		Clock:       time.Now,
		Registerer:  a.metrics,
		Logger:      a.log.Logger,
	})
	if err != nil {
		return ports.Elsewhere(err, "choose another address with -b")
	}
	if a.config.Admin != "" {
		if a.admin, err = listenAdmin(a.config.Admin, a.health, a.gather, a.log.Logger); err != nil {
			return errors.Join(ports.Elsewhere(err, "choose another address with --admin-listen"), a.stopReceiver(context.Background()))
		}
		go func() { a.fail(a.admin.serve()) }()
		a.log.Info("Answering /healthz, /readyz and /metrics", "admin", a.admin.listener.Addr().String())
	}
	go func() { a.fail(a.receiver.Serve()) }()
	a.log.Info("Listening for segment documents", "udp", a.receiver.Addr())
	if tcp := a.receiver.TCPAddr(); tcp != "" {
		a.log.Info("Starting proxy http server on " + tcp)
	}
	return nil
}

// receiverShare: one part in so many of the memory is for datagrams that were not looked at yet, the rest for batches that wait.
const receiverShare = 4

// fail tells watch that a listener ended. After a stop nobody listens, and two fit.
func (a *agent) fail(err error) {
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		a.failed <- err
	}
}

// begin makes the first pipeline.
func (a *agent) begin(ctx context.Context) error {
	p, err := a.build(ctx, a.config)
	if err != nil {
		return err
	}
	a.install(p)
	close(a.ready)
	a.warnOtherSpools(&a.config)
	return nil
}

// put hands documents of datagrams to the pipeline that works.
func (a *agent) put(ctx context.Context, docs [][]byte) error {
	if err := a.wait(ctx); err != nil {
		return err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.current.relay.Put(ctx, docs)
}

// wait waits for the first pipeline.
func (a *agent) wait(ctx context.Context) error {
	select {
	case <-a.ready: // also when the context is done: documents at a stop
		return nil
	default:
	}
	select {
	case <-a.ready:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the daemon is still starting: %w", ctx.Err())
	}
}

// through is the handler of the pipeline that works when a call comes.
func (a *agent) through(handler func(*pipeline) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.wait(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable) // the caller is gone, or soon will be
			return
		}
		a.mu.RLock()
		h := handler(a.current)
		a.mu.RUnlock()
		h.ServeHTTP(w, r)
	})
}

// stop ends in the order of a document's way, so that nothing is behind when a part closes. Each part has what is left of the time.
func (a *agent) stop(ctx context.Context) error {
	err := a.stopReceiver(ctx)
	if a.current != nil {
		err = errors.Join(err, a.closePipeline(ctx, a.current))
	}
	a.retiring.Wait()
	if a.admin != nil {
		err = errors.Join(err, a.admin.stop(ctx))
	}
	return err
}

// receiveTime of the time to stop is for the receiver: what it holds is handed over within milliseconds, unless a call by TCP
// waits for an endpoint.
const receiveTime = 0.25

func (a *agent) stopReceiver(ctx context.Context) error {
	a.stopped.Store(true)
	ctx, cancel := withShare(ctx, receiveTime)
	defer cancel()
	if a.current == nil { // nobody would take it
		cancel()
	}
	return a.receiver.Shutdown(ctx)
}
