package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/daemon"
	"github.com/rayscope/rayscope/internal/relay"
	"github.com/rayscope/rayscope/internal/uplink"
)

// What X-Ray's daemon does too, and servers count on.
const (
	telemetryEvery   = time.Minute
	telemetryWaiting = 30 // records that wait for an endpoint that is away: half an hour
	telemetryAtOnce  = 10 // records in a request
)

// TelemetryConfig is what NewTelemetry needs. None may be left out but the words for who reports.
type TelemetryConfig struct {
	Endpoints []relay.Poster
	Relay     func() []relay.Counts // since the relay was made; one for each endpoint, in their order
	TCP       func() uint64         // documents that came over TCP, since the proxy was made
	Receiver  func() daemon.Counts
	Since     daemon.Counts // of the Receiver's counts, what others have reported already

	InstanceID, Hostname, ResourceARN string // of the machine; often empty

	Registerer prometheus.Registerer
	Log        *slog.Logger
}

// Telemetry tells each endpoint every minute what became of the documents for it: PutTelemetryRecords.
type Telemetry struct {
	config    TelemetryConfig
	reporters []*reporter
}

// NewTelemetry begins to count where Relay, TCP and Since do.
func NewTelemetry(c TelemetryConfig) *Telemetry {
	t := &Telemetry{config: c}
	records := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rayscope_daemon_telemetry_records_total",
		Help: "Telemetry records for an endpoint by what became of them: sent, refused by it, dropped because too many waited.",
	}, []string{"endpoint", "result"})
	failures := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rayscope_daemon_telemetry_failures_total",
		Help: "Calls with telemetry records that failed. The records wait for the next one, unless the endpoint refused them.",
	}, []string{"endpoint"})
	c.Registerer.MustRegister(records, failures)
	for _, e := range c.Endpoints {
		t.reporters = append(t.reporters, &reporter{
			endpoint: e,
			config:   &t.config,
			before:   totalsOf(c.Since, 0, relay.Counts{}),
			sent:     records.WithLabelValues(e.Name(), "sent"),
			refused:  records.WithLabelValues(e.Name(), "refused"),
			dropped:  records.WithLabelValues(e.Name(), "dropped"),
			failures: failures.WithLabelValues(e.Name()),
		})
	}
	return t
}

// totals are what became of documents on their way to one endpoint, and of the calls to it, so far.
type totals struct {
	received uint64 // by the daemon, for all endpoints
	spilled  uint64 // lost for lack of room, be it in the kernel, in memory or on the disk
	rejected uint64 // by the daemon or by the endpoint
	relay    relay.Counts
}

func totalsOf(in daemon.Counts, tcp uint64, out relay.Counts) totals {
	return totals{in.Received + tcp, in.Spilled + in.KernelDropped + out.Spilled, in.Rejected + out.Refused, out}
}

// Run reports every minute until the context ends.
func (t *Telemetry) Run(ctx context.Context) {
	tick := time.NewTicker(telemetryEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			t.Report(ctx)
		}
	}
}

// Report sends a record of what has happened since the last, and those that wait, to all endpoints at once. It returns
// when they are sent, or have to wait, and is called a last time after Run has returned. Nothing is reported before the
// first document came: a daemon that nobody uses is no news.
func (t *Telemetry) Report(ctx context.Context) {
	in, tcp, out := t.config.Receiver(), t.config.TCP(), t.config.Relay()
	var running sync.WaitGroup
	for i, r := range t.reporters {
		if in.Received+tcp == 0 {
			t.config.Log.Debug("no documents came yet, so there is nothing to report to the endpoint", "endpoint", r.endpoint.Name())
			continue
		}
		r.note(totalsOf(in, tcp, out[i]), time.Now())
		running.Go(func() { r.send(ctx) })
	}
	running.Wait()
}

// A reporter keeps the records for one endpoint. It belongs to one goroutine at a time.
type reporter struct {
	endpoint                         relay.Poster
	config                           *TelemetryConfig
	before                           totals   // when the last record was made
	waiting                          []record // oldest first
	sent, refused, dropped, failures prometheus.Counter
}

// record has the names of PutTelemetryRecords. Counts are of the time since the record before.
type record struct {
	Timestamp               int64 // epoch seconds
	SegmentsReceivedCount   int32
	SegmentsSentCount       int32
	SegmentsSpilloverCount  int32
	SegmentsRejectedCount   int32
	BackendConnectionErrors connectionErrors
}

type connectionErrors struct {
	TimeoutCount, ConnectionRefusedCount, HTTPCode4XXCount, HTTPCode5XXCount, UnknownHostCount, OtherCount int32
}

type telemetryRecords struct {
	EC2InstanceId, Hostname, ResourceARN string // empty rather than missing
	TelemetryRecords                     []record
}

// note adds a record of what happened since the last one. If too many wait the oldest is dropped.
func (r *reporter) note(now totals, at time.Time) {
	was := r.before
	r.before = now
	r.waiting = append(r.waiting, record{
		Timestamp:              at.Unix(),
		SegmentsReceivedCount:  since(was.received, now.received),
		SegmentsSentCount:      since(was.relay.Sent, now.relay.Sent),
		SegmentsSpilloverCount: since(was.spilled, now.spilled),
		SegmentsRejectedCount:  since(was.rejected, now.rejected),
		BackendConnectionErrors: connectionErrors{
			since(was.relay.Timeout, now.relay.Timeout),
			since(was.relay.ConnectionRefused, now.relay.ConnectionRefused),
			since(was.relay.HTTP4XX, now.relay.HTTP4XX),
			since(was.relay.HTTP5XX, now.relay.HTTP5XX),
			since(was.relay.UnknownHost, now.relay.UnknownHost),
			since(was.relay.Other, now.relay.Other),
		},
	})
	if over := len(r.waiting) - telemetryWaiting; over > 0 {
		r.waiting = r.waiting[over:]
		r.dropped.Add(float64(over))
	}
}

// since is how much a counter grew, as far as the record has room: two thousand million.
func since(was, now uint64) int32 {
	return int32(min(now-min(was, now), math.MaxInt32))
}

// send sends what waits, the oldest first, until the endpoint fails. What it refuses for good would be refused again.
func (r *reporter) send(ctx context.Context) {
	for len(r.waiting) > 0 {
		n := min(len(r.waiting), telemetryAtOnce)
		err := r.post(ctx, r.waiting[:n])
		if err == nil {
			r.sent.Add(float64(n))
			r.waiting = r.waiting[n:]
			continue
		}
		r.failures.Inc()
		e, ok := errors.AsType[*uplink.Error](err)
		if !ok || e.Temporary() {
			// No more than debug: the documents themselves take the same way, and tell louder.
			r.config.Log.Debug("telemetry records wait for the endpoint", "records", len(r.waiting), "error", err.Error())
			return
		}
		r.config.Log.Warn("the endpoint refuses telemetry records", "records", n, "error", err.Error(), "hint", e.Hint())
		r.refused.Add(float64(n))
		r.waiting = r.waiting[n:]
	}
}

func (r *reporter) post(ctx context.Context, records []record) error {
	body, err := json.Marshal(telemetryRecords{r.config.InstanceID, r.config.Hostname, r.config.ResourceARN, records})
	if err != nil {
		return fmt.Errorf("encode telemetry records: %w", err)
	}
	_, err = r.endpoint.Post(ctx, uplink.Request{Path: "/TelemetryRecords", ContentType: "application/json", Body: body})
	return err
}
