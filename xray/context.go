package xray

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ContextKeytype is the type of ContextKey.
type ContextKeytype int

// ContextKey is what a context has its segment under.
var ContextKey = new(ContextKeytype)

// ErrRetrieveSegment says that the context has no segment.
var ErrRetrieveSegment = errors.New("unable to retrieve segment")

// RecorderContextKey is what a context has its *Config under.
type RecorderContextKey struct{}

// fasthttp keeps the values of a request under strings.
const (
	fasthttpContextKey       = "xray-ck"
	fasthttpContextConfigKey = "xray-rck"
)

// segmentContext is a Segment as the context that carries it, so that both are one allocation.
type segmentContext Segment

// carry returns ctx with s in it. It may be called once for a segment, by its maker.
func (s *Segment) carry(ctx context.Context) context.Context {
	s.ctx = ctx
	return (*segmentContext)(s)
}

func (c *segmentContext) Deadline() (time.Time, bool) { return c.ctx.Deadline() }
func (c *segmentContext) Done() <-chan struct{}       { return c.ctx.Done() }
func (c *segmentContext) Err() error                  { return c.ctx.Err() }
func (c *segmentContext) String() string              { return fmt.Sprintf("%v.WithSegment", c.ctx) }

func (c *segmentContext) Value(key any) any {
	if k, ok := key.(*ContextKeytype); ok && k == ContextKey {
		return (*Segment)(c)
	}
	return c.ctx.Value(key)
}

// GetRecorder returns the configuration that ctx was given, nil without.
func GetRecorder(ctx context.Context) *Config {
	if ctx == nil {
		return nil
	}
	if c, ok := ctx.Value(RecorderContextKey{}).(*Config); ok {
		return c
	}
	c, _ := ctx.Value(fasthttpContextConfigKey).(*Config)
	return c
}

// GetSegment returns the segment or subsegment of ctx, nil without.
func GetSegment(ctx context.Context) *Segment {
	if ctx == nil {
		return nil
	}
	if c, ok := ctx.(*segmentContext); ok {
		return (*Segment)(c)
	}
	if s, ok := ctx.Value(ContextKey).(*Segment); ok {
		return s
	}
	s, _ := ctx.Value(fasthttpContextKey).(*Segment)
	return s
}

// TraceID returns the trace id of ctx's segment, "" without.
func TraceID(ctx context.Context) string {
	id, _ := GetSegment(ctx).ids()
	return id
}

// RequestWasTraced reports whether ctx belongs to a request that came with a trace header.
func RequestWasTraced(ctx context.Context) bool {
	for s := GetSegment(ctx); s != nil; s = s.parent {
		s.RLock()
		traced := s.RequestWasTraced
		s.RUnlock()
		if traced {
			return true
		}
	}
	return false
}

// DetachContext returns a context with nothing but ctx's segment: for work that goes on when ctx is cancelled.
func DetachContext(ctx context.Context) context.Context {
	return context.WithValue(context.Background(), ContextKey, GetSegment(ctx))
}

// AddAnnotation is Segment.AddAnnotation for ctx's segment. Without one it returns ErrRetrieveSegment.
func AddAnnotation(ctx context.Context, key string, value any) error {
	if s := GetSegment(ctx); s != nil {
		return s.AddAnnotation(key, value)
	}
	return ErrRetrieveSegment
}

// AddMetadata is Segment.AddMetadata for ctx's segment. Without one it returns ErrRetrieveSegment.
func AddMetadata(ctx context.Context, key string, value any) error {
	if s := GetSegment(ctx); s != nil {
		return s.AddMetadata(key, value)
	}
	return ErrRetrieveSegment
}

// AddMetadataToNamespace is Segment.AddMetadataToNamespace for ctx's segment. Without one it returns ErrRetrieveSegment.
func AddMetadataToNamespace(ctx context.Context, namespace string, key string, value any) error {
	if s := GetSegment(ctx); s != nil {
		return s.AddMetadataToNamespace(namespace, key, value)
	}
	return ErrRetrieveSegment
}

// AddError is Segment.AddError for ctx's segment. Without one it returns ErrRetrieveSegment.
func AddError(ctx context.Context, err error) error {
	if s := GetSegment(ctx); s != nil {
		return s.AddError(err)
	}
	return ErrRetrieveSegment
}
