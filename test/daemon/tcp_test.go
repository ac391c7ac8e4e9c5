package daemon

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// call posts to the daemon's TCP port, with headers given as name and value in turn.
func call(t *testing.T, d *harness.Daemon, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+d.Address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(answer)
}

// Programs get the server's rules through the daemon, also those that start while the server is down.
func TestSamplingRules(t *testing.T) {
	t.Parallel()
	server := harness.Start(t, "--daemon-listen", "")
	rule := harness.Args{"SamplingRule": harness.Args{"RuleName": "checkout", "Priority": 1, "FixedRate": 0.25, "ReservoirSize": 3, "Version": 1,
		"ResourceARN": "*", "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*"}}
	if _, err := server.Call("CreateSamplingRule", rule); err != nil {
		t.Fatal(err)
	}
	d := harness.StartDaemon(t, "--endpoint", server.URL)
	ask := func(about, path, body string, want int, says string) {
		t.Helper()
		resp, answer := call(t, d, path, body)
		if resp.StatusCode != want || !strings.Contains(answer, says) {
			t.Errorf("%s: %s %q: got %s %s, want %d with %q", about, path, body, resp.Status, answer, want, says)
		}
	}
	const targets = `{"SamplingStatisticsDocuments":[{"RuleName":"checkout","ClientID":"0123456789abcdef01234567","Timestamp":1758654660,"RequestCount":1,"SampledCount":1}]}`
	bodies := []string{"", "{}", `{"NextToken": null}`}
	for _, body := range bodies {
		ask("up", "/GetSamplingRules", body, 200, `"RuleName":"checkout"`)
	}
	ask("up", "/SamplingTargets", targets, 200, `"RuleName":"checkout"`)
	ask("refused", "/SamplingTargets", `{"SamplingStatisticsDocuments":7}`, 400, `"Message"`)

	server.Kill()
	for _, body := range bodies {
		ask("down", "/GetSamplingRules", body, 200, `"RuleName":"checkout"`)
	}
	ask("down", "/SamplingTargets", targets, 503, "nothing listens there")
	if n := d.Metric(t, "rayscope_daemon_remembered_rules_total"); n != 3 {
		t.Errorf("rayscope_daemon_remembered_rules_total is %v, want 3", n)
	}
	if err := d.Says("sampling rules are answered from memory", "start the endpoint"); err != nil {
		t.Error(err)
	}
	server.Restart(t)
	ask("back", "/SamplingTargets", targets, 200, `"RuleName":"checkout"`)
	stop(t, d)
}

// The daemon is no proxy for other calls, and none for web pages.
func TestNothingElseByTCP(t *testing.T) {
	t.Parallel()
	e := harness.StartEndpoint(t)
	d := harness.StartDaemon(t, "--endpoint", e.URL)
	for _, path := range []string{"/Traces", "/CreateSamplingRule", "/TelemetryRecords", "/", "/metrics"} {
		if resp, answer := call(t, d, path, "{}"); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %s %s, want 404", path, resp.Status, answer)
		}
	}
	for _, path := range []string{"/GetSamplingRules", "/SamplingTargets", "/TraceSegments", "/v1/traces"} {
		resp, answer := call(t, d, path, "{}", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain")
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s from a web page: got %s %s, want 403", path, resp.Status, answer)
		}
		if n := e.Calls(path); n != 0 {
			t.Errorf("%s from a web page: %d calls reached the endpoint", path, n)
		}
	}
	stop(t, d)
}

// A document that fits no datagram goes by TCP, and the answer means that it is stored.
func TestDocumentsByTCP(t *testing.T) {
	t.Parallel()
	server := harness.Start(t, "--daemon-listen", "")
	d := harness.StartDaemon(t, "--endpoint", server.URL)
	now := time.Now()
	id := harness.NewTraceID(now)
	large := harness.Segment(id, now, time.Millisecond, harness.Args{"metadata": harness.Args{"default": strings.Repeat("x", 65_320)}})
	if n := len(harness.DaemonHeader) + len(large); n <= 65_507 {
		t.Fatalf("the document fits a datagram, with %d bytes", n)
	}
	resp, answer := call(t, d, "/TraceSegments", segments(t, large, `{"id":"0123456789abcdef"}`), "Content-Type", "application/json")
	var got harness.Unprocessed
	if err := json.Unmarshal([]byte(answer), &got); err != nil || resp.StatusCode != 200 || len(got.UnprocessedTraceSegments) != 1 {
		t.Fatalf("got %s %s, want the second document refused", resp.Status, answer)
	}
	if err := found(server, []string{id}); err != nil { // at once
		t.Error(err)
	}

	server.Kill()
	resp, answer = call(t, d, "/TraceSegments", segments(t, large))
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("X-Amzn-Errortype") != "ThrottledException" || resp.Header.Get("Retry-After") == "" {
		t.Errorf("with the server down and no spool: got %s %v %s, want 429 with Retry-After", resp.Status, resp.Header, answer)
	}
	stop(t, d)
}

// With a spool a document is safe while the endpoint is away.
func TestDocumentsByTCPToSpool(t *testing.T) {
	t.Parallel()
	e := harness.StartEndpoint(t)
	e.Down()
	d := harness.StartDaemon(t, "--endpoint", e.URL, "--spool-dir", t.TempDir())
	docs := documents(10)
	if resp, answer := call(t, d, "/TraceSegments", segments(t, docs...)); resp.StatusCode != 200 {
		t.Fatalf("got %s %s, want 200: the spool has them", resp.Status, answer)
	}
	d.Kill()
	e.Up(t)
	d.Restart(t)
	delivered(t, d, e, docs)
	stop(t, d)
}

func segments(t *testing.T, docs ...string) string {
	t.Helper()
	body, err := json.Marshal(harness.Args{"TraceSegmentDocuments": docs})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// OTLP in protobuf is passed on to an endpoint that takes it; JSON is refused with what to set.
func TestOTLP(t *testing.T) {
	t.Parallel()
	e := harness.StartEndpoint(t)
	d := harness.StartDaemon(t, "--endpoint", e.URL)
	const spans = "\x0a\x00" // one ResourceSpans, empty
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := io.WriteString(z, spans); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	const protobuf = "application/x-protobuf"
	for i, headers := range [][]string{{"Content-Type", protobuf}, {"Content-Type", protobuf, "Content-Encoding", "gzip"}} {
		body := []string{spans, zipped.String()}[i]
		if resp, answer := call(t, d, "/v1/traces", body, headers...); resp.StatusCode != 200 || answer != "" {
			t.Errorf("%v: got %s %q, want 200 without a body", headers, resp.Status, answer)
		}
	}
	if n := e.Calls("/v1/traces"); n != 2 {
		t.Errorf("%d calls reached the endpoint, want 2", n)
	}
	if resp, answer := call(t, d, "/v1/traces", "{}", "Content-Type", "application/json"); resp.StatusCode != 415 || !strings.Contains(answer, "OTEL_EXPORTER_OTLP_PROTOCOL") {
		t.Errorf("JSON: got %s %q, want 415 with what to set", resp.Status, answer)
	}
	if resp, answer := call(t, d, "/v1/traces", "no protobuf", "Content-Type", protobuf); resp.StatusCode != 400 {
		t.Errorf("no protobuf: got %s %q, want 400", resp.Status, answer)
	}
	stop(t, d)
}

// A start script and a cfg.yaml for the X-Ray daemon work unchanged.
func TestDropIn(t *testing.T) {
	t.Parallel()
	e := harness.StartEndpoint(t)
	dir := t.TempDir()
	xray, cfg, address := filepath.Join(dir, "xray"), filepath.Join(dir, "cfg.yaml"), harness.FreeAddress(t)
	if err := os.Symlink(harness.Binary(t), xray); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`Version: 2
TotalBufferSizeMB: 24
Concurrency: 8
Region: "eu-west-1"
Endpoint: %q
Socket:
  UDPAddress: "127.0.0.1:2000"
  TCPAddress: %q
Logging:
  LogRotation: true
  LogLevel: "prod"
  LogPath: %q
LocalMode: true
ResourceARN: ""
RoleARN: ""
NoVerifySSL: false
ProxyAddress: ""
`, e.URL, address, filepath.Join(dir, "xray.log"))
	if err := os.WriteFile(cfg, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := harness.StartProcess(t, harness.ClientEnv(), xray, "-c", cfg, "-o", "-n", "us-west-2", "-b", address, "-l", "debug")
	d := &harness.Daemon{Process: p, Address: address}
	docs := documents(10)
	harness.Eventually(t, patience, func() error {
		log, err := os.ReadFile(filepath.Join(dir, "xray.log"))
		if err == nil && !strings.Contains(string(log), "Starting proxy http server on "+address) {
			err = fmt.Errorf("the log says:\n%s\n%s", log, p.Tail())
		}
		return err
	})
	d.Send(t, docs...)
	harness.Eventually(t, patience, func() error { return e.Missing(docs) })
	log, err := os.ReadFile(filepath.Join(dir, "xray.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"[Info] Initializing ", "[Info] Using buffer memory limit of 24 MB", "[Info] Using region: us-west-2", "[Debug] Successfully sent batch of 10 segments"} {
		if !strings.Contains(string(log), want) {
			t.Errorf("the log does not say %q:\n%s", want, log)
		}
	}
	stop(t, d)
}
