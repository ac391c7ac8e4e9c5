package checkup

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
)

// number writes a count with commas.
func number[T ~int | ~int64 | ~uint64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count writes "1 document", "2 documents".
func count[T ~int | ~int64 | ~uint64](n T, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + one + "s"
}

// size writes bytes in the unit that people would use.
func size[T ~int64 | ~uint64 | ~float64](n T) string {
	f := float64(n)
	for _, u := range []string{"bytes", "KB", "MB", "GB", "TB"} {
		if f < 1000 || u == "TB" {
			if u == "bytes" || f >= 100 {
				return fmt.Sprintf("%.0f %s", f, u)
			}
			return fmt.Sprintf("%.1f %s", f, u)
		}
		f /= 1000
	}
	return ""
}

// span writes a length of time in its largest unit.
func span(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}

func duration(t segment.Time) time.Duration { return time.Duration(t) * time.Microsecond }

// ago writes how long ago a time is.
func (o *round) ago(t segment.Time) string {
	d := o.now.Sub(t.Std())
	if d < time.Second {
		return "just now"
	}
	return span(d) + " ago"
}

// percent writes a share and never rounds something to nothing or to everything.
func percent(part, whole float64) string {
	switch p := 100 * part / whole; {
	case whole <= 0 || part <= 0:
		return "0 %"
	case p < 1:
		return "< 1 %"
	case p > 99 && part < whole:
		return "> 99 %"
	default:
		return fmt.Sprintf("%.0f %%", math.Round(p))
	}
}
