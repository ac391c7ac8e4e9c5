package analysis

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
)

// Percentiles are within the stated error of those of the sorted times, whatever their spread.
func TestPercentilesAreWithinTheirError(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name string
		draw func() segment.Time
	}{
		{"exponential", func() segment.Time { return segment.Time(rnd.ExpFloat64() * 250_000) }},
		{"log-uniform", func() segment.Time { return segment.Time(math.Pow(10, rnd.Float64()*10)) }},
		{"constant", func() segment.Time { return 1_234_567 }},
		{"tiny", func() segment.Time { return segment.Time(rnd.IntN(70)) }},
		{"falling", func() segment.Time { return segment.Time(2e9) - segment.Time(rnd.IntN(1_900_000_000)) }},
		{"huge", func() segment.Time { return longest - segment.Time(rnd.IntN(1e9)) }},
	} {
		for _, n := range []int{1, 2, 10, 999, 20_000} {
			var whole, left, right sketch
			all := make([]segment.Time, n)
			for i := range all {
				all[i] = c.draw()
				whole.add(all[i])
				if i%3 == 0 {
					left.add(all[i])
				} else {
					right.add(all[i])
				}
			}
			left.merge(&right)
			slices.Sort(all)
			for _, p := range []float64{0, .5, .75, .95, .99, 1} {
				want := all[max(0, int(math.Ceil(p*float64(n)))-1)]
				for _, s := range []*sketch{&whole, &left} {
					got := float64(*s.percentile(p)) * 1e6
					if math.Abs(got-float64(want)) > RelativeError*float64(want)+.5 {
						t.Errorf("%s, %d times: percentile %v is %v, want %v within %v", c.name, n, p, got, want, RelativeError)
					}
				}
			}
		}
	}
	var none sketch
	if got := none.percentile(.5); got != nil {
		t.Errorf("percentile of nothing: got %v, want nil", *got)
	}
}

// A sketch that was emptied counts as a new one, with the memory of the old.
func TestSketchReset(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var used sketch
	for round := range 200 {
		var fresh sketch
		used.reset()
		for range 1 + rnd.IntN(40) {
			d := segment.Time(math.Pow(10, rnd.Float64()*8))
			fresh.add(d)
			used.add(d)
		}
		for _, p := range []float64{0, .3, .5, .9, 1} {
			if a, b := *fresh.percentile(p), *used.percentile(p); a != b {
				t.Fatalf("round %d: percentile %v: got %v, want %v", round, p, b, a)
			}
		}
		if used.n != fresh.n {
			t.Fatalf("round %d: got %d times, want %d", round, used.n, fresh.n)
		}
	}
}

func TestBucketsHaveNoGap(t *testing.T) {
	last := -1
	for d := segment.Time(0); d < 1<<20; d++ {
		b := bucketOf(d)
		if b != last && b != last+1 {
			t.Fatalf("bucket of %d is %d, that before is %d", d, b, last)
		}
		if bucketOf(middleOf(b)) != b {
			t.Fatalf("the middle of bucket %d is %d, in bucket %d", b, middleOf(b), bucketOf(middleOf(b)))
		}
		last = b
	}
	if b := bucketOf(math.MaxInt64); b > 1087 {
		t.Errorf("the longest time is in bucket %d, want 1087 at most", b)
	}
	if b := bucketOf(-5); b != 0 {
		t.Errorf("a negative time is in bucket %d, want 0", b)
	}
}
