package servicemap

import (
	"slices"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// Links are events that led to segments of a map and were sent in other traces, by those traces. They wait for Draw,
// which makes edges of them.
type Links map[segment.TraceID][]Link

// A Link is one event: who sent it, and the segment that began with it, as far as an edge shows that.
type Link struct {
	Sender   segment.ID // the entity that sent it
	Receiver trace.Service
	Start    segment.Time // of the receiver
	Complete bool         // the receiver has ended: it counts
	Class    segment.Class
	Duration segment.Time
}

// collect notes the links of a segment of t.
func (m *Map) collect(t *trace.Trace, e *trace.Entity) {
	for _, l := range e.Digest.Links {
		if l.Child || l.Trace == t.ID {
			continue
		}
		m.wait(l.Trace, Link{l.ID, e.Service().Clone(), e.Start, e.Complete(), e.Class(), e.Duration()})
	}
}

func (m *Map) wait(sender segment.TraceID, l Link) {
	if m.Links == nil {
		m.Links = make(Links)
	}
	m.Links[sender] = append(m.Links[sender], l)
}

// Draw draws the edges of the links that lead to t: from the queue that the sending call infers, else from the sending
// segment's node, else from that of the root.
func (m *Map) Draw(t *trace.Trace) {
	for _, l := range m.Links[t.ID] {
		if s, ok := sender(t, l.Sender); ok {
			m.drawLink(&l, s)
		}
	}
	delete(m.Links, t.ID)
}

// DrawSettled is Draw for those links alone whose edge no further document of t is to move: the sender is there and has
// ended. The others keep waiting.
func (m *Map) DrawSettled(t *trace.Trace) {
	waiting := slices.DeleteFunc(m.Links[t.ID], func(l Link) bool {
		e := t.Find(l.Sender)
		if e == nil || !e.Complete() || e.Segment == trace.None || !t.Entities[e.Segment].Complete() {
			return false
		}
		if s, ok := sender(t, l.Sender); ok {
			m.drawLink(&l, s)
		}
		return true
	})
	if len(waiting) == 0 {
		delete(m.Links, t.ID)
		return
	}
	m.Links[t.ID] = waiting
}

// sender is the entity whose node sent the event.
func sender(t *trace.Trace, id segment.ID) (e *trace.Entity, ok bool) {
	if e = t.Find(id); e != nil && e.Infers() {
		return e, true
	}
	if e != nil && e.Segment != trace.None {
		return &t.Entities[e.Segment], true
	}
	e = t.RootSegment()
	return e, e != nil
}

// drawLink counts an event that the sender's node sent when the sender ended.
func (m *Map) drawLink(l *Link, sender *trace.Entity) {
	state := Unknown
	if sender.IsSegment() {
		state = Active
	}
	second := l.Start.Floor()
	span := Span{second, second}
	d := m.connect(end{sender.Service(), state, span}, end{l.Receiver, Active, span})
	if d == nil {
		return
	}
	d.Link = true
	if l.Complete {
		d.Stats.add(l.Class, l.Duration)
		d.Ages.Add(l.Start - sender.End)
	}
}
