// Package terminal knows what can be shown where: how wide it is, whether in colour, and how many cells a text takes. Text
// that came from outside goes through Clean, so that it can never steer the terminal.
package terminal

import (
	"io"
	"os"

	"golang.org/x/term"
)

// A Screen is where people look.
type Screen struct {
	Width       int  // cells of a line; 0: any number, nobody breaks the lines
	Colour      bool // whether colours are shown
	Interactive bool // whether it is a terminal
}

// Of finds out what w can show. Colours are for terminals alone, and not for those who set NO_COLOR (see no-color.org).
func Of(w io.Writer, env func(name string) (string, bool)) Screen {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return Screen{}
	}
	s := Screen{Interactive: true}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		s.Width = width // a terminal that does not know its own is 0
	}
	no, _ := env("NO_COLOR")
	kind, _ := env("TERM")
	s.Colour = no == "" && kind != "dumb" && understands(f)
	return s
}

// A Style is how a text stands out.
type Style string

// Styles, in the codes of ECMA-48. The colours are the terminal's own, so that they suit its background.
const (
	Plain   Style = ""
	Bold    Style = "1"
	Dim     Style = "2"
	Red     Style = "31"
	Green   Style = "32"
	Yellow  Style = "33"
	Magenta Style = "35"
	Cyan    Style = "36"
)

// Paint is the text in the style, if the screen shows colours.
func (s Screen) Paint(style Style, text string) string {
	if !s.Colour || style == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}
