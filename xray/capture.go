package xray

import "context"

// Capture runs fn in a subsegment: its error, or its panic, is the subsegment's. A panic goes on afterwards.
func Capture(ctx context.Context, name string, fn func(context.Context) error) error {
	ctx, s := BeginSubsegment(ctx, name)
	var err error
	defer s.finish(&err)
	err = fn(ctx)
	return err
}

// Do is Capture for a function with a result.
func Do[T any](ctx context.Context, name string, fn func(context.Context) (T, error)) (T, error) {
	ctx, s := BeginSubsegment(ctx, name)
	var err error
	defer s.finish(&err)
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

// finish, deferred, closes s with what err points to, or with the panic, which goes on.
func (s *Segment) finish(err *error) {
	p := recover()
	if p == nil {
		s.Close(*err)
		return
	}
	s.Close(s.config().ExceptionFormattingStrategy.Panicf("%v", p))
	panic(p)
}
