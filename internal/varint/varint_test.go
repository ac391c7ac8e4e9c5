package varint_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/rayscope/rayscope/internal/varint"
)

func TestReader(t *testing.T) {
	b := binary.AppendUvarint([]byte{7}, math.MaxUint64)
	b = binary.AppendVarint(b, -300)
	b = append(b, 2, 'o', 'k', 1, 'a', 'b', 'c')
	r := varint.Reader{Rest: b}
	if v := r.Byte(); v != 7 {
		t.Errorf("byte: got %d, want 7", v)
	}
	if v := r.Uvarint(); v != math.MaxUint64 {
		t.Errorf("uvarint: got %d, want the largest", v)
	}
	if v := r.Varint(); v != -300 {
		t.Errorf("varint: got %d, want -300", v)
	}
	if v := r.Block(); string(v) != "ok" {
		t.Errorf("block: got %q, want ok", v)
	}
	if v := r.Count(3); v != 1 {
		t.Errorf("count: got %d, want 1", v)
	}
	if v := r.Take(3); string(v) != "abc" || r.Bad || len(r.Rest) != 0 {
		t.Errorf("take: got %q, bad %t, %d left; want abc and nothing left", v, r.Bad, len(r.Rest))
	}
}

// What is not there makes the reader bad for good, whatever it was asked for.
func TestReaderFails(t *testing.T) {
	for name, read := range map[string]func(*varint.Reader) bool{
		"byte":       func(r *varint.Reader) bool { r.Rest = nil; return r.Byte() == 0 },
		"take":       func(r *varint.Reader) bool { return r.Take(4) == nil },
		"uvarint":    func(r *varint.Reader) bool { r.Rest = []byte{0x80}; return r.Uvarint() == 0 },
		"of nothing": func(r *varint.Reader) bool { r.Rest = nil; return r.Uvarint() == 0 },
		"too long": func(r *varint.Reader) bool {
			r.Rest = []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}
			return r.Uvarint() == 0
		},
		"varint": func(r *varint.Reader) bool { r.Rest = []byte{0xff}; return r.Varint() == 0 },
		"count":  func(r *varint.Reader) bool { return r.Count(2) == 0 },
		"block":  func(r *varint.Reader) bool { return r.Block() == nil },
		"check":  func(r *varint.Reader) bool { r.Check(false); return true },
	} {
		r := varint.Reader{Rest: []byte{3, 1, 2}}
		if zero := read(&r); !zero || !r.Bad || len(r.Rest) != 0 {
			t.Errorf("%s: got zero %t, bad %t, %d left; want zero, bad and nothing left", name, zero, r.Bad, len(r.Rest))
		}
		if r.Uvarint() != 0 || r.Byte() != 0 || r.Block() != nil {
			t.Errorf("%s: something is read after a failure", name)
		}
	}
}
