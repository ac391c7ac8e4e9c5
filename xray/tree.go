package xray

import (
	"context"
	"runtime"
	"sync"

	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/internal/plugins"
)

// A tree is what the segments of one root share. It knows which of them are still to be sent.
//
// A segment is complete when it is closed and all of its children are complete. A unit is a segment that is sent as a document of its
// own, with all below it: the root, once it is complete; before that, when many closed subsegments are held, complete ones; and those
// whose parent has been sent already, or is sent by someone else. Each segment is in one unit. Those of a unit are marked as sent before
// the lock is released, and links of a sent segment never change: it is encoded without the lock.
//
// Order of locks: a segment's, then its child's, then mu. Nothing is called while mu is held.
type tree struct {
	root *Segment
	cfg  *Config // complete, not to be changed
	rule string  // name of the sampling rule that decided, "" if none did

	mu   sync.Mutex
	held uint32      // closed subsegments that are not sent
	stop func() bool // ends the waiting for the context, nil if there is none
}

// links are the place of a segment in its tree.
type links struct {
	first, last *Segment // children that are to be sent with it
	next, prev  *Segment // its siblings among them
	open        int      // children that are not complete
	closed      bool     // it was closed
	sent        bool     // it belongs to a unit that was sent, or it is a facade
	gone        bool     // it was removed: nothing of it is sent
}

// top reports whether s is sent apart from its parent.
func (s *Segment) top() bool { return s.parent == nil || s.parent.links.sent }

func (s *Segment) complete() bool { return s.links.closed && s.links.open == 0 }

// link hangs s, which is new, below p.
func (t *tree) link(p, s *Segment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.links.gone = p.links.gone
	if p.links.sent || p.links.gone {
		return
	}
	s.links.prev = p.links.last
	if p.links.last != nil {
		p.links.last.links.next = s
	} else {
		p.links.first = s
	}
	p.links.last = s
	for ; ; p = p.parent { // those that were complete are so no longer
		was := p.complete()
		p.links.open++
		if !was || p.top() {
			return
		}
	}
}

// unlink takes s off its parent's children.
func (s *Segment) unlink() {
	p, l := s.parent, &s.links
	if l.prev != nil {
		l.prev.links.next = l.next
	} else {
		p.links.first = l.next
	}
	if l.next != nil {
		l.next.links.prev = l.prev
	} else {
		p.links.last = l.prev
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
		s.links.open--
	}
	return highest
}

// close marks s as closed and sends what is to be sent now.
func (t *tree) close(s *Segment) {
	t.mu.Lock()
	if s.links.closed || s.links.gone || s == t.root && s.links.sent {
		t.mu.Unlock()
		return
	}
	s.links.closed = true
	if s.parent != nil {
		t.held++
	}
	var units []*Segment
	highest := settle(s)
	switch {
	case highest == nil:
	case highest.top():
		units = t.take(units, highest)
	case t.crowded():
		highest.unlink()
		units = t.take(units, highest)
	}
	if r := t.root; r.links.closed && !r.links.sent {
		units = t.await(units)
	}
	t.mu.Unlock()
	t.emit(units)
	t.consult()
}

// await is for a closed root with open children. When the context is cancelled nobody may be left to close them: the root is sent.
func (t *tree) await(units []*Segment) []*Segment {
	ctx := t.root.ctx
	if ctx == nil || ctx.Done() == nil {
		return units
	}
	if ctx.Err() != nil {
		return t.take(units, t.root)
	}
	if t.stop == nil {
		t.stop = context.AfterFunc(ctx, t.giveUp)
	}
	return units
}

// giveUp sends the root when its context is cancelled.
func (t *tree) giveUp() {
	t.mu.Lock()
	var units []*Segment
	if !t.root.links.sent {
		units = t.take(units, t.root)
	}
	t.mu.Unlock()
	t.emit(units)
}

// take marks s and all below it as sent, and appends the units that this makes to units, those below first. Children of a segment
// that is still open become units of their own: it will be sent again when it is closed, and that document replaces it with all inside.
func (t *tree) take(units []*Segment, s *Segment) []*Segment {
	if s == t.root && t.stop != nil {
		t.stop()
		t.stop = nil
	}
	units = t.mark(units, s)
	return append(units, s)
}

func (t *tree) mark(units []*Segment, s *Segment) []*Segment {
	s.links.sent = true
	if s.links.closed && s.parent != nil {
		t.held--
	}
	if s.links.closed {
		for c := s.links.first; c != nil; c = c.links.next {
			units = t.mark(units, c)
		}
		return units
	}
	for c := s.links.first; c != nil; c = s.links.first {
		c.unlink()
		units = t.take(units, c)
	}
	s.links.open = 0
	return units
}

// stream sends s, which is closed, at once.
func (t *tree) stream(s *Segment) {
	t.mu.Lock()
	if s.links.closed || s.links.gone {
		t.mu.Unlock()
		return
	}
	s.links.closed = true
	t.held++
	var units []*Segment
	units = t.detach(units, s, s.links.sent || s.top())
	t.mu.Unlock()
	t.emit(units)
}

// detach takes s out of its parent, as a unit. What was waiting for s may be complete then, and is a unit too.
func (t *tree) detach(units []*Segment, s *Segment, loose bool) []*Segment {
	units = t.take(units, s)
	if loose {
		return units
	}
	return t.release(units, s)
}

// release unlinks s and counts it as complete for its parent.
func (t *tree) release(units []*Segment, s *Segment) []*Segment {
	s.unlink()
	s.parent.links.open--
	if h := settle(s.parent); h != nil && h.top() {
		units = t.take(units, h)
	}
	return units
}

// remove takes s out of its parent for good. It reports whether s was there.
func (t *tree) remove(p, s *Segment) bool {
	t.mu.Lock()
	if s.parent != p || p.links.sent || s.links.sent || s.links.gone {
		t.mu.Unlock()
		return false
	}
	complete := s.complete()
	t.drop(s)
	var units []*Segment
	if complete {
		s.unlink()
	} else {
		units = t.release(units, s)
	}
	t.mu.Unlock()
	t.emit(units)
	return true
}

// drop marks s and all below it as gone.
func (t *tree) drop(s *Segment) {
	s.links.gone = true
	if s.links.closed {
		t.held--
	}
	for c := s.links.first; c != nil; c = c.links.next {
		t.drop(c)
	}
}

// emit hands units to the emitter.
func (t *tree) emit(units []*Segment) {
	for _, s := range units {
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
