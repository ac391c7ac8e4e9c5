package xray_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/header"
)

// What is not recorded costs next to nothing.
func TestUnsampledAllocations(t *testing.T) {
	if err := xray.Configure(xray.Config{SamplingStrategy: decided(false), Emitter: new(xray.DefaultEmitter)}); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(1000, func() {
		_, s := xray.BeginSegment(context.Background(), "orders")
		s.Close(nil)
	}); n > 2 { // the segment, and the request that a strategy of the program's own is asked about
		t.Errorf("a segment takes %v allocations, want 2", n)
	}
	ctx, s := xray.BeginSegment(context.Background(), "orders")
	defer s.Close(nil)
	if n := testing.AllocsPerRun(1000, func() {
		ctx, a := xray.BeginSubsegment(ctx, "a")
		_, b := xray.BeginSubsegment(ctx, "b")
		b.Close(nil)
		a.Close(nil)
	}); n != 0 {
		t.Errorf("subsegments take %v allocations, want none", n)
	}
}

// One subsegment stands for all of a segment that is not recorded. It knows what is asked of it.
func TestUnsampledSubsegment(t *testing.T) {
	ctx := configured(t, xray.Config{SamplingStrategy: decided(true), Emitter: new(recorder)})
	h := header.FromString("Root=1-66f1c0de-0123456789abcdef01234567;Parent=0a1b2c3d4e5f6071;Sampled=0;Lineage=a:1")
	ctx, root := xray.NewSegmentFromHeader(ctx, "orders", nil, h)
	subctx, a := xray.BeginSubsegment(ctx, "a")
	_, b := xray.BeginSubsegmentWithoutSampling(subctx, "b")
	if a == root || a != b || subctx != ctx || a.ParentSegment != root || a.Sampled || !a.Dummy {
		t.Errorf("got %p and %p below %p, want one subsegment of the segment, and the context as it was", a, b, root)
	}
	const want = "Root=1-66f1c0de-0123456789abcdef01234567;Parent=0000000000000000;Sampled=0;Lineage=a:1"
	if got := a.DownstreamHeader().String(); got != want || a.TraceID != root.TraceID || a.ParentID != root.ID || !xray.RequestWasTraced(subctx) {
		t.Errorf("header %s, trace %s, parent %s; want %s", got, a.TraceID, a.ParentID, want)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, s := xray.BeginSubsegment(ctx, "call")
			s.Lock()
			s.Namespace = "remote"
			s.GetHTTP().GetRequest().Method = "GET"
			s.GetAWS()["region"] = "eu-central-1"
			s.Unlock()
			s.CloseAndStream(errors.New("broken"))
		})
	}
	all.Wait()
	if root.Fault || root.Namespace != "" || !root.InProgress || a.GetConfiguration().Emitter != root.GetConfiguration().Emitter {
		t.Errorf("the segment is %+v, want it untouched by its parts", root)
	}
	root.Close(nil)
	if root.InProgress || root.EndTime < root.StartTime {
		t.Errorf("from %f to %f, want that it has ended", root.StartTime, root.EndTime)
	}
}
