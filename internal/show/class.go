// Package show draws traces, lists of traces and service maps for a terminal: in its width, in colour where that can be
// seen, and never by colour alone. All it draws came from outside, so it is cleaned first, and what would be too long is cut
// with a word about it.
package show

import (
	"fmt"
	"time"

	"github.com/rayscope/rayscope/internal/terminal"
)

// A class is how something ended. The worse, the greater.
type class int

const (
	ok class = iota
	open
	throttled
	failed // an error of the caller
	faulty // a fault of the service
)

// classes are how they look. The sign stands wherever the colour does.
var classes = map[class]struct {
	sign, word string
	style      terminal.Style
}{
	ok:        {"·", "ok", terminal.Green},
	open:      {"…", "open", terminal.Cyan},
	throttled: {"~", "throttle", terminal.Magenta},
	failed:    {"!", "error", terminal.Yellow},
	faulty:    {"✗", "fault", terminal.Red},
}

// label is sign and word.
func (c class) label() string { return classes[c].sign + " " + classes[c].word }

func (c class) style() terminal.Style { return classes[c].style }

// classOf is the class of what carries these flags. One counts: a throttle is an error as well, and says more.
func classOf(fault, err, throttle bool) class {
	switch {
	case throttle:
		return throttled
	case fault:
		return faulty
	case err:
		return failed
	}
	return ok
}

// duration writes d with three digits or so.
func duration(d time.Duration) string {
	switch ms := float64(d) / float64(time.Millisecond); {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", ms)
	case d < 999500*time.Microsecond:
		return fmt.Sprintf("%.0f ms", ms)
	case d < 59950*time.Millisecond:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d < time.Hour:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
}

// seconds is a wire duration.
func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// count writes n with separators: 12,345.
func count(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural is "1 thing" or "2 things".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return count(int64(n)) + " " + thing + "s"
}
