package arrivals

import (
	"time"

	"github.com/rayscope/rayscope/internal/segment"
)

// A Refusal is documents, or calls, that were refused for one reason, of one sender. It has nothing of what was in them but an id.
type Refusal struct {
	Sender
	Code    string       // of X-Ray: of a document, or the name of the exception that a call was answered with
	Message string       // what a call was answered with; empty for documents
	Count   int64        // since the start, or since it was forgotten in favour of newer ones
	Last    segment.Time // when the last one came
	ID      string       // 16 hex digits of the last document's id, as far as they could be read; else empty
	Bytes   int          // size of the last document
}

type refusalKey struct {
	Sender
	code string
}

// Refuse notes a document that was refused.
func (b *Book) Refuse(from Sender, now segment.Time, r *segment.Rejection, bytes int) {
	id := ""
	if r.ID != "" { // anything but an id may be what a user typed
		if _, err := segment.ParseID(r.ID); err == nil {
			id = r.ID
		}
	}
	b.refuse(now, Refusal{Sender: from, Code: string(r.Code), ID: id, Bytes: bytes})
}

// Deny notes a call that was refused as a whole.
func (b *Book) Deny(from Sender, now time.Time, exception, message string) {
	b.refuse(segment.TimeOf(now), Refusal{Sender: from, Code: exception, Message: message})
}

func (b *Book) refuse(now segment.Time, r Refusal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.codes[r.Code]++
	r.Address, r.Agent = cut(r.Address), cut(r.Agent)
	is := b.refusals[refusalKey{r.Sender, r.Code}]
	if is == nil {
		if len(b.refusals) >= maxRefusals {
			b.forgetRefusal()
		}
		is = &Refusal{Sender: r.Sender.clone()}
		b.refusals[refusalKey{is.Sender, r.Code}] = is
	}
	r.Sender, r.Count, r.Last = is.Sender, is.Count+1, now
	*is = r
}

// forgetRefusal makes room by the one that is the longest ago; mu is held.
func (b *Book) forgetRefusal() {
	var oldest refusalKey
	last := segment.Time(1<<63 - 1)
	for key, r := range b.refusals {
		if r.Last < last {
			oldest, last = key, r.Last
		}
	}
	delete(b.refusals, oldest)
}
