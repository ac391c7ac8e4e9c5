package daemon

import "time"

// Bounds of what waits for ingest.
const (
	// MaxDatagram is the largest datagram that is taken: what the X-Ray daemon takes. IPv4 allows 65,507 bytes.
	MaxDatagram = 64 << 10

	// A chunk is handed over when it has this many documents or bytes, or when its first document is this old: large
	// enough that a sync of the disk is shared by many, early enough that a packet is found within a second.
	chunkDocs  = 500
	chunkBytes = 1 << 20
	chunkAge   = 20 * time.Millisecond

	// MaxWaiting bounds the memory of all chunks together: over half a second of 40,000 datagrams of 1.2 KB each
	// second, and minutes of what a laptop makes.
	MaxWaiting = 32 << 20

	maxChunks = MaxWaiting / chunkSize
	chunkSize = chunkBytes + MaxDatagram + 1 // a full datagram fits behind the last byte that leaves a chunk open
)

// A chunk holds datagrams one behind the other, and their documents.
type chunk struct {
	buf  []byte
	used int
	docs [][]byte
}

func newChunk() *chunk {
	return &chunk{buf: make([]byte, chunkSize), docs: make([][]byte, 0, chunkDocs)}
}

// space is where the next datagram goes: a byte more than the largest, so that a longer one is noticed.
func (c *chunk) space() []byte { return c.buf[c.used : c.used+MaxDatagram+1] }

// keep keeps the datagram of n bytes that was read into space, whose document is doc.
func (c *chunk) keep(n int, doc []byte) {
	c.used += n
	c.docs = append(c.docs, doc)
}

func (c *chunk) full() bool { return len(c.docs) == chunkDocs || c.used >= chunkBytes }

// take is an empty chunk, or nil if there may be no more.
func (s *Server) take() *chunk {
	if s.inFlight.Add(1) > maxChunks {
		s.inFlight.Add(-1)
		return nil
	}
	return s.chunks.Get().(*chunk)
}

func (s *Server) giveBack(c *chunk) {
	c.used, c.docs = 0, c.docs[:0]
	s.chunks.Put(c)
	s.inFlight.Add(-1)
}
