package arrivals

import "github.com/rayscope/rayscope/internal/segment"

const (
	span   = segment.Time(Span / 1000)
	anHour = 3600 * segment.Second
)

// Counts are of documents that were kept in the present window and the one before.
type Counts struct {
	Documents int64
	Bytes     int64
	Large     int64 // documents of Large bytes or more
	Roots     int64 // completed segments without a parent: traces, mostly
	Ruled     int64 // of them, those that name a sampling rule
	Future    int64 // documents whose entity ended over Tolerance after their receipt
	Late      int64 // documents whose entity ended over LateAfter before their receipt

	// Least and Most are the shortest and longest time from the end of an entity, by the sender's clock, to the receipt.
	Least, Most segment.Time
}

// Tolerance is how far a document may be from the future before its sender's clock is called wrong: machines that keep time are
// within a tenth of it. LateAfter is longer than daemons and SDKs wait without trouble.
const (
	Tolerance = 2 * segment.Second
	LateAfter = 60 * segment.Second
)

type window struct {
	number int64 // of Spans since the epoch
	Counts
}

type windows [2]window // newer first

// at is the window of now, emptied if it begins with this call. Receipts never go back.
func (w *windows) at(now segment.Time) *window {
	if n := int64(now / span); w[0].number != n {
		w[1] = w[0]
		w[0] = window{number: n}
	}
	return &w[0]
}

func (w *window) add(n *Note) {
	if w.Documents == 0 || n.lag < w.Least {
		w.Least = n.lag
	}
	if w.Documents == 0 || n.lag > w.Most {
		w.Most = n.lag
	}
	w.Documents++
	w.Bytes += int64(n.bytes)
	if n.bytes >= Large {
		w.Large++
	}
	if n.root {
		w.Roots++
		if n.ruled {
			w.Ruled++
		}
	}
	if n.lag < -Tolerance {
		w.Future++
	} else if n.lag > LateAfter {
		w.Late++
	}
}

// sum is what the windows that still count hold together.
func (w *windows) sum(now segment.Time) (c Counts) {
	n := int64(now / span)
	for _, is := range w {
		if is.Documents == 0 || is.number < n-1 {
			continue
		}
		if c.Documents == 0 || is.Least < c.Least {
			c.Least = is.Least
		}
		if c.Documents == 0 || is.Most > c.Most {
			c.Most = is.Most
		}
		c.Documents += is.Documents
		c.Bytes += is.Bytes
		c.Large += is.Large
		c.Roots += is.Roots
		c.Ruled += is.Ruled
		c.Future += is.Future
		c.Late += is.Late
	}
	return c
}

// An hour counts what was kept in one hour of the day.
type hour struct {
	number                  int64 // of hours since the epoch
	documents, bytes, roots int64
}

func (h *hour) add(n *Note) {
	h.documents++
	h.bytes += int64(n.bytes)
	if n.root {
		h.roots++
	}
}

// hour is the row of now; mu is held.
func (b *Book) hour(now segment.Time) *hour {
	n := int64(now / anHour)
	h := &b.hours[n%hours]
	if h.number != n {
		*h = hour{number: n}
	}
	return h
}

// maxText bounds names and addresses in the book, in bytes: what senders say of themselves is theirs to choose.
const maxText = 200

func cut(s string) string { return s[:min(len(s), maxText)] }
