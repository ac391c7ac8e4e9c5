package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/terminal"
)

// stateStyles are how states of checks look.
var stateStyles = map[string]terminal.Style{"ok": terminal.Green, "attention": terminal.Yellow, "problem": terminal.Red, "unknown": terminal.Dim}

// Widths of the columns of checks, in cells.
const (
	checkState = 9
	checkName  = 12
	checkText  = checkState + 2 + checkName + 2
)

// Checks writes the answers of a set-up check below a title: state, name and sentence, and where something is to be done the next
// step, its command and the evidence.
func Checks(out io.Writer, s terminal.Screen, title string, checks []rayapi.Check) {
	fmt.Fprintln(out, s.Paint(terminal.Bold, terminal.Clean(title)))
	for i := range checks {
		c := &checks[i]
		head := s.Paint(stateStyles[c.State], terminal.Left(c.State, checkState)) + "  " + terminal.Left(c.Id, checkName) + "  "
		for _, line := range wrap(terminal.Clean(c.Sentence), s.Width-checkText) {
			fmt.Fprintln(out, head+line)
			head = strings.Repeat(" ", checkText)
		}
		if c.NextStep == "" || c.State == "ok" {
			continue
		}
		for _, f := range c.Facts {
			detail(out, s, terminal.Dim, "- ", f.Name+": "+f.Value)
		}
		detail(out, s, terminal.Bold, "> ", c.NextStep)
		if c.Command != nil {
			fmt.Fprintln(out, strings.Repeat(" ", checkText)+s.Paint(terminal.Cyan, "$ "+terminal.Clean(*c.Command)))
		}
	}
	fmt.Fprintln(out)
}

// detail writes lines below a sentence, with a mark before the first.
func detail(out io.Writer, s terminal.Screen, style terminal.Style, mark, text string) {
	for _, line := range wrap(terminal.Clean(text), s.Width-checkText-len(mark)) {
		fmt.Fprintln(out, strings.Repeat(" ", checkText)+s.Paint(style, mark+line))
		mark = strings.Repeat(" ", len(mark))
	}
}

// wrap breaks a text at blanks into lines of n cells at most, where words allow; of a width that nobody can read in, or of none, it
// makes one line.
func wrap(text string, n int) (lines []string) {
	const least = 20
	if n < least {
		return []string{text}
	}
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case terminal.Cells(line)+1+terminal.Cells(word) <= n:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}
