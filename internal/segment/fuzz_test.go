package segment_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
)

// FuzzParse: whatever comes, Parse accepts it or gives a Rejection; what is accepted is JSON, keeps the promises of the
// digest and survives its binary form.
func FuzzParse(f *testing.F) {
	for _, doc := range fixtures(f) {
		f.Add(doc)
	}
	for _, doc := range []string{``, `[]`, `{"id":"\ud83d"}`, with("annotations", `{"a":1e5,"b":-0.0,"c":123456789012345678901}`), with("start_time", "1e-400"),
		nested("id", `"a1f0c3d2e4b59687"`), with("subsegments", "["+with()+","+with()+","+with("end_time", without, "in_progress", "true")+"]")} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		doc = segment.Clean(doc)
		var d segment.Digest
		err := segment.Parse(doc, &d)
		var r *segment.Rejection
		switch {
		case err == nil && !json.Valid(doc):
			t.Fatalf("%q: accepted, but no JSON", doc)
		case err == nil:
			checkPromises(t, &d)
			roundTrip(t, &d)
		case !errors.As(err, &r) || r.Code == "" || r.Detail == "":
			t.Fatalf("%q: error %#v, want a full Rejection", doc, err)
		}
	})
}

// checkPromises checks what the comments of Digest promise.
func checkPromises(t *testing.T, d *segment.Digest) {
	keys := make(map[string]bool)
	for i := range d.Entities {
		e := &d.Entities[i]
		if e.Within >= int32(i) || (e.Within < 0) != (i == 0) || e.End < e.Start || e.Name == "" || len([]rune(e.Name)) > segment.MaxName {
			t.Fatalf("entity %d: %+v", i, *e)
		}
		for _, a := range e.Annotations {
			keys[a.Key] = true
		}
		if n := len(e.HTTP.URL); n > segment.MaxIndexedString {
			t.Fatalf("entity %d: url of %d bytes", i, n)
		}
	}
	if len(keys) > segment.MaxAnnotations || len(d.Links) > segment.MaxLinks {
		t.Fatalf("%d annotations, %d links", len(keys), len(d.Links))
	}
}

// FuzzDecode: whatever comes, Decode takes it or says that it is corrupt; what it takes survives the binary form.
func FuzzDecode(f *testing.F) {
	for _, doc := range fixtures(f) {
		var d segment.Digest
		if err := segment.Parse(doc, &d); err != nil {
			f.Fatal(err)
		}
		f.Add(d.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var d segment.Digest
		err := d.Decode(segment.TraceID{}, segment.ID{}, b)
		if err == nil {
			roundTrip(t, &d)
		} else if !errors.Is(err, segment.ErrCorrupt) {
			t.Fatalf("%x: %v does not wrap ErrCorrupt", b, err)
		}
	})
}

// Bytes that are cut off, or longer than what was written, are found out.
func TestCorrupt(t *testing.T) {
	for file, doc := range fixtures(t) {
		var d, back segment.Digest
		if err := segment.Parse(doc, &d); err != nil {
			t.Fatal(err)
		}
		b := d.Append(nil)
		for n := range b {
			if err := back.Decode(d.Trace, d.Own().ID, b[:n]); !errors.Is(err, segment.ErrCorrupt) {
				t.Errorf("%s: %d bytes of %d: error %v, want ErrCorrupt", file, n, len(b), err)
			}
		}
		if err := back.Decode(d.Trace, d.Own().ID, append(b, 0)); !errors.Is(err, segment.ErrCorrupt) {
			t.Errorf("%s: a byte too many: error %v, want ErrCorrupt", file, err)
		}
		b[0]++
		if err := back.Decode(d.Trace, d.Own().ID, b); !errors.Is(err, segment.ErrCorrupt) || !strings.Contains(err.Error(), "version") {
			t.Errorf("%s: another version: error %v, want ErrCorrupt that names the version", file, err)
		}
	}
}
