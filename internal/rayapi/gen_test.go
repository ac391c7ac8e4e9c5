package rayapi_test

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the console's types and the reference instead of comparing them")

// hold compares the file with what it should be, or writes it.
func hold(t *testing.T, path, want string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the types of this package say: run go test ./internal/rayapi -rewrite", path)
	}
}

func TestTypeScript(t *testing.T) {
	hold(t, "../../web/src/api/rayscope.gen.ts", typescript(readShapes(t)))
}

// section is a part of the reference that is written from the types.
var section = regexp.MustCompile(`(?s)(<!-- types: ([\w ]+) -->\n).*?(<!-- end -->)`)

// The reference has every type once, as it is.
func TestReference(t *testing.T) {
	const path = "../../docs/rayscope-api.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	shapes := map[string]*shape{}
	for _, s := range readShapes(t) {
		shapes[s.name] = s
	}
	want := section.ReplaceAllStringFunc(string(text), func(old string) string {
		m := section.FindStringSubmatch(old)
		var parts []string
		for _, name := range strings.Fields(m[2]) {
			s := shapes[name]
			if s == nil {
				t.Errorf("%s: %s is no type, or is there twice", path, name)
				continue
			}
			delete(shapes, name)
			parts = append(parts, reference(s))
		}
		return m[1] + "\n" + strings.Join(parts, "\n") + "\n" + m[3]
	})
	for name := range shapes {
		t.Errorf("%s lacks the type %s: add it to the <!-- types: --> of its operation", path, name)
	}
	hold(t, path, want)
}
