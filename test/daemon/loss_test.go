package daemon

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// A batch of traces, one segment each, by their ids.
func traces(n int) (ids, docs []string) {
	now := time.Now()
	for range n {
		id := harness.NewTraceID(now)
		ids = append(ids, id)
		docs = append(docs, harness.Segment(id, now, time.Millisecond, nil))
	}
	return ids, docs
}

// found is an error unless the server answers each trace with its one segment.
func found(s *harness.Server, ids []string) error {
	const atOnce = 5 // what BatchGetTraces takes
	missing := 0
	for some := range slices.Chunk(ids, atOnce) {
		got, err := harness.Get[harness.Traces](s, "BatchGetTraces", harness.Args{"TraceIds": some})
		if err != nil {
			return err
		}
		missing += len(some) - len(got.Traces)
		for _, trace := range got.Traces {
			if n := len(trace.Segments); n != 1 {
				return fmt.Errorf("trace %s has %d segments, want the one that was sent", trace.Id, n)
			}
		}
	}
	if missing > 0 {
		return fmt.Errorf("%d of %d traces are missing", missing, len(ids))
	}
	return nil
}

// With the server gone for a while under load every document arrives, and none is there twice.
func TestServerIsAway(t *testing.T) {
	t.Parallel()
	server := harness.Start(t, "--daemon-listen", "")
	d := harness.StartDaemon(t, "--endpoint", server.URL, "--spool-dir", t.TempDir())
	var ids []string
	load := func(n int) {
		more, docs := traces(n)
		ids = append(ids, more...)
		send(t, d, docs)
	}
	load(1000)
	server.Kill()
	load(3000)
	harness.Eventually(t, patience, func() error {
		return atLeast(d.Metric(t, "rayscope_relay_spooled_documents_total"), 1000, "documents spooled")
	})
	server.Restart(t)
	load(1000)
	harness.Eventually(t, patience, func() error { return found(server, ids) })
	lostNothing(t, d)
	stop(t, d)
}

// A daemon that is killed with a full spool, and once more while it empties it, has lost and doubled nothing when it is through.
func TestKillWithFullSpool(t *testing.T) {
	t.Parallel()
	server := harness.Start(t, "--daemon-listen", "")
	server.Kill()
	d := harness.StartDaemon(t, "--endpoint", server.URL, "--spool-dir", t.TempDir())
	const n = 5000
	ids, docs := traces(n)
	send(t, d, docs)
	harness.Eventually(t, patience, func() error {
		return atLeast(d.Metric(t, "rayscope_relay_spool_documents"), n, "documents in the spool")
	})
	d.Kill()
	server.Restart(t)
	d.Restart(t)
	harness.Eventually(t, patience, func() error {
		return atLeast(d.Metric(t, "rayscope_relay_sent_documents_total"), 1, "documents sent")
	})
	d.Kill()
	d.Restart(t)
	harness.Eventually(t, patience, func() error { return found(server, ids) })
	harness.Eventually(t, patience, func() error {
		if left := d.Metric(t, "rayscope_relay_spool_documents"); left != 0 {
			return fmt.Errorf("%v documents are left in the spool", left)
		}
		return nil
	})
	stop(t, d)
}

// A stop while the endpoint is away keeps what waits for the next start.
func TestStopWhileAway(t *testing.T) {
	t.Parallel()
	e := harness.StartEndpoint(t)
	e.Fail(harness.Fault{Hang: true})
	d := harness.StartDaemon(t, "--endpoint", e.URL, "--spool-dir", t.TempDir(), "--stop-timeout", "2s")
	docs := documents(500)
	send(t, d, docs)
	begin := time.Now()
	stop(t, d)
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("the stop took %v, --stop-timeout is 2s", took)
	}
	e.Fail(harness.Fault{})
	d.Restart(t)
	delivered(t, d, e, docs)
	stop(t, d)
}

// Each of two endpoints gets everything, the one that is up at once and the other when it is back.
func TestTwoEndpoints(t *testing.T) {
	t.Parallel()
	for _, spool := range []bool{true, false} {
		t.Run(fmt.Sprintf("spool=%v", spool), func(t *testing.T) {
			t.Parallel()
			up, down := harness.StartEndpoint(t), harness.StartEndpoint(t)
			down.Down()
			flags := []string{"--endpoint", down.URL, "--endpoint", up.URL}
			if spool {
				flags = append(flags, "--spool-dir", t.TempDir())
			}
			d := harness.StartDaemon(t, flags...)
			docs := documents(1000)
			send(t, d, docs)
			delivered(t, d, up, docs)
			harness.Eventually(t, patience, func() error { return d.Says("endpoint is away", "start the endpoint") })
			if got := d.Metric(t, "rayscope_relay_up", label("endpoint", down.URL)) + 2*d.Metric(t, "rayscope_relay_up", label("endpoint", up.URL)); got != 2 {
				t.Errorf("rayscope_relay_up is 1 for the one that is down, or 0 for the other")
			}
			down.Up(t)
			delivered(t, d, down, docs)
			lostNothing(t, d)
			stop(t, d)
		})
	}
}

// Without a spool, and with more than the memory holds, the oldest are dropped, counted and said; the rest arrives.
func TestMemoryIsFull(t *testing.T) {
	t.Parallel()
	e := harness.StartEndpoint(t)
	e.Down()
	d := harness.StartDaemon(t, "--endpoint", e.URL, "--buffer-memory", "3")
	large := strings.Repeat("x", 20_000)
	now := time.Now()
	const n = 1000 // 20 MB
	docs := make([]string, n)
	for i := range docs {
		docs[i] = harness.Segment(harness.NewTraceID(now), now, time.Millisecond, harness.Args{"metadata": harness.Args{"default": large}})
	}
	for some := range slices.Chunk(docs, 10) { // a small memory is a small receive queue, too
		send(t, d, some)
	}
	harness.Eventually(t, patience, func() error {
		return d.Says("documents dropped", "--spool-dir")
	})
	e.Up(t)
	harness.Eventually(t, patience, func() error {
		taken, spilled := len(e.Taken()), d.Metric(t, "rayscope_relay_spilled_documents_total", label("reason", "memory"))+d.Metric(t, "rayscope_daemon_spilled_datagrams_total")
		if spilled == 0 || float64(taken)+spilled != n {
			return fmt.Errorf("%d documents taken and %v counted as spilled, want %d together", taken, spilled, n)
		}
		return nil
	})
	if e.Missing(docs[n-10:]) != nil {
		t.Error("the newest documents were dropped, not the oldest")
	}
	stop(t, d)
}

// SIGHUP brings another endpoint; what cannot be used is refused, and the daemon goes on.
func TestReload(t *testing.T) {
	t.Parallel()
	first, second := harness.StartEndpoint(t), harness.StartEndpoint(t)
	file := filepath.Join(t.TempDir(), "cfg.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("Version: 2\nEndpoint: " + first.URL + "\n")
	d := harness.StartDaemon(t, "--config", file)
	docs := documents(100)
	send(t, d, docs)
	harness.Eventually(t, patience, func() error { return first.Missing(docs) })

	write("Version: 2\nEndpoint: " + second.URL + "\nConcurrency: none\n")
	d.Reload(t)
	harness.Eventually(t, patience, func() error { return d.Says("the settings were not changed", "Concurrency") })
	more := documents(100)
	send(t, d, more)
	harness.Eventually(t, patience, func() error { return first.Missing(more) })

	write("Version: 2\nEndpoint: " + second.URL + "\n")
	d.Reload(t)
	harness.Eventually(t, patience, func() error { return d.Says("HTTP Proxy server using X-Ray Endpoint : " + second.URL) })
	var probes []string // documents that come while the endpoint is changed go to either
	harness.Eventually(t, patience, func() error {
		probes = append(probes, documents(1)...)
		send(t, d, probes[len(probes)-1:])
		taken := second.Taken()
		if !slices.ContainsFunc(probes, func(doc string) bool { return taken[doc] > 0 }) {
			return fmt.Errorf("none of %d documents has come to the new endpoint", len(probes))
		}
		return nil
	})
	last := documents(100)
	send(t, d, last)
	delivered(t, d, second, last)
	if err := first.Missing(last); err == nil {
		t.Error("the old endpoint still gets documents")
	}
	lostNothing(t, d)
	stop(t, d)
}

// What the daemon counted is with the server when it has ended.
func TestTelemetry(t *testing.T) {
	t.Parallel()
	server := harness.Start(t, "--daemon-listen", "")
	env := append(harness.ClientEnv(), "AWS_HOSTNAME=telemetry-test")
	d := harness.StartDaemonAs(t, env, "--endpoint", server.URL, "--resource-arn", "arn:aws:ec2:eu-central-1:111122223333:instance/i-1")
	ids, docs := traces(90)
	send(t, d, docs)
	d.Send(t, `{"id":"not a segment"}`)
	harness.Eventually(t, patience, func() error { return found(server, ids) })
	harness.Eventually(t, patience, func() error {
		return atLeast(d.Metric(t, "rayscope_relay_refused_documents_total"), 1, "documents refused")
	})
	stop(t, d)
	var got struct {
		Daemons []struct {
			Hostname, ResourceARN string
			TelemetryRecords      []struct{ SegmentsReceivedCount, SegmentsSentCount, SegmentsSpilloverCount, SegmentsRejectedCount int }
		}
	}
	answer, err := server.Own("/rayscope/v1/daemons")
	if err == nil {
		err = json.Unmarshal([]byte(answer), &got)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Daemons) != 1 || got.Daemons[0].Hostname != "telemetry-test" || got.Daemons[0].ResourceARN == "" {
		t.Fatalf("the server knows these daemons: %s", answer)
	}
	received, sent, spilled, rejected := 0, 0, 0, 0
	for _, r := range got.Daemons[0].TelemetryRecords {
		received += r.SegmentsReceivedCount
		sent += r.SegmentsSentCount
		spilled += r.SegmentsSpilloverCount
		rejected += r.SegmentsRejectedCount
	}
	if received != 91 || sent != 90 || spilled != 0 || rejected != 1 {
		t.Errorf("telemetry tells of %d received, %d sent, %d spilled, %d rejected; want 91, 90, 0, 1", received, sent, spilled, rejected)
	}
}
