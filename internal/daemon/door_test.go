package daemon

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/ports"
)

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
