// Package daemon is the door that X-Ray SDKs know as the daemon: documents come in as UDP datagrams, and the sampling
// calls as HTTP on a TCP port, usually that of the same number. So do documents that are too large for a datagram. Nobody
// is asked for credentials.
//
// A datagram is a header line and one document:
//
//	{"format":"json","version":1}⏎{"id":"70de5b6f19ff9a0a",...}
//
// Nobody is told what became of it, so everything is counted. One goroutine reads the socket and does nothing else: it
// receives each datagram behind the last in a chunk of memory, and hands the chunk over when it is full, or old enough
// and somebody is free to take it. When the intake is slow chunks wait, up to a bound of bytes; after that the newest
// datagrams are dropped and counted as spilled, so that what was taken first is kept whole.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/hush"
	"github.com/rayscope/rayscope/internal/ports"
)

// Config of a Server. What is not said to be optional may not be left out.
type Config struct {
	Address string // UDP host:port; with port 0 UDP and TCP get the same free one
	TCP     string // TCP host:port; empty: that of Address

	// TCPOptional lets the server run without its TCP side while another process has the address. That is logged, and the
	// address tried every 5 s until it can be had. Otherwise it is an error of Listen.
	TCPOptional bool

	// Memory bounds the bytes of datagrams that wait for the intake; 0 is DefaultMemory, MinMemory the least.
	Memory int

	// Intake takes documents in and returns when they are kept. It must not hold on to their bytes. On an error it is
	// called again with the same documents, for RetryFor at most.
	Intake func(ctx context.Context, docs [][]byte) error

	// TakesOTLP hands bodies of OTLP to Intake as they came: T1S or T1U, and base64. Otherwise they are rejected.
	TakesOTLP bool

	// API answers the sampling calls and POST /TraceSegments; an empty body is an empty object to it. It has AnswerTime.
	API http.Handler

	// Traces answers POST /v1/traces, OTLP by HTTP, and bounds the body itself. Nil: not served.
	Traces http.Handler

	Clock      func() time.Time
	Registerer prometheus.Registerer
	Logger     *slog.Logger
}

// workers call Intake at the same time: while one waits for the disk the other parses.
const workers = 2

// A Server listens since Listen returned it.
type Server struct {
	in        *inlet
	door      *door
	intake    func(ctx context.Context, docs [][]byte) error
	takesOTLP bool
	clock     func() time.Time
	log       *slog.Logger
	quiet     *hush.Log
	metrics   *metrics
	said      [reasons]sync.Once // what is logged once only

	lastRejected [reasons]atomic.Pointer[Rejected] // of each reason the one that was logged last, without its count

	chunkSize int
	free      chan *chunk  // those not in use; has room for all
	inFlight  atomic.Int64 // chunks in use
	queue     chan *chunk  // has room for all: to send never blocks

	kernelDrops atomic.Uint32 // as last told

	work     context.Context // of calls to Intake
	abort    context.CancelFunc
	stop     sync.Once
	stopping chan struct{} // closed when Shutdown begins
	done     chan struct{} // closed when Serve has ended
}

// Listen binds the addresses. Datagrams wait in the socket until Serve is called.
func Listen(c Config) (*Server, error) {
	if c.Memory == 0 {
		c.Memory = DefaultMemory
	}
	if err := checkMemory(c.Memory); err != nil {
		return nil, err
	}
	udp, tcp, err := listen(c)
	if err != nil {
		return nil, err
	}
	in, err := openInlet(udp, c.Logger)
	if err != nil {
		if tcp != nil {
			err = errors.Join(err, tcp.Close())
		}
		return nil, err
	}
	return newServer(c, in, tcp), nil
}

// listen binds the addresses as the configuration demands.
func listen(c Config) (*net.UDPConn, net.Listener, error) {
	if c.TCP != "" {
		if err := ports.Check(c.TCP); err != nil {
			return nil, nil, fmt.Errorf("TCP %w", err)
		}
	}
	udp, tcp, err, tcpErr := bind(c.Address, c.TCP)
	switch {
	case err != nil:
		return nil, nil, err
	case tcpErr != nil && !c.TCPOptional:
		return nil, nil, errors.Join(tcpErr, udp.Close())
	case tcpErr != nil:
		c.Logger.Error("no sampling calls are answered: the TCP address is not to be had. It is tried again every "+tcpRetry.String(),
			"error", tcpErr.Error())
	}
	return udp, tcp, nil
}

func newServer(c Config, in *inlet, tcp net.Listener) *Server {
	size := chunkSize(c.Memory)
	s := &Server{
		in:        in,
		intake:    c.Intake,
		takesOTLP: c.TakesOTLP,
		clock:     c.Clock,
		log:       c.Logger,
		quiet:     hush.New(c.Logger, c.Clock),
		chunkSize: size,
		free:      make(chan *chunk, c.Memory/size),
		queue:     make(chan *chunk, c.Memory/size),
		stopping:  make(chan struct{}),
		done:      make(chan struct{}),
	}
	s.door = &door{address: c.TCP, http: newHTTP(c), log: c.Logger, after: time.After, listener: tcp}
	if c.TCP == "" {
		s.door.address = in.addr.String()
	}
	s.work, s.abort = context.WithCancel(context.Background())
	s.metrics = newMetrics(c.Registerer, s, in.size, c.Memory)
	return s
}

// Addr is where datagrams are taken.
func (s *Server) Addr() string { return s.in.addr.String() }

// TCPAddr is where calls are answered; empty while the address is taken.
func (s *Server) TCPAddr() string {
	if a := s.door.addr(); a != nil {
		return a.String()
	}
	return ""
}

// Serve takes datagrams and sampling calls until Shutdown, and returns when what was received has been handed in. The
// error is nil after a Shutdown. It may be called once.
func (s *Server) Serve() error {
	defer close(s.done)
	var running sync.WaitGroup
	for range workers {
		running.Go(s.deliverAll)
	}
	var httpErr error
	running.Go(func() {
		if httpErr = s.door.serve(s.stopping); httpErr != nil {
			s.beginStop() // half a daemon helps nobody: the reader ends too
		}
	})
	udpErr := (&reader{server: s}).run()
	close(s.queue)
	s.dropped() // for those who ask when the socket is gone
	closeErr := s.in.Close()
	if !s.isStopping() { // else Shutdown lets calls finish
		closeErr = errors.Join(closeErr, s.door.http.Close())
	}
	running.Wait()
	return errors.Join(udpErr, httpErr, closeErr)
}

// Shutdown stops to receive, waits until everything received is handed in, and lets HTTP calls under way finish; a call that
// hangs does not hold up datagrams. When the context ends first the rest is dropped, counted as spilled, and the context's error
// returned. Serve must have been called, or be about to.
func (s *Server) Shutdown(ctx context.Context) error {
	defer s.abort()
	calls := make(chan error, 1)
	go func() { calls <- s.door.http.Shutdown(ctx) }()
	s.beginStop()
	var err error
	select {
	case <-s.done:
		err = <-calls
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err == nil {
		return nil
	}
	return errors.Join(fmt.Errorf("stop the daemon listener: %w", err), s.door.http.Close())
}

func (s *Server) beginStop() {
	s.stop.Do(func() {
		close(s.stopping)
		s.in.wakeAt(longAgo)
	})
}

func (s *Server) isStopping() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// longAgo as a deadline ends reads at once.
var longAgo = time.Unix(1, 0)
