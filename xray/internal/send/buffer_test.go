package send

import (
	"fmt"
	"strings"
	"testing"
)

func docsOf(c *chunk) (docs []string) {
	start := int32(0)
	for _, end := range c.ends {
		docs = append(docs, strings.TrimPrefix(string(c.bytes[start:end]), Header))
		start = end
	}
	return docs
}

// big fills more than half a chunk: two never fit into one.
func big(n int) []byte { return fmt.Appendf(nil, "%d%s", n, strings.Repeat(".", chunkBytes/2)) }

func number(t *testing.T, c *chunk) (n int) {
	t.Helper()
	if _, err := fmt.Sscanf(docsOf(c)[0], "%d", &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestBufferDropsOldest(t *testing.T) {
	b := buffer{limit: 3}
	total := 0
	for n := range 6 { // each but the first fills the chunk of the one before
		filled, pushedOut := b.put(big(n))
		if want := n > 0; filled != want {
			t.Errorf("put %d: filled = %v, want %v", n, filled, want)
		}
		total += pushedOut
	}
	if total != 3 || b.made != 3 || b.finished() != 3 {
		t.Errorf("pushed out %d, chunks %d, finished %d, want 3, 3, 3", total, b.made, b.finished())
	}
	for want := 3; want < 6; want++ {
		c := b.take(true)
		if c == nil {
			t.Fatalf("nothing to take, want document %d", want)
		}
		if got := number(t, c); got != want {
			t.Errorf("took document %d, want %d", got, want)
		}
		if got := b.finished(); got != uint64(want) { // positions count from 1
			t.Errorf("while document %d is sent %d are finished", want, got)
		}
		b.giveBack()
	}
	if c := b.take(true); c != nil || b.finished() != 6 {
		t.Errorf("at the end: took %v, finished %d, want nothing, 6", c, b.finished())
	}
}

// What is being sent is never pushed out.
func TestBufferKeepsBusy(t *testing.T) {
	b := buffer{limit: 3}
	b.put(big(0))
	busy := b.take(true)
	for n := 1; n < 9; n++ {
		b.put(big(n))
	}
	if got := number(t, busy); got != 0 || b.finished() != 0 || b.made != 3 {
		t.Errorf("busy is document %d, finished %d, chunks %d, want 0, 0, 3", got, b.finished(), b.made)
	}
	b.giveBack()
	if got, want := b.finished(), uint64(7); got != want {
		t.Errorf("finished %d, want %d: the last two wait", got, want)
	}
}

func TestBufferTake(t *testing.T) {
	b := buffer{limit: 3}
	if b.take(true) != nil || b.waiting() {
		t.Error("an empty buffer has something to take")
	}
	b.put([]byte("a"))
	b.put(nil)
	b.put([]byte("c"))
	if b.take(false) != nil || !b.waiting() {
		t.Error("took a chunk that is being filled without being asked for it")
	}
	if got, want := fmt.Sprintf("%q", docsOf(b.take(true))), `["a" "" "c"]`; got != want {
		t.Errorf("took %s, want %s", got, want)
	}
}

func TestBufferTrim(t *testing.T) {
	b := buffer{limit: 10}
	for n := range 10 {
		b.put(big(n))
	}
	for b.take(true) != nil {
		b.giveBack()
	}
	if b.made != 10 {
		t.Fatalf("a burst of ten made %d chunks", b.made)
	}
	b.trim()
	if b.made != spareChunks || len(b.free) != spareChunks {
		t.Errorf("after trim %d chunks, %d free, want %d", b.made, len(b.free), spareChunks)
	}
}
