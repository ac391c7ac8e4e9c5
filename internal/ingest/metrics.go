package ingest

import "github.com/prometheus/client_golang/prometheus"

// What the package counts.
var (
	acceptedOpts = prometheus.CounterOpts{
		Name: "rayscope_ingest_documents_total",
		Help: "Documents that were accepted and are durable.",
	}
	bytesOpts = prometheus.CounterOpts{
		Name: "rayscope_ingest_document_bytes_total",
		Help: "Bytes of the accepted documents.",
	}
	refusedOpts = prometheus.CounterOpts{
		Name: "rayscope_ingest_refused_documents_total",
		Help: "Documents that were refused, by X-Ray error code.",
	}
	appendErrorsOpts = prometheus.CounterOpts{
		Name: "rayscope_ingest_append_errors_total",
		Help: "Writes to the store that failed.",
	}
	appendSecondsOpts = prometheus.HistogramOpts{
		Name:    "rayscope_ingest_append_seconds",
		Help:    "Duration of writes to the store, until durable.",
		Buckets: prometheus.ExponentialBuckets(250e-6, 2, 16), // 250 µs (a fast disk's sync) to 8 s
	}
)

type metrics struct {
	accepted      prometheus.Counter
	bytes         prometheus.Counter
	refused       *prometheus.CounterVec
	appendErrors  prometheus.Counter
	appendSeconds prometheus.Histogram
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		accepted:      prometheus.NewCounter(acceptedOpts),
		bytes:         prometheus.NewCounter(bytesOpts),
		refused:       prometheus.NewCounterVec(refusedOpts, []string{"code"}),
		appendErrors:  prometheus.NewCounter(appendErrorsOpts),
		appendSeconds: prometheus.NewHistogram(appendSecondsOpts),
	}
	r.MustRegister(m.accepted, m.bytes, m.refused, m.appendErrors, m.appendSeconds)
	return m
}
