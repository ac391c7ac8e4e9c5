package relay

import (
	"bytes"
	"testing"
	"time"
)

func closed(list ...[]byte) *batch {
	b := newBatch(segments, time.Now(), 0)
	for _, d := range list {
		b.addSegment(d)
	}
	b.close(1)
	return b
}

func TestBatchPayload(t *testing.T) {
	for _, n := range []int{1, 2, maxDocuments} {
		b := closed(docs(0, n)...)
		back, err := parseBatch(byte(b.kind), b.docs, b.born, bytes.Clone(b.payload()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(back.body(), b.body()) || back.docs != n || back.sum() != b.sum() {
			t.Errorf("batch of %d documents came back as %d in %q", n, back.docs, back.body())
		}
		for i := range n {
			if got, want := back.document(i), `"{\"id\":\"`; !bytes.HasPrefix(got, []byte(want)) {
				t.Errorf("document %d of %d begins with %.20q, want %q", i, n, got, want)
			}
		}
	}
}

func FuzzParseBatch(f *testing.F) {
	b := closed(docs(0, 3)...)
	f.Add(byte(b.kind), b.docs, bytes.Clone(b.payload()))
	f.Add(byte(otlp), 1, []byte("\x0a\x00\x02\x00\x00\x00"))
	f.Add(byte(7), 1, []byte{})
	f.Fuzz(func(t *testing.T, k byte, n int, payload []byte) {
		b, err := parseBatch(k, n, time.Now(), bytes.Clone(payload))
		if err != nil {
			return
		}
		var all []byte
		for i := range b.docs {
			all = append(all, b.document(i)...)
		}
		if b.docs > 1 {
			halves := b.halves()
			if got := halves[0].docs + halves[1].docs; got != b.docs {
				t.Errorf("halves of %d documents have %d", b.docs, got)
			}
			var parts []byte
			for _, h := range halves {
				for i := range h.docs {
					parts = append(parts, h.document(i)...)
				}
			}
			if !bytes.Equal(parts, all) {
				t.Errorf("halves have the documents %q, want %q", parts, all)
			}
		}
	})
}

func TestCheckSpans(t *testing.T) {
	for _, tt := range []struct {
		message string
		good    bool
	}{
		{"", false},
		{"{}", false},
		{"\x0a\x00", true},
		{"\x0a\x01x", true},
		{"\x0a\x02x", false},       // cut short
		{"\x0a\x00\x0a\x00", true}, // two
		{"\x0a\x00\x10\x01\x19abcdefgh\x25abcd", true},           // unknown fields of all wire types
		{"\x0a\x00\x19abc", false},                               // a short one
		{"\x0a\x00\x13", false},                                  // a group
		{"\x0a\x00\x02\x00", false},                              // field 0
		{"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", false},  // length of 2^64-1
		{"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02x", false}, // more than 64 bits
	} {
		if err := checkSpans([]byte(tt.message)); (err == nil) != tt.good {
			t.Errorf("checkSpans(%q) = %v, want good: %v", tt.message, err, tt.good)
		}
	}
}

func FuzzAddSpans(f *testing.F) {
	f.Add(span("", 1))
	f.Add([]byte("CgA="))
	f.Add([]byte("CgA\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		b := newBatch(otlp, time.Now(), 0)
		if err := b.addSpans(span("", 1)); err != nil {
			t.Fatal(err)
		}
		err := b.addSpans(text)
		if good := checkSpans(b.buf) == nil; !good || (err == nil) != (b.docs == 2) {
			t.Errorf("after %q (error %v) the batch has %d documents: %q", text, err, b.docs, b.buf)
		}
	})
}

func FuzzReadAnswer(f *testing.F) {
	f.Add([]byte(`{"UnprocessedTraceSegments":[{"Id":null,"ErrorCode":"ParseError","Message":"no"},{"Id":"0000000000000001","ErrorCode":"Throttled"}]}`))
	f.Add([]byte(`{"UnprocessedTraceSegments":null}`))
	f.Add([]byte(`<html>`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		unprocessed, err := readAnswer(answer)
		if err != nil {
			return
		}
		b := closed(docs(0, 3)...)
		refused, again := divide(b, unprocessed, 0)
		if n := len(refused) + docsOf(again); n > b.docs {
			t.Errorf("%q leaves %d of %d documents not taken", answer, n, b.docs)
		}
	})
}

func TestDocumentID(t *testing.T) {
	for _, tt := range []struct{ doc, want string }{
		{`{"id":"70de5b6f19ff9a0a"}`, "70de5b6f19ff9a0a"},
		{`{"subsegments":[{"id":"b"}], "id" : "a"}`, "a"}, // as the SDK for Python writes it
		{`{"id":5}`, ""},
		{`[`, ""},
		{``, ""},
		{`{"name":"\u00e9\"","id":"\u0061"}`, "a"},
	} {
		if got := documentID(closed([]byte(tt.doc)).document(0)); got != tt.want {
			t.Errorf("documentID(%s) = %q, want %q", tt.doc, got, tt.want)
		}
	}
}

func TestAllocations(t *testing.T) {
	b := newBatch(segments, time.Now(), 64<<10)
	if n := testing.AllocsPerRun(100, func() {
		b.buf, b.docs = b.buf[:0], 0
		b.addSegment(sample)
	}); n > 0 {
		t.Errorf("a document costs %v allocations, want none", n)
	}
}
