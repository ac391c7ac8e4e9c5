package terminal_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/terminal"
)

func TestOf(t *testing.T) {
	pipe, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	defer w.Close()
	unset := func(string) (string, bool) { return "", false }
	for name, got := range map[string]terminal.Screen{"buffer": terminal.Of(new(bytes.Buffer), unset), "pipe": terminal.Of(w, unset)} {
		if got != (terminal.Screen{}) {
			t.Errorf("%s: got %+v, want the screen that is no terminal", name, got)
		}
	}
}

func TestPaint(t *testing.T) {
	colour := terminal.Screen{Colour: true}
	for _, c := range []struct {
		screen terminal.Screen
		style  terminal.Style
		text   string
		want   string
	}{
		{colour, terminal.Red, "x", "\x1b[31mx\x1b[0m"},
		{colour, terminal.Plain, "x", "x"},
		{colour, terminal.Red, "", ""},
		{terminal.Screen{}, terminal.Red, "x", "x"},
	} {
		if got := c.screen.Paint(c.style, c.text); got != c.want {
			t.Errorf("Paint(%q, %q) on %+v = %q, want %q", c.style, c.text, c.screen, got, c.want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"orders":              "orders",
		"a\tb\r\nc":           "a b  c",
		"\x1b]0;title\x07x":   "\uFFFD]0;title\uFFFDx",
		"\u009b31m":           "\uFFFD31m",
		"a\u202eb":            "a\uFFFDb",
		"Größe 注文 e\u0301":    "Größe 注文 e\u0301",
		"broken \xff\xfe end": "broken \uFFFD\uFFFD end",
	} {
		if got := terminal.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCells(t *testing.T) {
	for in, want := range map[string]int{"": 0, "abc": 3, "Größe": 5, "注文": 4, "e\u0301": 1, "…✗█": 3} {
		if got := terminal.Cells(in); got != want {
			t.Errorf("Cells(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		text              string
		n                 int
		clip, left, right string
	}{
		{"orders", 8, "orders", "orders  ", "  orders"},
		{"orders", 6, "orders", "orders", "orders"},
		{"orders", 4, "ord…", "ord…", "ord…"},
		{"orders", 1, "…", "…", "…"},
		{"orders", 0, "", "", ""},
		{"注文票", 4, "注…", "注… ", " 注…"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…", "e\u0301…", "e\u0301…"},
	} {
		if got := terminal.Clip(c.text, c.n); got != c.clip {
			t.Errorf("Clip(%q, %d) = %q, want %q", c.text, c.n, got, c.clip)
		}
		if got := terminal.Left(c.text, c.n); got != c.left {
			t.Errorf("Left(%q, %d) = %q, want %q", c.text, c.n, got, c.left)
		}
		if got := terminal.Right(c.text, c.n); got != c.right {
			t.Errorf("Right(%q, %d) = %q, want %q", c.text, c.n, got, c.right)
		}
	}
}

// Whatever comes in, one line goes out that takes exactly the cells it was given and steers nothing.
func FuzzFit(f *testing.F) {
	for _, s := range []string{"orders", "\x1b[31m", "注文", "a\u0301\u0302", "\xff", "\u202e"} {
		f.Add(s, 5)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		n = max(0, min(n, 300))
		for _, got := range []string{terminal.Left(terminal.Clean(s), n), terminal.Right(terminal.Clean(s), n)} {
			if terminal.Cells(got) != n || strings.ContainsAny(got, "\x1b\x07\n\r\u009b\u202e") || !utf8.ValidString(got) {
				t.Errorf("%q in %d cells: got %q of %d cells", s, n, got, terminal.Cells(got))
			}
		}
	})
}
