package analysis

import (
	"math"
	"math/bits"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
)

// RelativeError is how far a percentile may be from the true value, as a share of it.
const RelativeError = 1.0 / (2 * perOctave)

// perOctave is into how many buckets each doubling is divided; values below it have one each.
const (
	perOctave  = 1 << octaveBits
	octaveBits = 5
)

// longest is the longest time that is told from longer ones: 38 hours, some more than a trace may last.
const longest = 1<<37 - 1

// A sketch counts times in buckets of microseconds. Buckets depend on the values alone, so sketches merge exactly. Only the
// span of buckets that are in use takes memory: 200 of four bytes as a rule, 1,088 at most.
type sketch struct {
	n      int64
	low    int // bucket of counts[0]
	counts []uint32
}

// bucketOf is the bucket of a time; a negative one counts as 0.
func bucketOf(d segment.Time) int {
	v := uint64(max(0, min(d, longest)))
	shift := max(0, bits.Len64(v)-octaveBits-1)
	return shift<<octaveBits + int(v>>shift)
}

// middleOf is the middle of a bucket.
func middleOf(bucket int) segment.Time {
	shift := max(0, bucket>>octaveBits-1)
	return segment.Time(bucket-shift<<octaveBits)<<shift + (1<<shift-1)/2
}

// add counts a time and tells by how many bytes the sketch grew.
func (s *sketch) add(d segment.Time) (grown int) {
	i := bucketOf(d) - s.low
	if uint(i) >= uint(len(s.counts)) {
		grown = s.widen(i + s.low)
		i = bucketOf(d) - s.low
	}
	s.counts[i]++
	s.n++
	return grown
}

// slack is how many buckets more than needed are made room for, so that few times widen a sketch.
const slack = 8

// widen makes room for a bucket.
func (s *sketch) widen(bucket int) (grown int) {
	if len(s.counts) == 0 {
		s.low = bucket
	}
	low, high := min(s.low, bucket), max(s.low+len(s.counts), bucket+1)
	before := cap(s.counts)
	if low < s.low || high-low > cap(s.counts) {
		if len(s.counts) > 0 || cap(s.counts) == 0 {
			low, high = max(0, low-slack), high+slack
		}
		if n := high - low; n > cap(s.counts) {
			wider := make([]uint32, n)
			copy(wider[s.low-low:], s.counts)
			s.counts = wider
		} else {
			used := len(s.counts)
			s.counts = s.counts[:n]
			copy(s.counts[s.low-low:], s.counts[:used])
			clear(s.counts[:s.low-low])
			clear(s.counts[s.low-low+used:])
		}
		s.low = low
	} else {
		used := len(s.counts)
		s.counts = s.counts[:high-low]
		clear(s.counts[used:])
	}
	return (cap(s.counts) - before) * 4
}

func (s *sketch) merge(o *sketch) (grown int) {
	for i, c := range o.counts {
		if c == 0 {
			continue
		}
		at := o.low + i - s.low
		if uint(at) >= uint(len(s.counts)) {
			grown += s.widen(o.low + i)
			at = o.low + i - s.low
		}
		s.counts[at] += c
	}
	s.n += o.n
	return grown
}

// reset empties the sketch and keeps its memory.
func (s *sketch) reset() { *s = sketch{counts: s.counts[:0]} }

// percentile is the least time that at least the share of all times do not exceed; nil if there are none.
func (s *sketch) percentile(share float64) *rayapi.Seconds {
	if s.n == 0 {
		return nil
	}
	rank := max(1, int64(math.Ceil(share*float64(s.n))))
	for i, c := range s.counts {
		if rank -= int64(c); rank <= 0 {
			return seconds(middleOf(s.low + i))
		}
	}
	return nil // never: the counts add up to n
}

func seconds(t segment.Time) *rayapi.Seconds {
	s := rayapi.Seconds(t.Seconds())
	return &s
}
