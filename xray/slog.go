package xray

import (
	"context"
	"log/slog"
)

// The keys under which LogHandler adds ids to log records.
const (
	LogTraceID   = "trace_id"
	LogSegmentID = "segment_id"
)

// LogHandler returns a handler that adds the ids of the context's segment to each record and hands it to next. They
// are at the top of the record, also for loggers with groups. Records of contexts without a segment stay as they are.
func LogHandler(next slog.Handler) slog.Handler { return logHandler{top: next, full: next} }

// A logHandler keeps the handler from before the first group: what is added there is at the top. What came since is done again
// for each record with a segment.
type logHandler struct {
	top   slog.Handler
	since []func(slog.Handler) slog.Handler
	full  slog.Handler // top with since
}

func (h logHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.full.Enabled(ctx, level)
}

func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	trace, segment := GetSegment(ctx).ids()
	if trace == "" {
		return h.full.Handle(ctx, r)
	}
	ids := []slog.Attr{slog.String(LogTraceID, trace), slog.String(LogSegmentID, segment)}
	if len(h.since) == 0 {
		r = r.Clone()
		r.AddAttrs(ids...)
		return h.top.Handle(ctx, r)
	}
	next := h.top.WithAttrs(ids)
	for _, step := range h.since {
		next = step(next)
	}
	return next.Handle(ctx, r)
}

func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(h.since) == 0 {
		return LogHandler(h.top.WithAttrs(attrs))
	}
	return h.with(func(next slog.Handler) slog.Handler { return next.WithAttrs(attrs) })
}

func (h logHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return h.with(func(next slog.Handler) slog.Handler { return next.WithGroup(name) })
}

func (h logHandler) with(step func(slog.Handler) slog.Handler) slog.Handler {
	since := append(h.since[:len(h.since):len(h.since)], step)
	return logHandler{top: h.top, since: since, full: step(h.full)}
}
