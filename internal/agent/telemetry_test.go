package agent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/rayscope/rayscope/internal/agent"
	"github.com/rayscope/rayscope/internal/daemon"
	"github.com/rayscope/rayscope/internal/relay"
	"github.com/rayscope/rayscope/internal/uplink"
)

// A backend takes telemetry, or fails as the test says.
type backend struct {
	name string

	mu     sync.Mutex // guards what is below
	err    error
	stuck  bool // until the context ends
	bodies []string
}

func (b *backend) Name() string { return b.name }

func (b *backend) Post(ctx context.Context, r uplink.Request) (uplink.Answer, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.Path != "/TelemetryRecords" || r.ContentType != "application/json" {
		return uplink.Answer{}, errors.New("not the call that was expected: " + r.Path)
	}
	if b.stuck {
		<-ctx.Done()
		return uplink.Answer{}, ctx.Err()
	}
	if b.err != nil {
		return uplink.Answer{}, b.err
	}
	b.bodies = append(b.bodies, string(r.Body))
	return uplink.Answer{Status: 200, Body: []byte("{}")}, nil
}

func (b *backend) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
}

// received are the counts of the received documents in all records that came, and how many records each request had.
func (b *backend) received(t *testing.T) (counts []int, sizes []int) {
	t.Helper()
	for _, body := range b.bodies {
		var in struct {
			TelemetryRecords []struct{ SegmentsReceivedCount int }
		}
		if err := json.Unmarshal([]byte(body), &in); err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(in.TelemetryRecords))
		for _, r := range in.TelemetryRecords {
			counts = append(counts, r.SegmentsReceivedCount)
		}
	}
	return counts, sizes
}

type telemetry struct {
	*agent.Telemetry
	metrics *prometheus.Registry
	log     *bytes.Buffer

	mu sync.Mutex // guards c
	c  counts
}

// counts are what the parts of a daemon counted.
type counts struct {
	in  daemon.Counts
	tcp uint64
	out []relay.Counts
}

func (x *telemetry) counts() counts {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.c
}

func (x *telemetry) set(c counts) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.c = c
}

// receive sets how many datagrams came so far.
func (x *telemetry) receive(n uint64) {
	c := x.counts()
	c.in.Received = n
	x.set(c)
}

func startTelemetry(since daemon.Counts, backends ...*backend) *telemetry {
	x := &telemetry{c: counts{in: since, out: make([]relay.Counts, len(backends))}, metrics: prometheus.NewRegistry(), log: new(bytes.Buffer)}
	c := agent.TelemetryConfig{
		Receiver:   func() daemon.Counts { return x.counts().in },
		Since:      since,
		TCP:        func() uint64 { return x.counts().tcp },
		Relay:      func() []relay.Counts { return x.counts().out },
		InstanceID: "i-0aa11bb22cc33dd44", Hostname: "ip-10-0-0-7.internal",
		Registerer: x.metrics, Log: slog.New(slog.NewTextHandler(x.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, b := range backends {
		c.Endpoints = append(c.Endpoints, b)
	}
	x.Telemetry = agent.NewTelemetry(c)
	return x
}

// run reports as long as the function takes.
func (x *telemetry) run(t *testing.T, during func(minute func())) {
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { x.Run(ctx) })
	begin := time.Now()
	during(func() {
		<-time.After(time.Until(begin.Add(time.Minute)))
		begin = begin.Add(time.Minute)
		synctest.Wait()
	})
	stop()
	running.Wait()
}

func TestTelemetryShape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &backend{name: "a"}
		x := startTelemetry(daemon.Counts{Received: 900, Rejected: 20, Spilled: 30, KernelDropped: 40}, b)
		x.run(t, func(minute func()) {
			x.set(counts{daemon.Counts{Received: 1010, Rejected: 21, Spilled: 33, KernelDropped: 45}, 10, []relay.Counts{
				{Sent: 118, Refused: 7, Spilled: 11, Timeout: 1, ConnectionRefused: 2, HTTP4XX: 3, HTTP5XX: 4, UnknownHost: 5, Other: 6}}})
			minute()
		})
		want := fmt.Sprintf(`{"EC2InstanceId":"i-0aa11bb22cc33dd44","Hostname":"ip-10-0-0-7.internal","ResourceARN":"",`+
			`"TelemetryRecords":[{"Timestamp":%d,"SegmentsReceivedCount":120,"SegmentsSentCount":118,"SegmentsSpilloverCount":19,"SegmentsRejectedCount":8,`+
			`"BackendConnectionErrors":{"TimeoutCount":1,"ConnectionRefusedCount":2,"HTTPCode4XXCount":3,"HTTPCode5XXCount":4,"UnknownHostCount":5,"OtherCount":6}}]}`,
			time.Now().Unix())
		if len(b.bodies) != 1 || b.bodies[0] != want {
			t.Errorf("got %q, want %s", b.bodies, want)
		}
	})
}

// Nothing is reported before the first document, then every minute, and once more at the end; all as what was added.
func TestTelemetryEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &backend{name: "a"}
		x := startTelemetry(daemon.Counts{}, b)
		x.run(t, func(minute func()) {
			minute()
			minute()
			if len(b.bodies) != 0 {
				t.Errorf("reported before the first document: %q", b.bodies)
			}
			x.receive(7)
			minute()
			minute()
			x.receive(7 + 1<<40) // more than a record has room for
			minute()
			x.receive(8 + 1<<40)
		})
		x.Report(t.Context())
		if got, _ := b.received(t); !slices.Equal(got, []int{7, 0, 1<<31 - 1, 1}) {
			t.Errorf("got records of %v documents", got)
		}
		if log := x.log.String(); strings.Count(log, "nothing to report") != 2 || strings.Contains(log, "level=WARN") {
			t.Errorf("log:\n%s", log)
		}
	})
}

// Records wait for an endpoint that is away, the last half hour of them, while another gets its own.
func TestTelemetryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down, up := &backend{name: "down"}, &backend{name: "up"}
		down.fail(&uplink.Error{Kind: uplink.Denied, Endpoint: "down", Status: 403})
		x := startTelemetry(daemon.Counts{}, down, up)
		x.run(t, func(minute func()) {
			sent := uint64(0)
			for i := range 33 {
				sent += uint64(i) + 1
				x.receive(sent)
				if i == 32 {
					down.fail(nil)
				}
				minute()
			}
		})
		var all []int
		for i := range 33 {
			all = append(all, i+1)
		}
		if got, _ := up.received(t); !slices.Equal(got, all) {
			t.Errorf("the endpoint that is up got %v, want %v", got, all)
		}
		got, sizes := down.received(t)
		if !slices.Equal(got, all[3:]) || !slices.Equal(sizes, []int{10, 10, 10}) {
			t.Errorf("the other one got %v in requests of %v, want %v by tens", got, sizes, all[3:])
		}
		if err := testutil.GatherAndCompare(x.metrics, strings.NewReader(`
# HELP rayscope_daemon_telemetry_failures_total Calls with telemetry records that failed. The records wait for the next one, unless the endpoint refused them.
# TYPE rayscope_daemon_telemetry_failures_total counter
rayscope_daemon_telemetry_failures_total{endpoint="down"} 32
rayscope_daemon_telemetry_failures_total{endpoint="up"} 0
# HELP rayscope_daemon_telemetry_records_total Telemetry records for an endpoint by what became of them: sent, refused by it, dropped because too many waited.
# TYPE rayscope_daemon_telemetry_records_total counter
rayscope_daemon_telemetry_records_total{endpoint="down",result="dropped"} 3
rayscope_daemon_telemetry_records_total{endpoint="down",result="refused"} 0
rayscope_daemon_telemetry_records_total{endpoint="down",result="sent"} 30
rayscope_daemon_telemetry_records_total{endpoint="up",result="dropped"} 0
rayscope_daemon_telemetry_records_total{endpoint="up",result="refused"} 0
rayscope_daemon_telemetry_records_total{endpoint="up",result="sent"} 33
`)); err != nil {
			t.Error(err)
		}
	})
}

// What an endpoint refuses for good does not wait, and is said aloud.
func TestTelemetryRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &backend{name: "a"}
		b.fail(&uplink.Error{Kind: uplink.Refused, Endpoint: "a", Status: 400, Message: "Hostname has 300 characters"})
		x := startTelemetry(daemon.Counts{}, b)
		x.run(t, func(minute func()) {
			x.receive(1)
			minute()
			b.fail(nil)
			x.receive(3)
			minute()
		})
		if got, _ := b.received(t); !slices.Equal(got, []int{2}) {
			t.Errorf("got records of %v documents, want only the second", got)
		}
		if log := x.log.String(); !strings.Contains(log, "level=WARN") || !strings.Contains(log, "Hostname has 300 characters") {
			t.Errorf("log:\n%s", log)
		}
	})
}

// At the stop an endpoint that does not answer holds nobody up for longer than the context.
func TestTelemetryAtTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck, up := &backend{name: "stuck", stuck: true}, &backend{name: "up"}
		x := startTelemetry(daemon.Counts{}, stuck, up)
		x.receive(1)
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		x.Report(ctx)
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("took %v, want 2s", took)
		}
		if got, _ := up.received(t); !slices.Equal(got, []int{1}) {
			t.Errorf("the endpoint that is up got %v, want the last record", got)
		}
	})
}
