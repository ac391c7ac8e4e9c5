package xray

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/internal/plugins"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

// maxName is the longest name that X-Ray keeps, in bytes: its limit is 200 characters, and other SDKs cut at bytes.
const maxName = 200

// BeginSegment begins the segment of a request that did not come by HTTP: the root of a new trace. The context that it returns carries the
// segment. AWS_XRAY_TRACING_NAME replaces name.
func BeginSegment(ctx context.Context, name string) (context.Context, *Segment) {
	return BeginSegmentWithSampling(ctx, name, nil, nil)
}

// BeginSegmentWithSampling is BeginSegment for an HTTP request. The decision of traceHeader counts; without one, sampling
// rules decide by r. It does not take the ids of traceHeader: see NewSegmentFromHeader.
func BeginSegmentWithSampling(ctx context.Context, name string, r *http.Request, traceHeader *header.Header) (context.Context, *Segment) {
	return begin(ctx, name, r, traceHeader, false)
}

// NewSegmentFromHeader begins the segment of an HTTP request within the trace of its caller, which h names.
func NewSegmentFromHeader(ctx context.Context, name string, r *http.Request, h *header.Header) (context.Context, *Segment) {
	return begin(ctx, name, r, h, true)
}

// begin begins a segment; with join, in the trace of h.
func begin(ctx context.Context, name string, r *http.Request, h *header.Header, join bool) (context.Context, *Segment) {
	if ctx == nil {
		ctx = context.Background()
	}
	if SdkDisabled() {
		return inert(ctx)
	}
	at := now()
	env := environmentAt(at)
	if env.name != "" {
		name = env.name
	}
	cfg := settings(ctx)
	d, watched := decide(cfg, name, r, h, at)
	var s *Segment
	if d.Sample {
		s = newRoot(cfg, name, at)
		if d.Rule != nil {
			s.tree.rule = *d.Rule
		}
	} else {
		s = newDummy(name, at, env.ids)
	}
	if watched {
		s.watch = newWatch(cfg.SamplingStrategy, d)
	}
	if join && h != nil {
		s.join(h)
	}
	return s.carry(ctx), s
}

// decide reports whether a request is recorded, and whether its failure is to be counted.
func decide(cfg *Config, name string, r *http.Request, h *header.Header, at clock) (d sampling.Decision, watched bool) {
	if h != nil {
		switch h.SamplingDecision {
		case header.Sampled:
			return sampling.Decision{Sample: true}, false
		case header.NotSampled:
			return sampling.Decision{}, false
		}
	}
	q := sampling.Request{ServiceName: name, ServiceType: plugins.All().Origin}
	if r != nil {
		q.Host, q.Method = r.Host, r.Method
		if r.URL != nil {
			q.URL = r.URL.Path
		}
	}
	return sampling.DecideAt(cfg.SamplingStrategy, q, at.wall/int64(time.Second))
}

// join makes s part of the trace of h.
func (s *Segment) join(h *header.Header) {
	if h.TraceID != "" {
		s.TraceID = h.TraceID
	}
	s.ParentID = h.ParentID
	s.IncomingHeader = h
	s.RequestWasTraced = true
}

// A root is a segment with what its tree needs: one allocation.
type root struct {
	Segment
	tree   tree
	config Config
}

// newRoot returns a segment that is recorded.
func newRoot(cfg *Config, name string, at clock) *Segment {
	r := &root{config: *cfg}
	s := &r.Segment
	r.tree.root, r.tree.cfg, r.tree.began = s, cfg, at
	s.tree = &r.tree
	s.start(shorten(name), at)
	s.TraceID, s.ID = newIDs(at.wall)
	s.Sampled = true
	s.ParentSegment = s
	s.Configuration = &r.config
	s.Origin = plugins.All().Origin
	return s
}

// newDummy returns a root that is not recorded, with ids of its own or with those that all of them have.
func newDummy(name string, at clock, ids bool) *Segment {
	s := &Segment{Dummy: true, TraceID: noOpTraceID, ID: noOpSegmentID}
	s.ParentSegment = s
	s.start(name, at)
	if ids {
		s.TraceID, s.ID = newIDs(at.wall)
	}
	return s
}

// inert returns a context with a segment that knows nothing, for when the SDK is disabled.
func inert(ctx context.Context) (context.Context, *Segment) {
	s := &Segment{}
	s.ParentSegment = s
	return s.carry(ctx), s
}

// start sets name and time.
func (s *Segment) start(name string, at clock) {
	s.Name = name
	s.began = at.since
	s.StartTime = seconds(at.wall)
	s.InProgress = true
}

// A clock is a time by both of the system's clocks, so that durations are right when the wall clock is set. It is
// smaller than a time.Time.
type clock struct {
	wall  int64         // nanoseconds since 1970
	since time.Duration // epoch
}

// epoch is any time with a monotonic clock.
var epoch = time.Now()

func now() clock {
	t := time.Now()
	return clock{t.UnixNano(), t.Sub(epoch)}
}

// now is the time by both clocks, if the wall clock has not been set since c. It costs half of the other now.
func (c clock) now() clock {
	since := time.Since(epoch)
	return clock{c.wall + int64(since-c.since), since}
}

// now is the time by the clock of the tree, which its root has read.
func (s *Segment) now() clock {
	if s.tree == nil {
		return now()
	}
	return s.tree.began.now()
}

func seconds(nanoseconds int64) float64 { return float64(nanoseconds) / float64(time.Second) }

// BeginSubsegment begins a part of the work of ctx's segment. The context that it returns carries the subsegment.
//
// In AWS Lambda, where ctx has a trace header and no segment, it hangs below the function's segment, which Lambda sends.
// Otherwise, without a segment in ctx, the context-missing strategy is called, and the context is returned as it is with a
// subsegment that records nothing. The subsegment is never nil.
func BeginSubsegment(ctx context.Context, name string) (context.Context, *Segment) {
	return beginChild(ctx, name, true)
}

// BeginSubsegmentWithoutSampling begins a subsegment that is not recorded, nor is what hangs below it here or downstream.
func BeginSubsegmentWithoutSampling(ctx context.Context, name string) (context.Context, *Segment) {
	return beginChild(ctx, name, false)
}

func beginChild(ctx context.Context, name string, sampled bool) (context.Context, *Segment) {
	if ctx == nil {
		ctx = context.Background()
	}
	parent := GetSegment(ctx)
	if parent == nil {
		if SdkDisabled() {
			return inert(ctx)
		}
		parent = lambdaFacade(ctx)
	}
	if parent == nil {
		missing(ctx, "begin subsegment", name)
		_, s := inert(ctx)
		return ctx, s
	}
	if s := parent.hidden(); s != nil {
		return ctx, s
	}
	s := newChild(parent, name, sampled)
	return s.carry(ctx), s
}

// missing tells the context-missing strategy that an operation found no segment.
func missing(ctx context.Context, operation, name string) {
	cfg := settings(ctx)
	cfg.ContextMissingStrategy.ContextMissing("failed to " + operation + " named '" + name + "': segment cannot be found.")
}

// newChild returns a subsegment of parent.
func newChild(parent *Segment, name string, sampled bool) *Segment {
	s := &Segment{parent: parent, ParentSegment: parent}
	parent.RLock()
	s.TraceID, s.ParentID = parent.TraceID, parent.ID
	s.Sampled = sampled && parent.Sampled
	s.Dummy = !sampled || parent.Dummy
	if parent.ParentSegment != nil {
		s.ParentSegment = parent.ParentSegment
	}
	parent.RUnlock()
	s.start(shorten(name), parent.now())
	if parent.tree == nil || s.Dummy || !s.Sampled {
		s.Dummy = true
		if s.ID = noOpSegmentID; s.ParentID != noOpSegmentID && alwaysIDs() {
			s.ID = NewSegmentID()
		}
		return s
	}
	s.ID = NewSegmentID()
	s.tree = parent.tree
	s.tree.link(parent, s)
	return s
}

// hidden returns the subsegment that stands for all those of a segment that is not recorded, so that they cost nothing. It is nil if each
// has to be one of its own: when s is recorded, when failures of s are counted, which are not those of its parts, and when there are ids for logs.
func (s *Segment) hidden() *Segment {
	if s.tree != nil || s.watch != nil {
		return nil
	}
	s.RLock()
	h := s.shadow
	s.RUnlock()
	if h != nil {
		return h
	}
	s.Lock()
	defer s.Unlock()
	if s.ID != "" && s.ID != noOpSegmentID && alwaysIDs() {
		return nil
	}
	if s.shadow == nil {
		s.shadow = &Segment{Dummy: true, TraceID: s.TraceID, ParentID: s.ID, ParentSegment: s.ParentSegment, parent: s}
		if s.ID != "" {
			s.shadow.ID = noOpSegmentID
		}
	}
	return s.shadow
}

// shorten cuts a name that X-Ray would not keep whole, between characters. A document without a name would be refused with all that
// is in it.
func shorten(name string) string {
	if name == "" {
		return "unnamed"
	}
	if !utf8.ValidString(name) {
		name = strings.ToValidUTF8(name, "\ufffd")
	}
	if len(name) <= maxName {
		return name
	}
	end := maxName
	for end > maxName-utf8.UTFMax && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}
