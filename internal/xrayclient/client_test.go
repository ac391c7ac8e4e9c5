package xrayclient_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/xrayclient"
)

// A replay is a server that gives out answers in their order, the last one again and again.
type replay struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
}

type request struct {
	path, authorization string
	body                map[string]any
}

type answer struct {
	status    int
	exception string
	date      string // of the server's clock, else as it is
	body      string
}

func serve(t *testing.T, answers ...answer) *replay {
	t.Helper()
	r := new(replay)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		a := answers[min(len(r.requests), len(answers)-1)]
		got := request{path: req.URL.Path, authorization: req.Header.Get("Authorization")}
		b, err := io.ReadAll(req.Body)
		if err == nil {
			err = json.Unmarshal(b, &got.body)
		}
		if err != nil {
			t.Errorf("request %s %q: %v", got.path, b, err)
		}
		r.requests = append(r.requests, got)
		w.Header().Set("Content-Type", "application/json")
		if a.exception != "" {
			w.Header().Set("x-amzn-ErrorType", a.exception)
		}
		if a.date != "" {
			w.Header().Set("Date", a.date)
		}
		w.WriteHeader(a.status)
		fmt.Fprint(w, a.body)
	}))
	t.Cleanup(r.Close)
	return r
}

func open(t *testing.T, endpoint string) *xrayclient.Client {
	t.Helper()
	c, err := xrayclient.Open(t.Context(), xrayclient.Options{Endpoint: endpoint})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	noon    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	oneHour = xrayclient.Query{From: noon.Add(-time.Hour), To: noon, Axis: types.TimeRangeTypeTraceId}
)

// collect gathers ids and the JSON they came in.
func collect(c *xrayclient.Client, q xrayclient.Query) (ids, texts []string, err error) {
	for s, err := range c.Summaries(context.Background(), q) {
		if err != nil {
			return ids, texts, err
		}
		ids, texts = append(ids, *s.Id), append(texts, string(s.JSON))
	}
	return ids, texts, nil
}

func TestSummaries(t *testing.T) {
	s := serve(t,
		answer{status: 200, body: `{"TraceSummaries":[{"Id":"1-a"},{"Id":"1-b","Ours":1}],"TracesProcessedCount":7,"NextToken":"x"}`},
		answer{status: 200, body: `{"TraceSummaries":[],"TracesProcessedCount":2,"NextToken":"y"}`},
		answer{status: 200, body: `{"TraceSummaries":[{"Id":"1-c","Annotations":{"n":[{"AnnotationValue":{"NumberValue":1.50}}]}}],"NextToken":null}`})
	q := oneHour
	q.Filter = `service("x")`
	var processed []int64
	q.OnPage = func(n int64) { processed = append(processed, n) }
	ids, texts, err := collect(open(t, s.URL), q)
	if want := []string{"1-a", "1-b", "1-c"}; err != nil || !slices.Equal(ids, want) {
		t.Errorf("got %q, error %v; want %q", ids, err, want)
	}
	if want := []string{`{"Id":"1-a"}`, `{"Id":"1-b","Ours":1}`, `{"Id":"1-c","Annotations":{"n":[{"AnnotationValue":{"NumberValue":1.50}}]}}`}; !slices.Equal(texts, want) {
		t.Errorf("JSON: got %q, want %q", texts, want)
	}
	if want := []int64{7, 2, 0}; !slices.Equal(processed, want) {
		t.Errorf("OnPage was told %d, want %d", processed, want)
	}
	var tokens []any
	for _, r := range s.requests {
		tokens = append(tokens, r.body["NextToken"])
		if r.path != "/TraceSummaries" || r.authorization != "" || r.body["FilterExpression"] != q.Filter || r.body["TimeRangeType"] != "TraceId" ||
			r.body["StartTime"] != float64(q.From.Unix()) || r.body["EndTime"] != float64(q.To.Unix()) {
			t.Errorf("got request %+v, want the query's, without a signature", r)
		}
	}
	if want := []any{nil, "x", "y"}; !slices.Equal(tokens, want) {
		t.Errorf("tokens: got %v, want %v", tokens, want)
	}
}

// A long range is asked for in parts that follow each other without a gap, newest first, and only as far as is wanted.
func TestLongRange(t *testing.T) {
	s := serve(t, answer{status: 200, body: `{"TraceSummaries":[{"Id":"1-a"}]}`})
	q := oneHour
	q.From = noon.Add(-60*time.Hour - 300*time.Microsecond)
	if ids, _, err := collect(open(t, s.URL), q); err != nil || len(ids) != 3 {
		t.Errorf("got %q, error %v; want three traces", ids, err)
	}
	var got []string
	for _, r := range s.requests {
		from, to := r.body["StartTime"].(float64)-float64(noon.Unix()), r.body["EndTime"].(float64)-float64(noon.Unix())
		got = append(got, fmt.Sprintf("%.3f %.3f", from/3600, to/3600))
	}
	if want := []string{"-24.000 0.000", "-48.000 -24.000", "-60.000 -48.000"}; !slices.Equal(got, want) {
		t.Errorf("hours asked for: got %q, want %q", got, want)
	}
	s.requests = nil
	for range open(t, s.URL).Summaries(t.Context(), q) {
		break
	}
	if len(s.requests) != 1 {
		t.Errorf("%d requests for one trace, want 1", len(s.requests))
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name      string
		answer    answer
		want      string // # stands for the endpoint
		column    int
		temporary bool
	}{
		{"refused", answer{400, "InvalidRequestException", "", `{"Message":"FilterExpression: col 14: unknown keyword"}`},
			"InvalidRequestException: FilterExpression: col 14: unknown keyword", 14, false},
		{"no place", answer{400, "InvalidRequestException", "", `{"Message":"The column 5 is full"}`}, "InvalidRequestException: The column 5 is full", 0, false},
		{"place of another error", answer{400, "ValidationException", "", `{"Message":"col 5"}`}, "ValidationException: col 5", 0, false},
		{"forbidden", answer{403, "AccessDeniedException", "", `{"Message":"no"}`},
			"AccessDeniedException: no\nthe identity lacks a permission, or the server does not serve this caller: see --profile and --endpoint", 0, false},
		{"unsigned", answer{403, "MissingAuthenticationTokenException", "", `{"Message":"Missing Authentication Token"}`},
			"MissingAuthenticationTokenException: Missing Authentication Token\nthe server wants a signature: add --sign, or --profile=NAME", 0, false},
		{"page", answer{404, "", "", `<html>`}, "# answered with status 404, and not as the X-Ray API does: name a Rayscope with --endpoint", 0, false},
		{"page with success", answer{200, "", "", `<html>`}, "# answered with status 200, and not as the X-Ray API does: name a Rayscope with --endpoint", 0, false},
		{"two lists", answer{200, "", "", `{"TraceSummaries":[{"Id":"1-a"}],"tracesummaries":[]}`},
			"read answer: its lists can be read in two ways, so it is no answer of the X-Ray API", 0, false},
		{"loop", answer{200, "", "", `{"TraceSummaries":[],"NextToken":"x"}`},
			"GetTraceSummaries of # answered the same NextToken twice: the list would never end", 0, false},
	} {
		s := serve(t, c.answer)
		_, _, err := collect(open(t, s.URL), oneHour)
		want := strings.ReplaceAll(c.want, "#", s.URL)
		if err == nil || err.Error() != want {
			t.Errorf("%s: got error %q, want %q", c.name, err, want)
			continue
		}
		var e *xrayclient.Error
		if errors.As(err, &e) {
			if col, ok := e.Column(); col != c.column || ok != (c.column > 0) || e.Temporary != c.temporary {
				t.Errorf("%s: got column %d, temporary %v; want %d, %v", c.name, col, e.Temporary, c.column, c.temporary)
			}
		}
	}
}

// What is tried again by AWS' client: a throttled call succeeds, an unreachable server is named.
func TestRetries(t *testing.T) {
	s := serve(t, answer{429, "ThrottledException", "", `{"Message":"slow down"}`}, answer{status: 200, body: `{"TraceSummaries":[{"Id":"1-a"}]}`})
	if ids, texts, err := collect(open(t, s.URL), oneHour); err != nil || len(ids) != 1 || texts[0] != `{"Id":"1-a"}` {
		t.Errorf("throttled once: got %q %q, error %v; want the trace", ids, texts, err)
	}
	s.Close()
	_, _, err := collect(open(t, s.URL), oneHour)
	want := "nothing listens at " + s.URL + ": start a server with 'rayscope serve' or 'rayscope demo', or name another with --endpoint"
	var e *xrayclient.Error
	if !errors.As(err, &e) || e.Error() != want || !e.Temporary {
		t.Errorf("closed server: got %q, want temporary %q", err, want)
	}
}

func TestInterrupted(t *testing.T) {
	s := serve(t, answer{status: 200, body: `{}`})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, s.URL).Trace(ctx, "1-a"); !errors.Is(err, context.Canceled) || err.Error() != "interrupted" {
		t.Errorf("got %v, want interrupted", err)
	}
}

func TestSkew(t *testing.T) {
	ahead := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	c := open(t, serve(t, answer{status: 200, date: ahead, body: `{"TraceSummaries":[]}`}, answer{status: 200, body: `{"TraceSummaries":[]}`}).URL)
	if got := c.Skew(); got != 0 {
		t.Errorf("before the first answer: got %v, want 0", got)
	}
	for _, want := range []time.Duration{time.Hour, 0} {
		if _, _, err := collect(c, oneHour); err != nil {
			t.Fatal(err)
		}
		if got := c.Skew(); got < want-2*time.Minute || got > want {
			t.Errorf("got %v, want about %v", got, want)
		}
	}
}

func TestTrace(t *testing.T) {
	for _, c := range []struct {
		body, want, err string
	}{
		{`{"Traces":[{"Id":"1-a","Segments":[]}],"UnprocessedTraceIds":[]}`, "1-a", ""},
		{`{"Traces":[],"UnprocessedTraceIds":[]}`, "", ""},
		{`{"Traces":[],"UnprocessedTraceIds":["1-a"]}`, "", "trace 1-a could not be read by the server just now: try again"},
	} {
		got, err := open(t, serve(t, answer{status: 200, body: c.body}).URL).Trace(t.Context(), "1-a")
		switch {
		case c.err != "":
			if err == nil || err.Error() != c.err {
				t.Errorf("%s: got error %v, want %q", c.body, err, c.err)
			}
		case err != nil || (got != nil) != (c.want != "") || got != nil && *got.Id != c.want:
			t.Errorf("%s: got %+v, error %v; want %q", c.body, got, err, c.want)
		}
	}
}

func TestServiceGraph(t *testing.T) {
	s := serve(t, answer{status: 200, body: `{"Services":[{"ReferenceId":0,"Name":"a"}],"NextToken":"x"}`},
		answer{status: 200, body: `{"Services":[{"ReferenceId":1,"Name":"b","Region":"r"}]}`})
	got, err := open(t, s.URL).ServiceGraph(t.Context(), noon.Add(-time.Minute), noon, "g")
	if err != nil || len(got) != 2 || *got[1].Name != "b" || string(got[1].JSON) != `{"ReferenceId":1,"Name":"b","Region":"r"}` {
		t.Errorf("got %+v, error %v; want services a and b of both pages", got, err)
	}
	if r := s.requests[1]; r.body["GroupName"] != "g" || r.body["NextToken"] != "x" || r.path != "/ServiceGraph" {
		t.Errorf("got second request %+v, want that of the next page", r)
	}
}

func TestSign(t *testing.T) {
	nobody(t)
	s := serve(t, answer{status: 200, body: `{"Traces":[]}`})
	_, err := xrayclient.Open(t.Context(), xrayclient.Options{Endpoint: s.URL, Sign: true})
	if err == nil || !strings.HasPrefix(err.Error(), "find AWS credentials: ") || !strings.Contains(err.Error(), "--sign=false") {
		t.Errorf("without credentials: got %v, want an error that says where they come from", err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	for _, tt := range []struct{ region, want string }{{"", "/us-east-1/xray/"}, {"eu-west-1", "/eu-west-1/xray/"}} {
		c, err := xrayclient.Open(t.Context(), xrayclient.Options{Endpoint: s.URL, Sign: true, Region: tt.region})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Trace(t.Context(), "1-a"); err != nil {
			t.Fatal(err)
		}
		if got := s.requests[len(s.requests)-1].authorization; !strings.Contains(got, "AKIDEXAMPLE/") || !strings.Contains(got, tt.want) {
			t.Errorf("region %q: signed as %q, want a scope with %s", tt.region, got, tt.want)
		}
	}
	_, err = xrayclient.Open(t.Context(), xrayclient.Options{Endpoint: xrayclient.AWS, Sign: true})
	if err == nil || !strings.HasPrefix(err.Error(), "no AWS region is set: ") {
		t.Errorf("AWS without a region: got %v, want an error", err)
	}
}

// nobody takes all credentials and regions of this machine out of sight.
func nobody(t *testing.T) {
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // restores it afterwards
			os.Unsetenv(name)
		}
	}
	none := t.TempDir() + "/none"
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func TestCheckEndpoint(t *testing.T) {
	for in, want := range map[string]string{
		"aws": "", "http://127.0.0.1:1895": "127.0.0.1", "https://traces.example.com/": "traces.example.com", "http://[::1]:1895": "::1",
		"127.0.0.1:1895": "bad", "": "bad", "http://": "bad", "ftp://x": "bad", "http://u:p@x": "bad", "http://x?y=z": "bad", "AWS": "bad",
	} {
		host, err := xrayclient.CheckEndpoint(in)
		if (err != nil) != (want == "bad") || err == nil && host != want {
			t.Errorf("CheckEndpoint(%q) = %q, %v; want %q", in, host, err, want)
		}
	}
}

// An analysis goes to its own path with its own body, and refusals are those of all calls.
func TestAnalyze(t *testing.T) {
	s := serve(t, answer{status: 200, body: `{"TracesSeen":3,"Exact":true,"A":{"Count":2,"P50":0.25},"B":null,"Tables":[]}`},
		answer{status: 400, exception: "InvalidRequestException", body: `{"Message":"FilterExpression is invalid: col 3: no"}`})
	c := open(t, s.URL)
	in := &rayapi.AnalyzeRequest{StartTime: xrayclient.Moment(noon.Add(-time.Hour)), EndTime: xrayclient.Moment(noon), FilterExpression: "fault"}
	got, text, err := c.Analyze(context.Background(), in)
	if err != nil || got.TracesSeen != 3 || got.A.Count != 2 || *got.A.P50 != .25 || got.B != nil || !strings.HasPrefix(string(text), `{"TracesSeen":3`) {
		t.Errorf("got %+v %s, %v", got, text, err)
	}
	if r := s.requests[0]; r.path != rayapi.AnalyzePath || r.body["FilterExpression"] != "fault" || r.body["StartTime"] != float64(noon.Unix()-3600) || r.body["TimeRangeType"] != "" {
		t.Errorf("asked %s with %v", r.path, r.body)
	}
	_, _, err = c.Analyze(context.Background(), in)
	var refused *xrayclient.Error
	if !errors.As(err, &refused) || refused.Code != "InvalidRequestException" {
		t.Errorf("refused: got %v", err)
	}
	if col, ok := refused.Column(); !ok || col != 3 {
		t.Errorf("got column %d %v, want 3", col, ok)
	}
}

// The map of an expression goes to its own path, and its services are read as those of GetServiceGraph.
func TestMatchingGraph(t *testing.T) {
	s := serve(t, answer{status: 200, body: `{"Services":[{"ReferenceId":0,"Name":"a","Edges":[]}],"TracesSeen":7,"TracesMatched":2,"Exact":false,"StoppedBecause":"long"}`})
	in := &rayapi.GraphRequest{StartTime: xrayclient.Moment(noon.Add(-time.Hour)), EndTime: xrayclient.Moment(noon), FilterExpression: "fault"}
	list, got, err := open(t, s.URL).MatchingGraph(t.Context(), in)
	if err != nil || len(list) != 1 || *list[0].Name != "a" || string(list[0].JSON) != `{"ReferenceId":0,"Name":"a","Edges":[]}` {
		t.Fatalf("got %+v, error %v; want service a", list, err)
	}
	if got.TracesSeen != 7 || got.TracesMatched != 2 || got.Exact || *got.StoppedBecause != "long" {
		t.Errorf("got %+v", got)
	}
	if r := s.requests[0]; r.path != rayapi.GraphPath || r.body["FilterExpression"] != "fault" || r.body["EndTime"] != float64(noon.Unix()) {
		t.Errorf("asked %s with %v", r.path, r.body)
	}
}
