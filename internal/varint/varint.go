// Package varint reads the compact binary forms that Rayscope keeps: numbers of varying length, counted lists, blocks.
// What is read may be damaged: a Reader never panics and never promises more than there are bytes.
package varint

import "encoding/binary"

// A Reader takes values off the front of Rest. After the first that is not there Bad is set, Rest is empty, and all that
// follows is zero: callers look once, at the end.
type Reader struct {
	Rest []byte
	Bad  bool
}

// Fail makes the reader bad.
func (r *Reader) Fail() { r.Rest, r.Bad = nil, true }

// Check fails unless ok.
func (r *Reader) Check(ok bool) {
	if !ok {
		r.Fail()
	}
}

// Take is the next n bytes; nil if there are fewer.
func (r *Reader) Take(n int) []byte {
	if n > len(r.Rest) {
		r.Fail()
		return nil
	}
	t := r.Rest[:n]
	r.Rest = r.Rest[n:]
	return t
}

// Byte is the next byte.
func (r *Reader) Byte() byte {
	if len(r.Rest) == 0 {
		r.Fail()
		return 0
	}
	c := r.Rest[0]
	r.Rest = r.Rest[1:]
	return c
}

// Uvarint is a number as encoding/binary writes it.
func (r *Reader) Uvarint() uint64 {
	if len(r.Rest) > 0 && r.Rest[0] < 0x80 {
		v := r.Rest[0]
		r.Rest = r.Rest[1:]
		return uint64(v)
	}
	return r.longUvarint()
}

func (r *Reader) longUvarint() uint64 {
	v, n := binary.Uvarint(r.Rest)
	if n <= 0 {
		r.Fail()
		return 0
	}
	r.Rest = r.Rest[n:]
	return v
}

// Varint is a number with a sign.
func (r *Reader) Varint() int64 {
	v := r.Uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// Count is how many items of at least size bytes follow.
func (r *Reader) Count(size int) int {
	n := r.Uvarint()
	if n > uint64(len(r.Rest)/size) {
		r.Fail()
		return 0
	}
	return int(n)
}

// Block is the bytes whose number stands before them.
func (r *Reader) Block() []byte {
	n := r.Uvarint()
	if n > uint64(len(r.Rest)) {
		r.Fail()
		return nil
	}
	b := r.Rest[:n]
	r.Rest = r.Rest[n:]
	return b
}
