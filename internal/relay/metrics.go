package relay

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/uplink"
)

// Reasons why documents are refused: they would never be taken.
const (
	refusedService  = "service"   // listed as unprocessed by the endpoint
	refusedRequest  = "request"   // a call with nothing but this document is refused
	refusedTooLarge = "too_large" // a call with nothing but this document is too large
	refusedOTLP     = "otlp"      // the endpoint does not take OTLP
	refusedDamaged  = "damaged"   // not base64 of an OTLP request
)

// Reasons why documents are spilled: given up though they might have been taken.
const (
	spilledMemory   = "memory"   // too many bytes wait, and there is no room on disk for them
	spilledFull     = "full"     // the spool's bound in bytes
	spilledOld      = "old"      // the spool's bound in age
	spilledDamaged  = "damaged"  // unreadable in the spool
	spilledStop     = "stop"     // still waiting at the end of the daemon
	spilledReturned = "returned" // not taken in time; whoever delivered them over TCP was told so
)

var (
	refusedReasons = []string{refusedService, refusedRequest, refusedTooLarge, refusedOTLP, refusedDamaged}
	spilledReasons = []string{spilledMemory, spilledFull, spilledOld, spilledDamaged, spilledStop, spilledReturned}
	allKinds       = []uplink.Kind{uplink.Unreachable, uplink.TimedOut, uplink.Throttled, uplink.Failing, uplink.Unidentified, uplink.Denied,
		uplink.Skewed, uplink.TooLarge, uplink.Refused, uplink.Foreign}
)

// What the package counts; all but the last by endpoint.
var (
	sentOpts      = prometheus.CounterOpts{Name: "rayscope_relay_sent_documents_total", Help: "Documents that the endpoint took."}
	refusedOpts   = prometheus.CounterOpts{Name: "rayscope_relay_refused_documents_total", Help: "Documents that the endpoint will never take, by reason."}
	spilledOpts   = prometheus.CounterOpts{Name: "rayscope_relay_spilled_documents_total", Help: "Documents given up, by reason: memory (too many wait), full, old, damaged (of the spool), stop, returned (to the client, with an error)."}
	spooledOpts   = prometheus.CounterOpts{Name: "rayscope_relay_spooled_documents_total", Help: "Documents written to the spool; they are sent later."}
	batchesOpts   = prometheus.CounterOpts{Name: "rayscope_relay_sent_batches_total", Help: "Calls that the endpoint took."}
	bytesOpts     = prometheus.CounterOpts{Name: "rayscope_relay_sent_bytes_total", Help: "Bytes of the bodies of calls that the endpoint took."}
	failedOpts    = prometheus.CounterOpts{Name: "rayscope_relay_failed_calls_total", Help: "Calls that failed, by kind of failure."}
	spoolOpts     = prometheus.CounterOpts{Name: "rayscope_relay_spool_errors_total", Help: "Writes to the spool that failed; the documents stay in memory as far as there is room."}
	secondsOpts   = prometheus.HistogramOpts{Name: "rayscope_relay_call_seconds", Help: "Duration of calls, failed ones included.", Buckets: prometheus.ExponentialBuckets(1e-3, 2, 14)} // 1 ms (loopback) to 8 s (close to the time-out)
	unsampledOpts = prometheus.CounterOpts{Name: "rayscope_relay_unsampled_documents_total", Help: "OTLP datagrams of spans that were not sampled (T1U); they are not sent."}
)

// Gauges, read when they are asked for.
var gauges = []struct {
	desc  *prometheus.Desc
	value func(State) float64
}{
	gauge("rayscope_relay_queue_bytes", "Memory of batches that wait or are being sent.", func(s State) float64 { return float64(s.QueuedBytes) }),
	gauge("rayscope_relay_queue_limit_bytes", "Bound of rayscope_relay_queue_bytes; beyond it the oldest batch goes to the spool, or is spilled.", func(s State) float64 { return float64(s.QueueLimit) }),
	gauge("rayscope_relay_spool_bytes", "Bytes of the spool on disk.", func(s State) float64 { return float64(s.SpooledBytes) }),
	gauge("rayscope_relay_spool_documents", "Documents in the spool.", func(s State) float64 { return float64(s.SpooledDocuments) }),
	gauge("rayscope_relay_oldest_seconds", "Age of the oldest document that waits, in memory or on disk; 0 if none does.", func(s State) float64 { return s.age.Seconds() }),
	gauge("rayscope_relay_up", "Whether the endpoint takes calls: 1, or 0 while it is away.", func(s State) float64 { return oneIf(s.Up) }),
	gauge("rayscope_relay_uploads_allowed", "Calls to the endpoint at once, as far as it has let them grow.", func(s State) float64 { return float64(s.Uploads) }),
}

type gaugeOf = struct {
	desc  *prometheus.Desc
	value func(State) float64
}

func gauge(name, help string, value func(State) float64) gaugeOf {
	return gaugeOf{prometheus.NewDesc(name, help, []string{"endpoint"}, nil), value}
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// metrics collects what all Relays with the same registerer count: after a reload of the configuration the new Relay goes
// on with the counters of the old one.
type metrics struct {
	sent, refused, spilled, spooled, batches, bytes, failed, spool *prometheus.CounterVec
	seconds                                                        *prometheus.HistogramVec
	unsampled                                                      prometheus.Counter

	mu    sync.Mutex
	lanes map[string]*lane // by endpoint, as last started
}

func newMetrics(r prometheus.Registerer) *metrics {
	endpoint := []string{"endpoint"}
	m := &metrics{
		sent:      prometheus.NewCounterVec(sentOpts, endpoint),
		refused:   prometheus.NewCounterVec(refusedOpts, []string{"endpoint", "reason"}),
		spilled:   prometheus.NewCounterVec(spilledOpts, []string{"endpoint", "reason"}),
		spooled:   prometheus.NewCounterVec(spooledOpts, endpoint),
		batches:   prometheus.NewCounterVec(batchesOpts, endpoint),
		bytes:     prometheus.NewCounterVec(bytesOpts, endpoint),
		failed:    prometheus.NewCounterVec(failedOpts, []string{"endpoint", "kind"}),
		spool:     prometheus.NewCounterVec(spoolOpts, endpoint),
		seconds:   prometheus.NewHistogramVec(secondsOpts, endpoint),
		unsampled: prometheus.NewCounter(unsampledOpts),
		lanes:     map[string]*lane{},
	}
	err := r.Register(m)
	var already prometheus.AlreadyRegisteredError
	if errors.As(err, &already) {
		return already.ExistingCollector.(*metrics)
	}
	if err != nil {
		panic(err) // two metrics of one name: a bug
	}
	return m
}

func (m *metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.sent, m.refused, m.spilled, m.spooled, m.batches, m.bytes, m.failed, m.spool, m.seconds, m.unsampled}
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(to chan<- *prometheus.Desc) {
	for _, c := range m.collectors() {
		c.Describe(to)
	}
	for _, g := range gauges {
		to <- g.desc
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(to chan<- prometheus.Metric) {
	for _, c := range m.collectors() {
		c.Collect(to)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, l := range m.lanes {
		state := l.state()
		for _, g := range gauges {
			to <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, g.value(state), name)
		}
	}
}

// show lets the gauges tell of the lane.
func (m *metrics) show(l *lane) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lanes[l.name] = l
}

// hide ends that, unless another lane has taken the place.
func (m *metrics) hide(l *lane) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lanes[l.name] == l {
		delete(m.lanes, l.name)
	}
}

// A counter counts for Counts, from 0, and for Prometheus, where it may go on from what another Relay counted.
type counter struct {
	n     atomic.Uint64
	shown prometheus.Counter
}

func (c *counter) add(n int) {
	if n > 0 {
		c.n.Add(uint64(n))
		c.shown.Add(float64(n))
	}
}

// tally is what a lane counts.
type tally struct {
	sent, spooled, batches, bytes, spoolErrors counter
	refused, spilled                           map[string]*counter
	failed                                     map[uplink.Kind]*counter
	classes                                    [classCount]atomic.Uint64
	seconds                                    prometheus.Observer
}

func newTally(m *metrics, endpoint string) *tally {
	t := &tally{refused: map[string]*counter{}, spilled: map[string]*counter{}, failed: map[uplink.Kind]*counter{}, seconds: m.seconds.WithLabelValues(endpoint)}
	t.sent.shown = m.sent.WithLabelValues(endpoint)
	t.spooled.shown = m.spooled.WithLabelValues(endpoint)
	t.batches.shown = m.batches.WithLabelValues(endpoint)
	t.bytes.shown = m.bytes.WithLabelValues(endpoint)
	t.spoolErrors.shown = m.spool.WithLabelValues(endpoint)
	// A counter that is there from the start can be watched before its first loss.
	for _, reason := range refusedReasons {
		t.refused[reason] = &counter{shown: m.refused.WithLabelValues(endpoint, reason)}
	}
	for _, reason := range spilledReasons {
		t.spilled[reason] = &counter{shown: m.spilled.WithLabelValues(endpoint, reason)}
	}
	for _, k := range allKinds {
		t.failed[k] = &counter{shown: m.failed.WithLabelValues(endpoint, k.String())}
	}
	return t
}

// call counts a call that failed.
func (t *tally) call(e *uplink.Error) {
	if c := t.failed[e.Kind]; c != nil {
		c.add(1)
	}
	t.classes[classOfError(e)].Add(1)
}

// Classes of failures as telemetry records have them.
const (
	classTimeout = iota
	classConnectionRefused
	classHTTP4XX
	classHTTP5XX
	classUnknownHost
	classOther
	classCount
)

func classOfError(e *uplink.Error) int {
	var dns *net.DNSError
	switch {
	case e.Status >= 400 && e.Status < 500:
		return classHTTP4XX
	case e.Status >= 500 && e.Status < 600:
		return classHTTP5XX
	case e.Kind == uplink.TimedOut:
		return classTimeout
	case errors.Is(e.Err, syscall.ECONNREFUSED):
		return classConnectionRefused
	case errors.As(e.Err, &dns):
		return classUnknownHost
	}
	return classOther
}

// Counts are totals of one endpoint since New, as telemetry records have them.
type Counts struct {
	Endpoint string
	Sent     uint64 // documents that the endpoint took
	Refused  uint64 // documents that it will never take
	Spilled  uint64 // documents given up, those that the spool gave up included

	// Calls that failed, by class.
	Timeout, ConnectionRefused, HTTP4XX, HTTP5XX, UnknownHost, Other uint64
}

func (t *tally) counts(endpoint string) Counts {
	class := func(i int) uint64 { return t.classes[i].Load() }
	return Counts{
		Endpoint: endpoint, Sent: t.sent.n.Load(), Refused: total(t.refused), Spilled: total(t.spilled),
		Timeout: class(classTimeout), ConnectionRefused: class(classConnectionRefused), HTTP4XX: class(classHTTP4XX),
		HTTP5XX: class(classHTTP5XX), UnknownHost: class(classUnknownHost), Other: class(classOther),
	}
}

func total(counters map[string]*counter) (n uint64) {
	for _, c := range counters {
		n += c.n.Load()
	}
	return n
}

// Drops tells a Relay what the spool of one of its endpoints gives up: its Count is the spool's Dropped. It is made before
// both, and keeps what comes before the Relay is there.
type Drops struct {
	mu    sync.Mutex
	to    func(docs int, reason string)
	early map[string]int
}

// Count counts documents that the spool gave up, by the spool's reason.
func (d *Drops) Count(docs int, reason string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.to != nil {
		d.to(docs, reason)
		return
	}
	if d.early == nil {
		d.early = map[string]int{}
	}
	d.early[reason] += docs
}

func (d *Drops) tell(to func(docs int, reason string)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.to = to
	for reason, docs := range d.early {
		to(docs, reason)
	}
	d.early = nil
}

// State is how an endpoint is, for people who ask.
type State struct {
	Name             string
	Up               bool      // the endpoint takes calls, as far as is known
	Since            time.Time // of Up
	LastError        string    // of the last call that failed; empty while the endpoint is up
	Hint             string    // what to do about it
	Uploads          int       // calls at once that are allowed
	QueuedBytes      int       // memory of batches that wait or are being sent
	QueueLimit       int       // bound of QueuedBytes
	SpooledBytes     int64
	SpooledDocuments int64
	Oldest           time.Time `json:",omitzero"` // the oldest document that waits; zero if none does

	age time.Duration // of Oldest
}
