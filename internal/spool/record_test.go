package spool

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// TestRecordBytes holds the code to the example in docs/storage.md.
func TestRecordBytes(t *testing.T) {
	c, err := newCodec()
	if err != nil {
		t.Fatal(err)
	}
	b, h := c.pack(nil, Entry{Kind: 1, Documents: 2, At: time.UnixMicro(1465510280123456), Payload: []byte(`{"TraceSegmentDocuments":["a","b"]}`)})
	h.put(b, place{file: 1, offset: 0})
	var got []string
	for _, n := range []int{4, 1, 1, 4, 8, 4, 4, 4, 1, len(b) - headLen} {
		got, b = append(got, hex.EncodeToString(b[:n])), b[n:]
	}
	page, err := os.ReadFile("../../docs/storage.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Join(got, " "); !bytes.Contains(page, []byte(want)) {
		t.Errorf("docs/storage.md does not have this record:\n%s", want)
	}
}

// FuzzFile opens a spool whose file is any bytes: it opens, hands out what is whole, and is empty then.
func FuzzFile(f *testing.F) {
	d, path, at := three(f)
	whole := d.files[path].data
	f.Add(whole)
	f.Add([]byte{})
	f.Add(whole[:at[2]+headLen])
	f.Add(append(bytes.Clone(whole[:at[1]+3]), whole...))
	f.Add(append(bytes.Clone(whole), make([]byte, 100)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := newMemDisk()
		d.put(path, data)
		x := newFixture(t, d)
		s, err := open(d, "spool", x.o)
		if errors.Is(err, ErrNewer) {
			return
		}
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		x.Spool = s
		defer s.Close()
		want, docs := s.Stats(), 0
		atOpen := x.dropped[Damaged]
		for l := x.tryNext(); l != nil; l = x.tryNext() {
			docs += l.Entry().Documents
			if err := l.Done(); err != nil {
				t.Fatal(err)
			}
		}
		if docs += x.dropped[Damaged] - atOpen; docs != want.Documents {
			t.Errorf("%d documents were handed out or told, want %d", docs, want.Documents)
		}
		if st := s.Stats(); st != (Stats{}) || len(d.files) > 0 {
			t.Errorf("left: %+v, %d files", st, len(d.files))
		}
	})
}

// FuzzPayload packs and unpacks any bytes.
func FuzzPayload(f *testing.F) {
	f.Add([]byte{}, uint32(0))
	f.Add([]byte(strings.Repeat(`{"id":"53995c3f42cd8ad8"}`, 100)), uint32(7))
	c, err := newCodec()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte, flip uint32) {
		b, h := c.pack(nil, Entry{Documents: 1, At: start, Payload: payload})
		got, err := c.unpack(h, b[headLen:])
		if err != nil || !bytes.Equal(got, payload) {
			t.Fatalf("%d bytes came back as %d, %v", len(payload), len(got), err)
		}
		if len(b) > headLen {
			b[headLen+int(flip)%(len(b)-headLen)] ^= 1
			if _, err := c.unpack(h, b[headLen:]); !errors.Is(err, errDamaged) {
				t.Fatalf("a changed payload: %v, want errDamaged", err)
			}
		}
	})
}
