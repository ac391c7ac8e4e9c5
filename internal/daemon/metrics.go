package daemon

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
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
	listeningOpts = prometheus.GaugeOpts{
		Name: "rayscope_daemon_tcp_listening",
		Help: "1 if the TCP address is listened on, 0 while another process has it.",
	}
)

// metrics are the counters behind what Prometheus reads: the reader must not look up a label for each datagram.
type metrics struct {
	received, bytes, retries atomic.Uint64

	rejected [reasons]atomic.Uint64
	spilled  map[string]*atomic.Uint64 // by reason; the map is not changed
}

func newMetrics(r prometheus.Registerer, s *Server, buffer, memory int) *metrics {
	m := &metrics{spilled: map[string]*atomic.Uint64{spilledQueue: {}, spilledStore: {}}}
	counters := []prometheus.Collector{
		counter(receivedOpts, &m.received),
		counter(bytesOpts, &m.bytes),
		counter(retriesOpts, &m.retries),
		prometheus.NewCounterFunc(droppedOpts, func() float64 { return float64(s.dropped()) }),
	}
	for why := good + 1; why < reasons; why++ {
		counters = append(counters, labelled(rejectedOpts, why.String(), &m.rejected[why]))
	}
	for reason, n := range m.spilled {
		counters = append(counters, labelled(spilledOpts, reason, n))
	}
	r.MustRegister(counters...)
	r.MustRegister(
		gauge(bufferOpts, func() int { return buffer }),
		gauge(waitingLimitOpts, func() int { return memory }),
		gauge(waitingOpts, s.waiting),
		gauge(listeningOpts, s.door.listening))
	return m
}

func counter(o prometheus.CounterOpts, n *atomic.Uint64) prometheus.Collector {
	return prometheus.NewCounterFunc(o, func() float64 { return float64(n.Load()) })
}

func labelled(o prometheus.CounterOpts, reason string, n *atomic.Uint64) prometheus.Collector {
	o.ConstLabels = prometheus.Labels{"reason": reason}
	return counter(o, n)
}

func gauge(o prometheus.GaugeOpts, value func() int) prometheus.Collector {
	return prometheus.NewGaugeFunc(o, func() float64 { return float64(value()) })
}

// Rejected is datagrams that held no document, for one reason.
type Rejected struct {
	Reason string
	Count  uint64
	From   string // sender of the last one that was logged
	Hint   string // what to do about that one
}

// Rejected is what was rejected so far, by reason.
func (s *Server) Rejected() (list []Rejected) {
	for why := good + 1; why < reasons; why++ {
		if n := s.metrics.rejected[why].Load(); n > 0 {
			r := Rejected{Reason: why.String(), Count: n}
			if last := s.lastRejected[why].Load(); last != nil {
				r.From, r.Hint = last.From, last.Hint
			}
			list = append(list, r)
		}
	}
	return list
}

// Buffer is the receive buffer that the kernel gave the socket, in bytes.
func (s *Server) Buffer() int { return s.in.size }

// Counts of datagrams since the start.
type Counts struct {
	Received      uint64 // rejected and spilled ones included
	Rejected      uint64 // held no document
	Spilled       uint64 // dropped because too many waited, or the intake failed
	KernelDropped uint64 // lost before they could be received; 0 where the system does not tell
}

// Counts is what became of datagrams so far.
func (s *Server) Counts() Counts {
	c := Counts{Received: s.metrics.received.Load(), KernelDropped: uint64(s.dropped())}
	for i := range s.metrics.rejected {
		c.Rejected += s.metrics.rejected[i].Load()
	}
	for _, n := range s.metrics.spilled {
		c.Spilled += n.Load()
	}
	return c
}

// dropped asks the kernel. When it does not tell, or the socket is closed, the last answer stands.
func (s *Server) dropped() uint32 {
	if n, err := s.in.drops(); err == nil {
		s.kernelDrops.Store(n)
	}
	return s.kernelDrops.Load()
}
