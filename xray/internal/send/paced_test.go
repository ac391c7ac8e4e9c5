package send

import (
	"syscall"
	"testing"
	"time"
)

func cpu() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func BenchmarkPaced(b *testing.B) {
	l := listen(b, "127.0.0.1:0")
	for _, send := range []bool{false, true} {
		for _, every := range []time.Duration{500 * time.Microsecond, 4 * time.Millisecond} {
			b.Run(every.String(), func(b *testing.B) {
				s := sender(b, l.address(), "", Options{})
				tick := time.NewTicker(every)
				c0 := cpu()
				var in time.Duration
				for range b.N {
					<-tick.C
					if send {
						t := time.Now()
						s.Send(doc600)
						in += time.Since(t)
					}
				}
				b.ReportMetric(float64(cpu()-c0)/float64(b.N), "cpu-ns/op")
				b.ReportMetric(float64(in)/float64(b.N), "in-send-ns/op")
			})
		}
	}
}
