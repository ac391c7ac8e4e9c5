package servicemap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
	"github.com/rayscope/rayscope/internal/varint"
)

// ErrCorrupt is wrapped by the errors of Decode and MergeEncoded for bytes that Append cannot have made.
var ErrCorrupt = errors.New("corrupt service map")

// Least bytes of what is counted. A count that cannot be true for the bytes that are left is found before memory is taken
// for it.
const (
	minNode  = 4 + 1 + 1 + 1
	minEdge  = 1 + 1 + 5 + 1 + 1 + 1
	minTrace = 16 + 1
	minLink  = 8 + 4 + 1 + 1 + 1
)

// maxMillis is more than the longest time that can be counted, and maxIndex its bin.
const maxMillis = math.MaxInt64 / 1000

var maxIndex = binIndex(maxMillis)

// Decode reads what Append wrote. The map shares nothing with b. The error wraps ErrCorrupt.
func Decode(b []byte) (*Map, error) {
	m := new(Map)
	return m, m.MergeEncoded(b, nil)
}

// MergeEncoded is Merge of the map that Append wrote. It takes no more memory than m comes to need. After an error, which
// wraps ErrCorrupt, m is of no use.
func (m *Map) MergeEncoded(b []byte, want Want) error {
	if len(b) == 0 || b[0] != codecVersion {
		return fmt.Errorf("%w: it does not begin with the version %d", ErrCorrupt, codecVersion)
	}
	r := mergeReader{reader: reader{varint.Reader{Rest: b[1:]}}, into: m, want: want}
	m.Dropped += r.count64()
	r.heads()
	for i := range r.nodes {
		r.body(&r.nodes[i])
	}
	r.links()
	if r.Bad || len(r.Rest) > 0 {
		return fmt.Errorf("%w: %d bytes of %d make no sense", ErrCorrupt, len(r.Rest), len(b))
	}
	return nil
}

// A mergeReader adds an encoded map to another.
type mergeReader struct {
	reader
	into  *Map
	want  Want
	nodes []head
}

// A head is what is said of a node before what it counts.
type head struct {
	end
	root bool
}

func (r *mergeReader) heads() {
	n := r.Count(minNode)
	r.Check(n <= MaxNodes)
	for range n {
		if r.Bad {
			return
		}
		h := head{end: end{service: r.service()}}
		bits := r.Byte()
		h.state, h.root = State(bits&^bitRoot), bits&bitRoot != 0
		r.Check(h.state <= Active)
		h.span.First = r.Varint()
		h.span.Last = h.span.First + r.count64()
		r.Check(h.span.Last >= h.span.First)
		r.nodes = append(r.nodes, h)
	}
}

// body adds what a node counts, and its edges.
func (r *mergeReader) body(h *head) {
	var n *Node
	if !r.Bad && (r.want == nil || r.want.Node(h.service)) {
		n = r.into.node(h.end)
	}
	if n == nil {
		r.skipStats()
		r.skip()
		r.skip()
	} else {
		n.Root = n.Root || h.root
		r.stats(&n.Stats)
		r.histogram(&n.ResponseTimes)
		r.histogram(&n.Durations)
	}
	for range r.Count(minEdge) {
		if r.Bad {
			return
		}
		r.edge(h)
	}
}

func (r *mergeReader) edge(source *head) {
	target := r.Uvarint()
	bits := r.Byte()
	r.Check(target < uint64(len(r.nodes)) && bits <= bitLink)
	if r.Bad {
		return
	}
	to := &r.nodes[target]
	var d *Edge
	if r.want == nil || r.want.Edge(source.service, to.service) {
		d = r.into.connect(source.end, to.end)
	}
	if d == nil {
		r.skipEdge()
		return
	}
	d.Link = d.Link || bits&bitLink != 0
	r.stats(&d.Stats)
	r.histogram(&d.ResponseTimes)
	r.histogram(&d.Ages)
	for range r.aliases() {
		d.alias(r.string())
	}
}

func (r *mergeReader) skipEdge() {
	r.skipStats()
	r.skip()
	r.skip()
	for range r.aliases() {
		r.skip()
	}
}

func (r *mergeReader) aliases() int {
	n := r.Count(1)
	r.Check(n <= MaxAliases)
	return n
}

func (r *mergeReader) links() {
	for range r.Count(minTrace) {
		var id segment.TraceID
		copy(id[:], r.Take(len(id)))
		for range r.Count(minLink) {
			if r.Bad {
				return
			}
			if l := r.link(); !r.Bad {
				l.Receiver = l.Receiver.Clone()
				r.into.wait(id, l)
			}
		}
	}
}

func (r *reader) link() (l Link) {
	copy(l.Sender[:], r.Take(len(l.Sender)))
	l.Receiver = r.service()
	bits := r.Byte()
	l.Class, l.Complete = segment.Class(bits&^bitComplete), bits&bitComplete != 0
	r.Check(l.Class <= segment.ClassThrottle)
	l.Start, l.Duration = segment.Time(r.count64()), segment.Time(r.count64())
	return l
}

// A reader takes what a map is made of off the front.
type reader struct{ varint.Reader }

// count64 is a number that is not negative.
func (r *reader) count64() int64 {
	v := r.Uvarint()
	r.Check(v <= math.MaxInt64)
	return int64(v)
}

// skip passes over a histogram or a string.
func (r *reader) skip() { r.Block() }

// string points into what is read: keepers copy it.
func (r *reader) string() string {
	t := r.Block()
	return unsafe.String(unsafe.SliceData(t), len(t))
}

func (r *reader) service() trace.Service {
	return trace.Service{Name: r.string(), Type: r.string(), Account: r.string(), Region: r.string()}
}

func (r *reader) stats(s *Stats) {
	s.Add(&Stats{OK: r.count64(), Error: r.count64(), Throttle: r.count64(), Fault: r.count64(), Time: segment.Time(r.Uvarint())})
}

func (r *reader) skipStats() {
	for range 5 {
		r.Uvarint()
	}
}

// histogram adds the histogram that follows to h. Nearly all of a map is histograms, so these loops keep their place in
// variables of their own.
func (r *reader) histogram(h *Histogram) {
	b := r.Block()
	switch {
	case len(b) == 0:
	case len(b) > 1 && b[0] == formExact:
		r.Check(h.addExact(b[1:]))
	case len(b) > 1 && b[0] == formBins:
		h.group()
		r.Check(h.addBins(b[1:]))
	default:
		r.Fail()
	}
}

// addExact adds encoded values; false if they make no sense.
func (h *Histogram) addExact(b []byte) bool {
	millis := uint64(0)
	for at, n := 0, 0; at < len(b); n++ {
		var above, count uint64
		above, at = next(b, at)
		count, at = next(b, at)
		millis += above
		if at < 0 || count-1 >= math.MaxInt64 || above == 0 && n > 0 || n == maxExact || above > maxMillis || millis > maxMillis {
			return false
		}
		if h.bins == nil {
			h.add(int64(millis), int64(count))
		} else {
			h.bin(int64(millis), int64(count))
		}
	}
	return true
}

// addBins adds encoded bins to those of h; false if they make no sense.
func (h *Histogram) addBins(b []byte) bool {
	index := 0
	for at, n := 0, 0; at < len(b); n++ {
		var above, count, sum uint64
		above, at = next(b, at)
		count, at = next(b, at)
		sum, at = next(b, at)
		if at < 0 || count-1 >= math.MaxInt64 || above == 0 && n > 0 || above > uint64(maxIndex-index) {
			return false
		}
		index += int(above)
		to := h.at(index)
		to.count += int64(count)
		to.sum += int64(sum) + int64(count)*leastIn(index)
	}
	return true
}

// next is the uvarint at a place of b, and the place behind it: negative, and so for good, if there is none.
func next(b []byte, at int) (v uint64, behind int) {
	if uint(at) < uint(len(b)) && b[at] < 0x80 {
		return uint64(b[at]), at + 1
	}
	return nextLong(b, at)
}

func nextLong(b []byte, at int) (v uint64, behind int) {
	if at < 0 {
		return 0, -1
	}
	v, n := binary.Uvarint(b[at:])
	if n <= 0 {
		return 0, -1
	}
	return v, at + n
}
