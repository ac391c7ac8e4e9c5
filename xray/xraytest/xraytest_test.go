package xraytest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/xraytest"
)

// order is a program.
func order(ctx context.Context, stock error) {
	ctx, seg := xray.BeginSegment(ctx, "orders")
	defer seg.Close(nil)
	_ = seg.AddAnnotation("items", int32(3))
	_ = seg.AddMetadataToNamespace("shop", "cart", map[string]int{"lines": 3})
	_ = xray.Capture(ctx, "price", func(ctx context.Context) error {
		return xray.Capture(ctx, "tax", func(context.Context) error { return nil })
	})
	_ = xray.Capture(ctx, "stock", func(context.Context) error { return stock })
}

func TestRecorder(t *testing.T) {
	rec := xraytest.New(t)
	order(rec.Context(), errors.New("shelf empty"))
	s := rec.Segment("orders")
	s.WantAnnotation("items", 3)
	s.WantMetadata("shop", "cart", map[string]any{"lines": 3.0})
	s.Subsegment("price", "tax").WantOK()
	s.Subsegment("stock").WantFault("empty")
	s.WantTree(`
		orders
			price
				tax
			stock (fault)
	`)
	if tax := s.Subsegment("price", "tax"); s.TraceID == "" || tax.TraceID != s.TraceID || tax.End < tax.Start || tax.ID == "" {
		t.Errorf("tax is %+v, want it complete and in the trace %s", tax, s.TraceID)
	}
}

func TestWantLink(t *testing.T) {
	rec := xraytest.New(t)
	ctx, sender := xray.BeginSegment(rec.Context(), "web")
	ctx, send := xray.BeginSubsegment(ctx, "queue")
	_, worker := xray.BeginLinkedSegment(rec.Context(), "worker", xray.TraceHeader(ctx))
	worker.Close(nil)
	send.Close(nil)
	sender.Close(nil)
	rec.Segment("worker").WantLink(rec.Segment("web"))
	rec.Segment("worker").WantLink(rec.Segment("web").Subsegment("queue"))
}

// TestStreamed: of many subsegments most are sent apart.
func TestStreamed(t *testing.T) {
	rec := xraytest.New(t)
	ctx, seg := xray.BeginSegment(rec.Context(), "batch")
	want := "batch\n"
	for i := range 100 {
		name := fmt.Sprintf("item %02d", i)
		want += "\t" + name + "\n\t\tstep\n"
		_ = xray.Capture(ctx, name, func(ctx context.Context) error {
			return xray.Capture(ctx, "step", func(context.Context) error { return nil })
		})
	}
	if len(rec.Segments()) == 0 {
		t.Error("nothing was sent before the segment was closed, want that it streams")
	}
	seg.Close(nil)
	if all := rec.Segments(); len(all) != 1 {
		t.Errorf("%d segments, want one with all subsegments", len(all))
	}
	rec.Segment("batch").WantTree(want)
}

func TestSegmentWaits(t *testing.T) {
	rec := xraytest.New(t)
	var work sync.WaitGroup
	work.Go(func() { order(rec.Context(), nil) })
	rec.Segment("orders").WantOK()
	work.Wait()
}

// A judge is a test that may fail.
type judge struct {
	testing.TB
	failed []string
}

func (j *judge) Helper() {}
func (j *judge) Errorf(format string, args ...any) {
	j.failed = append(j.failed, fmt.Sprintf(format, args...))
}
func (j *judge) Fatalf(format string, args ...any) {
	j.Errorf(format, args...)
	runtime.Goexit()
}

// failures are those of a test with one order that went wrong.
func failures(t *testing.T, check func(rec *xraytest.Recorder)) string {
	j := &judge{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		rec := xraytest.New(j)
		order(rec.Context(), errors.New("shelf empty"))
		check(rec)
	}()
	<-done
	return strings.Join(j.failed, "\n")
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		check func(rec *xraytest.Recorder)
		want  string
	}{
		{func(rec *xraytest.Recorder) { rec.Segment("order") }, `xraytest: no segment named "order" was sent; there are "orders"`},
		{func(rec *xraytest.Recorder) { order(rec.Context(), nil); rec.Segment("orders") },
			`xraytest: 2 segments are named "orders": choose among Segments()`},
		{func(rec *xraytest.Recorder) { rec.Segment("orders").Subsegment("price", "vat") },
			`xraytest: "price" has no subsegment "vat"; it has "tax"`},
		{func(rec *xraytest.Recorder) { rec.Segment("orders").Subsegment("stock", "x") },
			`xraytest: "stock" has no subsegment "x"; it has none at all`},
		{func(rec *xraytest.Recorder) { rec.Segment("orders").WantAnnotation("items", 4) },
			`xraytest: annotation items of "orders" is 3, want 4`},
		{func(rec *xraytest.Recorder) { rec.Segment("orders").WantAnnotation("item", 4) },
			`xraytest: "orders" has no annotation item, want 4`},
		{func(rec *xraytest.Recorder) { rec.Segment("orders").WantMetadata("shop", "cart", "full") },
			`xraytest: metadata shop.cart of "orders" is {"lines":3}, want "full"`},
		{func(rec *xraytest.Recorder) { rec.Segment("orders").WantFault("x") },
			`xraytest: "orders" is no fault, want one that says "x"`},
		{func(rec *xraytest.Recorder) { rec.Segment("orders").Subsegment("stock").WantFault("x") },
			`xraytest: "stock" is a fault with the exceptions "shelf empty", want "x" among them`},
		{func(rec *xraytest.Recorder) { rec.Segment("orders").Subsegment("stock").WantOK() },
			`xraytest: "stock" is (fault) with the exceptions "shelf empty", want no failure`},
		{func(rec *xraytest.Recorder) { rec.Segment("orders").Subsegment("price").WantTree("price\n\tvat") },
			"xraytest: the tree of \"price\" is\nprice\n\ttax\nwant\nprice\n\tvat\n"},
		{func(rec *xraytest.Recorder) { s := rec.Segment("orders"); s.ID, s.TraceID = "i", "t"; s.WantLink(s) },
			`xraytest: "orders" has the links [], want one to "orders", i in trace t`},
		{func(rec *xraytest.Recorder) { rec.Segment("orders").Subsegment("price").WantOK() }, ""},
	} {
		synctest.Test(t, func(t *testing.T) { // Segment's patience costs no time
			if got := failures(t, c.check); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestNothingSent(t *testing.T) {
	for disabled, want := range map[string]string{"false": "are it and all its subsegments closed?", "true": "AWS_XRAY_SDK_DISABLED is true"} {
		t.Setenv("AWS_XRAY_SDK_DISABLED", disabled)
		synctest.Test(t, func(t *testing.T) {
			j := &judge{TB: t}
			done := make(chan struct{})
			go func() {
				defer close(done)
				xraytest.New(j).Segment("x")
			}()
			<-done
			if got := strings.Join(j.failed, "\n"); !strings.Contains(got, want) {
				t.Errorf("disabled %s: got %q, want %q in it", disabled, got, want)
			}
		})
	}
}
