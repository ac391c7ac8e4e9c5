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
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

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
	log := new(bytes.Buffer)
	s, err := Listen(Config{
		Address:    "127.0.0.1:0",
		Intake:     intake,
		API:        api,
		Clock:      time.Now,
		Registerer: prometheus.NewRegistry(),
		Logger:     slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{Server: s, t: t, log: log, served: make(chan error, 1)}
	if f.conn, err = net.Dial("udp", s.Addr()); err != nil {
		t.Fatal(err)
	}
	go func() { f.served <- s.Serve() }()
	return f
}

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

func (f *fixture) counts(c prometheus.Collector, what string, want float64) {
	f.t.Helper()
	if got := testutil.ToFloat64(c); got != want {
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
	bad := map[string][]string{
		rejectedNoNewline: {"", "x", `{"format":"json","version":1}`, `{"id":"1"}`, string(make([]byte, 60000))},
		rejectedHeader:    {"\n{}", "GET / HTTP/1.1\r\n\r\n", `{"format":"json","version":1` + "\n{}", `{"format":"json","version":2}` + "\n{}"},
		rejectedEmpty:     {header},
		rejectedOTLP:      {header + "T1SCgA=", header + "T1UCgA="},
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
	f.counts(f.metrics.received, "received", float64(total))
	for reason, datagrams := range bad {
		f.counts(f.metrics.rejected.WithLabelValues(reason), reason, float64(len(datagrams)))
	}
	if got := strings.Count(f.log.String(), "OTLP over UDP"); got != 1 {
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
	f.counts(f.metrics.bytes, "bytes", most)
}

func TestShutdownLosesNothing(t *testing.T) {
	const n = 3000 // several chunks
	var r recorder
	f := start(t, r.take, http.NotFoundHandler())
	for i := range n {
		f.send(fmt.Sprintf("%s%d", header, i))
		if i%100 == 99 { // no more than the smallest receive buffer holds, so that only the server can lose any
			f.waitFor("received", func() bool { return testutil.ToFloat64(f.metrics.received) == float64(i+1) })
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
	release := make(chan struct{})
	var r recorder
	f := start(t, func(ctx context.Context, docs [][]byte) error {
		<-release
		return r.take(ctx, docs)
	}, http.NotFoundHandler())
	datagram := header + strings.Repeat("x", 60_000)
	sent := 0
	spilled := f.metrics.spilled.WithLabelValues(spilledQueue)
	for testutil.ToFloat64(spilled) < 100 {
		f.send(datagram)
		sent++
		f.waitFor("received", func() bool { return testutil.ToFloat64(f.metrics.received) == float64(sent) })
		if sent > 2*MaxWaiting/60_000 {
			t.Fatalf("%d datagrams sent to a stuck intake, and none spilled", sent)
		}
	}
	if held := f.inFlight.Load() * chunkSize; held > MaxWaiting {
		t.Errorf("%d bytes are held, want at most %d", held, MaxWaiting)
	}
	kept := sent - 100
	if least := MaxWaiting / 60_000 * 8 / 10; kept < least {
		t.Errorf("only %d datagrams of 60 KB were kept, want %d at least: chunks go half empty", kept, least)
	}
	close(release)
	f.finish()
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
	f.counts(f.metrics.spilled.WithLabelValues(spilledStore), "spilled", 1)
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
			s := &Server{stopping: make(chan struct{}), metrics: newMetrics(prometheus.NewRegistry(), &Server{}, 0)}
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
	return `{"Message":"` + call + ` is not served on the daemon's address; it serves POST /GetSamplingRules, POST /SamplingTargets, and segment documents by UDP"}`
}

// What SDKs need is forwarded, and nothing else: whoever reaches the port is not asked who it is.
func TestSamplingCalls(t *testing.T) {
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
		{"GET", "/SamplingTargets", "", "", 404, notServed("GET /SamplingTargets")},
		{"POST", "/TraceSummaries", "{}", "", 404, notServed("POST /TraceSummaries")},
		{"POST", "/CreateSamplingRule", "{}", "", 404, notServed("POST /CreateSamplingRule")},
		{"POST", "/UpdateSamplingRule", "{}", "", 404, notServed("POST /UpdateSamplingRule")},
		{"POST", "/DeleteSamplingRule", "{}", "", 404, notServed("POST /DeleteSamplingRule")},
		{"POST", "/SamplingStatisticSummaries", "{}", "", 404, notServed("POST /SamplingStatisticSummaries")},
		{"POST", "/SamplingTargets/../DeleteSamplingRule", "{}", "", 404, notServed("POST /DeleteSamplingRule")},
		{"POST", "/GetSamplingRules", "{}", "https://example.com", 403, "cross-origin request detected, and/or browser is out of date: Sec-Fetch-Site is missing, and Origin does not match Host"},
	} {
		req, err := http.NewRequest(c.method, "http://"+f.Addr()+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if c.origin != "" {
			req.Header.Set("Origin", c.origin)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := strings.TrimSpace(string(body)); err != nil || resp.StatusCode != c.status || got != c.want {
			t.Errorf("%s %s: got %d %q, %v; want %d %q", c.method, c.path, resp.StatusCode, got, err, c.status, c.want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
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
