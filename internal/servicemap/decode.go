package servicemap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
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
	r := mergeReader{reader: reader{b[1:], false}, into: m, want: want}
	m.Dropped += r.count64()
	r.heads()
	for i := range r.nodes {
		r.body(&r.nodes[i])
	}
	r.links()
	if r.bad || len(r.b) > 0 {
		return fmt.Errorf("%w: %d bytes of %d make no sense", ErrCorrupt, len(r.b), len(b))
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
	n := r.count(minNode)
	r.check(n <= MaxNodes)
	for range n {
		if r.bad {
			return
		}
		h := head{end: end{service: r.service()}}
		bits := r.byte()
		h.state, h.root = State(bits&^bitRoot), bits&bitRoot != 0
		r.check(h.state <= Active)
		h.span.First = r.varint()
		h.span.Last = h.span.First + r.count64()
		r.check(h.span.Last >= h.span.First)
		r.nodes = append(r.nodes, h)
	}
}

// body adds what a node counts, and its edges.
func (r *mergeReader) body(h *head) {
	var n *Node
	if !r.bad && (r.want == nil || r.want.Node(h.service)) {
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
	for range r.count(minEdge) {
		if r.bad {
			return
		}
		r.edge(h)
	}
}

func (r *mergeReader) edge(source *head) {
	target := r.uvarint()
	bits := r.byte()
	r.check(target < uint64(len(r.nodes)) && bits <= bitLink)
	if r.bad {
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
	n := r.count(1)
	r.check(n <= MaxAliases)
	return n
}

func (r *mergeReader) links() {
	for range r.count(minTrace) {
		var id segment.TraceID
		copy(id[:], r.take(len(id)))
		for range r.count(minLink) {
			if r.bad {
				return
			}
			if l := r.link(); !r.bad {
				l.Receiver = l.Receiver.Clone()
				r.into.wait(id, l)
			}
		}
	}
}

func (r *reader) link() (l Link) {
	copy(l.Sender[:], r.take(len(l.Sender)))
	l.Receiver = r.service()
	bits := r.byte()
	l.Class, l.Complete = segment.Class(bits&^bitComplete), bits&bitComplete != 0
	r.check(l.Class <= segment.ClassThrottle)
	l.Start, l.Duration = segment.Time(r.count64()), segment.Time(r.count64())
	return l
}

// A reader takes values off the front of b. After the first that is not there bad is set and the rest is empty.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) fail() { r.b, r.bad = nil, true }

func (r *reader) check(ok bool) {
	if !ok {
		r.fail()
	}
}

func (r *reader) uvarint() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 {
		v := r.b[0]
		r.b = r.b[1:]
		return uint64(v)
	}
	return r.longUvarint()
}

func (r *reader) longUvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// count64 is a number that is not negative.
func (r *reader) count64() int64 {
	v := r.uvarint()
	r.check(v <= math.MaxInt64)
	return int64(v)
}

// count reads how many items of at least size bytes follow.
func (r *reader) count(size int) int {
	n := r.uvarint()
	if n > uint64(len(r.b)/size) {
		r.fail()
		return 0
	}
	return int(n)
}

// take is the next n bytes; nil if there are fewer.
func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.fail()
		return nil
	}
	t := r.b[:n]
	r.b = r.b[n:]
	return t
}

func (r *reader) byte() byte {
	if t := r.take(1); t != nil {
		return t[0]
	}
	return 0
}

// block is the bytes whose length stands before them.
func (r *reader) block() []byte { return r.take(r.count(1)) }

// skip passes over a histogram or a string.
func (r *reader) skip() { r.block() }

// string points into what is read: keepers copy it.
func (r *reader) string() string {
	t := r.block()
	return unsafe.String(unsafe.SliceData(t), len(t))
}

func (r *reader) service() trace.Service {
	return trace.Service{Name: r.string(), Type: r.string(), Account: r.string(), Region: r.string()}
}

func (r *reader) stats(s *Stats) {
	s.Add(&Stats{OK: r.count64(), Error: r.count64(), Throttle: r.count64(), Fault: r.count64(), Time: segment.Time(r.uvarint())})
}

func (r *reader) skipStats() {
	for range 5 {
		r.uvarint()
	}
}

// histogram adds the histogram that follows to h. Nearly all of a map is histograms, so these loops keep their place in
// variables of their own.
func (r *reader) histogram(h *Histogram) {
	b := r.block()
	switch {
	case len(b) == 0:
	case len(b) > 1 && b[0] == formExact:
		r.check(h.addExact(b[1:]))
	case len(b) > 1 && b[0] == formBins:
		h.group()
		r.check(h.addBins(b[1:]))
	default:
		r.fail()
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
