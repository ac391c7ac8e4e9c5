package show

import (
	"strings"

	"github.com/rayscope/rayscope/internal/terminal"
)

// around is how many characters of an expression are shown on each side of the place.
const around = 60

// Caret is the expression with a caret below the character at col, counted from 1, on two lines. Of a long expression the
// part around it is shown.
func Caret(expression string, col int) string {
	text := []rune(terminal.Clean(expression))
	col = max(1, min(col, len(text)+1))
	first, last := max(0, col-1-around), min(len(text), col-1+around)
	before, after := string(text[first:col-1]), string(text[col-1:last])
	if first > 0 {
		before = "…" + before
	}
	if last < len(text) {
		after += "…"
	}
	return "  " + before + after + "\n  " + strings.Repeat(" ", terminal.Cells(before)) + "^"
}
