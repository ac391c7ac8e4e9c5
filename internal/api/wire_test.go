package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/api"
	"github.com/rayscope/rayscope/internal/arrivals"
	"github.com/rayscope/rayscope/internal/checkup"
	"github.com/rayscope/rayscope/internal/ingest"
	"github.com/rayscope/rayscope/internal/insight"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/retrieval"
	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

const account = 111122223333

// A bench is an API over a store of its own, with a clock that the test sets.
type bench struct {
	t   testing.TB
	api *api.API
	now time.Time

	store    *pebble.Store
	metrics  *prometheus.Registry
	insights *insight.Room
	book     *arrivals.Book
	key      bool // documents can be encrypted
}

func newBench(t testing.TB) *bench {
	t.Helper()
	s, err := pebble.Open(t.TempDir(), pebble.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bench{t: t, store: s, now: time.Unix(1758654630, 0)}
	clock := func() time.Time { return b.now }
	registry := prometheus.NewRegistry()
	b.metrics = registry
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	all := settings.New(s, "eu-central-1", clock)
	sampler, err := settings.NewSampler(t.Context(), all, account, sampling.Default(0.05, 1), log)
	if err != nil {
		t.Fatal(err)
	}
	questions := query.New(s, clock)
	retrievals := retrieval.New(questions, clock, log)
	t.Cleanup(retrievals.Close)
	b.insights = insight.New(s, clock)
	b.book = arrivals.New(b.now)
	info := func() api.Info {
		return api.Info{Version: "test", Account: "111122223333", Region: "eu-central-1", Listen: "127.0.0.1:1895", Daemon: "127.0.0.1:2000"}
	}
	checks := checkup.New(checkup.Config{
		Account: account, Book: b.book, Query: questions, Settings: all, Sampler: sampler, Disk: disk{}, Retention: 30 * 24 * time.Hour, Info: info, Now: clock,
		Datagrams: func() *checkup.Datagrams { return &checkup.Datagrams{Received: 12, Buffer: 4 << 20, TCP: true} },
	})
	b.api = api.New(api.Config{
		Account: account, Region: "eu-central-1", Query: questions, Book: b.book, Checkup: checks, Retrieval: retrievals, Insights: b.insights,
		Ingest:   ingest.New(s, ingest.Options{Clock: clock, Registerer: registry, Logger: log, Book: b.book}),
		Sampling: sampler, Settings: all, Now: clock, Log: log, Metrics: registry,
		KeyConfigured: func() bool { return b.key },
		Info:          info,
	})
	return b
}

// disk is the room of a store, the same on every machine.
type disk struct{}

func (disk) Stats() store.Stats {
	return store.Stats{DiskBytes: 5_400_000_000, FreeBytes: 62_000_000_000}
}

func (disk) Usage(context.Context, store.Account) (store.Usage, error) {
	const end = 1758654600 * segment.Second
	return store.Usage{Documents: 4_000_000_000, Digests: 900_000_000, Index: 300_000_000, Rollups: 100_000_000, Settings: 20_000, Log: 99_980_000,
		Oldest: end - 9*86400*segment.Second, Newest: end}, nil
}

// post sends a body and returns the answer.
func (b *bench) post(path, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.api.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
	return w
}

// ok sends a body that must be answered with 200.
func (b *bench) ok(path, body string) []byte {
	b.t.Helper()
	w := b.post(path, body)
	if w.Code != http.StatusOK {
		b.t.Fatalf("POST %s %s: got %d %s %s, want 200", path, body, w.Code, w.Header().Get("x-amzn-ErrorType"), w.Body)
	}
	return w.Body.Bytes()
}

// put sends documents, all of which must be taken.
func (b *bench) put(docs ...string) {
	b.t.Helper()
	if got := string(b.ok("/TraceSegments", segments(docs...))); got != `{"UnprocessedTraceSegments":[]}` {
		b.t.Fatalf("put: got %s, want none unprocessed", got)
	}
}

func segments(docs ...string) string {
	body, err := json.Marshal(map[string]any{"TraceSegmentDocuments": docs})
	if err != nil {
		panic(err) // strings encode
	}
	return string(body)
}

// golden compares an answer with testdata/wire/name.json.
func golden(t *testing.T, name string, answer []byte) {
	t.Helper()
	var got bytes.Buffer
	if err := json.Indent(&got, answer, "", " "); err != nil {
		t.Fatalf("%s: %v in %s", name, err, answer)
	}
	got.WriteByte('\n')
	path := filepath.Join("testdata", "wire", name+".json")
	if *rewrite {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s differs from %s (-rewrite accepts it); got:\n%s", name, path, got.String())
	}
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const workedID = "1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14"

// The example that the fact sheets work through: a root that fails, a table, a database and a service that does not
// report; later the service's segment arrives.
func TestWorkedExample(t *testing.T) {
	b := newBench(t)
	b.put(fixture(t, "worked.json"))
	window := `{"StartTime":1758654600,"EndTime":1758654900}`
	golden(t, "summaries", b.ok("/TraceSummaries", window))
	golden(t, "traces", b.ok("/Traces", `{"TraceIds":["`+workedID+`"]}`))
	golden(t, "trace-graph", b.ok("/TraceGraph", `{"TraceIds":["`+workedID+`"]}`))
	golden(t, "service-graph", b.ok("/ServiceGraph", window))

	b.now = b.now.Add(time.Second)
	b.put(`{"trace_id":"` + workedID + `","id":"e0f1a2b3c4d5e6f7","parent_id":"c8d7e6f5a4b39281","name":"stock","origin":"AWS::EC2::Instance",
		"start_time":1758654625.2,"end_time":1758654625.6,"fault":true}`)
	golden(t, "summaries-reported", b.ok("/TraceSummaries", window))
	golden(t, "trace-graph-reported", b.ok("/TraceGraph", `{"TraceIds":["`+workedID+`"]}`))
	golden(t, "traces-reported", b.ok("/Traces", `{"TraceIds":["`+workedID+`"]}`))
}

// A filter, a group in a filter and a share choose summaries and change nothing in them.
func TestFilteredSummaries(t *testing.T) {
	b := newBench(t)
	b.put(fixture(t, "worked.json"))
	b.ok("/CreateGroup", `{"GroupName":"broken","FilterExpression":"rootcause.fault.service { name = \"stock.example.net\" }"}`)
	const times = `"StartTime":1758654600,"EndTime":1758654900`
	for _, found := range []string{
		`"FilterExpression":""`,
		`"FilterExpression":"service(\"orders\") { fault AND http.status = 503 } AND annotation[tenant] = \"blue\""`,
		`"FilterExpression":"group.name = \"broken\""`,
		`"Sampling":false,"SamplingStrategy":{"Name":"FixedRate","Value":0}`,
		`"Sampling":true`,
		`"Sampling":true,"SamplingStrategy":{"Name":"PartialScan","Value":0}`,
	} {
		golden(t, "summaries", b.ok("/TraceSummaries", "{"+times+","+found+"}"))
	}
	golden(t, "summaries-none", b.ok("/TraceSummaries", "{"+times+`,"FilterExpression":"ok OR group.name = \"nosuch\""}`))
	golden(t, "summaries-event", b.ok("/TraceSummaries", "{"+times+`,"TimeRangeType":"Event","Sampling":true,"SamplingStrategy":{"Name":"FixedRate","Value":1}}`))
	golden(t, "summaries-not-sampled", b.ok("/TraceSummaries", "{"+times+`,"TimeRangeType":"Event","Sampling":true,"SamplingStrategy":{"Name":"FixedRate","Value":0}}`))
}

func TestInfo(t *testing.T) {
	b := newBench(t)
	w := httptest.NewRecorder()
	b.api.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/rayscope/v1/info", nil))
	golden(t, "info", w.Body.Bytes())
}

func TestTelemetry(t *testing.T) {
	b := newBench(t)
	got := b.ok("/TelemetryRecords", `{"TelemetryRecords":[{"Timestamp":1758654660,"SegmentsReceivedCount":120,"SegmentsSentCount":119,"SegmentsSpilloverCount":0,"SegmentsRejectedCount":1,
		"BackendConnectionErrors":{"TimeoutCount":0}}],"Hostname":"node-7","EC2InstanceId":"","ResourceARN":""}`)
	if string(got) != "{}" {
		t.Errorf("got %s, want {}", got)
	}
}

func TestPartialAcceptance(t *testing.T) {
	b := newBench(t)
	good := `{"trace_id":"` + workedID + `","id":"a1f0c3d2e4b59687","name":"orders","start_time":1758654625.1,"end_time":1758654625.3}`
	late := strings.Replace(good, `"start_time":1758654625.1,`, "", 1)
	golden(t, "unprocessed", b.ok("/TraceSegments", segments("{", late, good, "[]", strings.Replace(good, `"name":"orders",`, "", 1))))
	var out struct {
		Traces []struct{ Segments []struct{ Id string } }
	}
	if err := json.Unmarshal(b.ok("/Traces", `{"TraceIds":["`+workedID+`"]}`), &out); err != nil || len(out.Traces) != 1 || len(out.Traces[0].Segments) != 1 {
		t.Errorf("the good document among bad ones: got %+v, %v; want one trace with one segment", out, err)
	}
}

func TestErrors(t *testing.T) {
	b := newBench(t)
	b.put(fixture(t, "worked.json"))
	many := strings.Repeat(`"{}",`, 51)
	for _, c := range []struct {
		path, body string
		status     int
		name       string
		message    string // part of it
	}{
		{"/TraceSegments", `{"TraceSegmentDocuments":[]}`, 400, "InvalidRequestException", "Segments can not be empty"},
		{"/TraceSegments", ``, 400, "InvalidRequestException", "Segments can not be empty"},
		{"/TraceSegments", `{"TraceSegmentDocuments":[` + strings.TrimSuffix(many, ",") + `]}`, 400, "InvalidRequestException", "50"},
		{"/TraceSegments", `{"TraceSegmentDocuments":["{}",7]}`, 400, "InvalidRequestException", "[1]"},
		{"/TraceSegments", `{"TraceSegmentDocuments":["{}"`, 400, "SerializationException", ""},
		{"/TraceSegments", "\x00\xff", 400, "SerializationException", ""},
		{"/TraceSegments", strings.Repeat(" ", 8<<20+1), 400, "InvalidRequestException", "8388608 bytes"},
		{"/TelemetryRecords", `{"TelemetryRecords":[]}`, 400, "InvalidRequestException", "Telemetry records cannot be empty"},
		{"/TelemetryRecords", `{"TelemetryRecords":[{}]}`, 400, "InvalidRequestException", "Timestamp is missing"},
		{"/TraceSummaries", `{}`, 400, "InvalidRequestException", "StartTime is missing"},
		{"/TraceSummaries", `{"StartTime":1758654600}`, 400, "InvalidRequestException", "EndTime is missing"},
		{"/TraceSummaries", `{"StartTime":1758654600,"EndTime":1758654599}`, 400, "InvalidRequestException", "End time cannot be earlier than start time"},
		{"/TraceSummaries", `{"StartTime":1758654600,"EndTime":1758741001}`, 400, "InvalidRequestException", "24h"},
		{"/TraceSummaries", `{"StartTime":1758654600000,"EndTime":1758654700000}`, 400, "InvalidRequestException", "not milliseconds"},
		{"/TraceSummaries", `{"StartTime":"yesterday","EndTime":1758741001}`, 400, "InvalidRequestException", "not a time"},
		{"/TraceSummaries", `{"StartTime":1758654600,"EndTime":1758654700,"FilterExpression":"ok AND respnsetime > 1"}`, 400, "InvalidRequestException", "FilterExpression is invalid: col 8: unknown keyword 'respnsetime', did you mean 'responsetime'?"},
		{"/TraceSummaries", `{"StartTime":1758654600,"EndTime":1758654700,"FilterExpression":"` + workedID + `"}`, 400, "InvalidRequestException", "BatchGetTraces"},
		{"/TraceSummaries", `{"StartTime":1758654600,"EndTime":1758654700,"FilterExpression":"` + strings.Repeat("ok ", 1<<18) + `"}`, 400, "InvalidRequestException", "4096 characters"},
		{"/TraceSummaries", `{"StartTime":1758654600,"EndTime":1758654700,"FilterExpression":"` + strings.Repeat("(", 1000) + `"}`, 400, "InvalidRequestException", "128"},
		{"/TraceSummaries", `{"StartTime":1758654600,"EndTime":1758654700,"FilterExpression":7}`, 400, "InvalidRequestException", "FilterExpression"},
		{"/TraceSummaries", `{"StartTime":1758654600,"EndTime":1758654700,"TimeRangeType":"Dusk"}`, 400, "InvalidRequestException", "TraceId, Event or Service"},
		{"/TraceSummaries", `{"StartTime":1758654600,"EndTime":1758654700,"NextToken":"abc"}`, 400, "InvalidRequestException", "Invalid token"},
		{"/TraceSummaries", `{"StartTime":1758654600,"EndTime":1758654700,"Sampling":true,"SamplingStrategy":{"Name":"FixedRate"}}`, 400, "InvalidRequestException", "between [0, 1]"},
		{"/TraceSummaries", `{"StartTime":1758654600,"EndTime":1758654700,"Sampling":true,"SamplingStrategy":{"Name":"FixedRate","Value":0.5}}`, 400, "InvalidRequestException", "Cannot use FixedRate"},
		{"/Traces", `{"TraceIds":[]}`, 400, "InvalidRequestException", "TraceIds is empty"},
		{"/Traces", `{"TraceIds":["a","b","c","d","e","f"]}`, 400, "InvalidRequestException", "Exceeding maximum query size: 5"},
		{"/Traces", `{"TraceIds":["xyz"]}`, 400, "InvalidRequestException", "Invalid trace id xyz: incorrect id format"},
		{"/Traces", `{"TraceIds":["` + workedID + `","` + workedID + `"]}`, 400, "InvalidRequestException", "Containing duplicate trace ids"},
		{"/Traces", `{"TraceIds":["` + workedID + `"],"NextToken":"x"}`, 400, "InvalidRequestException", "NextToken is currently not supported"},
		{"/Traces", `{"TraceIds":"` + workedID + `"}`, 400, "InvalidRequestException", "TraceIds"},
		{"/TraceGraph", `{"TraceIds":[]}`, 400, "InvalidRequestException", "Zero trace ids provided"},
		{"/TraceGraph", `{"TraceIds":["a","b"]}`, 400, "InvalidRequestException", "Currently only one trace Id is supported"},
		{"/TraceGraph", `{"TraceIds":["1-68d2f0a1-000000000000000000000000"]}`, 400, "InvalidRequestException", "Trace id not found"},
		{"/ServiceGraph", `{"StartTime":1758654600,"EndTime":1758741001}`, 400, "InvalidRequestException", "24h"},
		{"/ServiceGraph", `{"StartTime":1758654600,"EndTime":1758654700,"GroupName":"slow"}`, 400, "InvalidRequestException", "Group not found."},
		{"/ServiceGraph", `{"StartTime":1758654600,"EndTime":1758654700,"NextToken":"x"}`, 400, "InvalidRequestException", "NextToken is currently not supported"},
		{"/tracesegments", `{}`, 404, "UnknownOperationException", "No operation"},
		{"/", `{}`, 404, "UnknownOperationException", "No operation"},
	} {
		w := b.post(c.path, c.body)
		var out struct{ Message string }
		err := json.Unmarshal(w.Body.Bytes(), &out)
		if w.Code != c.status || w.Header().Get("x-amzn-ErrorType") != c.name || !strings.Contains(out.Message, c.message) || err != nil {
			t.Errorf("POST %s %.80s:\n got %d %s %q %v\nwant %d %s with %q", c.path, c.body, w.Code, w.Header().Get("x-amzn-ErrorType"), out.Message, err, c.status, c.name, c.message)
		}
		if len(w.Header().Get("x-amzn-RequestId")) != 36 || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("POST %s: headers %v, want a request id and JSON", c.path, w.Header())
		}
	}
}

func TestUnknownTraceIsAbsent(t *testing.T) {
	b := newBench(t)
	b.put(fixture(t, "worked.json"))
	var out struct {
		Traces              []struct{ Id string }
		UnprocessedTraceIds []string
	}
	answer := b.ok("/Traces", fmt.Sprintf(`{"TraceIds":["1-68d2f0a1-000000000000000000000000","%s"]}`, strings.ReplaceAll(strings.TrimPrefix(workedID, "1-"), "-", "")))
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Traces) != 1 || out.Traces[0].Id != workedID || out.UnprocessedTraceIds == nil || len(out.UnprocessedTraceIds) != 0 {
		t.Errorf("got %s, want the known trace only and an empty list of unprocessed ids", answer)
	}
}

func TestGetOnOperation(t *testing.T) {
	b := newBench(t)
	w := httptest.NewRecorder()
	b.api.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/TraceSummaries", nil))
	if w.Code != http.StatusNotFound || w.Header().Get("x-amzn-ErrorType") != "UnknownOperationException" {
		t.Errorf("GET /TraceSummaries: got %d %v, want 404 UnknownOperationException", w.Code, w.Header())
	}
}
