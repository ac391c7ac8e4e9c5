package xray_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray"
)

var errStock = errors.New("stock empty")

func TestCapture(t *testing.T) {
	ctx, r := recording(t)
	ctx, root := xray.BeginSegment(ctx, "r")
	if err := xray.Capture(ctx, "fails", func(ctx context.Context) error {
		if xray.GetSegment(ctx).Name != "fails" {
			t.Errorf("in fails: got the segment %s", xray.GetSegment(ctx).Name)
		}
		return errStock
	}); err != errStock {
		t.Errorf("got %v, want the function's error itself", err)
	}
	v, err := xray.Do(ctx, "does", func(context.Context) (int, error) { return 7, nil })
	if v != 7 || err != nil {
		t.Errorf("got %d, %v; want 7, nil", v, err)
	}
	root.Close(nil)
	d := r.take(t)[0]
	if d.tree() != "r(fails does)" || d.Fault || !d.Subsegments[0].Fault || d.Subsegments[1].Fault {
		t.Errorf("got %s, %+v; want a fault of fails alone", d.tree(), d)
	}
	if e := d.Subsegments[0].Cause.Exceptions[0]; e.Message != "stock empty" || e.Type != "errors.errorString" {
		t.Errorf("exception: got %+v", e)
	}
}

// catch runs fn and returns what it panics with.
func catch(fn func()) (p any) {
	defer func() { p = recover() }()
	fn()
	return nil
}

func TestCapturePanics(t *testing.T) {
	recorded, r := recording(t)
	recorded, root := xray.BeginSegment(recorded, "r")
	unsampled, _ := xray.BeginSegment(configured(t, xray.Config{SamplingStrategy: decided(false), Emitter: r}), "r")
	for name, ctx := range map[string]context.Context{"recorded": recorded, "unsampled": unsampled, "without a segment": t.Context()} {
		if p := catch(func() {
			_ = xray.Capture(ctx, "c", func(context.Context) error { panic(errStock) })
		}); p != errStock {
			t.Errorf("%s: got the panic %v, want %v", name, p, errStock)
		}
	}
	root.Close(nil)
	d := r.take(t)[0].Subsegments[0]
	if e := d.Cause.Exceptions[0]; !d.Fault || e.Type != "panic" || e.Message != "stock empty" {
		t.Errorf("got %+v, want a fault with an exception of type panic", d)
	}
}

func TestCaptureOfAGoroutineThatEnds(t *testing.T) {
	ctx, r := recording(t)
	ctx, root := xray.BeginSegment(ctx, "r")
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = xray.Capture(ctx, "c", func(context.Context) error { runtime.Goexit(); return nil })
	}()
	<-done
	root.Close(nil)
	if d := r.take(t); len(d) != 1 || d[0].tree() != "r(c)" {
		t.Errorf("got %q, want r(c)", trees(d))
	}
}

func TestCaptureAsync(t *testing.T) {
	sent := make(channel, 1)
	ctx := configured(t, xray.Config{Emitter: sent, SamplingStrategy: decided(true)})
	ctx, root := xray.BeginSegment(ctx, "r")
	wait := make(chan struct{})
	xray.CaptureAsync(ctx, "c", func(context.Context) error { <-wait; return nil })
	root.Close(nil)
	if len(sent) != 0 {
		t.Error("sent while c runs")
	}
	close(wait)
	if s := <-sent; s.Name != "r" {
		t.Errorf("got %s, want r", s.Name)
	}
}

// TestChains checks that wrapped errors are told as causes of those that wrap them.
func TestChains(t *testing.T) {
	ctx, r := recording(t)
	_, s := xray.BeginSegment(ctx, "r")
	s.Close(errors.Join(errStock, &wrapper{errStock}))
	list := r.take(t)[0].Cause.Exceptions
	var types []string
	for _, e := range list {
		types = append(types, strings.TrimPrefix(e.Type, "xray_test."))
	}
	if len(list) < 3 || list[0].Cause != list[1].ID {
		t.Errorf("got %v, %+v; want the joined error, caused by the first of those that it wraps", types, list)
	}
}

type wrapper struct{ inner error }

func (w *wrapper) Error() string { return "wrapped: " + w.inner.Error() }
func (w *wrapper) Unwrap() error { return w.inner }
