package xray

import "context"

// Capture runs fn in a subsegment: its error, or its panic, is the subsegment's. A panic goes on afterwards.
func Capture(ctx context.Context, name string, fn func(context.Context) error) error {
	ctx, s := BeginSubsegment(ctx, name)
	var err error
	defer s.Finish(func() { s.Close(err) })
	err = fn(ctx)
	return err
}

// Do is Capture for a function with a result.
func Do[T any](ctx context.Context, name string, fn func(context.Context) (T, error)) (T, error) {
	ctx, s := BeginSubsegment(ctx, name)
	var err error
	defer s.Finish(func() { s.Close(err) })
	var v T
	v, err = fn(ctx)
	return v, err
}

// CaptureAsync is Capture in a goroutine of its own. It returns when the subsegment has begun, so that the segment waits for it.
func CaptureAsync(ctx context.Context, name string, fn func(context.Context) error) {
	started := make(chan struct{})
	go func() {
		_ = Capture(ctx, name, func(ctx context.Context) error { // the error is in the subsegment, and nobody waits for it
			close(started)
			return fn(ctx)
		})
	}()
	<-started
}

// Finish is for a defer statement: it calls end, which closes s, unless there is a panic. Then it closes s as a fault with the
// panic as its exception, and the panic goes on.
func (s *Segment) Finish(end func()) {
	p := recover()
	if p == nil {
		end()
		return
	}
	s.Close(s.panicked(p))
	panic(p)
}

// panicked is p as an error with the stack of the panic.
func (s *Segment) panicked(p any) error {
	return s.config().ExceptionFormattingStrategy.Panicf("%v", p)
}
