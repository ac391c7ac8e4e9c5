package segment_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// fixtures are the documents of testdata by file name.
func fixtures(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents in testdata: %v", err)
	}
	docs := make(map[string][]byte)
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		docs[file] = doc
	}
	return docs
}

// The documents of testdata give the digests beside them, also after a trip through the binary form.
func TestGolden(t *testing.T) {
	for file, doc := range fixtures(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var d segment.Digest
			if err := segment.Parse(doc, &d); err != nil {
				t.Fatal(err)
			}
			got := dump(&d)
			golden := strings.TrimSuffix(file, ".json") + ".digest"
			if *rewrite {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("digest:\n%s\nwant:\n%s", got, want)
			}
			roundTrip(t, &d)
		})
	}
}

// roundTrip checks that d survives its binary form.
func roundTrip(t testing.TB, d *segment.Digest) {
	t.Helper()
	b := d.Append(nil)
	var back segment.Digest
	if err := back.Decode(d.Trace, d.Own().ID, b); err != nil {
		t.Fatalf("decode: %v", err)
	}
	if got, want := dump(&back), dump(d); got != want {
		t.Fatalf("decoded:\n%s\nwant:\n%s", got, want)
	}
}
