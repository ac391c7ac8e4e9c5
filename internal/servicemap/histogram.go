package servicemap

import (
	"math/bits"
	"slices"

	"github.com/rayscope/rayscope/internal/segment"
)

// A Histogram counts durations in whole milliseconds. It is exact while there are at most maxExact distinct values;
// beyond that values are counted in bins whose width is at most 1/64 of their value. Which of the two holds depends on the
// values alone, not on their order, so merging is exact too: Merge(a, b) equals adding all values to one.
type Histogram struct {
	exact []Bin // by Value, at most maxExact
	bins  []bin // by index; used instead of exact when not empty
}

// A Bin is one value with its count.
type Bin struct {
	Millis int64
	Count  int64
}

type bin struct{ count, sum int64 }

// maxExact is the number of distinct values the service was seen to answer before it grouped them.
const maxExact = 100

// Add counts one duration; a negative one counts as 0.
func (h *Histogram) Add(d segment.Time) { h.add(max(0, int64(d)+500)/1000, 1) }

func (h *Histogram) add(millis, n int64) {
	if h.bins != nil {
		h.bin(millis, n)
		return
	}
	i, found := slices.BinarySearchFunc(h.exact, millis, func(b Bin, m int64) int { return int(b.Millis - m) })
	switch {
	case found:
		h.exact[i].Count += n
	case len(h.exact) < maxExact:
		h.exact = slices.Insert(h.exact, i, Bin{millis, n})
	default:
		h.group()
		h.bin(millis, n)
	}
}

// bin counts n values in the bin of millis.
func (h *Histogram) bin(millis, n int64) {
	b := h.at(binIndex(millis))
	b.count += n
	b.sum += millis * n
}

// at is the bin with the index.
func (h *Histogram) at(i int) *bin {
	if i >= len(h.bins) {
		h.bins = append(h.bins, make([]bin, i+1-len(h.bins))...)
	}
	return &h.bins[i]
}

// group counts in bins from now on.
func (h *Histogram) group() {
	for _, b := range h.exact {
		h.bin(b.Millis, b.Count)
	}
	h.exact = nil
}

// binIndex numbers the bins: one for each of the first 128 values, then 64 for each doubling.
func binIndex(millis int64) int {
	shift := max(0, bits.Len64(uint64(millis))-7)
	return shift<<6 + int(millis>>shift)
}

// leastIn is the least value of the bin with the index.
func leastIn(index int) int64 {
	shift := max(0, index>>6-1)
	return int64(index-shift<<6) << shift
}

// Merge adds all that o counts; o stays as it is.
func (h *Histogram) Merge(o *Histogram) {
	for _, b := range o.exact {
		h.add(b.Millis, b.Count)
	}
	if o.bins == nil {
		return
	}
	h.group()
	for i, b := range o.bins {
		to := h.at(i)
		to.count += b.count
		to.sum += b.sum
	}
}

// Bins lists the values in rising order. A bin that groups several is listed under their mean.
func (h *Histogram) Bins() []Bin {
	if h.bins == nil {
		return slices.Clone(h.exact)
	}
	list := make([]Bin, 0, len(h.bins))
	for _, b := range h.bins {
		if b.count > 0 {
			list = append(list, Bin{(b.sum + b.count/2) / b.count, b.count})
		}
	}
	return list
}
