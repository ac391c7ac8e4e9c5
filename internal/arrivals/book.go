// Package arrivals keeps the book of what came in lately: who sends, how much, how late by whose clock, what was refused and why.
// The set-up check reads it. It lives in memory and begins anew with each start: what it says is about now.
//
// It is written on the way of every document, so that way costs no allocation, and one lock for a batch beside a look-up for
// each document. Everything in it is bounded.
package arrivals

import (
	"strings"
	"sync"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
)

const (
	// Span is the length of a window. What is told of covers the present window and the one before: Span at least, twice
	// that at most. So a clock that was set right, or a program that was stopped, is no news for long.
	Span = 10 * time.Minute

	// maxSenders and maxServices bound the book: what comes beyond is counted together. A server with more senders than that
	// is asked about the busiest of them.
	maxSenders  = 200
	maxServices = 1000

	// maxRefusals is how many kinds of refusals are kept, each with its last case.
	maxRefusals = 50

	// hours is how many of the last hours are counted apart, the present one among them.
	hours = 25

	// Large is the size in bytes from which on a document is nearly too large for a datagram.
	Large = 50 << 10
)

// Probe is the service of test documents. They are not in the book: they tell nothing of programs.
const Probe = "rayscope-doctor"

// A Door is where documents come in.
type Door string

// The doors.
const (
	UDP Door = "udp" // datagrams to the daemon's address
	TCP Door = "tcp" // calls to the daemon's address
	API Door = "api" // calls to the API's address
)

// A Sender is who sends, as far as the door can tell.
type Sender struct {
	Door    Door
	Address string // of the caller, without port; empty for datagrams, whose senders are not told apart
	Agent   string // User-Agent of the caller
}

func (s Sender) clone() Sender {
	return Sender{s.Door, strings.Clone(cut(s.Address)), strings.Clone(cut(s.Agent))}
}

// A Book is safe for concurrent use.
type Book struct {
	start segment.Time

	mu       sync.RWMutex // guards all below
	senders  map[Sender]*sender
	services map[serviceKey]*service
	others   struct { // what there was no row for
		sender  sender
		service service
	}
	swept    segment.Time // when rows were last given up
	refusals map[refusalKey]*Refusal
	codes    map[string]int64
	hours    [hours]hour
	asked    map[string]segment.Time
	failure  *Failure
	failures int64
}

type serviceKey struct{ name, instance string }

type sender struct {
	Sender
	windows windows
	total   int64
	last    segment.Time
}

type service struct {
	serviceKey
	windows windows
	last    segment.Time
	from    *sender
}

// New is an empty book.
func New(now time.Time) *Book {
	b := &Book{
		start:    segment.TimeOf(now),
		senders:  map[Sender]*sender{},
		services: map[serviceKey]*service{},
		refusals: map[refusalKey]*Refusal{},
		codes:    map[string]int64{},
		asked:    map[string]segment.Time{},
	}
	b.others.service.name = "(others)"
	b.others.sender.Agent = "(others)"
	return b
}

// A Note is what the book learns of one document.
type Note struct {
	service *service
	lag     segment.Time // from the end of its entity, by the sender's clock, to the receipt
	bytes   int32
	root    bool // begins a trace
	ruled   bool // and names the sampling rule that chose it
}

// Note appends what there is to learn of a document that was parsed. It is entered by Took.
func (b *Book) Note(notes []Note, d *segment.Digest, received segment.Time, bytes int) []Note {
	own := d.Own()
	if own.Name == Probe {
		return notes
	}
	key := serviceKey{cut(own.Name), cut(d.InstanceID)}
	if d.Kind == segment.KindSubsegment {
		key = serviceKey{} // it is named after its call; whose it is, is not told
	}
	var s *service
	if n := len(notes); n > 0 && notes[n-1].service.serviceKey == key {
		s = notes[n-1].service
	} else {
		s = b.service(key, received)
	}
	root := d.Kind == segment.KindSegment && !own.Is(segment.HasParent) && !own.Is(segment.InProgress)
	return append(notes, Note{service: s, lag: received - own.End, bytes: int32(bytes), root: root, ruled: d.SamplingRule != ""})
}

func (b *Book) service(key serviceKey, now segment.Time) *service {
	b.mu.RLock()
	s := b.services[key]
	b.mu.RUnlock()
	if s == nil {
		s = b.newService(key, now)
	}
	return s
}

func (b *Book) newService(key serviceKey, now segment.Time) *service {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.services[key]; s != nil {
		return s
	}
	if len(b.services) >= maxServices {
		return &b.others.service
	}
	s := &service{serviceKey: serviceKey{strings.Clone(key.name), strings.Clone(key.instance)}, last: now}
	b.services[s.serviceKey] = s
	return s
}

// Took enters documents that were kept.
func (b *Book) Took(from Sender, received segment.Time, notes []Note) {
	if len(notes) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sweep(received)
	f := b.sender(from)
	f.last, f.total = received, f.total+int64(len(notes))
	w, h := f.windows.at(received), b.hour(received)
	for i := range notes {
		n := &notes[i]
		w.add(n)
		h.add(n)
		n.service.windows.at(received).add(n)
		n.service.last, n.service.from = received, f
	}
}

// sender is the row of who sends; mu is held.
func (b *Book) sender(from Sender) *sender {
	from.Address, from.Agent = cut(from.Address), cut(from.Agent)
	s := b.senders[from]
	if s == nil {
		if len(b.senders) >= maxSenders {
			return &b.others.sender
		}
		s = &sender{Sender: from.clone()}
		b.senders[s.Sender] = s
	}
	return s
}

// sweep gives up rows that were silent for both windows, once in a while, when the book is full; mu is held.
func (b *Book) sweep(now segment.Time) {
	if now-b.swept < span || len(b.senders) < maxSenders && len(b.services) < maxServices {
		return
	}
	b.swept = now
	for key, s := range b.services {
		if now-s.last >= 2*span {
			delete(b.services, key)
		}
	}
	for key, s := range b.senders {
		if now-s.last >= 2*span {
			delete(b.senders, key)
		}
	}
}

// Asked notes that an SDK made a call such as GetSamplingRules. The operation must be one of a small, closed set.
func (b *Book) Asked(operation string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked[operation] = segment.TimeOf(now)
}

// Failed notes that documents could not be written.
func (b *Book) Failed(err error, now segment.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
	b.failure = &Failure{Time: now, Error: err}
}
