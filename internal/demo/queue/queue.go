package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Bounds of a queue.
const (
	// Capacity is how many messages a queue holds: hours of orders, and some megabytes.
	Capacity = 10_000

	// maxBatch is how many messages one ReceiveMessage returns at most, as with SQS.
	maxBatch = 10

	// MaxWait is the longest that ReceiveMessage waits, and MaxVisibility the longest that a message is hidden, as with SQS.
	MaxWait       = 20 * time.Second
	MaxVisibility = 12 * time.Hour

	// DefaultVisibility is how long a message is hidden when nobody says otherwise, as with SQS.
	DefaultVisibility = 30 * time.Second
)

// ErrFull says that the queue has no room: its receiver is away, or too slow.
var ErrFull = errors.New("the queue is full")

// A Message is what was sent, and its state.
type Message struct {
	ID          string
	Body        string
	Attributes  map[string]Attribute // the sender's own
	TraceHeader string
	Sent        time.Time

	receives int       // how often it was handed out
	hidden   time.Time // until then it is not handed out
	receipt  string    // of the last time it was
}

// An Attribute is a message attribute of a sender, in SQS' form.
type Attribute struct {
	DataType    string
	StringValue string
}

// A Queue holds messages in the order in which they were sent. It is safe for concurrent use.
type Queue struct {
	now func() time.Time

	mu       sync.Mutex // guards the rest
	messages []*Message
	made     int           // messages and receipts so far, for their ids
	arrival  chan struct{} // closed when a message is sent
}

// New returns an empty queue. Its times come from now.
func New(now func() time.Time) *Queue { return &Queue{now: now, arrival: make(chan struct{})} }

// Send puts a message at the end and returns its id, or ErrFull.
func (q *Queue) Send(m Message) (id string, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.messages) >= Capacity {
		return "", ErrFull
	}
	m.ID, m.Sent = q.newID(), q.now()
	q.messages = append(q.messages, &m)
	close(q.arrival)
	q.arrival = make(chan struct{})
	return m.ID, nil
}

// newID returns an id in the form of SQS', which is a UUID's. The caller holds the lock.
func (q *Queue) newID() string {
	q.made++
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", q.made)
}

// A Receipt is a message as it was handed out.
type Receipt struct {
	Message
	Handle   string // what Delete wants
	Receives int    // how often it was handed out, this time included
}

// Receive hands out up to limit messages, which are hidden for the given time. If there is none it waits for one, for the given
// time and as long as the context lasts.
func (q *Queue) Receive(ctx context.Context, limit int, hide, wait time.Duration) []Receipt {
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	for {
		list, arrival, again := q.take(limit, hide)
		if len(list) > 0 {
			return list
		}
		reappears := time.NewTimer(again)
		select {
		case <-arrival:
		case <-reappears.C:
		case <-timeout.C:
			return nil
		case <-ctx.Done():
			return nil
		}
		reappears.Stop()
	}
}

// take hands out what can be. If that is nothing, a message may be there when arrival is closed, or after again.
func (q *Queue) take(limit int, hide time.Duration) (list []Receipt, arrival <-chan struct{}, again time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	again = MaxWait
	for _, m := range q.messages {
		if wait := m.hidden.Sub(now); wait > 0 {
			again = min(again, wait)
			continue
		}
		if len(list) == min(limit, maxBatch) {
			break
		}
		m.receives++
		m.hidden = now.Add(hide)
		m.receipt = m.ID + "/" + strconv.Itoa(m.receives)
		list = append(list, Receipt{*m, m.receipt, m.receives})
	}
	return list, q.arrival, again
}

// Delete removes the message of a receipt. A message that was handed out again since stays: it is another's now. Delete reports
// whether the handle is one of a message that is there.
func (q *Queue) Delete(handle string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.IndexFunc(q.messages, func(m *Message) bool { return m.receipt == handle })
	if handle == "" || i < 0 {
		return false
	}
	q.messages = slices.Delete(q.messages, i, i+1)
	return true
}

// Len is how many messages there are, the hidden ones included.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.messages)
}

// seconds is a time of a request, def if it was not given, in SQS' bounds.
func seconds(given *int, def, most time.Duration, name string) (time.Duration, error) {
	n := cmp.Or(given, new(int(def/time.Second)))
	d := time.Duration(*n) * time.Second
	if d < 0 || d > most {
		return 0, invalid("%s is %d and must be from 0 to %d seconds", name, *n, most/time.Second)
	}
	return d, nil
}
