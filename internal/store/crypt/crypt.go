// Package crypt keeps documents encrypted at rest. It stands between the rooms and an engine, so that every engine can
// have it and none needs to know: a Store encrypts the documents of accounts that want it on their way in, and decrypts
// what it finds encrypted on the way out. Documents that came in at other times stay readable side by side.
//
// Digests are not encrypted: names, URLs, annotations and users stay readable on the disk, as summaries, filters and maps
// are made of them.
//
// An encrypted document is
//
//	form 1 | key id 8 | nonce 24 | ciphertext | tag 16
//
// Form is 1. No JSON text begins with that byte, so that is how it is told from a plain document. The ciphertext is the
// document, compressed with zstd, encrypted with XAES-256-GCM under a random nonce. Account (8 bytes, big-endian), trace
// and segment are authenticated with it: a document does not pass for another.
package crypt

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// The parts of an encrypted document.
const (
	form     = 1
	idLen    = 8
	headLen  = 1 + idLen
	overhead = headLen + nonceLen + 16
)

// maxPlain bounds what a document may have when it is decompressed.
const maxPlain = segment.MaxDocument

// Errors that callers test for.
var (
	ErrDamaged = errors.New("document is damaged, or was encrypted for another place")
	ErrKey     = errors.New("encryption key is missing or wrong")
)

// A place is where a document belongs.
type place struct {
	account store.Account
	trace   segment.TraceID
	segment segment.ID
}

// A codec compresses. It is safe for concurrent use.
type codec struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

func newCodec() (*codec, error) {
	// No checksum: the tag has that job. The window need not be larger than a document.
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false), zstd.WithWindowSize(64<<10), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("make compressor: %w", err)
	}
	d, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxPlain), zstd.WithDecoderConcurrency(0), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("make decompressor: %w", err)
	}
	return &codec{e, d}, nil
}

// A scratch is memory for one document at a time.
type scratch struct {
	packed []byte // compressed
	plain  []byte
}

// seal appends the encrypted document to dst.
func (c *codec) seal(dst []byte, s *scratch, k *Key, p place, doc []byte) ([]byte, error) {
	dst = append(append(dst, form), k.id[:]...)
	additional := p.additional(dst[len(dst)-headLen:])
	nonce := make([]byte, nonceLen)
	rand.Read(nonce)
	aead, err := k.aead(nonce)
	if err != nil {
		return nil, err
	}
	s.packed = c.encoder.EncodeAll(doc, s.packed[:0])
	return aead.Seal(append(dst, nonce...), nonce[12:], s.packed, additional), nil
}

// open is the document, valid until s is used again.
func (c *codec) open(s *scratch, k *Key, p place, sealed []byte) (doc []byte, err error) {
	switch {
	case sealed[0] != form:
		return nil, fmt.Errorf("%w: its form is %d, this version knows %d", ErrDamaged, sealed[0], form)
	case len(sealed) < overhead:
		return nil, fmt.Errorf("%w: it has %d bytes, encrypted ones have %d and more", ErrDamaged, len(sealed), overhead)
	case k == nil:
		return nil, fmt.Errorf("%w: the document is encrypted with key %x, and no key is given", ErrKey, sealed[1:headLen])
	case !bytes.Equal(sealed[1:headLen], k.id[:]):
		return nil, fmt.Errorf("%w: the document is encrypted with key %x, and the key given is %s", ErrKey, sealed[1:headLen], k.ID())
	}
	nonce := sealed[headLen : headLen+nonceLen]
	aead, err := k.aead(nonce)
	if err != nil {
		return nil, err
	}
	packed, err := aead.Open(s.packed[:0], nonce[12:], sealed[headLen+nonceLen:], p.additional(sealed[:headLen]))
	if err != nil {
		return nil, ErrDamaged
	}
	s.packed = packed
	plain, err := c.decoder.DecodeAll(packed, s.plain[:0])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	s.plain = plain
	return plain, nil
}

// additional is what is authenticated with a document.
func (p place) additional(head []byte) []byte {
	b := make([]byte, 0, headLen+8+16+8)
	b = append(b, head...)
	b = binary.BigEndian.AppendUint64(b, uint64(p.account))
	b = append(b, p.trace[:]...)
	return append(b, p.segment[:]...)
}
