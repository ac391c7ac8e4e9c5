package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/xrayclient"
)

// call runs the program as main does, with an environment of NAME=value.
func call(ctx context.Context, out io.Writer, env []string, args ...string) (talk string, err error) {
	var stderr bytes.Buffer
	lookup := func(name string) (string, bool) {
		for _, e := range env {
			if n, v, _ := strings.Cut(e, "="); n == name {
				return v, true
			}
		}
		return "", false
	}
	err = program().Run(ctx, args, lookup, cli.Streams{Out: out, Err: &stderr})
	return stderr.String(), err
}

// An awaited is a writer that closes seen when all that was written has the text in it.
type awaited struct {
	mu   sync.Mutex
	b    bytes.Buffer
	text string
	once sync.Once
	seen chan struct{}
}

func (s *awaited) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b.Write(p)
	if strings.Contains(s.b.String(), s.text) {
		s.once.Do(func() { close(s.seen) })
	}
	return len(p), nil
}

// The commands ask a real server.
func TestAskServer(t *testing.T) {
	var log bytes.Buffer
	enough := errors.New("enough")
	err := serve(t.Context(), testConfig(t), &log, func(ctx context.Context, _ host) error {
		endpoint := url(t, &log)
		env := []string{"RAYSCOPE_ENDPOINT=" + endpoint, "RAYSCOPE_REGION=eu-central-1"}
		put := func(docs ...string) {
			body, err := json.Marshal(map[string][]string{"TraceSegmentDocuments": docs})
			if err != nil {
				t.Fatal(err)
			}
			if got := request(t, "POST", endpoint+"/TraceSegments", string(body)); !strings.Contains(got, `"UnprocessedTraceSegments":[]`) {
				t.Fatalf("put: got %s", got)
			}
		}
		ids := make([]string, 3)
		for i := range ids {
			d := document(i)
			put(d)
			ids[i] = strings.Split(d, `"`)[3]
		}
		w3c := strings.ReplaceAll(strings.TrimPrefix(ids[0], "1-"), "-", "")
		for _, c := range []struct {
			args []string
			out  []string // each is in it
			rows int
			talk string
		}{
			{[]string{"traces"}, append([]string{"STARTED", "· ok ", "500 ms", "orders"}, ids...), 4, ""},
			{[]string{"traces", "--limit=2"}, []string{"STARTED"}, 3, "Only the newest 2; --limit=0 lists all.\n"},
			{[]string{"traces", "--json", "--limit", "3"}, []string{`"Id":"` + ids[1] + `"`, `"MatchedEventTime":null`}, 3, ""},
			{[]string{"traces", "--since=2d", "--until=1d"}, nil, 0, "No trace from "},
			{[]string{"traces", ids[2]}, []string{ids[2], "· orders", "█", "1 segment, 0 subsegments"}, 6, ""},
			{[]string{"trace", w3c}, []string{ids[0], "· orders"}, 6, ""},
			{[]string{"trace", ids[0], "--output=json"}, []string{`"name":"orders"`, `"trace_id":"` + ids[0] + `"`}, 1, ""},
			{[]string{"map"}, []string{"SERVICE", "· orders", "  → orders", " 3 ", "500 ms"}, 4, ""},
			{[]string{"map", "--json"}, []string{`"Name":"orders"`, `"ResponseTimeHistogram":[`}, 2, ""},
			{[]string{"map", "ok", "AND", `service("orders")`}, []string{"SERVICE", "· orders", "  → orders", " 3 ", "500 ms"}, 4, ""},
			{[]string{"map", "--json", "ok"}, []string{`"Name":"orders"`, `"ResponseTimeHistogram":[`}, 2, ""},
			{[]string{"map", "fault"}, nil, 0, "No service was seen from "},
			{[]string{"stats", "--by=service,http.status"}, []string{"TRACES", "all ", "100.0 %", "500 ms", "orders", "(no trace has it)"}, 8, ""},
			{[]string{"stats", "ok", "--compare", "fault"}, []string{"A  ", "B  ", "WHAT SETS THEM APART"}, 12, ""},
			{[]string{"stats", "--json"}, []string{`"TracesSeen":3`, `"Exact":true`}, 1, ""},
			{[]string{"stats", "fault"}, []string{"all "}, 2, "No trace was counted at "},
			{[]string{"map", "--since=2h", "--until=1h"}, nil, 0, "No service was seen from "},
		} {
			var out bytes.Buffer
			talk, err := call(ctx, &out, env, c.args...)
			if err != nil || !strings.HasPrefix(talk, c.talk) || c.talk == "" && talk != "" {
				t.Errorf("%q: got error %v, talk %q; want %q", c.args, err, talk, c.talk)
			}
			if n := strings.Count(out.String(), "\n"); n != c.rows {
				t.Errorf("%q: got %d lines, want %d:\n%s", c.args, n, c.rows, &out)
			}
			for _, want := range c.out {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q: %q is missing in\n%s", c.args, want, &out)
				}
			}
		}
		missing := "1-00000000-000000000000000000000001"
		if _, err := call(ctx, io.Discard, env, "trace", missing); err == nil || !strings.HasPrefix(err.Error(), "trace: trace "+missing+" is not at "+endpoint) {
			t.Errorf("unknown trace: got %v, want an error that names it", err)
		}
		testTail(t, env, put)
		return enough
	})
	if !errors.Is(err, enough) {
		t.Fatalf("serve: got error %v, want %v", err, enough)
	}
}

// testTail checks that tail shows what was there, then what lands, and ends well when it is interrupted.
func testTail(t *testing.T, env []string, put func(...string)) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	id := func(i int) string { return strings.Split(document(i), `"`)[3][11:] }
	before, after := &awaited{text: id(2), seen: make(chan struct{})}, &awaited{text: id(77), seen: make(chan struct{})}
	done := make(chan error, 1)
	go func() {
		_, err := call(ctx, io.MultiWriter(before, after), env, "tail", "--since=1h")
		done <- err
	}()
	for _, s := range []*awaited{before, after} {
		select {
		case <-s.seen:
		case err := <-done:
			t.Fatalf("tail ended with %v, having written\n%s", err, &s.b)
		}
		if s == before {
			put(document(77))
		}
	}
	interrupt()
	if err := <-done; err != nil {
		t.Errorf("interrupted tail: got %v, want no error", err)
	}
	if n := strings.Count(after.b.String(), "\n"); n != 5 {
		t.Errorf("got %d lines, want a head and 4 traces, each once:\n%s", n, &after.b)
	}
}

// What the server refuses is shown with its place; all that is wrong with the call itself ends with exit code 2.
func TestAskWrongly(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-amzn-ErrorType", "InvalidRequestException")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"Message":"FilterExpression: col 7: unknown keyword 'respnsetime', did you mean 'responsetime'?"}`)
	}))
	t.Cleanup(s.Close)
	place := ": InvalidRequestException: FilterExpression: col 7: unknown keyword 'respnsetime', did you mean 'responsetime'?\n" +
		"  ok AND respnsetime > 5\n        ^"
	for _, c := range []struct {
		args string // separated by |
		code int
		want string
	}{
		{"traces|ok|AND|respnsetime > 5|--endpoint=" + s.URL, 1, "traces" + place},
		{"tail|ok AND respnsetime > 5|--endpoint=" + s.URL, 1, "tail" + place},
		{"map|--endpoint=" + s.URL, 1, "map: InvalidRequestException: "},
		{"map|ok AND respnsetime > 5|--endpoint=" + s.URL, 1, "map" + place},
		{"trace", 2, "trace: one trace id is needed"},
		{"trace|a|b", 2, "trace: one trace id is needed"},
		{"trace|1-2", 2, `trace: trace id "1-2" is neither`},
		{"map|--since=25h", 2, `map: --since "25h": the time range has 25h0m0s, a map has at most 24h0m0s`},
		{"map|--since=1h|--until=2h", 2, `map: --since "1h": the time range ends before it begins`},
		{"traces|--since=soon|--limit=-1|--output=xml|--endpoint=here", 2, "traces: 4 settings cannot be used:\n" +
			`  --since "soon": how long ago is needed (15m, 6h, 2d), or a time such as 2026-11-22T14:00:00Z` + "\n" +
			`  --limit "-1": a whole number from 0 on is needed, for example 100` + "\n" +
			`  --endpoint "here": a URL with http or https and a host is needed, for example http://127.0.0.1:1895, or "aws" for X-Ray of AWS` + "\n" +
			`  --output "xml": table or json is needed`},
		{"tail|--endpoint=aws|--sign=false", 2, `tail: --sign "false": AWS answers signed requests only`},
		{"tail|--profile=p|--sign=false", 2, `tail: --sign "false": a profile is there to sign with`},
	} {
		var out bytes.Buffer
		_, err := call(t.Context(), &out, nil, strings.Split(c.args, "|")...)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || cli.ExitCode(err) != c.code || out.Len() > 0 {
			t.Errorf("%s: got error %v, exit code %d, output %q; want %q, %d, none", c.args, err, cli.ExitCode(err), &out, c.want, c.code)
		}
	}
}

func TestReadOptions(t *testing.T) {
	for _, c := range []struct {
		args string
		env  []string
		want xrayclient.Options
	}{
		{"", nil, xrayclient.Options{Endpoint: "http://127.0.0.1:1895"}},
		{"", []string{"RAYSCOPE_REGION=eu-west-1"}, xrayclient.Options{Endpoint: "http://127.0.0.1:1895"}},
		{"", []string{"RAYSCOPE_ENDPOINT=aws"}, xrayclient.Options{Endpoint: "aws", Sign: true}},
		{"--region=eu-west-1", nil, xrayclient.Options{Endpoint: "aws", Region: "eu-west-1", Sign: true}},
		{"--region=eu-west-1", []string{"RAYSCOPE_ENDPOINT=http://localhost:1"}, xrayclient.Options{Endpoint: "http://localhost:1", Region: "eu-west-1"}},
		{"--sign", nil, xrayclient.Options{Endpoint: "http://127.0.0.1:1895", Sign: true}},
		{"--profile=p", nil, xrayclient.Options{Endpoint: "http://127.0.0.1:1895", Profile: "p", Sign: true}},
		{"--endpoint=https://traces.example.com", nil, xrayclient.Options{Endpoint: "https://traces.example.com", Sign: true}},
		{"--endpoint=https://traces.example.com --sign=false", nil, xrayclient.Options{Endpoint: "https://traces.example.com"}},
	} {
		var got xrayclient.Options
		p := &cli.Program{Name: "rayscope", Commands: []cli.Command{{Name: "ask", Settings: askSettings(), Run: func(_ context.Context, v *cli.Values, _ cli.Streams) error {
			got = readOptions(v)
			return v.Err()
		}}}}
		env := func(name string) (string, bool) {
			for _, e := range c.env {
				if n, v, _ := strings.Cut(e, "="); n == name {
					return v, true
				}
			}
			return "", false
		}
		if err := p.Run(t.Context(), append([]string{"ask"}, strings.Fields(c.args)...), env, cli.Streams{}); err != nil || got != c.want {
			t.Errorf("%s %q: got %+v, error %v; want %+v", c.args, c.env, got, err, c.want)
		}
	}
}

func TestParseMoment(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Time{
		"now": now, "15m": now.Add(-15 * time.Minute), "1h30m": now.Add(-90 * time.Minute), "2d": now.Add(-48 * time.Hour), "0s": now,
		"2026-11-22T13:00:00+01:00": now.Add(-2 * time.Hour), "36500d": now.Add(-36500 * 24 * time.Hour),
	} {
		if got, err := parseMoment(in, now); err != nil || !got.Equal(want) {
			t.Errorf("parseMoment(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "5", "-5m", "d", "1.5d", "36501d", "99999999d", "yesterday", "2026-11-22", "+2d"} {
		if got, err := parseMoment(in, now); err == nil {
			t.Errorf("parseMoment(%q) = %v, want an error", in, got)
		}
	}
}
