package proxy_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/rayscope/rayscope/internal/proxy"
	"github.com/rayscope/rayscope/internal/relay"
	"github.com/rayscope/rayscope/internal/uplink"
)

// An endpoint answers what the test says, and remembers what it was asked.
type endpoint struct {
	mu     sync.Mutex // guards asked
	asked  []uplink.Request
	answer func(ctx context.Context, r uplink.Request) (uplink.Answer, error)
}

func (e *endpoint) Name() string { return "https://xray.example.org" }

func (e *endpoint) Post(ctx context.Context, r uplink.Request) (uplink.Answer, error) {
	e.mu.Lock()
	e.asked = append(e.asked, r)
	e.mu.Unlock()
	return e.answer(ctx, r)
}

func (e *endpoint) says(a uplink.Answer, err error) {
	e.answer = func(context.Context, uplink.Request) (uplink.Answer, error) { return a, err }
}

// A deliverer takes documents as the test says, and remembers copies of them.
type deliverer struct {
	docs     []string
	otlp     []string
	refusals []relay.Refusal
	err      error
	wait     bool // until the context ends
}

func (d *deliverer) Deliver(ctx context.Context, docs [][]byte) ([]relay.Refusal, error) {
	if d.wait {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for _, doc := range docs {
		d.docs = append(d.docs, string(doc))
	}
	return d.refusals, d.err
}

func (d *deliverer) DeliverOTLP(_ context.Context, request []byte) error {
	d.otlp = append(d.otlp, string(request))
	return d.err
}

type fixture struct {
	*proxy.Proxy
	endpoint *endpoint
	relay    *deliverer
	metrics  *prometheus.Registry
	log      *bytes.Buffer
	now      time.Time
}

func start() *fixture {
	f := &fixture{endpoint: new(endpoint), relay: new(deliverer), metrics: prometheus.NewRegistry(), log: new(bytes.Buffer), now: time.Unix(1758654660, 0)}
	f.Proxy = proxy.New(proxy.Config{
		Uplink: f.endpoint, Relay: f.relay, Now: func() time.Time { return f.now },
		Registerer: f.metrics, Log: slog.New(slog.NewTextHandler(f.log, nil)),
	})
	return f
}

func (f *fixture) counts(t *testing.T, want string) {
	t.Helper()
	name, _, _ := strings.Cut(strings.TrimSpace(want), "{")
	name, _, _ = strings.Cut(name, " ")
	families, err := f.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			head := fmt.Sprintf("# HELP %s %s\n# TYPE %s counter\n", name, family.GetHelp(), name)
			if err := testutil.GatherAndCompare(f.metrics, strings.NewReader(head+want+"\n"), name); err != nil {
				t.Error(err)
			}
			return
		}
	}
	t.Errorf("no metric %s", name)
}

func post(h http.Handler, path, kind string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func (f *fixture) call(path, body string) *httptest.ResponseRecorder {
	return post(f.API(), path, "application/json", strings.NewReader(body))
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// Each SDK asks in its own form, and all get the endpoint's answer byte for byte.
func TestSamplingCalls(t *testing.T) {
	f := start()
	const rules = "{\"SamplingRuleRecords\" : [ ],\n\"NextToken\":null}"
	f.endpoint.says(uplink.Answer{Status: 200, Body: []byte(rules), Header: header(
		"Content-Type", "application/x-amz-json-1.1", "x-amzn-RequestId", "4711", "Set-Cookie", "a=b", "Date", "now")}, nil)
	for _, c := range []struct{ path, kind, body, sent string }{
		{"/GetSamplingRules", "", `{"NextToken": null}`, `{"NextToken": null}`},                              // Go
		{"/GetSamplingRules", "application/json", `{}`, `{}`},                                                // Python, Java
		{"/GetSamplingRules", "application/x-amz-json-1.1; charset=utf-8", "", `{}`},                         // .NET
		{"/GetSamplingRules", "text/plain;", "no JSON at all", "no JSON at all"},                             // the endpoint will tell
		{"/SamplingTargets", "", `{"SamplingStatisticsDocuments":[]}`, `{"SamplingStatisticsDocuments":[]}`}, // Node.js
	} {
		w := post(f.API(), c.path, c.kind, strings.NewReader(c.body))
		if w.Code != 200 || w.Body.String() != rules {
			t.Errorf("%s %q: got %d %s, want the endpoint's answer", c.path, c.body, w.Code, w.Body)
		}
		h := w.Header()
		if h.Get("Content-Type") != "application/x-amz-json-1.1" || h.Get("x-amzn-RequestId") != "4711" || h.Get("Set-Cookie") != "" || h.Get("Date") != "" {
			t.Errorf("%s: got headers %v", c.path, h)
		}
		got := f.endpoint.asked[len(f.endpoint.asked)-1]
		if got.Path != c.path || string(got.Body) != c.sent || got.ContentType != "application/json" {
			t.Errorf("%s %q: the endpoint got %s %q %q", c.path, c.body, got.Path, got.ContentType, got.Body)
		}
	}
	f.counts(t, `rayscope_daemon_calls_total{operation="GetSamplingRules",result="ok"} 4
rayscope_daemon_calls_total{operation="GetSamplingTargets",result="ok"} 1`)
}

func TestNothingElseIsServed(t *testing.T) {
	f := start()
	for _, c := range []struct{ method, path string }{
		{"POST", "/Traces"}, {"POST", "/DeleteSamplingRule"}, {"GET", "/GetSamplingRules"}, {"POST", "/GetSamplingRules/"}, {"POST", "/"}, {"POST", "/v1/traces"},
	} {
		w := httptest.NewRecorder()
		f.API().ServeHTTP(w, httptest.NewRequest(c.method, c.path, strings.NewReader("{}")))
		if w.Code != 404 || w.Header().Get("x-amzn-ErrorType") != "UnknownOperationException" || !strings.Contains(w.Body.String(), "It serves POST /GetSamplingRules") {
			t.Errorf("%s %s: got %d %s, want 404 with what is served", c.method, c.path, w.Code, w.Body)
		}
	}
	if n := len(f.endpoint.asked); n != 0 {
		t.Errorf("%d calls were passed on, want none", n)
	}
}

// away are errors after which the caller can do nothing but ask again.
var away = map[string]error{
	"down":           &uplink.Error{Kind: uplink.Unreachable, Endpoint: "https://xray.example.org", Err: errors.New("connection refused")},
	"slow":           &uplink.Error{Kind: uplink.TimedOut, Endpoint: "https://xray.example.org"},
	"failing":        &uplink.Error{Kind: uplink.Failing, Endpoint: "https://xray.example.org", Status: 500, Code: "InternalFailure"},
	"no credentials": &uplink.Error{Kind: uplink.Unidentified, Endpoint: "https://xray.example.org", Err: errors.New("no credentials")},
	"denied":         &uplink.Error{Kind: uplink.Denied, Endpoint: "https://xray.example.org", Status: 403, Code: "AccessDeniedException"},
	"foreign":        &uplink.Error{Kind: uplink.Foreign, Endpoint: "https://xray.example.org", Status: 404},
	"half-open":      context.DeadlineExceeded,
}

func TestSamplingErrors(t *testing.T) {
	type sample struct {
		err          error
		status       int
		name, says   string
		retry, count string
	}
	cases := map[string]sample{
		"refused": {err: &uplink.Error{Kind: uplink.Refused, Status: 400, Code: "InvalidRequestException", Message: "1 validation error"},
			status: 400, name: "InvalidRequestException", says: `{"Message":"1 validation error"}`, count: "refused"},
		"refused without a name": {err: &uplink.Error{Kind: uplink.Refused, Status: 422, Message: "no"},
			status: 422, name: "InvalidRequestException", says: `{"Message":"no"}`, count: "refused"},
		"throttled": {err: &uplink.Error{Kind: uplink.Throttled, Status: 429, Code: "ThrottledException", Message: "slow down", RetryAfter: 1500 * time.Millisecond},
			status: 429, name: "ThrottledException", says: `{"Message":"slow down"}`, retry: "2", count: "throttled"},
	}
	for about, err := range away {
		cases[about] = sample{err: err, status: 503, name: "ServiceUnavailable", says: "The daemon could not ask its endpoint: https://xray.example.org: ", count: "away"}
	}
	for about, c := range cases {
		for path, operation := range map[string]string{"/GetSamplingRules": "GetSamplingRules", "/SamplingTargets": "GetSamplingTargets"} {
			f := start()
			f.endpoint.says(uplink.Answer{}, c.err)
			w := f.call(path, "{}")
			if w.Code != c.status || w.Header().Get("x-amzn-ErrorType") != c.name || !strings.Contains(w.Body.String(), c.says) || w.Header().Get("Retry-After") != c.retry {
				t.Errorf("%s: %s: got %d %v %s, want %d %s with %s", about, path, w.Code, w.Header(), w.Body, c.status, c.name, c.says)
			}
			f.counts(t, fmt.Sprintf("rayscope_daemon_calls_total{operation=%q,result=%q} 1", operation, c.count))
			if got, want := strings.Contains(f.log.String(), "failed") && strings.Contains(f.log.String(), "hint="), c.count != "refused"; got != want {
				t.Errorf("%s: %s: logged: %v, want %v:\n%s", about, path, got, want, f.log)
			}
		}
	}
}

// A program that starts while the endpoint is away gets the rules that another one got before, whatever its SDK.
func TestRulesAreRemembered(t *testing.T) {
	for about, err := range away {
		f := start()
		const first, second = `{"SamplingRuleRecords":[1],"NextToken":"p2"}`, `{"SamplingRuleRecords":[2]}`
		f.endpoint.says(uplink.Answer{Status: 200, Body: []byte(first), Header: header("Content-Type", "application/json")}, nil)
		f.call("/GetSamplingRules", "{}")
		f.endpoint.says(uplink.Answer{Status: 200, Body: []byte(second)}, nil)
		f.call("/GetSamplingRules", `{"NextToken":"p2"}`)

		f.endpoint.says(uplink.Answer{}, err)
		f.now = f.now.Add(time.Minute)
		for body, want := range map[string]string{"": first, "{}": first, `{"NextToken": null}`: first, ` {"NextToken":""}`: first, `{"NextToken":"p2"}`: second} {
			if w := f.call("/GetSamplingRules", body); w.Code != 200 || w.Body.String() != want || w.Header().Get("Age") != "60" {
				t.Errorf("%s: %q: got %d %v %s, want %s", about, body, w.Code, w.Header(), w.Body, want)
			}
		}
		for _, body := range []string{`{"NextToken":"p3"}`, `[]`} {
			if w := f.call("/GetSamplingRules", body); w.Code != 503 {
				t.Errorf("%s: %q: got %d %s, want 503", about, body, w.Code, w.Body)
			}
		}
		if w := f.call("/SamplingTargets", "{}"); w.Code != 503 {
			t.Errorf("%s: targets: got %d %s, want 503", about, w.Code, w.Body)
		}
		f.counts(t, "rayscope_daemon_remembered_rules_total 5")
		if got := strings.Count(f.log.String(), "from memory"); got != 1 {
			t.Errorf("%s: the log speaks of it %d times, want once:\n%s", about, got, f.log)
		}
	}
}

func TestRefusedRulesAreNotRemembered(t *testing.T) {
	f := start()
	f.endpoint.says(uplink.Answer{Status: 200, Body: []byte("{}")}, nil)
	f.call("/GetSamplingRules", "{}")
	f.endpoint.says(uplink.Answer{}, &uplink.Error{Kind: uplink.Refused, Status: 400, Code: "InvalidRequestException"})
	if w := f.call("/GetSamplingRules", "{}"); w.Code != 400 {
		t.Errorf("got %d %s, want the refusal", w.Code, w.Body)
	}
}

func TestMemoryOfRulesIsBounded(t *testing.T) {
	f := start()
	f.endpoint.answer = func(_ context.Context, r uplink.Request) (uplink.Answer, error) {
		f.now = f.now.Add(time.Second)
		return uplink.Answer{Status: 200, Body: r.Body}, nil
	}
	token := func(i int) string { return fmt.Sprintf(`{"NextToken":"%d"}`, i) }
	const most = 16
	for i := range most {
		f.call("/GetSamplingRules", token(i))
	}
	f.call("/GetSamplingRules", token(0)) // renewed: now 1 is the oldest
	f.call("/GetSamplingRules", token(most))
	f.endpoint.says(uplink.Answer{Status: 200, Body: make([]byte, 256<<10+1)}, nil)
	f.call("/GetSamplingRules", token(most+1))
	f.endpoint.says(uplink.Answer{}, away["down"])
	for i := range most + 2 {
		want := 200
		if i == 1 || i == most+1 {
			want = 503
		}
		if w := f.call("/GetSamplingRules", token(i)); w.Code != want {
			t.Errorf("page %d: got %d, want %d", i, w.Code, want)
		}
	}
}

func TestLargeSamplingCallIsRefused(t *testing.T) {
	f := start()
	w := f.call("/SamplingTargets", strings.Repeat(" ", 256<<10+1))
	if w.Code != 400 || !strings.Contains(w.Body.String(), "more than 262144 bytes") {
		t.Errorf("got %d %s, want 400", w.Code, w.Body)
	}
	if n := len(f.endpoint.asked); n != 0 {
		t.Errorf("%d calls were passed on, want none", n)
	}
}

// With an endpoint that does not answer, calls end in time, and no more than the bound are under way.
func TestStuckEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := start()
		underWay, most := 0, 0
		f.endpoint.answer = func(ctx context.Context, _ uplink.Request) (uplink.Answer, error) {
			f.endpoint.mu.Lock()
			underWay++
			most = max(most, underWay)
			f.endpoint.mu.Unlock()
			<-ctx.Done()
			f.endpoint.mu.Lock()
			underWay--
			f.endpoint.mu.Unlock()
			return uplink.Answer{}, ctx.Err()
		}
		begin := time.Now()
		codes := make(chan int, 200)
		for range cap(codes) {
			go func() { codes <- f.call("/SamplingTargets", "{}").Code }()
		}
		got := map[int]int{}
		for range cap(codes) {
			got[<-codes]++
		}
		if took := time.Since(begin); took != 5*time.Second {
			t.Errorf("the calls took %v, want 5s", took)
		}
		if most != 64 || got[503]+got[429] != cap(codes) || got[503] < 64 {
			t.Errorf("%d at once, answers %v; want 64 at once, the others told to come again", most, got)
		}
	})
}

func TestTraceSegments(t *testing.T) {
	const two = `{"TraceSegmentDocuments":["{\"id\":\"1\"}","x"]}`
	for _, c := range []struct {
		about, body  string
		relay        deliverer
		status       int
		answer, says string
		retry        string
		docs         int
		counted      [3]int // delivered, refused, returned
	}{
		{about: "good", body: two, status: 200, answer: `{"UnprocessedTraceSegments":[]}`, docs: 2, counted: [3]int{2, 0, 0}},
		{about: "one refused", body: two, relay: deliverer{refusals: []relay.Refusal{{ID: "1", Code: "InvalidId", Message: "no"}}}, status: 200,
			answer: `{"UnprocessedTraceSegments":[{"Id":"1","ErrorCode":"InvalidId","Message":"no"}]}`, docs: 2, counted: [3]int{1, 1, 0}},
		{about: "one without id refused", body: two, relay: deliverer{refusals: []relay.Refusal{{Code: "InvalidSegment", Message: "no"}}}, status: 200,
			answer: `{"UnprocessedTraceSegments":[{"Id":null,"ErrorCode":"InvalidSegment","Message":"no"}]}`, docs: 2, counted: [3]int{1, 1, 0}},
		{about: "queue full", body: two, relay: deliverer{err: errors.New("the queue is full")}, status: 429, says: "the queue is full", retry: "5", docs: 2, counted: [3]int{0, 0, 2}},
		{about: "away", body: two, relay: deliverer{err: errors.New("documents were not delivered to a: connection refused")}, status: 429, says: "connection refused", retry: "5", docs: 2, counted: [3]int{0, 0, 2}},
		{about: "empty", status: 400, says: "Segments can not be empty"},
		{about: "no list", body: `{"TraceSegmentDocuments":7}`, status: 400, says: "wrong type"},
		{about: "no JSON", body: `T1S`, status: 400, says: "not a JSON object"},
		{about: "too many", body: `{"TraceSegmentDocuments":[` + strings.Repeat(`"",`, 50) + `""]}`, status: 400, says: "at most 50"},
		{about: "too large", body: strings.Repeat(" ", 8<<20+1), status: 400, says: "more than 8388608 bytes"},
	} {
		f := start()
		f.relay = &c.relay
		f.metrics = prometheus.NewRegistry()
		f.Proxy = proxy.New(proxy.Config{Uplink: f.endpoint, Relay: f.relay, Now: time.Now, Registerer: f.metrics, Log: slog.New(slog.DiscardHandler)})
		w := f.call("/TraceSegments", c.body)
		if w.Code != c.status || c.answer != "" && w.Body.String() != c.answer || !strings.Contains(w.Body.String(), c.says) || w.Header().Get("Retry-After") != c.retry {
			t.Errorf("%s: got %d %v %s, want %d %s%s", c.about, w.Code, w.Header(), w.Body, c.status, c.answer, c.says)
		}
		if len(f.relay.docs) != c.docs || f.Documents() != uint64(c.docs) || c.docs == 2 && f.relay.docs[0] != `{"id":"1"}` {
			t.Errorf("%s: the relay got %q", c.about, f.relay.docs)
		}
		f.counts(t, fmt.Sprintf(`rayscope_daemon_tcp_documents_total{result="delivered"} %d
rayscope_daemon_tcp_documents_total{result="refused"} %d
rayscope_daemon_tcp_documents_total{result="returned"} %d`, c.counted[0], c.counted[1], c.counted[2]))
	}
}

func TestStuckRelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := start()
		f.relay.wait = true
		begin := time.Now()
		w := f.call("/TraceSegments", `{"TraceSegmentDocuments":["{}"]}`)
		if took := time.Since(begin); took != 20*time.Second || w.Code != 429 || w.Header().Get("x-amzn-ErrorType") != "ThrottledException" {
			t.Errorf("got %d %s after %v, want 429 after 20s", w.Code, w.Body, took)
		}
	})
}

// resourceSpans is a request with one empty message of them.
const resourceSpans = "\x0a\x00"

func TestTraces(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(resourceSpans)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	const protobuf = "application/x-protobuf"
	for _, c := range []struct {
		about, kind, encoding, body string
		err                         error
		status                      int
		code                        byte // of the google.rpc.Status
		says, retry                 string
		got                         []string
	}{
		{about: "good", kind: protobuf, body: resourceSpans, status: 200, got: []string{resourceSpans}},
		{about: "gzip", kind: protobuf + "; a=b", encoding: "gzip", body: zipped.String(), status: 200, got: []string{resourceSpans}},
		{about: "empty", kind: protobuf, status: 200},
		{about: "JSON", kind: "application/json", body: "{}", status: 415, code: 3, says: "set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"},
		{about: "no type", body: resourceSpans, status: 415, code: 3, says: `Content-Type \"\" is not taken`},
		{about: "too large", kind: protobuf, body: strings.Repeat("\x0a\x00", 2<<20+1), status: 400, code: 3, says: "more than 4194304 bytes"},
		{about: "away", kind: protobuf, body: resourceSpans, err: away["down"], status: 429, code: 8, says: "connection refused", retry: "5", got: []string{resourceSpans}},
		{about: "refused", kind: protobuf, body: resourceSpans, err: fmt.Errorf("%w: field 1", relay.ErrRefused), status: 400, code: 3,
			says: "spans were refused: field 1", got: []string{resourceSpans}},
	} {
		f := start()
		f.relay.err = c.err
		r := httptest.NewRequest(http.MethodPost, "/v1/traces", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		r.Header.Set("Content-Encoding", c.encoding)
		w := httptest.NewRecorder()
		f.Traces().ServeHTTP(w, r)
		want := []byte(nil)
		if c.code != 0 {
			want = []byte{0x08, c.code, 0x12}
		}
		says := strings.ReplaceAll(c.says, `\"`, `"`)
		body := w.Body.Bytes()
		if w.Code != c.status || !bytes.HasPrefix(body, want) || c.status == 200 && len(body) != 0 || !strings.Contains(string(body), says) ||
			w.Header().Get("Content-Type") != protobuf || w.Header().Get("Retry-After") != c.retry {
			t.Errorf("%s: got %d %v %q, want %d that says %q", c.about, w.Code, w.Header(), body, c.status, says)
		}
		if fmt.Sprint(f.relay.otlp) != fmt.Sprint(c.got) {
			t.Errorf("%s: the relay got %q, want %q", c.about, f.relay.otlp, c.got)
		}
	}
}
