package pattern_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/rayscope/rayscope/xray/pattern"
)

func TestWildcardMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		exact, folded bool // with case, and without
	}{
		{"", "", true, true},
		{"", "a", false, false},
		{"*", "", true, true},
		{"*", "anything", true, true},
		{"***", "anything", true, true},
		{"?", "", false, false},
		{"?", "a", true, true},
		{"?", "ab", false, false},
		{"?*", "a", true, true},
		{"*?", "a", true, true},
		{"?*?", "a", false, false},
		{"abc", "abc", true, true},
		{"abc", "ABC", false, true},
		{"ab", "abc", false, false},
		{"abc", "ab", false, false},
		{"API.example.?om", "api.EXAMPLE.com", false, true},
		{"API.example.?om", "api.example.om", false, false},
		{"/a*", "/abc", true, true},
		{"*/health", "/live/health", true, true},
		{"*/health", "/live/healthy", false, false},
		{"a*b*c", "aXbXbXc", true, true},
		{"a*b*c", "aXbXbX", false, false},
		{"*ab", "aab", true, true},
		{"a*", "a*", true, true},
		{"a?c", "a?c", true, true},
		{"ÄPFEL/?", "äpfel/ß", false, true},
		{"?", "ß", true, true}, // one character of two bytes
		{"*é", "caf\u00e9", true, true},
		{"\u212a", "k", false, false}, // the sign for kelvin, whose lower case is k
		{"k", "\u212a", false, false},
		{"\xff", "\xff", true, true},
		{"\xff", "\xfe", false, false},
		{"\xff", "ÿ", false, false}, // a byte is not the letter with its number
		{"?", "\xff", true, true},
	} {
		if got := pattern.WildcardMatch(tt.pattern, tt.text, false); got != tt.exact {
			t.Errorf("WildcardMatch(%q, %q, false): got %v, want %v", tt.pattern, tt.text, got, tt.exact)
		}
		if got := pattern.WildcardMatch(tt.pattern, tt.text, true); got != tt.folded {
			t.Errorf("WildcardMatch(%q, %q, true): got %v, want %v", tt.pattern, tt.text, got, tt.folded)
		}
		if got := pattern.WildcardMatchCaseInsensitive(tt.pattern, tt.text); got != tt.folded {
			t.Errorf("WildcardMatchCaseInsensitive(%q, %q): got %v, want %v", tt.pattern, tt.text, got, tt.folded)
		}
	}
}

// Patterns with many * take exponential time in a matcher that tries all divisions of the text.
func TestManyStars(t *testing.T) {
	p, text := strings.Repeat("*a", 60)+"b", strings.Repeat("a", 100_000)
	if pattern.WildcardMatch(p, text, true) {
		t.Errorf("%q matches only a's", p)
	}
}

func TestNoAllocations(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { pattern.WildcardMatch("/ORDERS/*/ä?", "/orders/17/äb", true) }); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

// simple is the definition of a match, in time that no one would wait for.
func simple(pattern, text []rune, same func(a, b rune) bool) bool {
	switch {
	case len(pattern) == 0:
		return len(text) == 0
	case pattern[0] == '*':
		return simple(pattern[1:], text, same) || len(text) > 0 && simple(pattern, text[1:], same)
	}
	return len(text) > 0 && (pattern[0] == '?' || same(pattern[0], text[0])) && simple(pattern[1:], text[1:], same)
}

func FuzzWildcardMatch(f *testing.F) {
	for _, s := range [][2]string{{"a*b?c", "aXXbYc"}, {"**", ""}, {"?*ä", "xÄ"}, {"*a*a", "aaa"}, {"\xff*", "\xffa"}, {"K", "\u212a"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, p, text string) {
		if len(p) > 12 || len(text) > 24 {
			return // the definition is slow
		}
		// Bytes that are no UTF-8 become characters beyond Unicode.
		want := simple(runes(p), runes(text), func(a, b rune) bool { return a == b })
		if got := pattern.WildcardMatch(p, text, false); got != want {
			t.Errorf("WildcardMatch(%q, %q, false): got %v, want %v", p, text, got, want)
		}
		want = simple(runes(p), runes(text), func(a, b rune) bool { return (a < 0x80) == (b < 0x80) && unicode.ToLower(a) == unicode.ToLower(b) })
		if got := pattern.WildcardMatch(p, text, true); got != want {
			t.Errorf("WildcardMatch(%q, %q, true): got %v, want %v", p, text, got, want)
		}
	})
}

func runes(s string) (all []rune) {
	for i, r := range s {
		if r == unicode.ReplacementChar && !strings.HasPrefix(s[i:], "\ufffd") {
			r = 0x20_0000 + rune(s[i])
		}
		all = append(all, r)
	}
	return all
}

func BenchmarkWildcardMatch(b *testing.B) {
	for _, bm := range []struct{ name, pattern, text string }{
		{"literal", "/orders/checkout", "/orders/checkout"},
		{"prefix", "/orders/*", "/orders/checkout/17"},
		{"middle", "*.example.*", "api.shop.example.com"},
		{"miss", "/payments/*", "/orders/checkout"},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pattern.WildcardMatchCaseInsensitive(bm.pattern, bm.text)
			}
		})
	}
}
