// Package daemon is the door that X-Ray SDKs know as the daemon: documents come in as UDP datagrams, and the two
// sampling calls as HTTP on the TCP port of the same number. Neither asks for credentials.
//
// A datagram is a header line and one document:
//
//	{"format":"json","version":1}⏎{"id":"70de5b6f19ff9a0a",...}
//
// Nobody is told what became of it, so everything is counted. One goroutine reads the socket and does nothing else: it
// receives each datagram behind the last in a chunk of memory, and hands the chunk over when it is full, or old enough
// and somebody is free to take it. When ingest is slow chunks wait, up to MaxWaiting bytes; after that the newest
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

// Config of a Server. None may be left out.
type Config struct {
	Address string // host:port for UDP and TCP; with port 0 both get the same free one

	// Intake takes documents in and returns when they are kept. It must not hold on to their bytes. On an error it is
	// called again with the same documents, for RetryFor at most.
	Intake func(ctx context.Context, docs [][]byte) error

	API http.Handler // answers the sampling calls; an empty body is an empty object to it

	Clock      func() time.Time
	Registerer prometheus.Registerer
	Logger     *slog.Logger
}

// workers call Intake at the same time: while one waits for the disk the other parses.
const workers = 2

// A Server listens since Listen returned it.
type Server struct {
	udp     *net.UDPConn
	tcp     net.Listener
	http    *http.Server
	intake  func(ctx context.Context, docs [][]byte) error
	clock   func() time.Time
	log     *slog.Logger
	quiet   *hush.Log
	metrics *metrics
	otlp    sync.Once // says that OTLP is not understood

	chunks   sync.Pool    // of *chunk
	inFlight atomic.Int64 // chunks that are not in the pool
	queue    chan *chunk  // has room for all: to send never blocks

	kernelDrops atomic.Uint32 // as last told

	work     context.Context // of calls to Intake
	abort    context.CancelFunc
	stop     sync.Once
	stopping chan struct{} // closed when Shutdown begins
	done     chan struct{} // closed when Serve has ended
}

// Listen binds the address. Datagrams wait in the socket until Serve is called.
func Listen(c Config) (*Server, error) {
	udp, tcp, err := bind(c.Address)
	if err != nil {
		return nil, err
	}
	size, err := growReceiveBuffer(udp)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("set the receive buffer of UDP address %s: %w", c.Address, err), udp.Close(), tcp.Close())
	}
	if size < receiveBuffer {
		c.Logger.Warn("the kernel gave a smaller receive buffer than asked for: bursts of datagrams may be lost",
			"bytes", size, "asked", receiveBuffer, "hint", receiveBufferHint)
	}
	s := &Server{
		udp:      udp,
		tcp:      tcp,
		http:     newHTTP(c),
		intake:   c.Intake,
		clock:    c.Clock,
		log:      c.Logger,
		quiet:    hush.New(c.Logger, c.Clock),
		chunks:   sync.Pool{New: func() any { return newChunk() }},
		queue:    make(chan *chunk, maxChunks),
		stopping: make(chan struct{}),
		done:     make(chan struct{}),
	}
	s.work, s.abort = context.WithCancel(context.Background())
	s.metrics = newMetrics(c.Registerer, s, size)
	return s, nil
}

// bind listens on UDP and TCP.
func bind(address string) (*net.UDPConn, net.Listener, error) {
	// With port 0 the free UDP port may be taken on TCP; then another one is tried, ten times at most.
	for try := 0; ; try++ {
		pc, err := net.ListenPacket("udp", address)
		if err != nil {
			return nil, nil, ports.Explain("udp", address, err)
		}
		bound := pc.LocalAddr().String()
		tcp, err := net.Listen("tcp", bound)
		if err == nil {
			return pc.(*net.UDPConn), tcp, nil
		}
		err = errors.Join(ports.Explain("tcp", bound, err), pc.Close())
		if _, port, splitErr := net.SplitHostPort(address); splitErr != nil || port != "0" || try == 10 {
			return nil, nil, err
		}
	}
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.tcp.Addr().String() }

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
		if httpErr = s.http.Serve(s.tcp); errors.Is(httpErr, http.ErrServerClosed) {
			httpErr = nil
			return
		}
		s.beginStop() // half a daemon helps nobody: the reader ends too
	})
	udpErr := (&reader{server: s}).run()
	close(s.queue)
	closeErr := errors.Join(s.udp.Close(), s.http.Close())
	running.Wait()
	return errors.Join(udpErr, httpErr, closeErr)
}

// Shutdown stops to receive, waits until everything received is handed in, and lets HTTP calls under way finish. When
// the context ends first the rest is dropped, counted as spilled, and the context's error returned. Serve must have been
// called, or be about to.
func (s *Server) Shutdown(ctx context.Context) error {
	defer s.abort()
	err := s.http.Shutdown(ctx)
	s.beginStop()
	select {
	case <-s.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("stop the daemon listener: %w", ctx.Err())
	}
}

func (s *Server) beginStop() {
	s.stop.Do(func() {
		close(s.stopping)
		s.udp.SetReadDeadline(longAgo) // wakes the reader; fails only if it is gone already
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
