package relay

import (
	"context"

	"github.com/rayscope/rayscope/internal/spool"
)

// An item is a batch on its way to one endpoint.
type item struct {
	batch  *batch
	ctx    context.Context // ends the item's calls
	origin *origin         // nil: datagrams, and nobody waits
	tries  int             // how often the endpoint took the call but asked for these documents again
	fails  int             // calls that failed
	wins   int             // lane.wins at the last of them
	blame  int             // how many of them came after others had been taken
}

// fresh tells whether the item is in memory only. Others lie in the spool, or somebody waits for their end.
func (i *item) fresh() bool { return i.origin == nil }

// old tells whether the item came from the spool, and still lies there.
func (i *item) old() bool { return i.origin != nil && i.origin.lease != nil }

// waited tells whether a call of Deliver waits for it.
func (i *item) waited() bool { return i.origin != nil && i.origin.receipt != nil }

// An origin is where one or more items came from, and learns when all of them have come to an end.
type origin struct {
	left    int          // items; guarded by the lane's mutex
	lease   *spool.Lease // either this
	size    int          // memory of the lease's batch
	receipt *receipt     // or this
}

// A queue of items: taken from the front, where failed ones are put back. It is a ring, so that nothing moves.
type queue struct {
	ring []*item
	head int
	n    int
}

func (q *queue) len() int { return q.n }

func (q *queue) at(i int) **item { return &q.ring[(q.head+i)%len(q.ring)] }

func (q *queue) grow() {
	if q.n < len(q.ring) {
		return
	}
	larger := make([]*item, max(16, 2*len(q.ring)))
	for i := range q.n {
		larger[i] = *q.at(i)
	}
	q.ring, q.head = larger, 0
}

func (q *queue) pushBack(it *item) {
	q.grow()
	q.n++
	*q.at(q.n - 1) = it
}

func (q *queue) pushFront(it *item) {
	q.grow()
	q.head = (q.head + len(q.ring) - 1) % len(q.ring)
	q.n++
	*q.at(0) = it
}

func (q *queue) popFront() *item { return q.remove(0) }

// remove takes out the i-th item. Those before it move, as it is near the front.
func (q *queue) remove(i int) *item {
	it := *q.at(i)
	for ; i > 0; i-- {
		*q.at(i) = *q.at(i - 1)
	}
	*q.at(0) = nil
	q.head = (q.head + 1) % len(q.ring)
	q.n--
	return it
}

// take takes out the first item that is wanted; nil if there is none.
func (q *queue) take(want func(*item) bool) *item {
	for i := range q.n {
		if want(*q.at(i)) {
			return q.remove(i)
		}
	}
	return nil
}
