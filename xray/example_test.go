package xray_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

// A printer is an emitter that prints names: Example functions have no daemon.
type printer struct{}

func (printer) Emit(s *xray.Segment)                   { fmt.Println("sent:", s.Name) }
func (printer) RefreshEmitterWithAddress(*net.UDPAddr) {}

// printing returns a context whose segments are all recorded, and printed.
func printing() context.Context {
	ctx, err := xray.ContextWithConfig(context.Background(), xray.Config{Emitter: printer{}, SamplingStrategy: decided(true)})
	if err != nil {
		panic(err)
	}
	return ctx
}

func ExampleBeginSegment() {
	ctx, seg := xray.BeginSegment(printing(), "orders")
	defer seg.Close(nil)

	_, sub := xray.BeginSubsegment(ctx, "price")
	sub.Close(nil)
	// Output: sent: orders
}

func ExampleCapture() {
	ctx, seg := xray.BeginSegment(printing(), "orders")
	err := xray.Capture(ctx, "reserve", func(ctx context.Context) error {
		return errors.New("stock empty")
	})
	seg.Close(err)
	fmt.Println(seg.Fault, seg.Cause.Exceptions[0].Message)
	// Output:
	// sent: orders
	// true stock empty
}

func ExampleDo() {
	ctx, seg := xray.BeginSegment(printing(), "orders")
	defer seg.Close(nil)
	price, err := xray.Do(ctx, "price", func(ctx context.Context) (int, error) {
		return 42, nil
	})
	fmt.Println(price, err)
	// Output:
	// 42 <nil>
	// sent: orders
}

func ExampleCaptureAsync() {
	ctx, seg := xray.BeginSegment(printing(), "orders")
	done := make(chan struct{})
	xray.CaptureAsync(ctx, "mail", func(ctx context.Context) error {
		close(done)
		return nil
	})
	<-done
	seg.Close(nil) // sent when mail is closed too
}

func ExampleAddAnnotation() {
	ctx, seg := xray.BeginSegment(printing(), "orders")
	defer seg.Close(nil)
	if err := xray.AddAnnotation(ctx, "tenant", "blue"); err != nil { // to search by
		fmt.Println(err)
	}
	if err := xray.AddMetadata(ctx, "cart", map[string]int{"lines": 3}); err != nil { // to look at
		fmt.Println(err)
	}
	fmt.Println(xray.AddAnnotation(ctx, "cart", []int{3}))
	// Output:
	// annotation "cart": the value is a []int and must be a string, a number or a boolean: use AddMetadata for others
	// sent: orders
}

func ExampleConfigure() {
	rules, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(`{"version": 2, "default": {"fixed_target": 1, "rate": 0.05}, "rules": []}`))
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(xray.Configure(xray.Config{DaemonAddr: "127.0.0.1:2000", ServiceVersion: "7.3.0", SamplingStrategy: rules}))
	fmt.Println(xray.Configure(xray.Config{DaemonAddr: "localhost"}))
	// Output:
	// <nil>
	// daemon address "localhost": "localhost" must be host:port, an IPv6 address in brackets, for example [::1]:2000
}

func ExampleShutdown() {
	ctx := context.Background() // give it a time limit
	if err := xray.Shutdown(ctx); err != nil {
		fmt.Println(err)
	}
}

func ExampleLogHandler() {
	plain := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || strings.HasSuffix(a.Key, "_id") {
			return slog.Attr{Key: a.Key, Value: slog.StringValue("…")}
		}
		return a
	}})
	log := slog.New(xray.LogHandler(plain))

	ctx, seg := xray.BeginSegment(printing(), "orders")
	log.InfoContext(ctx, "reserved", "lines", 3)
	seg.Close(nil)
	// Output:
	// time=… level=INFO msg=reserved lines=3 trace_id=… segment_id=…
	// sent: orders
}

func ExampleTraceHeader() {
	ctx, sender := xray.BeginSegment(printing(), "web")
	attributes := map[string]string{xray.SQSTraceHeader: xray.TraceHeader(ctx)} // of the message
	sender.Close(nil)

	_, receiver := xray.BeginSegmentFromTraceHeader(printing(), "worker", attributes[xray.SQSTraceHeader])
	fmt.Println(receiver.TraceID == sender.TraceID, receiver.ParentID == sender.ID)
	receiver.Close(nil)
	// Output:
	// sent: web
	// true true
	// sent: worker
}

func ExampleBeginLinkedSegment() {
	var messages []string // of a queue, with their trace headers
	for range 2 {
		ctx, sender := xray.BeginSegment(printing(), "web")
		messages = append(messages, xray.TraceHeader(ctx))
		sender.Close(nil)
	}

	_, receiver := xray.BeginLinkedSegment(printing(), "worker", messages...)
	fmt.Println(len(receiver.Links))
	receiver.Close(nil)
	// Output:
	// sent: web
	// sent: web
	// 2
	// sent: worker
}

func ExampleDetachContext() {
	request, cancel := context.WithCancel(printing())
	ctx, seg := xray.BeginSegment(request, "orders")
	background := xray.DetachContext(ctx)
	cancel()
	err := xray.Capture(background, "mail", func(ctx context.Context) error { return ctx.Err() })
	seg.Close(err)
	fmt.Println(err)
	// Output:
	// sent: orders
	// <nil>
}
