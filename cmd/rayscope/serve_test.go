package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

func testConfig(t *testing.T) config {
	return config{
		listen:       "127.0.0.1:0",
		daemonListen: "127.0.0.1:0",
		dataDir:      t.TempDir(),
		account:      123456789012,
		region:       "eu-central-1",
		retention:    time.Hour,
		defaultRule:  sampling.Default(0.25, 3),
		logFormat:    "json",
		logLevel:     slog.LevelInfo,
	}
}

// document is the segment number i, of now.
func document(i int) string {
	now := time.Now().Unix()
	return fmt.Sprintf(`{"trace_id":"1-%08x-%024x","id":"%016x","name":"orders","start_time":%d,"end_time":%d.5}`, now, i, i+1, now, now)
}

// Documents that came in by both doors are in the store after a stop, and every part answers while it runs.
func TestServe(t *testing.T) {
	const datagrams = 100
	c := testConfig(t)
	var log bytes.Buffer
	var posted string
	enough := errors.New("enough")
	err := serve(t.Context(), c, &log, func(_ context.Context, h host) error {
		daemon := h.daemon
		web := url(t, &log)
		posted = document(datagrams)
		body, err := json.Marshal(map[string][]string{"TraceSegmentDocuments": {posted, "{"}})
		if err != nil {
			return err
		}
		for _, c := range []struct{ method, url, body, want string }{
			{"GET", web + "/healthz", "", "ok"},
			{"GET", web + "/readyz", "", "ok"},
			{"GET", web + "/metrics", "", "rayscope_store_disk_bytes"},
			{"POST", web + "/TraceSegments", string(body), `{"UnprocessedTraceSegments":[{"Id":null,"ErrorCode":"ParseError","Message":"Invalid segment. ErrorCode: ParseError"}]}`},
			{"POST", web + "/GetSamplingRules", "", `"FixedRate":0.25,"ReservoirSize":3`},
			{"POST", "http://" + daemon + "/GetSamplingRules", "", `"RuleARN":"arn:aws:xray:eu-central-1:123456789012:sampling-rule/Default"`},
			{"POST", web + "/CreateSamplingRule", `{"SamplingRule":{"RuleName":"quiet","Priority":1,"FixedRate":0,"ReservoirSize":0,"ServiceName":"*","ServiceType":"*","Host":"*","HTTPMethod":"*","URLPath":"/quiet","ResourceARN":"*","Version":1}}`, `"RuleName":"quiet"`},
			{"POST", "http://" + daemon + "/GetSamplingRules", "", `"RuleName":"quiet"`},
			{"POST", "http://" + daemon + "/DeleteSamplingRule", `{"RuleName":"quiet"}`, "is not served on the daemon's address"},
			{"POST", "http://" + daemon + "/SamplingTargets", `{"SamplingStatisticsDocuments":[{"RuleName":"quiet","ClientID":"7f3a0c19d5e24b6880aa91c2","Timestamp":1758654660,"RequestCount":3,"SampledCount":0}]}`, `"UnprocessedStatistics":[]`},
			{"GET", web + "/metrics", "", `rayscope_sampling_requests_total{rule="quiet"} 3`},
			{"POST", web + "/NoSuchThing", "", `"Message"`},
		} {
			if got := request(t, c.method, c.url, c.body); !strings.Contains(got, c.want) {
				t.Errorf("%s %s: got %s, want %s in it", c.method, c.url, got, c.want)
			}
		}
		conn, err := net.Dial("udp", daemon)
		if err != nil {
			return err
		}
		defer conn.Close()
		for i := range datagrams {
			if _, err := conn.Write([]byte("{\"format\":\"json\",\"version\":1}\n" + document(i))); err != nil {
				return err
			}
		}
		return enough // the server must take in what was sent before it ends
	})
	if !errors.Is(err, enough) {
		t.Fatalf("serve: got error %v, want %v", err, enough)
	}
	if n := kept(t, c); n != datagrams+1 {
		t.Errorf("%d traces were kept, want %d; the log:\n%s", n, datagrams+1, &log)
	}
}

// url is the address of the API, by the log.
func url(t *testing.T, log *bytes.Buffer) string {
	t.Helper()
	for line := range strings.Lines(log.String()) {
		var l struct{ Msg, URL string }
		if err := json.Unmarshal([]byte(line), &l); err == nil && l.Msg == "serving" {
			return l.URL
		}
	}
	t.Fatalf("the log does not say where the server is:\n%s", log)
	return ""
}

func request(t *testing.T, method, url, body string) string {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// kept counts the traces in the data directory.
func kept(t *testing.T, c config) (n int) {
	t.Helper()
	db, err := pebble.Open(c.dataDir, pebble.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	now := segment.TimeOf(time.Now())
	for _, err := range db.Scan(t.Context(), c.account, store.Selection{Window: store.Window{Axis: store.ByStart, From: now - 600*segment.Second, To: now + segment.Second}}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func TestServeWithoutDaemon(t *testing.T) {
	c := testConfig(t)
	c.daemonListen = ""
	ctx, cancel := context.WithCancel(t.Context())
	err := serve(ctx, c, io.Discard, func(_ context.Context, h host) error {
		if h.daemon != "" {
			t.Errorf("the daemon listens on %s, want none", h.daemon)
		}
		cancel()
		return nil
	})
	if err != nil {
		t.Errorf("serve, stopped by its context: got error %v, want none", err)
	}
}

func TestParseRetention(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"30d": 720 * time.Hour, "1d": 24 * time.Hour, "720h": 720 * time.Hour, "1h": time.Hour, "90m": 90 * time.Minute, "36500d": maxRetention,
		"": 0, "30": 0, "d": 0, "0d": 0, "59m": 0, "-1d": 0, "1.5d": 0, "36501d": 0, "70000d": 0, "1d12h": 0, "1e9h": 0,
	} {
		if got, err := parseRetention(s); got != want || (err == nil) != (want != 0) {
			t.Errorf("parseRetention(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
}
