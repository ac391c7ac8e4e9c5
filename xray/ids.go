package xray

import (
	"math/rand/v2"
	"time"
)

// What traces that are not recorded have for ids.
const (
	noOpTraceID   = "1-00000000-000000000000000000000000"
	noOpSegmentID = "0000000000000000"
)

const digits = "0123456789abcdef"

// NewTraceID returns a new trace id: "1-", the time in seconds and 96 random bits, in hex.
//
// The bits are those of math/rand/v2's own source: ChaCha8, seeded by the system, one for each thread and without a lock.
func NewTraceID() string {
	var b [35]byte
	putTraceID(b[:], time.Now().UnixNano())
	return string(b[:])
}

// NewSegmentID returns a new segment id: 64 random bits in hex.
func NewSegmentID() string {
	var b [16]byte
	putHex(b[:], rand.Uint64())
	return string(b[:])
}

// newIDs returns a trace id and a segment id that share their memory.
func newIDs(now int64) (trace, segment string) {
	var b [35 + 16]byte
	putTraceID(b[:35], now)
	putHex(b[35:], rand.Uint64())
	s := string(b[:])
	return s[:35], s[35:]
}

func putTraceID(b []byte, now int64) {
	b[0], b[1], b[10] = '1', '-', '-'
	putHex(b[2:10], uint64(now)/uint64(time.Second))
	putHex(b[11:19], rand.Uint64())
	putHex(b[19:35], rand.Uint64())
}

// putHex fills b with the low digits of v.
func putHex(b []byte, v uint64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = digits[v&15]
		v >>= 4
	}
}
