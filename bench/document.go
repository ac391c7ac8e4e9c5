package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// Datagrams of the daemon's bench: a ring of them is made beforehand, and before each is sent its document gets ids that no
// other document has, so that the sender's own cost stays small and the endpoint knows what came twice.

const (
	datagramHeader = "{\"format\":\"json\",\"version\":1}\n"
	// The sizes that a document may have: what it holds without padding, and what fits into a datagram with the header.
	minDocument, maxDocument = 480, 60_000
	// hexDigits of a sequence number: a whole segment id, and the end of a trace id.
	hexDigits = 16
	// ringBytes bounds the memory of the datagrams that are made beforehand.
	ringBytes = 1 << 20
)

// A datagram is a header line and a document whose ids can be set.
type datagram struct {
	bytes     []byte
	id, trace int // where the sequence number stands in the segment's id and in the trace's
}

// number gives the document the ids that belong to a sequence number.
func (d *datagram) number(sequence uint64) {
	const digits = "0123456789abcdef"
	for i := hexDigits - 1; i >= 0; i-- {
		c := digits[sequence&0xf]
		d.bytes[d.id+i], d.bytes[d.trace+i] = c, c
		sequence >>= 4
	}
}

func (d *datagram) document() []byte { return d.bytes[len(datagramHeader):] }

// A ring is datagrams to send over and over, each time as a different document.
type ring []datagram

// newRing makes datagrams with documents of so many bytes, which start at the given time.
func newRing(size int, at time.Time) (ring, error) {
	if size < minDocument || size > maxDocument {
		return nil, fmt.Errorf("documents of %d bytes: a size is %d to %d", size, minDocument, maxDocument)
	}
	random := rand.New(rand.NewPCG(seed, uint64(size)))
	r := make(ring, max(8, ringBytes/size))
	for i := range r {
		r[i] = newDatagram(random, size, at)
	}
	return r, nil
}

// next is the datagram of a sequence number. Its bytes are valid until the ring has come round.
func (r ring) next(sequence uint64) []byte {
	d := &r[sequence%uint64(len(r))]
	d.number(sequence)
	return d.bytes
}

// newDatagram is a web request with a call to a table, as SDKs write it, filled up with metadata to the size.
func newDatagram(random *rand.Rand, size int, at time.Time) datagram {
	const zeros = "0000000000000000"
	start := float64(at.UnixMicro()) / 1e6
	took := 0.001 + 0.2*random.Float64()
	b := fmt.Appendf([]byte(datagramHeader), `{"id":"%s","trace_id":"1-%08x-%08x%s","name":"%s","start_time":%.6f,"end_time":%.6f,`,
		zeros, at.Unix(), random.Uint32(), zeros, pick(random, "shop", "cart", "orders", "payment"), start, start+took)
	b = fmt.Appendf(b, `"http":{"request":{"method":"GET","url":"http://shop.example/orders/%d"},"response":{"status":200}},"annotations":{"user":"u%05d"},`,
		random.IntN(1e6), random.IntN(1e5))
	b = fmt.Appendf(b, `"subsegments":[{"id":"%016x","name":"DynamoDB","namespace":"aws","start_time":%.6f,"end_time":%.6f}],"metadata":{"default":{`,
		random.Uint64(), start+took/4, start+took/2)
	b = fill(random, b, len(datagramHeader)+size-len(`"":""}}}`))
	b = append(b, `}}}`...)
	return datagram{
		bytes: b,
		id:    bytes.Index(b, []byte(`"id":"`)) + len(`"id":"`),
		trace: bytes.Index(b, []byte(traceMark)) + len(traceMark) + tracePrefix,
	}
}

// The mark before a trace id's number, and what of the id stands before the sequence number: eight digits of the
// time, a dash, and eight digits.
const (
	traceMark   = `"trace_id":"1-`
	tracePrefix = 8 + 1 + 8
)

// fill appends members of metadata, short ones as programs write them, so that b with the last one's quotes has the size.
func fill(random *rand.Rand, b []byte, size int) []byte {
	for i := 0; ; i++ {
		key := "k" + strconv.Itoa(i)
		value := pick(random, "eu-central-1", "a warm day in november", "9f86d081884c7d65", "accepted by the second shelf, third row")
		if rest := size - len(b) - len(key); rest < len(value)+24 {
			b = fmt.Appendf(b, `"%s":"`, key)
			for len(b) < size+len(`"":"`) {
				b = append(b, byte('a'+random.IntN(26)))
			}
			return append(b, '"')
		}
		b = fmt.Appendf(b, `"%s":"%s",`, key, value)
	}
}

func pick(random *rand.Rand, of ...string) string { return of[random.IntN(len(of))] }
