package servicemap_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
)

func TestHistogramIsExactWhileFewValues(t *testing.T) {
	var h servicemap.Histogram
	for _, us := range []segment.Time{84_000, 524_400, 524_600, 84_000, -7, 0} {
		h.Add(us)
	}
	want := []servicemap.Bin{{Millis: 0, Count: 2}, {Millis: 84, Count: 2}, {Millis: 524, Count: 1}, {Millis: 525, Count: 1}}
	if got := h.Bins(); !reflect.DeepEqual(got, want) {
		t.Errorf("bins: got %v, want %v", got, want)
	}
}

// However the values are split over histograms and in whichever order these are merged, the result is the same: minutes
// can be kept and summed.
func TestHistogramMergeEqualsAdding(t *testing.T) {
	for _, distinct := range []int{3, 99, 100, 101, 5000} {
		rnd := rand.New(rand.NewPCG(1, uint64(distinct)))
		var whole servicemap.Histogram
		parts := make([]servicemap.Histogram, 7)
		for range 20_000 {
			d := segment.Time(rnd.IntN(distinct)*rnd.IntN(40)) * 1000
			whole.Add(d)
			parts[rnd.IntN(len(parts))].Add(d)
		}
		var merged servicemap.Histogram
		for _, i := range rnd.Perm(len(parts)) {
			merged.Merge(&parts[i])
		}
		if got, want := merged.Bins(), whole.Bins(); !reflect.DeepEqual(got, want) {
			t.Errorf("%d distinct values: merged gives %d bins, adding %d, or they differ", distinct, len(got), len(want))
		}
	}
}

func TestHistogramBinsAreNarrow(t *testing.T) {
	var h servicemap.Histogram
	const n = 100_000
	for i := range segment.Time(n) {
		h.Add(i * 1000)
	}
	var count, last int64
	for _, b := range h.Bins() {
		if b.Millis > 200 && float64(b.Millis-last) > float64(b.Millis)/60 {
			t.Fatalf("bin at %d ms follows %d ms: wider than 1/60 of its value", b.Millis, last)
		}
		count, last = count+b.Count, b.Millis
	}
	if count != n {
		t.Errorf("counts sum to %d, want %d", count, n)
	}
}
