package proxy

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// What the package counts.
var (
	callsOpts = prometheus.CounterOpts{
		Name: "rayscope_daemon_calls_total",
		Help: "Calls of programs to the daemon's TCP port by operation and result: ok, refused (the request itself is at fault), throttled (to be sent again), away (the endpoint did not answer).",
	}
	rememberedOpts = prometheus.CounterOpts{
		Name: "rayscope_daemon_remembered_rules_total",
		Help: "Requests for sampling rules that were answered from the last good answer, because the endpoint is away.",
	}
	documentsOpts = prometheus.CounterOpts{
		Name: "rayscope_daemon_tcp_documents_total",
		Help: "Documents that came over TCP by what became of them: delivered (every endpoint or its spool has them), refused by an endpoint, returned to the caller to send again. An OTLP request counts as one.",
	}
)

// Results of calls.
const (
	resultOK        = "ok"
	resultRefused   = "refused"
	resultThrottled = "throttled"
	resultAway      = "away"
)

// What becomes of documents.
const (
	delivered = "delivered"
	refused   = "refused"
	returned  = "returned"
)

func resultOf(status int) string {
	switch {
	case status == http.StatusTooManyRequests:
		return resultThrottled
	case status < http.StatusInternalServerError:
		return resultRefused
	}
	return resultAway
}

type metrics struct {
	calls      *prometheus.CounterVec
	remembered prometheus.Counter
	documents  *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		calls:      prometheus.NewCounterVec(callsOpts, []string{"operation", "result"}),
		remembered: prometheus.NewCounter(rememberedOpts),
		documents:  prometheus.NewCounterVec(documentsOpts, []string{"result"}),
	}
	// A counter that is there from the start can be watched before its first event.
	for _, result := range []string{delivered, refused, returned} {
		m.documents.WithLabelValues(result)
	}
	r.MustRegister(m.calls, m.remembered, m.documents)
	return m
}
