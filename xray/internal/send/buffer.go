package send

import "slices"

const (
	// chunkBytes is room for 200 documents of 600 bytes, and for the largest datagram. A chunk is the unit of hand-over, and of loss.
	chunkBytes = 128 << 10
	// minChunks are one that is filled, one that is sent, and one that waits.
	minChunks = 3
	// spareChunks are kept while nothing is sent: enough for light traffic to go on without allocating.
	spareChunks = 2
)

// A chunk is datagrams, one behind the other.
type chunk struct {
	bytes []byte
	ends  []int32 // where each datagram ends
	first uint64  // the position of the first among all that were ever given, from 1
}

// A buffer is a queue of datagrams in chunks. They are made when they are needed.
type buffer struct {
	limit int      // chunks that may be there
	made  int      // chunks that are there, wherever
	open  *chunk   // being filled; nil before the first datagram
	full  []*chunk // oldest first
	busy  *chunk   // being sent
	free  []*chunk
	given uint64 // datagrams so far
	// direct is the position of the datagram that its caller is sending past the queue; 0: there is none. It is the oldest, and nothing is
	// taken meanwhile.
	direct uint64
}

// put copies a document behind its header line. It says whether that filled a chunk, which can be taken now, and how many datagrams
// had to go to make room.
func (b *buffer) put(doc []byte) (filled bool, pushedOut int) {
	if b.open == nil {
		b.open, pushedOut = b.room()
	} else if len(b.open.bytes)+len(Header)+len(doc) > chunkBytes {
		b.full = append(b.full, b.open)
		b.open, pushedOut = b.room()
		filled = true
	}
	c := b.open
	b.given++
	if len(c.ends) == 0 {
		c.first = b.given
	}
	c.bytes = append(c.bytes, Header...)
	c.bytes = append(c.bytes, doc...)
	c.ends = append(c.ends, int32(len(c.bytes)))
	return filled, pushedOut
}

// room is a chunk to fill: a free one, a new one, or at the limit the oldest that waits, its datagrams thrown away.
func (b *buffer) room() (c *chunk, pushedOut int) {
	switch {
	case len(b.free) > 0:
		c = b.free[len(b.free)-1]
		b.free = b.free[:len(b.free)-1]
	case b.made < b.limit:
		c = &chunk{bytes: make([]byte, 0, chunkBytes), ends: make([]int32, 0, chunkBytes/512)}
		b.made++
	default: // at least one waits, as minChunks says
		c = b.full[0]
		b.full = slices.Delete(b.full, 0, 1)
		pushedOut = len(c.ends)
		c.clear()
	}
	return c, pushedOut
}

const (
	// maxRun is how many datagrams are sent by one call. More save little; 64 is Linux' own bound.
	maxRun = 32
	// maxRunBytes is what one call can take.
	maxRunBytes = MaxDatagram
)

// run is how many datagrams from the i-th on can be sent by one call, and the length of the first. All have that length, but for the last, which
// may be shorter: programs do the same over and over, and ids and times have one length.
func (c *chunk) run(i int) (n, size int) {
	size = len(c.datagrams(i, 1))
	total := size
	for n = 1; n < maxRun && i+n < len(c.ends); n++ {
		next := len(c.datagrams(i+n, 1))
		if total += next; next > size || total > maxRunBytes {
			return n, size
		}
		if next < size {
			return n + 1, size
		}
	}
	return n, size
}

// datagrams are n from the i-th on.
func (c *chunk) datagrams(i, n int) []byte {
	start := int32(0)
	if i > 0 {
		start = c.ends[i-1]
	}
	return c.bytes[start:c.ends[i+n-1]]
}

func (c *chunk) clear() { c.bytes, c.ends = c.bytes[:0], c.ends[:0] }

// take hands out the oldest chunk: a full one, else if partly is set the one that is being filled; nil if there is none.
func (b *buffer) take(partly bool) *chunk {
	switch {
	case b.direct != 0:
	case len(b.full) > 0:
		b.busy = b.full[0]
		b.full = slices.Delete(b.full, 0, 1)
	case partly && b.waiting():
		b.busy, b.open = b.open, nil
	}
	return b.busy
}

// waiting says whether there is anything to take.
func (b *buffer) waiting() bool { return len(b.full) > 0 || b.open != nil && len(b.open.ends) > 0 }

// empty says whether nothing waits or is being sent.
func (b *buffer) empty() bool { return b.direct == 0 && b.busy == nil && !b.waiting() }

// giveBack returns the chunk that was taken.
func (b *buffer) giveBack() {
	b.busy.clear()
	b.free = append(b.free, b.busy)
	b.busy = nil
}

// trim lets go of chunks that a burst needed.
func (b *buffer) trim() {
	if extra := len(b.free) - spareChunks; extra > 0 {
		b.free = slices.Delete(b.free, spareChunks, len(b.free))
		b.made -= extra
	}
}

// finished is the position up to which all datagrams are sent or thrown away.
func (b *buffer) finished() uint64 {
	switch {
	case b.direct != 0:
		return b.direct - 1
	case b.busy != nil:
		return b.busy.first - 1
	case len(b.full) > 0:
		return b.full[0].first - 1
	case b.waiting():
		return b.open.first - 1
	}
	return b.given
}
