package xray

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/internal/plugins"
)

// A tree is what the segments of one root share. It knows which of them are still to be sent.
//
// A segment is complete when it is closed and all of its children are complete. A unit is a segment that is sent as a document of its
// own, with all below it: the root, once it is complete; before that, when many closed subsegments are held, complete ones; and those
// whose parent has been sent already, or is sent by someone else. Each segment is in one unit. Those of a unit are marked as sent before
// the lock is released, and the place of a sent segment never changes: it is encoded without the lock.
//
// Order of locks: a segment's, then its child's, then mu. Nothing is called while mu is held.
type tree struct {
	root *Segment
	cfg  *Config // complete, not to be changed
	rule string  // name of the sampling rule that decided, "" if none did

	began clock // that of all times of the tree, so that they fit together

	mu   sync.Mutex
	held uint32      // closed subsegments that are not sent
	stop func() bool // ends the waiting for the context, nil if there is none
	late *time.Timer // ends the patience with open children of the closed root, nil if there is no need for it

	abandoned bool // the root was sent while children of it were open
}

// A place is where a segment is in its tree.
type place struct {
	first, last *Segment // children that are to be sent with it
	next, prev  *Segment // its siblings among them
	open        int32    // children that are not complete
	closed      bool     // it was closed
	sent        bool     // it belongs to a unit that was sent, or it is a facade
	gone        bool     // it was removed: nothing of it is sent
}

// top reports whether s is sent apart from its parent.
func (s *Segment) top() bool { return s.parent == nil || s.parent.place.sent }

func (s *Segment) complete() bool { return s.place.closed && s.place.open == 0 }

// link hangs s, which is new, below p.
func (t *tree) link(p, s *Segment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.place.gone = p.place.gone
	if p.place.sent || p.place.gone {
		return
	}
	s.place.prev = p.place.last
	if p.place.last != nil {
		p.place.last.place.next = s
	} else {
		p.place.first = s
	}
	p.place.last = s
	for ; ; p = p.parent { // those that were complete are so no longer
		was := p.complete()
		p.place.open++
		if !was || p.top() {
			return
		}
	}
}

// unlink takes s off its parent's children.
func (s *Segment) unlink() {
	p, l := s.parent, &s.place
	if l.prev != nil {
		l.prev.place.next = l.next
	} else {
		p.place.first = l.next
	}
	if l.next != nil {
		l.next.place.prev = l.prev
	} else {
		p.place.last = l.prev
	}
	l.next, l.prev = nil, nil
}

// settle counts completeness upwards from s, which may have become complete. It returns the highest that is, nil if none is.
func settle(s *Segment) (highest *Segment) {
	for s.complete() {
		highest = s
		if s.top() {
			break
		}
		s = s.parent
		s.place.open--
	}
	return highest
}

// close marks s as closed and sends what is to be sent now.
func (t *tree) close(s *Segment) {
	t.mu.Lock()
	if s.place.closed || s.place.gone || s == t.root && s.place.sent {
		t.mu.Unlock()
		return
	}
	s.place.closed = true
	if s.parent != nil {
		t.held++
	}
	var units batch
	highest := settle(s)
	switch {
	case highest == nil:
	case highest.top():
		t.take(&units, highest)
	case t.crowded():
		highest.unlink()
		t.take(&units, highest)
	}
	if r := t.root; r.place.closed && !r.place.sent {
		t.await(&units)
	}
	t.mu.Unlock()
	t.emit(&units)
	t.consult()
}

// A batch is units in the order in which they are to be sent. Nearly always it is none or one, which costs no memory.
type batch struct {
	one  *Segment
	more []*Segment
}

func (b *batch) add(s *Segment) {
	if b.one == nil {
		b.one = s
		return
	}
	b.more = append(b.more, s)
}

// patience is how long a closed root waits for open children. Programs forget to close one, and without a bound its tree would be lost, and kept
// in memory, until they end. It is longer than what goes on behind an answer usually takes.
const patience = 30 * time.Second

// await is for a closed root with open children. When the context is cancelled nobody may be left to close them: the root is sent.
func (t *tree) await(units *batch) {
	if t.late != nil {
		return // this close is a child's
	}
	if ctx := t.root.ctx; ctx != nil && ctx.Done() != nil {
		if ctx.Err() != nil {
			t.abandon(units)
			return
		}
		t.stop = context.AfterFunc(ctx, t.giveUp)
	}
	t.late = time.AfterFunc(patience, t.giveUp)
}

// giveUp sends the root when its context is cancelled, or the patience ends.
func (t *tree) giveUp() {
	var units batch
	t.mu.Lock()
	if !t.root.place.sent {
		t.abandon(&units)
	}
	t.mu.Unlock()
	t.emit(&units)
}

// abandon takes the root with children that are open.
func (t *tree) abandon(units *batch) {
	t.abandoned = true
	t.take(units, t.root)
}

// take marks s and all below it as sent, and adds the units that this makes to units, those below first.
func (t *tree) take(units *batch, s *Segment) {
	if s == t.root && t.late != nil {
		t.late.Stop()
		if t.stop != nil {
			t.stop()
		}
	}
	t.mark(units, s)
	units.add(s)
}

// mark marks s and all below it as sent. Children of a segment that is still open become units of their own: it will be sent
// again when it is closed, and that document replaces it with all that was inside.
func (t *tree) mark(units *batch, s *Segment) {
	s.place.sent = true
	if s.place.closed {
		if s.parent != nil {
			t.held--
		}
		for c := s.place.first; c != nil; c = c.place.next {
			t.mark(units, c)
		}
		return
	}
	for c := s.place.first; c != nil; c = s.place.first {
		c.unlink()
		t.take(units, c)
	}
	s.place.open = 0
}

// stream sends s, which is closed, at once.
func (t *tree) stream(s *Segment) {
	t.mu.Lock()
	if s.place.closed || s.place.gone {
		t.mu.Unlock()
		return
	}
	s.place.closed = true
	t.held++
	var units batch
	loose := s.top()
	t.take(&units, s)
	if !loose {
		t.release(&units, s)
	}
	t.mu.Unlock()
	t.emit(&units)
}

// release unlinks s and counts it as complete for its parent. What was waiting for s may be complete then.
func (t *tree) release(units *batch, s *Segment) {
	s.unlink()
	s.parent.place.open--
	if h := settle(s.parent); h != nil && h.top() {
		t.take(units, h)
	}
}

// remove takes s out of its parent for good. It reports whether s was there.
func (t *tree) remove(p, s *Segment) bool {
	t.mu.Lock()
	if s.parent != p || p.place.sent || s.place.sent || s.place.gone {
		t.mu.Unlock()
		return false
	}
	complete := s.complete()
	t.drop(s)
	var units batch
	if complete {
		s.unlink()
	} else {
		t.release(&units, s)
	}
	t.mu.Unlock()
	t.emit(&units)
	return true
}

// drop marks s and all below it as gone.
func (t *tree) drop(s *Segment) {
	s.place.gone = true
	if s.place.closed {
		t.held--
	}
	for c := s.place.first; c != nil; c = c.place.next {
		t.drop(c)
	}
}

// emit hands units to the emitter.
func (t *tree) emit(units *batch) {
	if units.one == nil {
		return
	}
	t.emitOne(units.one)
	for _, s := range units.more {
		t.emitOne(s)
	}
}

func (t *tree) emitOne(s *Segment) {
	traceID, ok := t.sampled()
	if !ok {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			logger.Errorf("emitter panicked on segment %q: %v", s.Name, p)
		}
	}()
	s.Lock()
	defer s.Unlock()
	s.Emitted = true
	if s.parent != nil {
		s.apart(traceID)
	} else {
		s.ContextDone = t.abandoned
	}
	if _, ours := t.cfg.Emitter.(*DefaultEmitter); !ours && s.parent == nil {
		s.GetAWS() // what the encoder would add, for those that read the fields
		s.GetService()
	}
	t.cfg.Emitter.Emit(s)
}

// sampled returns the trace id, and whether the root is still to be recorded: a program may have decided otherwise.
func (t *tree) sampled() (traceID string, ok bool) {
	t.root.RLock()
	defer t.root.RUnlock()
	return t.root.TraceID, t.root.Sampled && !t.root.Dummy
}

// apart gives s what a document of its own needs. The caller holds the lock of s.
func (s *Segment) apart(traceID string) {
	s.TraceID = traceID
	s.Type = "subsegment"
}

// service returns the service data of s, complete if it is the root. t may be nil.
func (t *tree) service(s *Segment) *ServiceData {
	if t == nil || s != t.root {
		return new(ServiceData)
	}
	return &ServiceData{Version: t.cfg.ServiceVersion, Runtime: runtime.Compiler, RuntimeVersion: runtime.Version()}
}

// addBlocks adds to the AWS data of s, if it is the root, what it lacks. t may be nil.
func (t *tree) addBlocks(s *Segment) {
	if t == nil || s != t.root {
		return
	}
	if _, ok := s.AWS["xray"]; !ok {
		s.AWS["xray"] = t.sdk()
	}
	for _, b := range plugins.All().Blocks {
		if _, ok := s.AWS[b.Name]; !ok {
			s.AWS[b.Name] = b.Values
		}
	}
}

func (t *tree) sdk() SDK { return SDK{Version: SDKVersion, Type: SDKType, RuleName: t.rule} }
