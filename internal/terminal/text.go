package terminal

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Clean makes text from outside fit for one line of a terminal: white space becomes a blank, and what steers a terminal or
// turns the direction of writing becomes U+FFFD.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// Cells is the number of cells that clean text takes.
func Cells(s string) (n int) {
	for _, r := range s {
		n += cells(r)
	}
	return n
}

func cells(r rune) int {
	if r < 0x300 { // the first combining mark; all before are narrow
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Clip cuts clean text so that it takes at most n cells; "…" stands for what is gone.
func Clip(s string, n int) string {
	if Cells(s) <= n {
		return s
	}
	if n <= 0 {
		return ""
	}
	used := 0
	for i, r := range s {
		if used += cells(r); used > n-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// Left puts clean text at the left of n cells; what does not fit is cut.
func Left(s string, n int) string {
	s = Clip(s, n)
	return s + strings.Repeat(" ", n-Cells(s))
}

// Right puts clean text at the right of n cells; what does not fit is cut.
func Right(s string, n int) string {
	s = Clip(s, n)
	return strings.Repeat(" ", n-Cells(s)) + s
}
