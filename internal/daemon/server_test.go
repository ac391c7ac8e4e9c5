package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/ports"
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
	c.Clock = time.Now
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
	f.finish()
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

func notServed(call string) string {
	return `{"Message":"` + call + ` is not served on the daemon's address; it serves POST /GetSamplingRules, POST /SamplingTargets, POST /TraceSegments, and segment documents by UDP"}`
}

// What SDKs need is forwarded, and nothing else: whoever reaches the port is not asked who it is.
func TestCalls(t *testing.T) {
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %d %v", r.Method, r.URL.Path, len(body), err)
	})
	f := start(t, (&recorder{}).take, api)
	defer f.finish()
	for _, c := range []struct {
		method, path, body, origin string
		status                     int
		want                       string
	}{
		{"POST", "/GetSamplingRules", `{"NextToken": null}`, "", 200, "POST /GetSamplingRules 19 <nil>"},
		{"POST", "/SamplingTargets", "", "", 200, "POST /SamplingTargets 0 <nil>"},
		{"POST", "/SamplingTargets", strings.Repeat("x", maxCall+1), "", 200, "POST /SamplingTargets 262144 http: request body too large"},
		{"POST", "/TraceSegments", strings.Repeat("x", maxCall+1), "", 200, "POST /TraceSegments 262145 <nil>"},
		{"POST", "/TraceSegments", strings.Repeat("x", maxDocuments+1), "", 200, "POST /TraceSegments 16777216 http: request body too large"},
		{"POST", "/v1/traces", "{}", "", 404, `{"Message":"OTLP is not taken yet; it comes with a later release. Send segment documents by POST /TraceSegments or by UDP"}`},
		{"GET", "/v1/traces", "", "", 404, notServed("GET /v1/traces")},
		{"GET", "/SamplingTargets", "", "", 404, notServed("GET /SamplingTargets")},
		{"POST", "/TraceSummaries", "{}", "", 404, notServed("POST /TraceSummaries")},
		{"POST", "/CreateSamplingRule", "{}", "", 404, notServed("POST /CreateSamplingRule")},
		{"POST", "/UpdateSamplingRule", "{}", "", 404, notServed("POST /UpdateSamplingRule")},
		{"POST", "/DeleteSamplingRule", "{}", "", 404, notServed("POST /DeleteSamplingRule")},
		{"POST", "/SamplingStatisticSummaries", "{}", "", 404, notServed("POST /SamplingStatisticSummaries")},
		{"POST", "/SamplingTargets/../DeleteSamplingRule", "{}", "", 404, notServed("POST /DeleteSamplingRule")},
		{"POST", "/GetSamplingRules", "{}", "https://example.com", 403, "cross-origin request detected, and/or browser is out of date: Sec-Fetch-Site is missing, and Origin does not match Host"},
	} {
		status, got := call(t, f.TCPAddr(), c.method, c.path, c.body, c.origin)
		if status != c.status || got != c.want {
			t.Errorf("%s %s: got %d %q; want %d %q", c.method, c.path, status, got, c.status, c.want)
		}
	}
}

// call is the status and body of the answer to an HTTP request.
func call(t *testing.T, address, method, path, body, origin string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, "http://"+address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(answer))
}

func TestOTLPIsTaken(t *testing.T) {
	var r recorder
	traces := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "taken") })
	f := startWith(t, Config{Intake: r.take, TakesOTLP: true, Traces: traces})
	f.send(header + "T1SCgA=")
	if status, got := call(t, f.TCPAddr(), "POST", "/v1/traces", "x", ""); status != 200 || got != "taken" {
		t.Errorf("POST /v1/traces: got %d %q, want 200 \"taken\"", status, got)
	}
	if status, got := call(t, f.TCPAddr(), "GET", "/x", "", ""); status != 404 || !strings.Contains(got, "POST /v1/traces, and segment") {
		t.Errorf("GET /x: got %d %q, want 404 and /v1/traces among what is served", status, got)
	}
	f.finish()
	if want := []string{"T1SCgA="}; !slices.Equal(r.docs, want) {
		t.Errorf("taken in: got %q, want %q", r.docs, want)
	}
}

func TestAddressInUse(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		var address string
		if network == "udp" {
			c, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			address = c.LocalAddr().String()
		} else {
			c, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			address = c.Addr().String()
		}
		_, err := Listen(Config{Address: address})
		var inUse *ports.InUseError
		if !errors.As(err, &inUse) || inUse.Network != network || inUse.Address != address {
			t.Errorf("%s taken: got error %v, want an InUseError for %s %s", network, err, network, address)
		}
		if runtime.GOOS == "linux" && inUse != nil && !strings.Contains(inUse.Holder, fmt.Sprint(os.Getpid())) {
			t.Errorf("%s taken: got holder %q, want process %d", network, inUse.Holder, os.Getpid())
		}
	}
}

func TestAddressesApart(t *testing.T) {
	var r recorder
	f := startWith(t, Config{Address: "127.0.0.1:0", TCP: "[::1]:0", Intake: r.take, API: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})})
	f.send(header + "{}")
	if status, got := call(t, f.TCPAddr(), "POST", "/GetSamplingRules", "", ""); status != 200 {
		t.Errorf("POST /GetSamplingRules to %s: got %d %q, want 200", f.TCPAddr(), status, got)
	}
	if !strings.HasPrefix(f.Addr(), "127.0.0.1:") || !strings.HasPrefix(f.TCPAddr(), "[::1]:") {
		t.Errorf("got UDP address %s and TCP address %s, want 127.0.0.1 and [::1]", f.Addr(), f.TCPAddr())
	}
	f.finish()
	if len(r.docs) != 1 {
		t.Errorf("got %d documents, want 1", len(r.docs))
	}
}

// A taken TCP address keeps nobody from receiving datagrams if it is optional, and is listened on when it is free.
func TestOptionalTCP(t *testing.T) {
	holder, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var r recorder
	f := listenWith(t, Config{TCP: holder.Addr().String(), TCPOptional: true, Intake: r.take})
	ticks := make(chan time.Time)
	f.door.after = func(d time.Duration) <-chan time.Time {
		if d != tcpRetry {
			t.Errorf("waits %v before the next try, want %v", d, tcpRetry)
		}
		return ticks
	}
	f.serve()
	f.send(header + "{}")
	f.waitFor("the datagram", func() bool { return f.Counts().Received == 1 })
	ticks <- time.Time{}
	ticks <- time.Time{} // the first try is over, and failed
	if got := f.TCPAddr(); got != "" || f.door.listening() != 0 {
		t.Errorf("TCP address while another has it: got %q, listening %d; want none, 0", got, f.door.listening())
	}
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
	for f.TCPAddr() == "" {
		select {
		case ticks <- time.Time{}:
		default:
			runtime.Gosched()
		}
	}
	if status, _ := call(t, f.TCPAddr(), "GET", "/", "", ""); status != 404 || f.door.listening() != 1 {
		t.Errorf("GET / when the address is free: got %d, listening %d; want 404, 1", status, f.door.listening())
	}
	f.finish()
	holds := "another process"
	if runtime.GOOS == "linux" {
		holds = fmt.Sprintf("process %d", os.Getpid())
	}
	if got := f.log.String(); !strings.Contains(got, "level=ERROR") || !strings.Contains(got, holds) {
		t.Errorf("the log names no holder of the address:\n%s", got)
	}
}

func TestShutdownWithTakenTCP(t *testing.T) {
	holder, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	f := startWith(t, Config{TCP: holder.Addr().String(), TCPOptional: true, Intake: (&recorder{}).take})
	f.finish()
}

func TestListenRefuses(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{Address: "127.0.0.1:0", Memory: MinMemory - 1}, "memory for datagrams is 3145727 bytes and must be at least 3145728"},
		{Config{Address: "127.0.0.1:0", TCP: "2000", TCPOptional: true}, `TCP address "2000" is not of the form host:port`},
		{Config{Address: "127.0.0.1"}, "listen on UDP address 127.0.0.1"},
	} {
		_, err := Listen(c.config)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Listen(%+v): got error %v, want one that says %q", c.config, err, c.want)
		}
	}
}

// What the kernel drops because nobody reads is counted, and what it has room for is read.
func TestKernelDrops(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells what it dropped")
	}
	var r recorder
	f := listenWith(t, Config{Intake: r.take})
	if got := f.Counts(); got != (Counts{}) {
		t.Errorf("before the first datagram: got %+v, want zeros", got)
	}
	datagram := header + strings.Repeat("x", 60_000)
	const sent = 2 * receiveBuffer / 60_000 * 2 // the kernel doubles what it is asked for
	for range sent {
		f.send(datagram)
	}
	dropped := f.Counts().KernelDropped
	if dropped == 0 || dropped > sent {
		t.Errorf("%d datagrams of 60 KB to a socket that nobody reads: got %d dropped, want some", sent, dropped)
	}
	f.serve()
	f.finish()
	if len(r.docs)+int(dropped) != sent {
		t.Errorf("got %d documents and %d dropped of %d sent", len(r.docs), dropped, sent)
	}
	if got := f.Counts().KernelDropped; got != dropped {
		t.Errorf("dropped after the end: got %d, want the %d that were told last", got, dropped)
	}
}

// A socket that is served by naps is served when there is nothing, too: the receiver must not miss the datagram that comes
// just before it waits.
func TestEachDatagramArrives(t *testing.T) {
	arrived := make(chan int)
	f := startWith(t, Config{Intake: func(_ context.Context, docs [][]byte) error {
		arrived <- len(docs)
		return nil
	}})
	for range 100 {
		f.send(header + "{}")
		if n := <-arrived; n != 1 {
			t.Fatalf("got %d documents, want 1", n)
		}
	}
	f.finish()
}
