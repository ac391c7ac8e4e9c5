package store

import (
	"time"

	"github.com/rayscope/rayscope/internal/segment"
)

// A Home is the epoch second under which all rows of a trace lie, so that they are neighbours and traces are in order of
// time.
//
// An id made by an X-Ray SDK carries the second of the request. If that second is plausible when the document comes in,
// it is the home, and nothing needs to be looked up. Ids from W3C trace context are random in that place, and ids of old
// or misdated documents lead far away from now: for those the engine keeps a locator from the trace id to the home that
// NewHome gave the first of its documents. One random id in seven thousand looks plausible by chance; its trace is
// filed at that second and found through its activity rows, so only its place in order is off.
type Home uint32

// What is plausible as the home of a document received now: a trace may be added to for seven days (the service's
// quota), and a caller's clock may run ahead a little.
const (
	HomePast   = 7 * 24 * time.Hour
	HomeFuture = 5 * time.Minute
)

// HomeInID is the home that the id itself carries, if it carries a plausible one.
func HomeInID(id segment.TraceID, received segment.Time) (Home, bool) {
	h := Home(id.Epoch())
	return h, plausible(int64(h), received)
}

// NewHome is the home of a trace whose id carries none, by the first of its documents: the second of its start, or of its
// receipt when the start is not plausible. So every home is within HomePast of the receipt, and removing the oldest homes
// removes what came in longest ago.
func NewHome(start, received segment.Time) Home {
	if s := start.Floor(); plausible(s, received) {
		return Home(s)
	}
	return Home(received.Floor())
}

func plausible(second int64, received segment.Time) bool {
	now := received.Floor()
	return second >= now-int64(HomePast/time.Second) && second <= now+int64(HomeFuture/time.Second)
}

// Time is the beginning of the home's second.
func (h Home) Time() segment.Time { return segment.Time(h) * segment.Second }

// Reach is how far from the home of its trace an instant may lie, on each axis, and still be found by scanning the homes
// near the window. Instants beyond it get an activity row (axis, slot, home, trace), which a scan of a window visits as
// well. Starts lie close to the home: a scan by start must not read much more than its window. Receipts and ends of
// ordinary traces follow within a minute.
func (a Axis) Reach() segment.Time {
	if a == ByStart {
		return 5 * segment.Second
	}
	return 60 * segment.Second
}

// Slot is the width of the time slots that activity rows are filed under.
const Slot = 600 * segment.Second

// An Activity says that a trace has an instant out of its home's reach.
type Activity struct {
	Axis Axis
	Slot int64 // instant / Slot, rounded down
}

// Activities appends to a what a record of a trace with the given home needs: at most one per axis.
func Activities(a []Activity, home Home, r *Record) []Activity {
	for _, i := range [...]struct {
		axis Axis
		at   segment.Time
	}{{ByStart, r.Start}, {ByReceived, r.Received}, {ByEnd, r.End}} {
		if d := i.at - home.Time(); d < -i.axis.Reach() || d >= i.axis.Reach() {
			a = append(a, Activity{i.axis, SlotOf(i.at)})
		}
	}
	return a
}

// SlotOf is the slot that contains t.
func SlotOf(t segment.Time) int64 {
	s := int64(t) / int64(Slot)
	if t < 0 && int64(t)%int64(Slot) != 0 {
		s--
	}
	return s
}

// Homes is the range [from, to] of homes whose traces can have an instant in the window within reach.
func (w Window) Homes() (from, to Home) {
	r := w.Axis.Reach()
	// Subtracted from either end of time, a reach would come out at the other.
	return clampHome((max(w.From, 0) - r).Floor()), clampHome((min(w.To, endOfHomes) + r).Floor())
}

// Slots is the range [from, to] of activity slots that the window touches.
func (w Window) Slots() (from, to int64) { return SlotOf(w.From), SlotOf(w.To - 1) }

// endOfHomes is behind the last home.
const endOfHomes = 1 << 32 * segment.Second

func clampHome(s int64) Home { return Home(max(0, min(s, 1<<32-1))) }
