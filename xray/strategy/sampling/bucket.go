package sampling

import (
	"math"
	"sync/atomic"
)

// A bucket counts what a reservoir gave within the current second: the second in the upper half, the count in the lower, in
// one word, so that taking needs no lock. The zero bucket is ready.
type bucket struct{ state atomic.Uint64 }

// maxQuota is the largest count that a bucket keeps, as X-Ray's clients do.
const maxQuota = math.MaxInt32

// take takes one of the quota of the second now, and reports whether there was one left.
func (b *bucket) take(now, quota int64) bool {
	for {
		old := b.state.Load()
		second, used := int64(old>>32), int64(old&math.MaxUint32)
		// One who read the clock just before the second ended, and comes after one who read it later, takes from the new
		// second. A clock that was set back further begins anew.
		if second != now && second != now+1 {
			second, used = now, 0
		}
		if used >= min(quota, maxQuota) {
			return false
		}
		if b.state.CompareAndSwap(old, uint64(second)<<32|uint64(used+1)) {
			return true
		}
	}
}
