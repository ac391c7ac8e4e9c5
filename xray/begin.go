package xray

import (
	"context"
	"net/http"
	"os"
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
	if n := os.Getenv(envTracingName); n != "" {
		name = n
	}
	name = shorten(name)
	cfg := settings(ctx)
	var s *Segment
	if d := decide(cfg, name, r, h); d.Sample {
		s = newRoot(ctx, cfg, name)
		if d.Rule != nil {
			s.tree.rule = *d.Rule
		}
	} else {
		s = newDummy(name)
	}
	if join && h != nil {
		s.join(h)
	}
	return s.carry(ctx), s
}

// decide reports whether a request is recorded.
func decide(cfg *Config, name string, r *http.Request, h *header.Header) sampling.Decision {
	if h != nil {
		switch h.SamplingDecision {
		case header.Sampled:
			return sampling.Decision{Sample: true}
		case header.NotSampled:
			return sampling.Decision{}
		}
	}
	q := sampling.Request{ServiceName: name, ServiceType: plugins.All().Origin}
	if r != nil {
		q.Host, q.Method = r.Host, r.Method
		if r.URL != nil {
			q.URL = r.URL.Path
		}
	}
	return sampling.Decide(cfg.SamplingStrategy, q)
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
func newRoot(ctx context.Context, cfg *Config, name string) *Segment {
	r := &root{config: *cfg}
	s := &r.Segment
	r.tree.root, r.tree.cfg = s, cfg
	s.tree = &r.tree
	s.start(name)
	s.TraceID, s.ID = newIDs(s.began.wall)
	s.Sampled = true
	s.ParentSegment = s
	s.Configuration = &r.config
	s.Origin = plugins.All().Origin
	return s
}

// newDummy returns a root that is not recorded.
func newDummy(name string) *Segment {
	s := &Segment{Dummy: true, TraceID: noOpTraceID, ID: noOpSegmentID}
	s.ParentSegment = s
	s.start(name)
	if alwaysIDs() {
		s.TraceID, s.ID = newIDs(s.began.wall)
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
func (s *Segment) start(name string) {
	s.Name = name
	s.began = now()
	s.StartTime = seconds(s.began.wall)
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

// end is the wall clock now, if it had not been set since c.
func (c clock) end() int64 { return c.wall + int64(time.Since(epoch)-c.since) }

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
	if SdkDisabled() {
		return inert(ctx)
	}
	parent := GetSegment(ctx)
	if parent == nil {
		parent = lambdaFacade(ctx)
	}
	if parent == nil {
		missing(ctx, "begin subsegment", name)
		_, s := inert(ctx)
		return ctx, s
	}
	s := newChild(parent, shorten(name), sampled)
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
	s.start(name)
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
