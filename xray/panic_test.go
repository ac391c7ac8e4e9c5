package xray_test

import (
	"context"
	"testing"

	"github.com/rayscope/rayscope/xray"
)

// TestPanicThroughCaptures holds every subsegment that a panic passes to the place where it began.
func TestPanicThroughCaptures(t *testing.T) {
	ctx, _ := recording(t)
	ctx, segment := xray.BeginSegment(ctx, "segment")
	defer segment.Close(nil)
	var all []*xray.Segment
	var within func(ctx context.Context, captures int) error
	within = func(ctx context.Context, captures int) error {
		if captures == 0 {
			return begin()
		}
		return xray.Capture(ctx, "capture", func(ctx context.Context) error {
			all = append(all, xray.GetSegment(ctx))
			return within(ctx, captures-1)
		})
	}
	func() {
		defer func() {
			if v := recover(); v != "out of ink" {
				t.Errorf("recovered %v, want the panic's own value", v)
			}
		}()
		_ = within(ctx, 3)
	}()
	if len(all) != 3 {
		t.Fatalf("%d subsegments, want 3", len(all))
	}
	for i, s := range all {
		if stack := s.GetCause().Exceptions[0].Stack; len(stack) == 0 || stack[0].Label != "begin" {
			t.Errorf("the stack of subsegment %d is %+v, want one from where the panic began", i, stack)
		}
	}
}

//go:noinline
func begin() error { panic("out of ink") }
