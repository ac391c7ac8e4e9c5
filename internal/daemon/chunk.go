package daemon

import (
	"runtime/debug"
	"time"
)

// Bounds of what waits for the intake.
const (
	// MaxDatagram is the largest datagram that is taken: what the X-Ray daemon takes. IPv4 allows 65,507 bytes.
	MaxDatagram = 64 << 10

	// A chunk is handed over when it has this many documents, less than a full datagram's room, or when its first document
	// is this old: large enough that a sync of the disk is shared by many, early enough that a packet is found within a
	// second.
	chunkDocs = 500
	chunkAge  = 20 * time.Millisecond

	// idleAfter is how long no document must have come until the memory of chunks is given back to the system: longer than
	// the pauses of a busy program.
	idleAfter = 5 * time.Second

	// worthReturning is how much memory is worth a garbage collection of the process.
	worthReturning = 4 << 20

	// DefaultMemory is over half a second of 40,000 datagrams of 1.2 KB each second, and minutes of what a laptop makes.
	DefaultMemory = 32 << 20

	// MinMemory is the least that the X-Ray daemon starts with.
	MinMemory = 3 << 20

	// maxChunk is 1 MiB of datagrams. Small memories have smaller chunks, but minChunks of them, so that one fills while
	// others wait, and little is held by chunks that are half empty.
	maxChunk  = 1<<20 + room
	minChunks = 16

	room = MaxDatagram + 1 // for the next datagram: a byte more than the largest, so that a longer one is noticed
)

// chunkSize is the size of the chunks that share the memory.
func chunkSize(memory int) int { return min(maxChunk, memory/minChunks) }

// A chunk holds datagrams one behind the other, and their documents.
type chunk struct {
	buf  []byte
	used int
	docs [][]byte
}

func newChunk(size int) *chunk {
	return &chunk{buf: make([]byte, size), docs: make([][]byte, 0, chunkDocs)}
}

// space is where the next datagram goes.
func (c *chunk) space() []byte { return c.buf[c.used : c.used+room] }

// keep keeps the datagram of n bytes that was read into space, whose document is doc.
func (c *chunk) keep(n int, doc []byte) {
	c.used += n
	c.docs = append(c.docs, doc)
}

func (c *chunk) full() bool { return len(c.docs) == chunkDocs || c.used > len(c.buf)-room }

// take is an empty chunk, or nil if there may be no more.
func (s *Server) take() *chunk {
	if s.inFlight.Add(1) > int64(cap(s.queue)) {
		s.inFlight.Add(-1)
		return nil
	}
	select {
	case c := <-s.free:
		return c
	default:
		return newChunk(s.chunkSize)
	}
}

func (s *Server) giveBack(c *chunk) {
	c.used, c.docs = 0, c.docs[:0]
	s.free <- c
	s.inFlight.Add(-1)
}

// trim forgets the free chunks, of which only the reader takes any. Go's runtime alone would return what a burst took no
// sooner than after minutes.
func (s *Server) trim() {
	n := len(s.free)
	for range n {
		<-s.free
	}
	if n*s.chunkSize >= worthReturning {
		go debug.FreeOSMemory() // collects garbage, for which no datagram shall wait
	}
}

// waiting is the memory of the chunks in use, in bytes.
func (s *Server) waiting() int { return int(s.inFlight.Load()) * s.chunkSize }
