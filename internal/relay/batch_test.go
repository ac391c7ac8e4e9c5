package relay

import (
	"bytes"
	"testing"
	"time"
)

func TestBatchWastesNoMemory(t *testing.T) {
	for _, size := range []int{600, 1200, 2000, 4000, 6000, 9000, 20_000, 60_000} {
		b := newBatch(segments, time.Time{}, 0)
		for doc := bytes.Repeat([]byte{'x'}, size); b.fits(len(doc)); {
			b.addSegment(doc)
		}
		b.close(1)
		// Before each document twice its size is reserved, which may lead to the next class.
		if holds := len(b.payload()) + size; b.memory() > 2*holds+1<<10 {
			t.Errorf("a full batch of documents of %d bytes holds %d bytes and takes %d, want twice that at most", size, holds, b.memory())
		}
		b.release()
	}
}
