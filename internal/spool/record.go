package spool

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/klauspost/compress/zstd"
)

// A record is an entry as it lies in a file. Integers are big-endian.
//
//	magic 4 | version 1 | kind 1 | documents 4 | time 8 | length 4 | payload CRC 4 | header CRC 4 | state 1 | payload
//
// Time is in microseconds since 1970, length counts the bytes of the payload, which is one zstd frame. Both CRCs are
// CRC-32C. That of the header begins with the number of the file and the place of the record in it, 8 bytes each: what
// lies elsewhere is no record, be it an old block of the disk or bytes that somebody sent us. State is outside of it:
// it is what changes, once, when the record is done.
//
// The header stays as it is in every version, so that a newer record is told from a damaged one.
const (
	version = 1

	crcAt   = 26
	stateAt = 30
	headLen = 31
)

// States of a record. What is neither is waiting: rather sent twice than lost.
const (
	waiting = 'W'
	done    = 'D'
)

var (
	magic      = []byte{0xf5, 'R', 'S', 'P'}
	doneState  = []byte{done}
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// What a header can be instead of good.
var (
	errDamaged = errors.New("record is damaged")
	errNewer   = errors.New("record is of a newer version")
)

// A header is all of a record but its payload and state.
type header struct {
	kind      byte
	documents uint32
	micros    int64  // time of the entry
	length    uint32 // of the payload as it is stored
	sum       uint32 // CRC of the payload as it is stored
}

// A place is where a record begins. No two records ever have the same.
type place struct {
	file   uint64 // its number
	offset int64
}

// put writes the header of a waiting record to b, which has headLen bytes.
func (h header) put(b []byte, p place) {
	copy(b, magic)
	b[4], b[5] = version, h.kind
	binary.BigEndian.PutUint32(b[6:], h.documents)
	binary.BigEndian.PutUint64(b[10:], uint64(h.micros))
	binary.BigEndian.PutUint32(b[18:], h.length)
	binary.BigEndian.PutUint32(b[22:], h.sum)
	binary.BigEndian.PutUint32(b[crcAt:], headerSum(b, p))
	b[stateAt] = waiting
}

func headerSum(b []byte, p place) uint32 {
	var at [16]byte
	binary.BigEndian.PutUint64(at[:], p.file)
	binary.BigEndian.PutUint64(at[8:], uint64(p.offset))
	return crc32.Update(crc32.Checksum(at[:], castagnoli), castagnoli, b[:crcAt])
}

// parseHeader reads the header at the place. The error is errDamaged or errNewer.
func parseHeader(b []byte, p place) (h header, isDone bool, err error) {
	if len(b) < headLen || !bytes.HasPrefix(b, magic) || binary.BigEndian.Uint32(b[crcAt:]) != headerSum(b, p) {
		return header{}, false, errDamaged
	}
	if b[4] != version {
		return header{}, false, errNewer
	}
	h = header{
		kind:      b[5],
		documents: binary.BigEndian.Uint32(b[6:]),
		micros:    int64(binary.BigEndian.Uint64(b[10:])),
		length:    binary.BigEndian.Uint32(b[18:]),
		sum:       binary.BigEndian.Uint32(b[22:]),
	}
	return h, b[stateAt] == done, nil
}

// window is how far back zstd looks. The documents of a batch resemble each other closely: more brings little, and costs
// memory in every daemon.
const window = 256 << 10

// A codec packs and unpacks payloads, one at a time each: the disk takes them one by one too, and every further one costs
// its own tables. It is safe for concurrent use.
type codec struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

func newCodec() (*codec, error) {
	// No checksum of zstd's own: the payload CRC has that job.
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window),
		zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, fmt.Errorf("make compressor: %w", err)
	}
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(MaxPayload), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("make decompressor: %w", err)
	}
	return &codec{e, d}, nil
}

// pack appends a record to b, with room for its header, and is that header.
func (c *codec) pack(b []byte, e Entry) ([]byte, header) {
	b = append(b, make([]byte, headLen)...)
	from := len(b)
	b = c.encoder.EncodeAll(e.Payload, b)
	return b, header{
		kind:      e.Kind,
		documents: uint32(e.Documents),
		micros:    e.At.UnixMicro(),
		length:    uint32(len(b) - from),
		sum:       crc32.Checksum(b[from:], castagnoli),
	}
}

// unpack is the payload that was packed; the error is errDamaged.
func (c *codec) unpack(h header, packed []byte) ([]byte, error) {
	if crc32.Checksum(packed, castagnoli) != h.sum {
		return nil, errDamaged
	}
	plain, err := c.decoder.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return plain, nil
}
