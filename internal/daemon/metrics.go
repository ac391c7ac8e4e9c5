package daemon

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/ports"
)

// What the package counts.
var (
	receivedOpts = prometheus.CounterOpts{
		Name: "rayscope_daemon_datagrams_total",
		Help: "Datagrams received, rejected ones included.",
	}
	bytesOpts = prometheus.CounterOpts{
		Name: "rayscope_daemon_datagram_bytes_total",
		Help: "Bytes of the datagrams received.",
	}
	rejectedOpts = prometheus.CounterOpts{
		Name: "rayscope_daemon_rejected_datagrams_total",
		Help: "Datagrams that hold no document, by reason.",
	}
	spilledOpts = prometheus.CounterOpts{
		Name: "rayscope_daemon_spilled_datagrams_total",
		Help: "Datagrams dropped because too many wait (queue) or the store fails (store).",
	}
	retriesOpts = prometheus.CounterOpts{
		Name: "rayscope_daemon_retries_total",
		Help: "Batches offered again because the store failed.",
	}
	droppedOpts = prometheus.CounterOpts{
		Name: "rayscope_daemon_kernel_dropped_datagrams_total",
		Help: "Datagrams the kernel dropped because the socket's receive buffer was full. Always 0 where the system does not tell (all but Linux).",
	}
	bufferOpts = prometheus.GaugeOpts{
		Name: "rayscope_daemon_receive_buffer_bytes",
		Help: "Receive buffer that the kernel gave the socket.",
	}
	waitingOpts = prometheus.GaugeOpts{
		Name: "rayscope_daemon_waiting_bytes",
		Help: "Memory of datagrams that wait to be stored.",
	}
	waitingLimitOpts = prometheus.GaugeOpts{
		Name: "rayscope_daemon_waiting_limit_bytes",
		Help: "Bound of rayscope_daemon_waiting_bytes; beyond it datagrams are spilled.",
	}
)

type metrics struct {
	received prometheus.Counter
	bytes    prometheus.Counter
	rejected *prometheus.CounterVec
	spilled  *prometheus.CounterVec
	retries  prometheus.Counter
}

func newMetrics(r prometheus.Registerer, s *Server, buffer int) *metrics {
	m := &metrics{
		received: prometheus.NewCounter(receivedOpts),
		bytes:    prometheus.NewCounter(bytesOpts),
		rejected: prometheus.NewCounterVec(rejectedOpts, []string{"reason"}),
		spilled:  prometheus.NewCounterVec(spilledOpts, []string{"reason"}),
		retries:  prometheus.NewCounter(retriesOpts),
	}
	// A counter that is there from the start can be watched before its first loss.
	for _, reason := range rejectedReasons {
		m.rejected.WithLabelValues(reason)
	}
	m.spilled.WithLabelValues(spilledQueue)
	m.spilled.WithLabelValues(spilledStore)

	size := prometheus.NewGauge(bufferOpts)
	size.Set(float64(buffer))
	limit := prometheus.NewGauge(waitingLimitOpts)
	limit.Set(MaxWaiting)
	r.MustRegister(m.received, m.bytes, m.rejected, m.spilled, m.retries, size, limit,
		prometheus.NewCounterFunc(droppedOpts, s.dropped),
		prometheus.NewGaugeFunc(waitingOpts, func() float64 { return float64(s.inFlight.Load() * chunkSize) }))
	return m
}

// dropped asks the kernel. When it does not tell, or the socket is closed, the last answer stands.
func (s *Server) dropped() float64 {
	if n, err := ports.Drops(s.udp); err == nil {
		s.kernelDrops.Store(n)
	}
	return float64(s.kernelDrops.Load())
}
