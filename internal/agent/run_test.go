package agent_test

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
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/agent"
)

// An endpoint is an X-Ray API that takes everything and remembers it, or refuses every call while it is away.
type endpoint struct {
	*httptest.Server
	came chan string // names of documents
	told chan string // bodies of telemetry

	mu    sync.Mutex // guards what follows
	away  bool
	agent string // the last User-Agent
	auth  string // the last Authorization
}

func newEndpoint(t *testing.T) *endpoint {
	e := &endpoint{came: make(chan string, 1000), told: make(chan string, 100)}
	e.Server = httptest.NewServer(e)
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) set(away bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.away = away
}

func (e *endpoint) userAgent() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.agent
}

func (e *endpoint) authorization() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.auth
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	away := e.away
	e.agent, e.auth = r.UserAgent(), r.Header.Get("Authorization")
	e.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if away {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller is gone
	}
	switch r.URL.Path {
	case "/TraceSegments":
		var in struct{ TraceSegmentDocuments []string }
		if err := json.Unmarshal(body, &in); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, d := range in.TraceSegmentDocuments {
			var doc struct{ Name string }
			if err := json.Unmarshal([]byte(d), &doc); err != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			e.came <- doc.Name
		}
		fmt.Fprint(w, `{"UnprocessedTraceSegments":[]}`)
	case "/TelemetryRecords":
		e.told <- string(body)
		fmt.Fprint(w, "{}")
	case "/GetSamplingRules":
		fmt.Fprint(w, `{"SamplingRuleRecords":[]}`)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// want waits for documents of these names, in any order.
func (e *endpoint) want(t *testing.T, names ...string) {
	t.Helper()
	var got []string
	for range names {
		select {
		case name := <-e.came:
			got = append(got, name)
		case <-t.Context().Done():
			t.Fatal("the test ended")
		case <-time.After(20 * time.Second): // far more than it takes; a failure must not hang
			t.Fatalf("only %q came, want %q", got, names)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, names) {
		t.Fatalf("%q came, want %q", got, names)
	}
}

// A run is a daemon.
type run struct {
	t      *testing.T
	at     agent.Addresses
	reload chan os.Signal
	cancel context.CancelFunc
	ended  chan error
	log    bytes.Buffer // to be read after the end

	mu     sync.Mutex // guards config and wrong
	config agent.Config
	wrong  error
}

// config is that of a daemon on free ports of this machine.
func config(endpoints ...string) agent.Config {
	c := agent.Defaults()
	c.UDP, c.TCP, c.Admin = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	c.LocalMode, c.Memory, c.Endpoints = true, 8, endpoints
	c.StopTimeout = 10 * time.Second
	return c
}

func noEnv(string) (string, bool) { return "", false }

func start(t *testing.T, c agent.Config) *run {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &run{t: t, reload: make(chan os.Signal), cancel: cancel, ended: make(chan error, 1), config: c}
	started := make(chan agent.Addresses, 1)
	go func() {
		r.ended <- agent.Run(ctx, agent.Options{
			Version: "v1.2.3", Load: r.load, Env: noEnv, Out: &r.log, Err: &r.log, Reload: r.reload,
			Started: func(a agent.Addresses) { started <- a },
		})
	}()
	select {
	case r.at = <-started:
	case err := <-r.ended:
		t.Fatalf("the daemon ended: %v; its log:\n%s", err, &r.log)
	}
	return r
}

func (r *run) load() (agent.Config, []string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.config, nil, r.wrong
}

// hup has the settings read again, and returns when that has been done: a second reload is asked for only then.
func (r *run) hup(c agent.Config, wrong error) {
	r.mu.Lock()
	r.config, r.wrong = c, wrong
	r.mu.Unlock()
	r.reload <- syscall.SIGHUP
	r.reload <- syscall.SIGHUP
}

// send sends documents of these names, each a datagram.
func (r *run) send(names ...string) {
	r.t.Helper()
	conn, err := net.Dial("udp", r.at.UDP)
	if err != nil {
		r.t.Fatal(err)
	}
	defer conn.Close()
	for i, name := range names {
		if _, err := fmt.Fprintf(conn, "{\"format\":\"json\",\"version\":1}\n"+
			`{"trace_id":"1-66f1c0de-0123456789abcdef01234567","id":"%016x","name":"%s","start_time":1727119582.1,"end_time":1727119582.4}`, i, name); err != nil {
			r.t.Fatal(err)
		}
	}
}

// stop ends the daemon and gives its log.
func (r *run) stop() string {
	r.t.Helper()
	r.cancel()
	if err := <-r.ended; err != nil || strings.Contains(r.log.String(), "undone") {
		r.t.Errorf("the daemon ended with %v; its log:\n%s", err, &r.log)
	}
	return r.log.String()
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func contains(t *testing.T, what, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%s: %q is not in\n%s", what, w, got)
		}
	}
}

// One daemon from start to stop: datagrams out as PutTraceSegments, sampling calls, health, metrics, telemetry, log.
func TestRun(t *testing.T) {
	e := newEndpoint(t)
	c := config(e.URL)
	c.ResourceARN = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"
	r := start(t, c)
	r.send("a", "b")
	e.want(t, "a", "b")
	contains(t, "User-Agent", e.userAgent(), "rayscope-daemon/v1.2.3 xray-agent/xray-daemon/v1.2.3 exec-env/UNKNOWN OS/")

	resp, err := http.Post("http://"+r.at.TCP+"/GetSamplingRules", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("GetSamplingRules: got status %d", resp.StatusCode)
	}
	for path, want := range map[string]string{
		"/healthz": `{"Status":"ok","Version":"v1.2.3","Received":2,"Rejected":0,"Spilled":0,"Dropped":0,"Endpoints":[{"Name":"` + e.URL + `","Up":true,`,
		"/readyz":  "ok\n",
		"/metrics": "rayscope_daemon_datagrams_total 2\n",
	} {
		status, body := get(t, "http://"+r.at.Admin+path)
		if status != http.StatusOK {
			t.Errorf("%s: got status %d", path, status)
		}
		contains(t, path, body, want)
	}
	r.send("c")
	log := r.stop()
	e.want(t, "c")
	contains(t, "telemetry", <-e.told, `"ResourceARN":"arn:aws:ec2:eu-west-1:123456789012:instance/i-1"`, `"SegmentsReceivedCount":3,"SegmentsSentCount":3,"SegmentsSpilloverCount":0,"SegmentsRejectedCount":0`)
	contains(t, "log", log, "[Info] Initializing Rayscope X-Ray daemon v1.2.3\n", "[Info] Using buffer memory limit of 8 MB\n",
		"[Info] HTTP Proxy server using X-Ray Endpoint : "+e.URL+"\n", "[Info] Starting proxy http server on "+r.at.TCP+"\n")
}

// New settings take over while the socket stays open; wrong ones change nothing.
func TestReload(t *testing.T) {
	first, second := newEndpoint(t), newEndpoint(t)
	c := config(first.URL)
	r := start(t, c)
	r.send("a")
	first.want(t, "a")

	r.hup(c, errors.New("line 3: nonsense"))
	r.send("b")
	first.want(t, "b")

	c.Proxy = "http://127.0.0.1:1\x00"
	r.hup(c, nil)
	r.send("c")
	first.want(t, "c")

	c = config(second.URL)
	c.UDP, c.Log.Level = "127.0.0.1:1", -4
	r.hup(c, nil)
	r.send("d", "e")
	second.want(t, "d", "e")
	if _, body := get(t, "http://"+r.at.Admin+"/healthz"); !strings.Contains(body, second.URL) || strings.Contains(body, first.URL) {
		t.Errorf("healthz after the reload: got %s, want the second endpoint only", body)
	}
	log := r.stop()
	contains(t, "log", log, `the settings were not changed, as the new ones cannot be used error="line 3: nonsense"`,
		"some changed settings count only after a restart settings=bind\n", "HTTP Proxy server using X-Ray Endpoint : "+second.URL)
	if n := strings.Count(log, "not changed"); n != 4 { // two reloads each
		t.Errorf("%d reloads were refused, want 4; the log:\n%s", n, log)
	}
	if len(first.came) > 0 {
		t.Errorf("the first endpoint got %q after the reload", <-first.came)
	}
}

// Documents that an endpoint does not take wait on disk, over a stop and a reload; the other endpoint gets them meanwhile.
func TestSpool(t *testing.T) {
	up, down := newEndpoint(t), newEndpoint(t)
	down.set(true)
	c := config(up.URL, down.URL)
	c.SpoolDir, c.StopTimeout = filepath.Join(t.TempDir(), "spool"), 2*time.Second
	r := start(t, c)
	r.send("a", "b")
	up.want(t, "a", "b")
	c.Concurrency = 2
	r.hup(c, nil)
	r.send("c")
	up.want(t, "c")
	r.stop()
	dirs, err := os.ReadDir(c.SpoolDir)
	if err != nil || len(dirs) != 2 || !strings.HasPrefix(dirs[0].Name(), "127.0.0.1_") {
		t.Fatalf("spools: got %v, error %v; want two", dirs, err)
	}

	down.set(false)
	r = start(t, c)
	down.want(t, "a", "b", "c")
	r.stop()

	c.Endpoints = []string{up.URL}
	r = start(t, c)
	contains(t, "log", r.stop(), "there are spools of endpoints that are not configured")
	if len(up.came)+len(down.came) > 0 {
		t.Errorf("documents came twice: %d and %d", len(up.came), len(down.came))
	}
}

func TestRunFails(t *testing.T) {
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*agent.Config)
		want   string
	}{
		"udp":    {func(c *agent.Config) { c.UDP = udp.LocalAddr().String() }, "stop that one, or choose another address with -b"},
		"admin":  {func(c *agent.Config) { c.Admin = tcp.Addr().String() }, "stop that one, or choose another address with --admin-listen"},
		"region": {func(c *agent.Config) { c.Endpoints = []string{agent.AWS} }, "Cannot fetch region variable from config file, environment variables, ecs metadata, or ec2 metadata."},
		"twice": {func(c *agent.Config) {
			c.Region, c.Endpoints = "eu-west-1", []string{agent.AWS, "https://xray.eu-west-1.amazonaws.com"}
		}, "endpoints aws and https://xray.eu-west-1.amazonaws.com are the same: leave one of them out"},
		"log":   {func(c *agent.Config) { c.Log.File = filepath.Join(file, "x") }, "make the directory of the log: "},
		"spool": {func(c *agent.Config) { c.SpoolDir = filepath.Join(file, "x") }, "not a directory"},
	} {
		c := config("http://127.0.0.1:1")
		tt.change(&c)
		var log bytes.Buffer
		err := agent.Run(t.Context(), agent.Options{Load: func() (agent.Config, []string, error) { return c, nil, nil }, Env: noEnv, Out: &log, Err: &log})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got error %v, want %q in it; the log:\n%s", name, err, tt.want, &log)
		}
	}
}

// A second endpoint that hangs, a full memory of documents and no spool: the stop ends in its time, says what was lost, and is no
// failure.
func TestStopInTime(t *testing.T) {
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the connection may be cut
		<-r.Context().Done()
	}))
	defer hangs.Close()
	e := newEndpoint(t)
	c := config(e.URL, hangs.URL)
	c.StopTimeout = 300 * time.Millisecond
	r := start(t, c)
	r.send("a")
	e.want(t, "a")
	r.cancel()
	if err := <-r.ended; err != nil {
		t.Errorf("the daemon ended with %v", err)
	}
	contains(t, "log", r.log.String(), "the stop left something undone")
}

func TestProfiles(t *testing.T) {
	dir := t.TempDir()
	cpu, memory := filepath.Join(dir, "cpu"), filepath.Join(dir, "memory")
	c := config(newEndpoint(t).URL)
	names := map[string]string{"XRAY_DAEMON_CPU_PROFILE": cpu, "XRAY_DAEMON_MEMORY_PROFILE": memory}
	env := func(name string) (string, bool) { v, ok := names[name]; return v, ok }
	ctx, cancel := context.WithCancel(t.Context())
	o := agent.Options{
		Load: func() (agent.Config, []string, error) { return c, nil, nil }, Env: env, Out: io.Discard, Err: io.Discard,
		Started: func(agent.Addresses) { cancel() },
	}
	if err := agent.Run(ctx, o); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{cpu, memory} {
		if info, err := os.Stat(f); err != nil || info.Size() == 0 {
			t.Errorf("profile %s: got %v, error %v; want a file with content", f, info, err)
		}
	}
	names["XRAY_DAEMON_CPU_PROFILE"] = filepath.Join(cpu, "x")
	if err := agent.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "XRAY_DAEMON_CPU_PROFILE: ") {
		t.Errorf("a profile below a file: got error %v", err)
	}
}

// On loopback only this machine's names are answered to, so that a foreign page cannot read from it.
func TestAdminGuard(t *testing.T) {
	r := start(t, config(newEndpoint(t).URL))
	defer r.stop()
	for host, want := range map[string]int{"": 200, "localhost": 200, "evil.example.com": 403} {
		q, err := http.NewRequest("GET", "http://"+r.at.Admin+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Host = host
		resp, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("host %q: got status %d, want %d", host, resp.StatusCode, want)
		}
	}
}

// Calls are signed where they have to be: with the credentials that are found, for the region, and others get no signature.
func TestSigned(t *testing.T) {
	e, plain := newEndpoint(t), newEndpoint(t)
	c := config(e.URL)
	c.Sign, c.Region = agent.SignAll, "eu-west-1"
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": ""} {
		t.Setenv(name, value) // AWS' own code looks there
	}
	r := start(t, c)
	r.send("a")
	e.want(t, "a")
	contains(t, "Authorization", e.authorization(), "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/", "/eu-west-1/xray/aws4_request")
	c = config(plain.URL)
	c.Region = "eu-west-1"
	r.hup(c, nil)
	r.send("b")
	plain.want(t, "b")
	if a := plain.authorization(); a != "" {
		t.Errorf("an endpoint on this machine got the signature %s", a)
	}
	contains(t, "log", r.stop(), "[Info] Using region: eu-west-1 ")
}

// SIGHUP has the log's file opened anew, after another program renamed it, and the level changed.
func TestReloadOpensTheLog(t *testing.T) {
	e := newEndpoint(t)
	c := config(e.URL)
	c.Log.File = filepath.Join(t.TempDir(), "xray.log")
	r := start(t, c)
	if err := os.Rename(c.Log.File, c.Log.File+".old"); err != nil {
		t.Fatal(err)
	}
	c.Log.Level = slog.LevelDebug
	r.hup(c, nil)
	r.send("a")
	e.want(t, "a")
	r.stop()
	old, err := os.ReadFile(c.Log.File + ".old")
	if err != nil {
		t.Fatal(err)
	}
	is, err := os.ReadFile(c.Log.File)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "old log", string(old), "[Info] Initializing Rayscope X-Ray daemon")
	contains(t, "log", string(is), "[Debug] ", "[Info] stopping: ")
}
