package daemon

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// patience is how long something may take that takes a second, or as long as a pause between two tries.
const patience = 90 * time.Second

// documents makes complete segments, each of a trace of its own.
func documents(n int) []string {
	docs := make([]string, n)
	now := time.Now()
	for i := range docs {
		docs[i] = harness.Segment(harness.NewTraceID(now), now, time.Millisecond, nil)
	}
	return docs
}

// send sends documents in portions that every receive buffer holds, and waits until the daemon has each portion: what gets lost
// in the kernel is not what these tests are about.
func send(t *testing.T, d *harness.Daemon, docs []string) {
	t.Helper()
	const portion = 100
	received := func() float64 { return d.Metric(t, "rayscope_daemon_datagrams_total") }
	for want := received(); len(docs) > 0; {
		n := min(len(docs), portion)
		d.Send(t, docs[:n]...)
		docs, want = docs[n:], want+float64(n)
		harness.Eventually(t, patience, func() error { return atLeast(received(), want, "datagrams received") })
	}
}

func atLeast(got, want float64, what string) error {
	if got < want {
		return fmt.Errorf("%s: %v, want %v", what, got, want)
	}
	return nil
}

// delivered waits until the endpoint has all of the documents, and the daemon knows it.
func delivered(t *testing.T, d *harness.Daemon, e *harness.Endpoint, docs []string) {
	t.Helper()
	harness.Eventually(t, patience, func() error { return e.Missing(docs) })
	harness.Eventually(t, patience, func() error {
		return atLeast(d.Metric(t, "rayscope_relay_sent_documents_total", label("endpoint", e.URL)), float64(len(docs)), "documents sent")
	})
}

func label(name, value string) string { return fmt.Sprintf("%s=%q", name, value) }

// stop ends the daemon, which must go in peace.
func stop(t *testing.T, d *harness.Daemon) {
	t.Helper()
	if code := d.Stop(t); code != 0 {
		t.Errorf("the daemon ended with code %d, want 0; it printed:\n%s", code, d.Tail())
	}
}

// lostNothing fails if the daemon gave anything up.
func lostNothing(t *testing.T, d *harness.Daemon) {
	t.Helper()
	for _, name := range []string{"rayscope_relay_spilled_documents_total", "rayscope_relay_refused_documents_total", "rayscope_daemon_spilled_datagrams_total", "rayscope_daemon_rejected_datagrams_total"} {
		if n := d.Metric(t, name); n != 0 {
			t.Errorf("%s is %v, want 0", name, n)
		}
	}
}

// Whatever an endpoint does for a while, the documents arrive when it is over, and meanwhile /metrics and the log say what is
// wrong and what to do.
func TestFaultsThatPass(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about string
		fault harness.Fault
		down  bool
		kind  string   // of the failure, in /metrics; empty: none
		says  []string // the log
	}{
		{about: "down", down: true, kind: "unreachable", says: []string{"connection refused", "nothing listens there: start the endpoint"}},
		{about: "slow", fault: harness.Fault{Delay: 2 * time.Second}},
		{about: "half-open", fault: harness.Fault{Hang: true}, kind: "timeout", says: []string{"no answer in time", "check the endpoint's load"}},
		{about: "failing", fault: harness.Fault{Status: 500, Code: "InternalFailure", Message: "It failed."}, kind: "failing",
			says: []string{"It failed.", "look into the endpoint's own log"}},
		{about: "unavailable", fault: harness.Fault{Status: 503, HTML: true}, kind: "failing", says: []string{"look into the endpoint's own log"}},
		{about: "throttling", fault: harness.Fault{Status: 429, Code: "ThrottledException", Message: "Slow down.", RetryAfter: time.Second}, kind: "throttled",
			says: []string{"Slow down.", "lower sampling rates"}},
		{about: "denied", fault: harness.Fault{Status: 403, Code: "AccessDeniedException", Message: "User: arn:aws:iam::111122223333:user/d is not authorized to perform: xray:PutTraceSegments"},
			kind: "denied", says: []string{"xray:PutTraceSegments", "attach the policy AWSXRayDaemonWriteAccess"}},
		{about: "expired credentials", fault: harness.Fault{Status: 403, Code: "ExpiredTokenException", Message: "The security token included in the request is expired"},
			kind: "unidentified", says: []string{"token included in the request is expired", "renew or replace the daemon's credentials"}},
		{about: "clock skew", fault: harness.Fault{Status: 403, Code: "InvalidSignatureException", Message: "Signature expired: 20260101T000000Z is now earlier than 20260102T000000Z"},
			kind: "skewed", says: []string{"Signature expired", "set this machine's clock"}},
		{about: "another server", fault: harness.Fault{Status: 404, HTML: true}, kind: "foreign", says: []string{"correct the endpoint's URL"}},
		{about: "log-in page", fault: harness.Fault{Status: 200, HTML: true}, kind: "foreign", says: []string{"Please log in", "correct the endpoint's URL"}},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			e := harness.StartEndpoint(t)
			e.Fail(c.fault)
			if c.down {
				e.Down()
			}
			d := harness.StartDaemon(t, "--endpoint", e.URL, "--spool-dir", t.TempDir())
			docs := documents(300)
			send(t, d, docs)
			if c.kind != "" {
				harness.Eventually(t, patience, func() error {
					return atLeast(d.Metric(t, "rayscope_relay_failed_calls_total", label("endpoint", e.URL), label("kind", c.kind)), 1, "calls that failed as "+c.kind)
				})
				harness.Eventually(t, patience, func() error { return d.Says(c.says...) })
				if len(e.Taken()) != 0 {
					t.Error("the endpoint took documents while it failed")
				}
			}
			e.Fail(harness.Fault{})
			if c.down {
				e.Up(t)
			}
			delivered(t, d, e, docs)
			lostNothing(t, d)
			stop(t, d)
		})
	}
}

// What an endpoint will never take is given up, counted and said, and holds nothing else up.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about  string
		fault  harness.Fault
		reason string
		says   string
	}{
		{"every call", harness.Fault{Status: 400, Code: "InvalidRequestException", Message: "1 validation error"}, "request", "1 validation error"},
		{"too large", harness.Fault{Status: 413, Code: "RequestEntityTooLarge", Message: "too large for us"}, "too_large", "too large for us"},
		{"every document", harness.Fault{Refuse: func(string) (string, bool) { return "InvalidSegment", true }}, "service", "refused by the test"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			e := harness.StartEndpoint(t)
			e.Fail(c.fault)
			d := harness.StartDaemon(t, "--endpoint", e.URL)
			bad, good := documents(20), documents(20)
			send(t, d, bad)
			harness.Eventually(t, patience, func() error {
				return atLeast(d.Metric(t, "rayscope_relay_refused_documents_total", label("reason", c.reason)), 20, "documents refused")
			})
			harness.Eventually(t, patience, func() error { return d.Says("document refused", c.says) })
			e.Fail(harness.Fault{})
			send(t, d, good)
			delivered(t, d, e, good)
			if taken := e.Taken(); len(taken) != 20 {
				t.Errorf("the endpoint has %d documents, want the 20 good ones", len(taken))
			}
			stop(t, d)
		})
	}
}

// Of the documents that an endpoint lists as unprocessed, those are sent again that it may take another time.
func TestPartlyUnprocessed(t *testing.T) {
	t.Parallel()
	e := harness.StartEndpoint(t)
	e.Fail(harness.Fault{Refuse: func(doc string) (string, bool) {
		switch {
		case strings.Contains(doc, `"name":"bad"`):
			return "InvalidSegment", true
		case strings.Contains(doc, `"name":"later"`):
			return "ThrottledException", true
		}
		return "", false
	}})
	d := harness.StartDaemon(t, "--endpoint", e.URL)
	now := time.Now()
	var good, later []string
	for range 30 {
		trace := harness.NewTraceID(now)
		good = append(good, harness.Segment(trace, now, 0, nil))
		later = append(later, harness.Segment(trace, now, 0, harness.Args{"name": "later"}))
		d.Send(t, good[len(good)-1], later[len(later)-1], harness.Segment(trace, now, 0, harness.Args{"name": "bad"}))
	}
	harness.Eventually(t, patience, func() error { return e.Missing(good) })
	e.Fail(harness.Fault{})
	delivered(t, d, e, append(good, later...))
	if n := d.Metric(t, "rayscope_relay_refused_documents_total", label("reason", "service")); n != 30 {
		t.Errorf("%v documents counted as refused, want the 30 bad ones", n)
	}
	for doc, n := range e.Taken() {
		if n != 1 || strings.Contains(doc, `"bad"`) {
			t.Errorf("taken %d times: %s", n, doc)
		}
	}
	stop(t, d)
}

// Without credentials nothing is sent, and nothing lost; with them the spool is emptied, and all calls are signed.
func TestCredentialsMissing(t *testing.T) {
	t.Parallel()
	e := harness.StartEndpoint(t)
	without := []string{"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true", "NO_PROXY=127.0.0.1"}
	spool := t.TempDir()
	d := harness.StartDaemonAs(t, without, "--endpoint", e.URL, "--sign=true", "--spool-dir", spool)
	docs := documents(100)
	send(t, d, docs)
	harness.Eventually(t, patience, func() error {
		return atLeast(d.Metric(t, "rayscope_relay_spooled_documents_total"), 100, "documents in the spool")
	})
	if n := d.Metric(t, "rayscope_relay_failed_calls_total", label("kind", "unidentified")); n == 0 {
		t.Error("no call counted that failed for want of credentials")
	}
	if err := d.Says("credentials"); err != nil {
		t.Error(err)
	}
	resp, err := http.Post("http://"+d.Address+"/GetSamplingRules", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("GetSamplingRules answers %s, want 503: the caller is not to blame", resp.Status)
	}
	stop(t, d)
	if n := e.Calls("/TraceSegments") + e.Calls("/GetSamplingRules"); n != 0 {
		t.Errorf("%d calls went out without a signature", n)
	}

	d = harness.StartDaemon(t, "--endpoint", e.URL, "--sign=true", "--spool-dir", spool)
	delivered(t, d, e, docs)
	if signed, err := e.Signed(); err != nil || !signed {
		t.Errorf("signed: %v, %v; want all calls to be signed", signed, err)
	}
	stop(t, d)
}

// A port that is taken ends the daemon, which says by whom.
func TestPortTaken(t *testing.T) {
	t.Parallel()
	first := harness.StartDaemon(t, "--endpoint", harness.StartEndpoint(t).URL)
	second := harness.StartProcess(t, harness.ClientEnv(), harness.Binary(t), "daemon", "--bind", first.Address, "--bind-tcp", harness.FreeAddress(t),
		"--region", harness.Region, "--local-mode", "--endpoint", "http://"+harness.FreeAddress(t))
	if code := second.Wait(t, patience); code != 1 {
		t.Errorf("the second daemon ended with code %d, want 1", code)
	}
	if want := fmt.Sprintf("UDP address %s is in use by process %d (", first.Address, first.Pid()); !strings.Contains(second.Tail(), want) {
		t.Errorf("the second daemon printed:\n%s\nwant: %s", second.Tail(), want)
	}
	stop(t, first)
}

// While somebody has the TCP port alone the daemon takes datagrams, says who it is, and takes the port when it is free.
func TestTCPPortTaken(t *testing.T) {
	t.Parallel()
	e := harness.StartEndpoint(t)
	holder := harness.StartEndpoint(t)
	taken := strings.TrimPrefix(holder.URL, "http://")
	d := harness.StartDaemon(t, "--endpoint", e.URL, "--bind-tcp", taken)
	docs := documents(10)
	send(t, d, docs)
	delivered(t, d, e, docs)
	if err := d.Says("TCP address " + taken + " is in use by process"); err != nil {
		t.Error(err)
	}
	holder.Down()
	harness.Eventually(t, patience, func() error {
		resp, err := http.Post("http://"+taken+"/GetSamplingRules", "", nil)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("GetSamplingRules: %s", resp.Status)
		}
		return nil
	})
	stop(t, d)
}
