package xraygrpc_test

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/xray"
	xraygrpc "github.com/rayscope/rayscope/xray/grpc"
	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/xraytest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// drain receives to the end.
func drain(cs grpc.ClientStream) (messages int, err error) {
	for {
		err := cs.RecvMsg(new(wrapperspb.StringValue))
		if errors.Is(err, io.EOF) {
			return messages, nil
		}
		if err != nil {
			return messages, err
		}
		messages++
	}
}

// repeating sends what it gets, n times, and ends when the client does.
func repeating(n int) func(grpc.ServerStream) error {
	return func(stream grpc.ServerStream) error {
		for {
			m := new(wrapperspb.StringValue)
			if err := stream.RecvMsg(m); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			for range n {
				if err := stream.SendMsg(m); err != nil {
					return err
				}
			}
		}
	}
}

func send(t testing.TB, cs grpc.ClientStream, n int) {
	t.Helper()
	for i := range n {
		if err := cs.SendMsg(wrapperspb.String(strconv.Itoa(i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := cs.CloseSend(); err != nil {
		t.Fatal(err)
	}
}

// TestStreams: what is recorded lasts until the stream has ended, and counts its messages.
func TestStreams(t *testing.T) {
	for _, tt := range []struct {
		name           string
		serve          func(grpc.ServerStream) error
		sent, received int // by the client
		client         func(t *testing.T, cs grpc.ClientStream)
	}{
		{"Talk", repeating(2), 3, 6, func(t *testing.T, cs grpc.ClientStream) {
			send(t, cs, 3)
			if n, err := drain(cs); n != 6 || err != nil {
				t.Errorf("%d messages, %v; want 6", n, err)
			}
		}},
		{"Watch", repeating(4), 1, 4, func(t *testing.T, cs grpc.ClientStream) {
			send(t, cs, 1)
			if n, err := drain(cs); n != 4 || err != nil {
				t.Errorf("%d messages, %v; want 4", n, err)
			}
		}},
		{"Collect", func(stream grpc.ServerStream) error {
			for {
				if err := stream.RecvMsg(new(wrapperspb.StringValue)); errors.Is(err, io.EOF) {
					return stream.SendMsg(wrapperspb.String("thanks"))
				} else if err != nil {
					return err
				}
			}
		}, 5, 1, func(t *testing.T, cs grpc.ClientStream) {
			send(t, cs, 5)
			if err := cs.RecvMsg(new(wrapperspb.StringValue)); err != nil { // there is one answer: nobody asks for the end
				t.Error(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := xraytest.New(t)
			conn := start(t, rec, &shop{talk: func(stream grpc.ServerStream) error {
				if err := xray.AddAnnotation(stream.Context(), "served", true); err != nil {
					t.Error(err)
				}
				return tt.serve(stream)
			}})
			ctx, seg := xray.BeginSegment(rec.Context(), "web")
			cs, err := opened(ctx, conn, tt.name)
			if err != nil {
				t.Fatal(err)
			}
			tt.client(t, cs)
			seg.Close(nil)
			call, served := rec.Segment("web").Subsegment("shop.Stock"), rec.Segment("shop.Stock")
			call.WantOK()
			served.WantOK()
			served.WantAnnotation("served", true)
			call.WantMetadata("grpc", "messages_sent", tt.sent)
			call.WantMetadata("grpc", "messages_received", tt.received)
			served.WantMetadata("grpc", "messages_sent", tt.received)
			served.WantMetadata("grpc", "messages_received", tt.sent)
			if url := "grpc://stock.internal:443/shop.Stock/" + tt.name; call.HTTP.Request.URL != url || served.HTTP.Request.URL != url || served.ParentID != call.ID {
				t.Errorf("called %s, served %s below %s; want %s below %s", call.HTTP.Request.URL, served.HTTP.Request.URL, served.ParentID, url, call.ID)
			}
		})
	}
}

// TestAbandonedStream: nobody receives any more, only the context ends.
func TestAbandonedStream(t *testing.T) {
	for _, tt := range []struct {
		name  string
		end   func(context.Context) (context.Context, context.CancelFunc)
		flags string
		says  string
	}{
		{"cancelled", context.WithCancel, "error", "code = Canceled"},
		{"deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithDeadline(ctx, time.Now().Add(-time.Second))
		}, "fault", "code = DeadlineExceeded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := xraytest.New(t)
			conn := start(t, rec, &shop{talk: func(stream grpc.ServerStream) error { <-stream.Context().Done(); return stream.Context().Err() }})
			ctx, seg := xray.BeginSegment(rec.Context(), "web")
			ending, cancel := tt.end(ctx)
			defer cancel()
			if _, err := opened(ending, conn, "Talk"); err != nil && tt.name == "cancelled" {
				t.Fatal(err)
			}
			cancel()
			seg.Close(nil)
			call := rec.Segment("web").Subsegment("shop.Stock")
			if flags(call) != tt.flags || !strings.Contains(call.Cause.Exceptions[0].Message, tt.says) {
				t.Errorf("flags %q, cause %+v; want %q and %s", flags(call), call.Cause, tt.flags, tt.says)
			}
		})
	}
}

// TestStreamEndsOnce: an end that follows another, of the context for example, changes nothing.
func TestStreamEndsOnce(t *testing.T) {
	rec := xraytest.New(t)
	conn := start(t, rec, &shop{talk: repeating(1)})
	ctx, seg := xray.BeginSegment(rec.Context(), "web")
	ending, cancel := context.WithCancel(ctx)
	cs, err := opened(ending, conn, "Talk")
	if err != nil {
		t.Fatal(err)
	}
	send(t, cs, 1)
	for range 2 {
		if _, err := drain(cs); err != nil {
			t.Error(err)
		}
	}
	cancel()
	if err := cs.SendMsg(wrapperspb.String("late")); err == nil {
		t.Error("a stream that has ended took a message")
	}
	seg.Close(nil)
	rec.Segment("web").Subsegment("shop.Stock").WantOK()
}

// TestStreamThatCannotSend: an error of the client's own side ends the stream.
func TestStreamThatCannotSend(t *testing.T) {
	rec := xraytest.New(t)
	conn := start(t, rec, &shop{talk: repeating(1)})
	ctx, seg := xray.BeginSegment(rec.Context(), "web")
	cs, err := opened(ctx, conn, "Talk")
	if err != nil {
		t.Fatal(err)
	}
	if err := cs.SendMsg("no message of protobuf"); err == nil {
		t.Error("gRPC sent a string")
	}
	seg.Close(nil)
	rec.Segment("web").Subsegment("shop.Stock").WantFault("code = Internal")
}

func TestCancelledCall(t *testing.T) {
	rec := xraytest.New(t)
	ctx, seg := xray.BeginSegment(rec.Context(), "web")
	ending, cancel := context.WithCancel(ctx)
	conn := start(t, rec, &shop{take: func(ctx context.Context, _ string) (string, error) {
		cancel()
		<-ctx.Done()
		return "", ctx.Err()
	}})
	if err := unary(ending, conn); status.Code(err) != codes.Canceled {
		t.Errorf("error %v, want Canceled", err)
	}
	seg.Close(nil)
	for side, s := range map[string]*xraytest.Segment{"client": rec.Segment("web").Subsegment("shop.Stock"), "server": rec.Segment("shop.Stock")} {
		if flags(s) != "error" {
			t.Errorf("%s: flags %q, want error", side, flags(s))
		}
	}
}

// TestRefused: the connection is closed, so a call fails before it has begun, and so does a stream.
func TestRefused(t *testing.T) {
	rec := xraytest.New(t)
	conn, err := grpc.NewClient("passthrough:///127.0.0.1:1", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithUnaryInterceptor(xraygrpc.UnaryClientInterceptor()), grpc.WithStreamInterceptor(xraygrpc.StreamClientInterceptor()))
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, seg := xray.BeginSegment(rec.Context(), "web")
	if unary(ctx, conn) == nil || stream(ctx, conn) == nil {
		t.Error("a closed connection made calls")
	}
	seg.Close(nil)
	s := rec.Segment("web")
	s.WantTree("web\n\tshop.Stock (error)\n\tshop.Stock (error)") // Canceled
	for _, call := range s.Subsegments {
		if call.Cause == nil || call.HTTP.Request.URL != "grpc://127.0.0.1:1/shop.Stock/Take" && call.HTTP.Request.URL != "grpc://127.0.0.1:1/shop.Stock/Watch" {
			t.Errorf("%+v with %+v, want the error and the address", call.HTTP, call.Cause)
		}
	}
}

// TestCarries: the server sees one trace header, that of the call, whatever the program passes on from its own caller.
func TestCarries(t *testing.T) {
	const theirs = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"
	for _, tt := range []struct {
		name     string
		metadata []string
		begun    bool
		want     func(h *header.Header) bool
	}{
		{"nothing else", nil, true, func(h *header.Header) bool { return h.SamplingDecision == header.Sampled }},
		{"passed on", []string{"x-amzn-trace-id", theirs, "traceparent", "00-1-2-01"}, true, func(h *header.Header) bool { return h.SamplingDecision == header.Sampled }},
		{"without a segment", nil, false, func(h *header.Header) bool { return h.TraceID == "" }},
		{"without a segment, passed on", []string{"x-amzn-trace-id", theirs}, false, func(h *header.Header) bool { return h.String() == theirs }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := xraytest.New(t)
			var trace, parent []string
			look := func(ctx context.Context) {
				trace = metadata.ValueFromIncomingContext(ctx, "x-amzn-trace-id")
				parent = metadata.ValueFromIncomingContext(ctx, "traceparent")
			}
			conn := startWith(t, &shop{
				take: func(ctx context.Context, _ string) (string, error) { look(ctx); return "", nil },
				talk: func(stream grpc.ServerStream) error { look(stream.Context()); return nil },
			}, nil, grpc.WithUnaryInterceptor(xraygrpc.UnaryClientInterceptor()), grpc.WithStreamInterceptor(xraygrpc.StreamClientInterceptor()))
			for kind, call := range map[string]func(context.Context, *grpc.ClientConn) error{"unary": unary, "stream": stream} {
				ctx := metadata.AppendToOutgoingContext(rec.Context(), tt.metadata...)
				var seg *xray.Segment
				if tt.begun {
					ctx, seg = xray.BeginSegment(ctx, "web")
				}
				if err := call(ctx, conn); err != nil {
					t.Error(err)
				}
				seg.Close(nil)
				h := header.FromString(strings.Join(trace, " and "))
				if !tt.want(h) || tt.begun && (len(trace) != 1 || len(parent) != 1 || parent[0] != h.TraceParent()) {
					t.Errorf("%s: the server saw %q and %q", kind, trace, parent)
				}
			}
		})
	}
}

// TestAuthority: names and addresses do not depend on how a target is written.
func TestAuthority(t *testing.T) {
	for target, want := range map[string]string{
		"stock:443":               "stock:443",
		"stock":                   "stock",
		"[::1]:443":               "[::1]:443",
		"dns:stock:443":           "stock:443",
		"dns:///stock:443":        "stock:443",
		"dns://8.8.8.8/stock:443": "stock:443",
		"passthrough:///stock":    "stock",
		"unix:/run/stock.sock":    "localhost",
		"unix:///run/stock.sock":  "localhost",
		"unix-abstract:stock":     "localhost",
	} {
		t.Run(target, func(t *testing.T) {
			rec := xraytest.New(t)
			conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			asked := ""
			call := xraygrpc.UnaryClientInterceptor(xraygrpc.WithSegmentNamer(namer(func(host string) string { asked = host; return "stock" })))
			ctx, seg := xray.BeginSegment(rec.Context(), "web")
			for _, method := range []string{"/shop.Stock/Take", "shop.Stock/Take"} {
				if err := call(ctx, method, nil, nil, conn, func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error { return nil }); err != nil {
					t.Error(err)
				}
			}
			seg.Close(nil)
			for _, s := range rec.Segment("web").Subsegments {
				if s.HTTP.Request.URL != "grpc://"+want+"/shop.Stock/Take" || asked != want {
					t.Errorf("called %s, asked for the name of %s; want %s", s.HTTP.Request.URL, asked, want)
				}
			}
		})
	}
}

type namer func(string) string

func (n namer) Name(host string) string { return n(host) }

// TestNames: without a namer the service is the name, however odd the method is.
func TestNames(t *testing.T) {
	conn, err := grpc.NewClient("stock:443", grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	call := xraygrpc.UnaryClientInterceptor(xraygrpc.WithRecorder(nil), xraygrpc.WithSegmentNamer(nil))
	for method, want := range map[string]string{"/shop.Stock/Take": "shop.Stock", "shop.Stock/Take": "shop.Stock", "Take": "Take", "/": "unnamed", "": "unnamed"} {
		rec := xraytest.New(t)
		ctx, seg := xray.BeginSegment(rec.Context(), "web")
		if err := call(ctx, method, nil, nil, conn, func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error { return nil }); err != nil {
			t.Error(err)
		}
		seg.Close(nil)
		rec.Segment("web").WantTree("web\n\t" + want)
	}
}

// TestNoGoroutines: 100 streams that were left leave no goroutine when their context is cancelled. One would end the bubble with a deadlock.
func TestNoGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := xraytest.New(t)
		cancelled, cancel := context.WithCancel(t.Context())
		open := xraygrpc.StreamClientInterceptor()
		conn, err := grpc.NewClient("stock:443", grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			_, seg := xray.BeginSegment(rec.Context(), "web")
			if _, err := open(context.WithValue(cancelled, xray.ContextKey, seg), &grpc.StreamDesc{ServerStreams: true}, conn, "/shop.Stock/Watch", func(context.Context, *grpc.StreamDesc, *grpc.ClientConn, string, ...grpc.CallOption) (grpc.ClientStream, error) {
				return nil, nil
			}); err != nil {
				t.Error(err)
			}
			seg.Close(nil)
		}
		cancel()
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		for _, s := range rec.Segments() {
			s.WantTree("web\n\tshop.Stock (error)")
		}
		if n := len(rec.Segments()); n != 100 {
			t.Errorf("%d segments, want 100", n)
		}
	})
}
