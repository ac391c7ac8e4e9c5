package relay

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of a batch.
const (
	// maxDocuments is X-Ray's bound for one call.
	maxDocuments = 50
	// maxBody closes a batch before its body grows beyond it: 50 documents of 64 KB would make 3.2 MB, which not every
	// server and proxy takes, and which is lost or sent again as a whole. A document that is longer is alone in its batch.
	maxBody = 1 << 20
	// maxAge closes a batch. X-Ray's daemon waits for a second; at a fifth of it a trace is found while its page still loads,
	// and 5 calls a second are no burden.
	maxAge = 200 * time.Millisecond
)

// A kind of batch. Its number is written to disk as the kind of a spooled entry, and never changes its meaning.
type kind byte

const (
	segments kind = 1 // body of PutTraceSegments
	otlp     kind = 2 // ExportTraceServiceRequest of OTLP in protobuf
)

// format is how a kind is sent, and what is between its documents. Protobuf messages of one type are joined by writing one
// behind the other.
type format struct {
	path, contentType    string
	before, comma, after string
}

var formats = [...]format{
	segments: {path: "/TraceSegments", contentType: "application/json", before: `{"TraceSegmentDocuments":[`, comma: ",", after: "]}"},
	otlp:     {path: "/v1/traces", contentType: "application/x-protobuf"},
}

// A batch is documents, encoded once for all endpoints. It is open, and belongs to one goroutine, until close; from then on
// nothing changes it, and it lives until each of those who share it has released it.
type batch struct {
	kind kind
	docs int
	born time.Time            // of its oldest document
	buf  []byte               // the body; when closed, behind it the places of the documents as they go to disk
	size int                  // of the body, once it is closed
	ends [maxDocuments]uint32 // where each document ends in the body

	refs   atomic.Int32
	spoilt atomic.Bool // the buffer is not lent again
	hashed sync.Once
	hash   string
}

// classes are the sizes of buffers, doubling: what waits for an endpoint that is away is bounded by the sizes of its
// buffers, of which no more than half should be empty. The largest takes a full batch with what close writes behind it.
var classes = [...]int{16 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10, 512 << 10, maxBody + 1<<10}

// pools lend batches with a buffer of their class.
var pools [len(classes)]sync.Pool

func lend(class int) *batch {
	if b, ok := pools[class].Get().(*batch); ok {
		return b
	}
	return &batch{buf: make([]byte, 0, classes[class])}
}

// newBatch is an empty batch with room for size bytes.
func newBatch(k kind, born time.Time, size int) *batch {
	var b *batch
	if i := classOf(size); i < len(classes) {
		b = lend(i)
	} else {
		b = &batch{buf: make([]byte, 0, size)}
	}
	b.kind, b.born, b.docs, b.size = k, born, 0, 0
	b.hashed, b.hash = sync.Once{}, ""
	b.buf = append(b.buf[:0], formats[k].before...)
	return b
}

// classOf is the smallest class with so much room; len(classes) if there is none.
func classOf(size int) int {
	for i, room := range classes {
		if size <= room {
			return i
		}
	}
	return len(classes)
}

// spoil keeps the buffer from being lent again: net/http may still read the body of a call that has failed already.
func (b *batch) spoil() { b.spoilt.Store(true) }

// recycle lends the buffer to another batch. One that has grown to a size of its own is left to the garbage collector.
func (b *batch) recycle() {
	if b.spoilt.Load() {
		return
	}
	if i := classOf(cap(b.buf)); i < len(classes) && cap(b.buf) == classes[i] {
		pools[i].Put(b)
	}
}

// reserve gives the open batch room for n more bytes.
func (b *batch) reserve(n int) {
	need := len(b.buf) + n
	if need <= cap(b.buf) {
		return
	}
	i := classOf(need)
	if i == len(classes) {
		b.buf = append(make([]byte, 0, need), b.buf...)
		return
	}
	other := lend(i)
	b.buf, other.buf = append(other.buf[:0], b.buf...), b.buf
	other.recycle()
}

// fits tells whether a document of n bytes may fit. If its escapes turn out to take more room, moveLast takes it out again.
func (b *batch) fits(n int) bool {
	return b.docs == 0 || b.docs < maxDocuments && len(b.buf)+n < maxBody
}

// tooLong tells whether the body may not grow any more, or has grown too far.
func tooLong(b *batch) bool { return len(b.buf)+len(formats[b.kind].after) > maxBody }

// end notes that a document has been written.
func (b *batch) end() {
	b.ends[b.docs] = uint32(len(b.buf))
	b.docs++
}

// begin writes what goes between two documents.
func (b *batch) begin() {
	if b.docs > 0 {
		b.buf = append(b.buf, formats[b.kind].comma...)
	}
}

// addSegment appends a segment document.
func (b *batch) addSegment(doc []byte) {
	// Escapes double a document at most, control characters aside. One too large for a datagram is mostly text, so that less
	// is enough; append makes room if it is not.
	b.reserve(len(doc) + min(len(doc), 64<<10) + 32)
	b.begin()
	b.buf = appendString(b.buf, doc)
	b.end()
}

// addRaw appends a document as it stands in another batch.
func (b *batch) addRaw(doc []byte) {
	b.reserve(len(doc) + 8)
	b.begin()
	b.buf = append(b.buf, doc...)
	b.end()
}

// moveLast takes the last document out, to a batch of its own.
func (b *batch) moveLast(born time.Time) *batch {
	doc := b.buf[b.start(b.docs-1):]
	last := newBatch(b.kind, born, len(doc)+64)
	last.addRaw(doc)
	b.docs--
	b.buf = b.buf[:b.ends[b.docs-1]]
	return last
}

// start is where a document begins in the body.
func (b *batch) start(i int) int {
	f := formats[b.kind]
	if i == 0 {
		return len(f.before)
	}
	return int(b.ends[i-1]) + len(f.comma)
}

// document is one as it stands in the body: a JSON string, or a protobuf message.
func (b *batch) document(i int) []byte { return b.buf[b.start(i):b.ends[i]] }

// close completes the body, for so many who share the batch.
func (b *batch) close(refs int) {
	b.buf = append(b.buf, formats[b.kind].after...)
	b.size = len(b.buf)
	for _, end := range b.ends[:b.docs] {
		b.buf = binary.LittleEndian.AppendUint32(b.buf, end)
	}
	b.refs.Store(int32(refs))
}

// release ends the use of the batch by one of those who share it.
func (b *batch) release() {
	if b.refs.Add(-1) == 0 {
		b.recycle()
	}
}

// body is what is sent.
func (b *batch) body() []byte { return b.buf[:b.size] }

// sum is the SHA-256 of the body in hex, as signatures need it, worked out once for all endpoints.
func (b *batch) sum() string {
	b.hashed.Do(func() {
		sum := sha256.Sum256(b.body())
		b.hash = hex.EncodeToString(sum[:])
	})
	return b.hash
}

// memory is what the batch takes.
func (b *batch) memory() int { return cap(b.buf) }

// subset is a closed batch of those documents that are wanted, with one user; nil if there are none.
func (b *batch) subset(want func(i int) bool) *batch {
	var part *batch
	for i := range b.docs {
		if !want(i) {
			continue
		}
		if part == nil {
			part = newBatch(b.kind, b.born, 0)
		}
		part.addRaw(b.document(i))
	}
	if part != nil {
		part.close(1)
	}
	return part
}

// halves are two batches of one that has several documents.
func (b *batch) halves() [2]*batch {
	middle := b.docs / 2
	return [2]*batch{
		b.subset(func(i int) bool { return i < middle }),
		b.subset(func(i int) bool { return i >= middle }),
	}
}

// parseBatch makes a batch of what the spool kept: the body, and behind it four bytes for each document that say where it
// ends. The batch keeps the payload.
func parseBatch(k byte, docs int, born time.Time, payload []byte) (*batch, error) {
	b := &batch{kind: kind(k), docs: docs, born: born, buf: payload, size: len(payload) - 4*docs}
	switch {
	case b.kind != segments && b.kind != otlp:
		return nil, fmt.Errorf("spooled batch is of kind %d: known are 1 (segments) and 2 (OTLP); a newer version wrote it", k)
	case docs < 1 || docs > maxDocuments || b.size < 0:
		return nil, fmt.Errorf("spooled batch of %d bytes says it has %d documents: it must have 1 to %d", len(payload), docs, maxDocuments)
	}
	least, most := 0, b.size-len(formats[b.kind].after)
	for i := range docs {
		b.ends[i] = binary.LittleEndian.Uint32(payload[b.size+4*i:])
		if least = b.start(i); int64(b.ends[i]) < int64(least) || int64(b.ends[i]) > int64(most) {
			return nil, fmt.Errorf("spooled batch of %d bytes: document %d ends at byte %d, must be between %d and %d", len(payload), i, b.ends[i], least, most)
		}
	}
	b.refs.Store(1)
	return b, nil
}

// payload is what the spool keeps: the opposite of parseBatch.
func (b *batch) payload() []byte { return b.buf }
