package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A recorder is an intake that remembers what it got.
type recorder struct {
	mu   sync.Mutex // guards docs
	docs []string
}

func (r *recorder) take(_ context.Context, docs [][]byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range docs {
		r.docs = append(r.docs, string(d))
	}
	return nil
}

// A fixture is a server on loopback that runs.
type fixture struct {
	*Server
	t      *testing.T
	log    *bytes.Buffer // to be read after stop
	served chan error
	conn   net.Conn
}

func start(t *testing.T, intake func(context.Context, [][]byte) error, api http.Handler) *fixture {
	t.Helper()
	return startWith(t, Config{Intake: intake, API: api})
}

// startWith starts a server; what every server needs and c does not have is added.
func startWith(t *testing.T, c Config) *fixture {
	t.Helper()
	f := listenWith(t, c)
	f.serve()
	return f
}

// listenWith makes a server that does not serve yet.
func listenWith(t *testing.T, c Config) *fixture {
	t.Helper()
	log := new(bytes.Buffer)
	if c.Address == "" {
		c.Address = "127.0.0.1:0"
	}
	if c.API == nil {
		c.API = http.NotFoundHandler()
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	c.Registerer = prometheus.NewRegistry()
	c.Logger = slog.New(slog.NewTextHandler(log, nil))
	s, err := Listen(c)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{Server: s, t: t, log: log, served: make(chan error, 1)}
	if f.conn, err = net.Dial("udp", s.Addr()); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) serve() { go func() { f.served <- f.Serve() }() }

func (f *fixture) send(datagram string) {
	f.t.Helper()
	if _, err := f.conn.Write([]byte(datagram)); err != nil {
		f.t.Fatal(err)
	}
}

// finish shuts down and waits.
func (f *fixture) finish() {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), time.Minute)
	defer cancel()
	if err := f.Shutdown(ctx); err != nil {
		f.t.Errorf("Shutdown: got error %v, want none", err)
	}
	if err := <-f.served; err != nil {
		f.t.Errorf("Serve: got error %v, want none", err)
	}
	f.conn.Close()
}

func (f *fixture) counts(n *atomic.Uint64, what string, want int) {
	f.t.Helper()
	if got := n.Load(); got != uint64(want) {
		f.t.Errorf("%s: counted %v, want %v", what, got, want)
	}
}

const header = `{"format":"json","version":1}` + "\n"

func TestDatagrams(t *testing.T) {
	var r recorder
	f := start(t, r.take, http.NotFoundHandler())
	good := []string{`{"id":"1"}`, "{\n\"id\":\"2\"\n}", "\xff\xfe binary", " "}
	for _, doc := range good {
		f.send(header + doc)
	}
	bad := map[reason][]string{
		noNewline:   {"", "x", `{"format":"json","version":1}`, `{"id":"1"}`, string(make([]byte, 60000))},
		badHeader:   {"\n{}", "GET / HTTP/1.1\r\n\r\n", `{"format":"json","version":1` + "\n{}", `{"format":"json","version":2}` + "\n{}"},
		emptyBody:   {header},
		otlp:        {header + "T1SCgA=", header + "T1UCgA="},
		metricsBody: {header + "M1CgA="},
	}
	total := len(good)
	for _, datagrams := range bad {
		for _, d := range datagrams {
			f.send(d)
			total++
		}
	}
	f.finish()

	slices.Sort(r.docs)
	slices.Sort(good)
	if !slices.Equal(r.docs, good) {
		t.Errorf("taken in: got %q, want %q", r.docs, good)
	}
	f.counts(&f.metrics.received, "received", total)
	for why, datagrams := range bad {
		f.counts(&f.metrics.rejected[why], why.String(), len(datagrams))
	}
	want := Counts{Received: uint64(total), Rejected: uint64(total - len(good))}
	if got := f.Counts(); got != want {
		t.Errorf("Counts() = %+v, want %+v", got, want)
	}
	if got := strings.Count(f.log.String(), "OTLP comes"); got != 1 {
		t.Errorf("the log speaks of OTLP %d times, want once:\n%s", got, f.log)
	}
}

func TestLargestDatagram(t *testing.T) {
	var r recorder
	f := start(t, r.take, http.NotFoundHandler())
	const most = 65507 // what IPv4 allows
	doc := strings.Repeat("x", most-len(header))
	f.send(header + doc)
	f.finish()
	if len(r.docs) != 1 || r.docs[0] != doc {
		t.Errorf("got %d documents, want the one of %d bytes", len(r.docs), len(doc))
	}
	f.counts(&f.metrics.bytes, "bytes", most)
}

func TestShutdownLosesNothing(t *testing.T) {
	const n = 3000 // several chunks
	var r recorder
	f := start(t, r.take, http.NotFoundHandler())
	for i := range n {
		f.send(fmt.Sprintf("%s%d", header, i))
		if i%100 == 99 { // no more than the smallest receive buffer holds, so that only the server can lose any
			f.waitFor("received", func() bool { return f.metrics.received.Load() == uint64(i+1) })
		}
	}
	for i := range 100 { // these are in the socket, or on the way, when the stop begins
		f.send(fmt.Sprintf("%s%d", header, n+i))
	}
	f.finish()
	seen := map[string]bool{}
	for _, d := range r.docs {
		seen[d] = true
	}
	if len(seen) != n+100 || len(r.docs) != n+100 {
		t.Errorf("got %d documents, %d different; want all %d", len(r.docs), len(seen), n+100)
	}
}

// waitFor lets others run until the condition holds. The test's own time limit ends it otherwise.
func (f *fixture) waitFor(what string, ok func() bool) {
	f.t.Helper()
	for !ok() {
		if f.t.Context().Err() != nil {
			f.t.Fatalf("waiting for %s", what)
		}
		runtime.Gosched()
	}
}

func TestFloodWithStuckIntake(t *testing.T) {
	for _, memory := range []int{MinMemory, 10 << 20, DefaultMemory} {
		t.Run(fmt.Sprint(memory), func(t *testing.T) { floodStuckIntake(t, memory) })
	}
}

func floodStuckIntake(t *testing.T, memory int) {
	release := make(chan struct{})
	var r recorder
	f := startWith(t, Config{Memory: memory, Intake: func(ctx context.Context, docs [][]byte) error {
		<-release
		return r.take(ctx, docs)
	}})
	const size = 10_000
	datagram := header + strings.Repeat("x", size)
	sent := 0
	spilled := f.metrics.spilled[spilledQueue]
	for spilled.Load() < 100 {
		f.send(datagram)
		sent++
		if sent%10 == 0 { // no more than the smallest receive buffer holds, so that only the server can lose any
			f.waitFor("received", func() bool { return f.metrics.received.Load() == uint64(sent) })
		}
		if sent > 2*memory/size {
			t.Fatalf("%d datagrams sent to a stuck intake, and none spilled", sent)
		}
	}
	if held := f.waiting(); held > memory {
		t.Errorf("%d bytes are held, want at most %d", held, memory)
	}
	close(release)
	f.waitFor("room", func() bool { return f.inFlight.Load() <= 1 }) // the reader may have one of its own by now
	before := spilled.Load()
	f.send(datagram)
	sent++
	f.finish()
	if n := spilled.Load() - before; n != 0 {
		t.Error("the first datagram after the overload was spilled, though there was room")
	}
	kept := sent - int(spilled.Load())
	if least := memory / size * 6 / 10; kept < least {
		t.Errorf("only %d datagrams of %d bytes were kept, want %d at least: chunks go half empty", kept, size, least)
	}
	if len(r.docs) != kept {
		t.Errorf("taken in: got %d, want %d", len(r.docs), kept)
	}
	if n := f.inFlight.Load(); n > 1 { // the reader keeps its own
		t.Errorf("%d chunks were not given back", n)
	}
}

func TestShutdownWithStuckIntakeEnds(t *testing.T) {
	entered := make(chan struct{}, 2)
	f := start(t, func(ctx context.Context, _ [][]byte) error {
		entered <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}, http.NotFoundHandler())
	f.send(header + "{}")
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: got error %v, want %v", err, context.Canceled)
	}
	if err := <-f.served; err != nil {
		t.Errorf("Serve: got error %v, want none", err)
	}
	f.counts(f.metrics.spilled[spilledStore], "spilled", 1)
}

// A call by TCP that hangs until the time is over does not keep datagrams from being handed in, and one that ends is answered.
func TestShutdownWithSlowCalls(t *testing.T) {
	for _, hangs := range []bool{false, true} {
		var r recorder
		entered, release := make(chan struct{}), make(chan struct{})
		f := start(t, r.take, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			close(entered)
			select {
			case <-release:
			case <-q.Context().Done():
			}
		}))
		answered := make(chan error, 1)
		go func() {
			resp, err := http.Post("http://"+f.TCPAddr()+"/GetSamplingRules", "", nil)
			if err == nil {
				resp.Body.Close()
			}
			answered <- err
		}()
		<-entered
		f.send(header + "{}")
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Shutdown(ctx) }()
		if err := <-f.served; err != nil { // while the call hangs
			t.Errorf("Serve: got error %v, want none", err)
		}
		if len(r.docs) != 1 {
			t.Errorf("%d documents were handed in, want 1", len(r.docs))
		}
		if hangs {
			cancel()
		} else {
			close(release)
		}
		if err := <-ended; errors.Is(err, context.Canceled) != hangs || !hangs && err != nil {
			t.Errorf("hangs %v: Shutdown gave error %v", hangs, err)
		}
		if err := <-answered; (err != nil) != hangs {
			t.Errorf("hangs %v: the caller got error %v", hangs, err)
		}
		cancel()
	}
}

func TestIntakeIsTriedAgain(t *testing.T) {
	full := errors.New("store is full")
	for _, c := range []struct {
		about    string
		failures int
		stop     time.Duration // when the stop begins; 0: never
		tries    int
		took     time.Duration
		err      error
	}{
		{"taken at once", 0, 0, 1, 0, nil},
		{"recovers", 3, 0, 4, 700 * time.Millisecond, nil},
		{"never recovers", 1000, 0, 12, 31_300 * time.Millisecond, full},
		{"the stop ends the pause and allows one more try", 1000, time.Second, 5, time.Second, full},
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			s := &Server{stopping: make(chan struct{}), metrics: newMetrics(prometheus.NewRegistry(), &Server{}, 0, 0)}
			s.intake = func(context.Context, [][]byte) error {
				if tries++; tries > c.failures {
					return nil
				}
				return full
			}
			if c.stop > 0 {
				time.AfterFunc(c.stop, func() { close(s.stopping) })
			}
			begin := time.Now()
			err := s.deliver(t.Context(), nil)
			if took := time.Since(begin); err != c.err || tries != c.tries || took != c.took {
				t.Errorf("%s: got error %v after %d tries and %v; want %v, %d, %v", c.about, err, tries, took, c.err, c.tries, c.took)
			}
		})
	}
}
