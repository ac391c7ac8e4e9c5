package xray_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/strategy/ctxmissing"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
	"github.com/rayscope/rayscope/xray/xraylog"
)

func TestDisabled(t *testing.T) {
	ctx, r := recording(t)
	for _, value := range []string{"true", "TRUE", "True"} {
		t.Setenv("AWS_XRAY_SDK_DISABLED", value)
		ctx, s := xray.BeginSegment(ctx, "r")
		_, c := xray.BeginSubsegment(ctx, "c")
		_, without := xray.BeginSubsegmentWithoutSampling(ctx, "w")
		for _, s := range []*xray.Segment{without, c, s} {
			if h := s.DownstreamHeader().String(); h != "" {
				t.Errorf("%s: header %q, want none: whoever is called decides by itself", value, h)
			}
			s.Close(nil)
		}
		if !xray.SdkDisabled() || xray.GetSegment(ctx) == nil {
			t.Errorf("%s: not disabled, or no segment in the context", value)
		}
	}
	if docs := r.take(t); len(docs) != 0 {
		t.Errorf("got %q, want nothing", trees(docs))
	}
	t.Setenv("AWS_XRAY_SDK_DISABLED", "false")
	_, s := xray.BeginSegment(ctx, "r")
	s.Close(nil)
	if docs := r.take(t); len(docs) != 1 {
		t.Errorf("false: got %q, want r", trees(docs))
	}
}

func TestTracingName(t *testing.T) {
	t.Setenv("AWS_XRAY_TRACING_NAME", "from the environment")
	ctx, _ := recording(t)
	ctx, s := xray.BeginSegment(ctx, "r")
	_, c := xray.BeginSubsegment(ctx, "c")
	if s.Name != "from the environment" || c.Name != "c" {
		t.Errorf("got %q and %q, want the name of the environment for the segment alone", s.Name, c.Name)
	}
}

// A change of the environment is seen by programs that run.
func TestTracingNameChanges(t *testing.T) {
	synctest.Test(t, func(bubble *testing.T) {
		ctx, _ := recording(bubble)
		_, before := xray.BeginSegment(ctx, "r")
		t.Setenv("AWS_XRAY_TRACING_NAME", "changed")
		<-time.After(100 * time.Millisecond)
		_, after := xray.BeginSegment(ctx, "r")
		if before.Name != "r" || after.Name != "changed" {
			bubble.Errorf("got %q and %q, want r and changed", before.Name, after.Name)
		}
	})
}

func TestNoOpIDs(t *testing.T) {
	begin := func() (root, child *xray.Segment) {
		ctx, root := xray.BeginSegment(configured(t, xray.Config{Emitter: new(recorder), SamplingStrategy: decided(false)}), "r")
		_, child = xray.BeginSubsegment(ctx, "c")
		return root, child
	}
	if r, c := begin(); r.TraceID != "1-00000000-000000000000000000000000" || r.ID != "0000000000000000" || c.ID != r.ID {
		t.Errorf("unsampled: got %s, %s, %s; want zeros", r.TraceID, r.ID, c.ID)
	}
	t.Setenv("AWS_XRAY_NOOP_ID", "FALSE")
	r, c := begin()
	for _, id := range []string{r.ID, c.ID} {
		if !segmentIDs.MatchString(id) || id == "0000000000000000" {
			t.Errorf("id: got %s, want a real one", id)
		}
	}
	if !traceIDs.MatchString(r.TraceID) || strings.HasPrefix(r.TraceID, "1-00000000") {
		t.Errorf("trace id: got %s, want a real one", r.TraceID)
	}
}

func TestIDs(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		for _, id := range []string{xray.NewTraceID(), xray.NewSegmentID()} {
			if seen[id] || !(traceIDs.MatchString(id) || segmentIDs.MatchString(id)) {
				t.Fatalf("id %q: seen before or of another form", id)
			}
			seen[id] = true
		}
	}
}

// told keeps what a context-missing strategy is told.
type told struct{ messages []any }

func (m *told) ContextMissing(v any) { m.messages = append(m.messages, v) }

func TestContextMissing(t *testing.T) {
	m := new(told)
	ctx := configured(t, xray.Config{ContextMissingStrategy: m})
	got, s := xray.BeginSubsegment(ctx, "c")
	if len(m.messages) != 1 || !strings.Contains(m.messages[0].(string), "'c'") {
		t.Errorf("got %v, want one message that names c", m.messages)
	}
	if got != ctx || s == nil || s.ParentSegment == nil {
		t.Errorf("got another context, or an unusable segment %v", s)
	}
	if err := xray.AddAnnotation(ctx, "k", 1); err != xray.ErrRetrieveSegment {
		t.Errorf("annotation: got %v, want %v", err, xray.ErrRetrieveSegment)
	}
}

func TestContextMissingOfTheEnvironment(t *testing.T) {
	m := new(told)
	tests := []struct {
		value  string
		panics bool
		told   int
	}{
		{"RUNTIME_ERROR", true, 0},
		{ctxmissing.IgnoreErrorStrategy, false, 0},
		{"nonsense", false, 1},
		{"", false, 1},
	}
	var log bytes.Buffer
	xray.SetLogger(xraylog.NewDefaultLogger(&log, xraylog.LogLevelError))
	t.Cleanup(func() { xray.SetLogger(xraylog.NullLogger) })
	t.Cleanup(func() { // the settings of all come after those of the environment
		if err := xray.Configure(xray.Config{ContextMissingStrategy: ctxmissing.NewDefaultLogErrorStrategy()}); err != nil {
			t.Error(err)
		}
	})
	for _, tt := range tests {
		t.Setenv("AWS_XRAY_CONTEXT_MISSING", tt.value)
		m.messages = nil
		configured(t, xray.Config{})
		ctx := configured(t, xray.Config{ContextMissingStrategy: m})
		if p := catch(func() { xray.BeginSubsegment(ctx, "c") }); (p != nil) != tt.panics || len(m.messages) != tt.told {
			t.Errorf("%q: got the panic %v and %d messages, want panic %v and %d", tt.value, p, len(m.messages), tt.panics, tt.told)
		}
		m.messages = nil
		if err := xray.Configure(xray.Config{ContextMissingStrategy: m}); err != nil {
			t.Fatal(err)
		}
		if p := catch(func() { xray.BeginSubsegment(context.Background(), "c") }); (p != nil) != tt.panics || len(m.messages) != tt.told {
			t.Errorf("%q, configured for all: got the panic %v and %d messages, want panic %v and %d", tt.value, p, len(m.messages), tt.panics, tt.told)
		}
	}
	if got := log.String(); strings.Count(got, "must be LOG_ERROR, RUNTIME_ERROR or IGNORE_ERROR") != 1 {
		t.Errorf("log: got %q, want the rule for nonsense, once", got)
	}
}

func TestDaemonAddress(t *testing.T) {
	d := newDaemon(t)
	e, err := xray.NewDefaultEmitter(&net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9})
	if err != nil {
		t.Fatal(err)
	}
	ctx := configured(t, xray.Config{DaemonAddr: d.addr().String(), Emitter: e, SamplingStrategy: decided(true)})
	_, s := xray.BeginSegment(ctx, "r")
	s.Close(nil)
	if got := d.next(); got.Name != "r" {
		t.Errorf("got %s, want r", got.Name)
	}
	if err := e.Close(t.Context()); err != nil {
		t.Error(err)
	}
	for _, address := range []string{"here", "127.0.0.1:x", "tcp:127.0.0.1:1", "udp:1.2.3.4:1 udp:1.2.3.4:1"} {
		ctx, err := xray.ContextWithConfig(t.Context(), xray.Config{DaemonAddr: address, Emitter: e})
		if err == nil || !strings.Contains(err.Error(), address) || xray.GetRecorder(ctx) == nil {
			t.Errorf("%q: got %v, want an error with the value, and a context", address, err)
		}
	}
}

// asked keeps what a sampling strategy is asked.
type asked struct{ requests []sampling.Request }

func (a *asked) ShouldTrace(r *sampling.Request) *sampling.Decision {
	a.requests = append(a.requests, *r)
	return nil // an answer that is none
}

func TestSamplingDecisions(t *testing.T) {
	a := new(asked)
	ctx := configured(t, xray.Config{Emitter: new(recorder), SamplingStrategy: a})
	tests := []struct {
		header  string
		sampled bool
		asked   int
	}{
		{"Root=" + lambdaTrace + ";Sampled=1", true, 0},
		{"Root=" + lambdaTrace + ";Sampled=0", false, 0},
		{"Root=" + lambdaTrace + ";Sampled=?", false, 1},
		{"Root=" + lambdaTrace, false, 1},
	}
	for _, tt := range tests {
		a.requests = nil
		_, s := xray.NewSegmentFromHeader(ctx, "r", nil, header.FromString(tt.header))
		if s.Sampled != tt.sampled || len(a.requests) != tt.asked || s.TraceID != lambdaTrace || !s.RequestWasTraced {
			t.Errorf("%s: got sampled %v, asked %d, trace %s; want %v, %d, the header's", tt.header, s.Sampled, len(a.requests), s.TraceID, tt.sampled, tt.asked)
		}
		s.Close(nil)
	}
}

// TestSampledByTheProgram drops a trace that the program decided against after it began.
func TestSampledByTheProgram(t *testing.T) {
	ctx, r := recording(t)
	ctx, s := xray.BeginSegment(ctx, "health check")
	_, c := xray.BeginSubsegment(ctx, "c")
	s.Sampled = false
	c.Close(nil)
	s.Close(nil)
	if docs := r.take(t); len(docs) != 0 {
		t.Errorf("got %q, want nothing", trees(docs))
	}
}

// TestConfigurationIsComplete holds for all segments, recorded or not: instrumentations call its strategies.
func TestConfigurationIsComplete(t *testing.T) {
	m := new(told)
	for _, sampled := range []bool{true, false} {
		ctx := configured(t, xray.Config{Emitter: new(recorder), SamplingStrategy: decided(sampled), ContextMissingStrategy: m})
		ctx, s := xray.BeginSegment(ctx, "r")
		_, c := xray.BeginSubsegment(ctx, "c")
		for _, s := range []*xray.Segment{s, c, c.ParentSegment} {
			c := s.GetConfiguration()
			if c.ContextMissingStrategy != m || c.Emitter == nil || c.ExceptionFormattingStrategy == nil || c.StreamingStrategy == nil || c.SamplingStrategy == nil {
				t.Errorf("%s, sampled %v: got %+v, want all of it, the context's first", s.Name, sampled, c)
			}
		}
	}
}

func TestContexts(t *testing.T) {
	type key struct{}
	ctx, _ := recording(t)
	ctx, cancel := context.WithCancelCause(context.WithValue(ctx, key{}, "value"))
	ctx, s := xray.BeginSegment(ctx, "r")
	inner, stop := context.WithCancel(ctx)
	defer stop()
	if ctx.Value(key{}) != "value" || xray.GetSegment(inner) != s || xray.TraceID(inner) != s.TraceID {
		t.Error("the values of the context are not those of its parent and the segment")
	}
	detached := xray.DetachContext(ctx)
	cancel(errStock)
	<-inner.Done()
	if context.Cause(inner) != errStock || ctx.Err() != context.Canceled {
		t.Errorf("got %v and %v, want the parent's cancellation", context.Cause(inner), ctx.Err())
	}
	if xray.GetSegment(detached) != s || detached.Err() != nil {
		t.Error("a detached context has no segment, or is cancelled too")
	}
	if xray.GetSegment(context.Background()) != nil || xray.TraceID(context.Background()) != "" || xray.RequestWasTraced(ctx) {
		t.Error("got a segment from nowhere")
	}
}

func TestLogHandler(t *testing.T) {
	ctx, _ := recording(t)
	ctx, s := xray.BeginSegment(ctx, "r")
	tests := []struct {
		name string
		make func(*slog.Logger) *slog.Logger
		ctx  context.Context
		want []string // keys at the top
	}{
		{"plain", func(l *slog.Logger) *slog.Logger { return l }, ctx, []string{"a", "segment_id", "trace_id"}},
		{"with", func(l *slog.Logger) *slog.Logger { return l.With("b", 1) }, ctx, []string{"a", "b", "segment_id", "trace_id"}},
		{"group", func(l *slog.Logger) *slog.Logger { return l.With("b", 1).WithGroup("g").With("c", 1) }, ctx, []string{"b", "g", "segment_id", "trace_id"}},
		{"no segment", func(l *slog.Logger) *slog.Logger { return l.WithGroup("g") }, t.Context(), []string{"g"}},
	}
	for _, tt := range tests {
		var out bytes.Buffer
		h := xray.LogHandler(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo}))
		tt.make(slog.New(h)).InfoContext(tt.ctx, "message", "a", 1)
		tt.make(slog.New(h)).DebugContext(tt.ctx, "too fine")
		var got map[string]any
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatalf("%s: %s: %v", tt.name, out.Bytes(), err)
		}
		var keys []string
		for k := range got {
			if k != "time" && k != "level" && k != "msg" {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		if !slices.Equal(keys, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, keys, tt.want)
		}
		if id, ok := got["trace_id"]; ok && id != s.TraceID {
			t.Errorf("%s: trace_id: got %v, want %s", tt.name, id, s.TraceID)
		}
	}
}
