package analysis

import (
	"math"
	"slices"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
)

// bands divide times, each decade into as many. The first is all below a tenth of a millisecond, which no network call takes; the
// last begins at a hundred thousand seconds.
type bands []segment.Time // where each begins

const (
	firstDecade = 2 // 10^2 microseconds
	lastDecade  = 11
)

func newBands(perDecade int) bands {
	b := bands{0}
	for i := range (lastDecade-firstDecade)*perDecade + 1 {
		b = append(b, segment.Time(math.Round(math.Pow(10, firstDecade+float64(i)/float64(perDecade)))))
	}
	return b
}

// of is the band of a time.
func (b bands) of(d segment.Time) int {
	i, found := slices.BinarySearch(b, max(0, d))
	if found {
		return i
	}
	return i - 1
}

// end is where a band ends.
func (b bands) end(i int) segment.Time {
	if i+1 < len(b) {
		return b[i+1]
	}
	return segment.Time(math.Round(float64(b[i]) * float64(b[i]) / float64(b[i-1])))
}

// A tally counts traces of A and B, and faults of both.
type tally struct{ a, b, faults uint32 }

func (t *tally) add(o *observation) {
	if o.sides[0] {
		t.a++
	}
	if o.sides[1] {
		t.b++
	}
	if o.class == segment.ClassFault {
		t.faults++
	}
}

func (t *tally) merge(o tally) {
	t.a += o.a
	t.b += o.b
	t.faults += o.faults
}

// A histogram counts traces by response time.
type histogram struct {
	bands bands
	tally []tally
}

func newHistogram(perDecade int) *histogram {
	b := newBands(perDecade)
	return &histogram{b, make([]tally, len(b))}
}

func (h *histogram) add(o *observation) {
	if o.class != open {
		h.tally[h.bands.of(o.time)].add(o)
	}
}

func (h *histogram) merge(o *histogram) {
	for i, t := range o.tally {
		h.tally[i].merge(t)
	}
}

func (h *histogram) result() *rayapi.Histogram {
	r := &rayapi.Histogram{Buckets: []rayapi.Bucket{}}
	used := func(t tally) bool { return t != tally{} }
	first := slices.IndexFunc(h.tally, used)
	if first < 0 {
		return r
	}
	last := len(h.tally) - 1
	for !used(h.tally[last]) {
		last--
	}
	for i := first; i <= last; i++ {
		t := h.tally[i]
		r.Buckets = append(r.Buckets, rayapi.Bucket{From: *seconds(h.bands[i]), To: *seconds(h.bands.end(i)), A: int64(t.a), B: int64(t.b), Faults: int64(t.faults)})
	}
	return r
}

// columns divide the time range into periods, which begin at multiples of their length.
type columns struct {
	first, period segment.Time
	n             int
}

func newColumns(from, to, period segment.Time) columns {
	first := from - from%period
	return columns{first, period, int((to - first + period - 1) / period)}
}

// of is the column of an instant, which lies in the range.
func (c *columns) of(at segment.Time) int { return max(0, min(int((at-c.first)/c.period), c.n-1)) }

// A heatMap counts traces by time and response time.
type heatMap struct {
	columns
	bands bands
	cells []tally // of column 0, then of column 1, ...
}

func newHeatMap(c columns, perDecade int) *heatMap {
	b := newBands(perDecade)
	return &heatMap{c, b, make([]tally, c.n*len(b))}
}

func (h *heatMap) add(at segment.Time, o *observation) {
	if o.class != open && h.n > 0 {
		h.cells[h.of(at)*len(h.bands)+h.bands.of(o.time)].add(o)
	}
}

func (h *heatMap) merge(o *heatMap) {
	for i, t := range o.cells {
		h.cells[i].merge(t)
	}
}

func (h *heatMap) result() *rayapi.HeatMap {
	r := &rayapi.HeatMap{Period: int(h.period / segment.Second), StartTime: rayapi.EpochSeconds(h.first.Seconds()), Columns: h.n, Cells: []rayapi.Cell{}}
	for i := range h.bands {
		r.Bounds = append(r.Bounds, *seconds(h.bands[i]))
	}
	r.Bounds = append(r.Bounds, *seconds(h.bands.end(len(h.bands) - 1)))
	for i, t := range h.cells {
		if t != (tally{}) {
			r.Cells = append(r.Cells, rayapi.Cell{Column: i / len(h.bands), Row: i % len(h.bands), A: int64(t.a), B: int64(t.b), Faults: int64(t.faults)})
		}
	}
	return r
}

// A series has the figures of each period.
type series struct {
	columns
	points [][2]figures
}

func newSeries(c columns) *series { return &series{c, make([][2]figures, c.n)} }

func (s *series) add(at segment.Time, o *observation) {
	if s.n == 0 {
		return
	}
	p := &s.points[s.of(at)]
	for i, in := range o.sides {
		if in {
			p[i].add(o)
		}
	}
}

func (s *series) merge(o *series) {
	for i := range o.points {
		for side := range o.points[i] {
			s.points[i][side].merge(&o.points[i][side])
		}
	}
}

func (s *series) result(split bool) *rayapi.TimeSeries {
	r := &rayapi.TimeSeries{Period: int(s.period / segment.Second), Points: make([]rayapi.Point, s.n)}
	for i := range s.points {
		p := rayapi.Point{Time: rayapi.EpochSeconds((s.first + segment.Time(i)*s.period).Seconds()), A: s.points[i][0].result()}
		if split {
			b := s.points[i][1].result()
			p.B = &b
		}
		r.Points[i] = p
	}
	return r
}
