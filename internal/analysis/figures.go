package analysis

import (
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// open is the class of a trace without a completed root; the others are segment's.
const (
	open    = segment.ClassThrottle + 1
	classes = open + 1
)

// An observation is what is counted of a trace wherever it is counted.
type observation struct {
	sides [2]bool // whether it is in A, and in B
	class segment.Class
	time  segment.Time // response time; of no meaning in an open trace
	kind  uint8        // of the request, see kinds
}

func observe(t *trace.Trace, sides [2]bool) observation {
	o := observation{sides: sides, class: open}
	if root := t.RootSegment(); root != nil && root.Complete() {
		o.class, o.time = root.Class(), root.Duration()
	}
	return o
}

// figures are the counts and times of some traces of one set.
type figures struct {
	counts [classes]int64
	sum    segment.Time
	times  sketch
}

// add counts one trace and tells by how many bytes the figures grew.
func (f *figures) add(o *observation) (grown int) {
	f.counts[o.class]++
	if o.class == open {
		return 0
	}
	f.sum += o.time
	return f.times.add(o.time)
}

func (f *figures) merge(o *figures) (grown int) {
	for i, n := range o.counts {
		f.counts[i] += n
	}
	f.sum += o.sum
	return f.times.merge(&o.times)
}

func (f *figures) reset() {
	f.counts, f.sum = [classes]int64{}, 0
	f.times.reset()
}

// total is the number of traces.
func (f *figures) total() (n int64) {
	for _, c := range f.counts {
		n += c
	}
	return n
}

// average is nil if no trace has a time.
func (f *figures) average() *rayapi.Seconds {
	if f.times.n == 0 {
		return nil
	}
	s := rayapi.Seconds(f.sum.Seconds() / float64(f.times.n))
	return &s
}

func (f *figures) result() rayapi.Figures {
	return rayapi.Figures{
		Count: f.total(), OkCount: f.counts[segment.ClassOK], ErrorCount: f.counts[segment.ClassError], FaultCount: f.counts[segment.ClassFault],
		ThrottleCount: f.counts[segment.ClassThrottle], OpenCount: f.counts[open],
		Average: f.average(), P50: f.times.percentile(.5), P95: f.times.percentile(.95), P99: f.times.percentile(.99),
	}
}

// A set is all traces of A, or of B.
type set struct {
	figures
	min, max segment.Time
}

func (s *set) add(o *observation) {
	if o.class != open {
		if s.times.n == 0 {
			s.min, s.max = o.time, o.time
		}
		s.min, s.max = min(s.min, o.time), max(s.max, o.time)
	}
	s.figures.add(o)
}

func (s *set) merge(o *set) {
	switch {
	case o.times.n == 0:
	case s.times.n == 0:
		s.min, s.max = o.min, o.max
	default:
		s.min, s.max = min(s.min, o.min), max(s.max, o.max)
	}
	s.figures.merge(&o.figures)
}

func (s *set) result() *rayapi.Set {
	r := &rayapi.Set{Figures: s.figures.result(), P75: s.times.percentile(.75), P90: s.times.percentile(.9)}
	if s.times.n > 0 {
		r.Min, r.Max = seconds(s.min), seconds(s.max)
		for _, p := range []*rayapi.Seconds{r.P50, r.P75, r.P90, r.P95, r.P99} {
			*p = max(*r.Min, min(*p, *r.Max)) // the middle of a bucket may lie outside
		}
	}
	return r
}
