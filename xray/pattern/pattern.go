// Package pattern matches text with the patterns of sampling rules: * stands for any run of characters, also none, and ? for
// one character. A pattern matches the whole text.
package pattern

import (
	"unicode"
	"unicode/utf8"
)

// WildcardMatchCaseInsensitive reports whether text matches pattern, with upper and lower case letters taken as equal. A character
// of ASCII equals none beyond.
func WildcardMatchCaseInsensitive(pattern, text string) bool {
	return WildcardMatch(pattern, text, true)
}

// WildcardMatch reports whether text matches pattern. It allocates nothing, and its time is at most proportional to the
// product of the lengths, however many * there are: a mismatch goes back to the last * only, as what an earlier one could
// take in its place, the last one can take too.
func WildcardMatch(pattern, text string, caseInsensitive bool) bool {
	p, t := 0, 0
	afterStar, retry := -1, 0 // the pattern after the last *, and the text that this rest is tried on
	for t < len(text) {
		if p < len(pattern) {
			a, b := pattern[p], text[t]
			if a == '*' {
				if p++; p == len(pattern) {
					return true
				}
				afterStar, retry = p, t
				continue
			}
			if a|b < utf8.RuneSelf {
				if a == b || a == '?' || caseInsensitive && lower[a] == lower[b] {
					p, t = p+1, t+1
					continue
				}
			} else if pw, tw, ok := matchOne(pattern[p:], text[t:], caseInsensitive); ok {
				p, t = p+pw, t+tw
				continue
			}
		}
		if afterStar < 0 {
			return false
		}
		_, _, w := character(text[retry:])
		retry += w
		p, t = afterStar, retry
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// lower has the lower case of each ASCII letter, and itself for every other byte.
var lower = func() (table [utf8.RuneSelf]byte) {
	for i := range table {
		table[i] = byte(unicode.ToLower(rune(i)))
	}
	return table
}()

// matchOne compares the first characters, and returns how many bytes they take.
func matchOne(pattern, text string, fold bool) (pw, tw int, ok bool) {
	pr, pvalid, pw := character(pattern)
	tr, tvalid, tw := character(text)
	switch {
	case pr == '?':
		ok = true
	case pvalid != tvalid, pr < utf8.RuneSelf, tr < utf8.RuneSelf: // one of them is, or this function were not called
		ok = false
	default:
		ok = pr == tr || fold && pvalid && unicode.ToLower(pr) == unicode.ToLower(tr)
	}
	return pw, tw, ok
}

// character is the first one of s, and its width in bytes. A byte that is not UTF-8 is a character that only equals itself.
func character(s string) (r rune, valid bool, width int) {
	r, width = utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && width == 1 {
		return rune(s[0]), false, 1
	}
	return r, true, width
}
