package xraygrpc_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray"
	xraygrpc "github.com/rayscope/rayscope/xray/grpc"
	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
	"github.com/rayscope/rayscope/xray/xraytest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

func flags(s *xraytest.Segment) string {
	var list []string
	if s.Error {
		list = append(list, "error")
	}
	if s.Throttle {
		list = append(list, "throttle")
	}
	if s.Fault {
		list = append(list, "fault")
	}
	return strings.Join(list, "+")
}

// TestCodes: each status sets one flag, on both sides, and is told as an exception.
func TestCodes(t *testing.T) {
	flagOf := map[codes.Code]string{
		codes.OK: "", codes.Canceled: "error", codes.Unknown: "fault", codes.InvalidArgument: "error", codes.DeadlineExceeded: "fault",
		codes.NotFound: "error", codes.AlreadyExists: "error", codes.PermissionDenied: "error", codes.ResourceExhausted: "throttle",
		codes.FailedPrecondition: "error", codes.Aborted: "error", codes.OutOfRange: "error", codes.Unimplemented: "fault",
		codes.Internal: "fault", codes.Unavailable: "fault", codes.DataLoss: "fault", codes.Unauthenticated: "error", 99: "fault",
	}
	type outcome struct {
		name string
		err  error // of the handler
		want string
	}
	tests := []outcome{
		{"no status", errors.New("shelf is gone"), "fault"},
		{"wrapped status", fmt.Errorf("take: %w", status.Error(codes.NotFound, "no sku 9")), "error"},
		{"context cancelled", fmt.Errorf("take: %w", context.Canceled), "error"},
		{"context deadline", context.DeadlineExceeded, "fault"},
	}
	for code, want := range flagOf {
		tests = append(tests, outcome{code.String(), status.Error(code, "no sku 9"), want})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := xraytest.New(t)
			s := &shop{
				take: func(context.Context, string) (string, error) { return "", tt.err },
				talk: func(grpc.ServerStream) error { return tt.err },
			}
			for kind, call := range map[string]func(context.Context, *grpc.ClientConn) error{"unary": unary, "stream": stream} {
				conn := start(t, rec, s, xraygrpc.WithSegmentNamer(xray.NewFixedSegmentNamer(kind)))
				ctx, seg := xray.BeginSegment(rec.Context(), "web of "+kind)
				if err := call(ctx, conn); (err == nil) != (tt.err == nil) {
					t.Errorf("%s: got the error %v for %v", kind, err, tt.err)
				}
				seg.Close(nil)
				for side, s := range map[string]*xraytest.Segment{"client": rec.Segment("web of " + kind).Subsegment(kind), "server": rec.Segment(kind)} {
					if flags(s) != tt.want {
						t.Errorf("%s, %s: flags %q, want %q", kind, side, flags(s), tt.want)
					}
					if tt.err == nil {
						s.WantOK()
						continue
					}
					if s.Cause == nil || !strings.Contains(s.Cause.Exceptions[0].Message, status.Convert(tt.err).Message()) {
						t.Errorf("%s, %s: cause %+v, want the error %v", kind, side, s.Cause, tt.err)
					}
				}
			}
		})
	}
}

func unary(ctx context.Context, conn *grpc.ClientConn) error {
	_, err := take(ctx, conn, "9")
	return err
}

// stream opens a stream and waits for its end.
func stream(ctx context.Context, conn *grpc.ClientConn) error {
	cs, err := opened(ctx, conn, "Watch")
	if err == nil {
		_, err = drain(cs)
	}
	return err
}

func TestServerContinuesTraces(t *testing.T) {
	const trace, parent = "1-66f1c0de-0123456789abcdef01234567", "0a1b2c3d4e5f6071"
	const whole = "Root=" + trace + ";Parent=" + parent + ";Sampled=1"
	for _, tt := range []struct {
		name     string
		metadata []string
		parent   string
		answer   string // what follows the trace id
		recorded bool
	}{
		{"sampled", []string{"x-amzn-trace-id", whole + ";Lineage=a:1"}, parent, "", true},
		{"asked", []string{"X-Amzn-Trace-Id", "Root=" + trace + ";Sampled=?"}, "", ";Sampled=1", true},
		{"not sampled", []string{"x-amzn-trace-id", "Root=" + trace + ";Parent=" + parent + ";Sampled=0"}, "", "", false},
		{"passed on and added", []string{"x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0", "x-amzn-trace-id", whole}, parent, "", true},
		{"w3c", []string{"traceparent", "00-66f1c0de0123456789abcdef01234567-" + parent + "-01"}, parent, "", true},
		{"both", []string{"traceparent", "00-00000000000000000000000000000001-0000000000000001-00", "x-amzn-trace-id", whole}, parent, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for kind, call := range map[string]func(context.Context, *grpc.ClientConn) error{"unary": unary, "stream": stream} {
				rec := xraytest.New(t)
				cfg := rec.Config()
				s := &shop{take: func(context.Context, string) (string, error) { return "", nil }, talk: func(grpc.ServerStream) error { return nil }}
				var reply metadata.MD
				conn := startWith(t, s, []grpc.ServerOption{
					grpc.UnaryInterceptor(xraygrpc.UnaryServerInterceptor(xraygrpc.WithRecorder(&cfg))),
					grpc.StreamInterceptor(xraygrpc.StreamServerInterceptor(xraygrpc.WithRecorder(&cfg))),
				}, grpc.WithDefaultCallOptions(grpc.Header(&reply)))
				if err := call(metadata.AppendToOutgoingContext(t.Context(), tt.metadata...), conn); err != nil {
					t.Fatal(err)
				}
				if got := reply["x-amzn-trace-id"]; len(got) != 1 || got[0] != "Root="+trace+tt.answer {
					t.Errorf("%s: answered %q, want the trace %s%s", kind, got, trace, tt.answer)
				}
				if !tt.recorded {
					if n := len(rec.Segments()); n > 0 {
						t.Errorf("%s: %d segments, want none", kind, n)
					}
					continue
				}
				if s := rec.Segment("shop.Stock"); s.TraceID != trace || s.ParentID != tt.parent {
					t.Errorf("%s: trace %s below %q, want %s below %q", kind, s.TraceID, s.ParentID, trace, tt.parent)
				}
			}
		})
	}
}

// TestHealth goes over a loopback socket to a service with generated code.
func TestHealth(t *testing.T) {
	rec := xraytest.New(t)
	cfg := rec.Config()
	option := xraygrpc.WithRecorder(&cfg)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := grpc.NewServer(grpc.UnaryInterceptor(xraygrpc.UnaryServerInterceptor(option)), grpc.StreamInterceptor(xraygrpc.StreamServerInterceptor(option)))
	healthpb.RegisterHealthServer(srv, health.NewServer())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithUnaryInterceptor(xraygrpc.UnaryClientInterceptor()), grpc.WithStreamInterceptor(xraygrpc.StreamClientInterceptor()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, seg := xray.BeginSegment(rec.Context(), "web")
	if _, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{}); err != nil {
		t.Error(err)
	}
	seg.Close(nil)
	srv.GracefulStop()
	if err := errors.Join(conn.Close(), <-served); err != nil {
		t.Error(err)
	}
	url := "grpc://" + l.Addr().String() + "/grpc.health.v1.Health/Check"
	s := rec.Segment("grpc.health.v1.Health")
	if r := s.HTTP.Request; r.URL != url || r.ClientIP != "127.0.0.1" || r.XForwardedFor || !strings.HasPrefix(r.UserAgent, "grpc-go/") {
		t.Errorf("request %+v, want %s by 127.0.0.1", r, url)
	}
	if got := rec.Segment("web").Subsegment("grpc.health.v1.Health").HTTP.Request.URL; got != url {
		t.Errorf("the client called %s, want %s", got, url)
	}
}

func TestForwarded(t *testing.T) {
	rec := xraytest.New(t)
	conn := start(t, rec, &shop{take: func(context.Context, string) (string, error) { return "", nil }, talk: func(grpc.ServerStream) error { return nil }})
	ctx := metadata.AppendToOutgoingContext(rec.Context(), "x-forwarded-for", "203.0.113.7, 198.51.100.2")
	if err := errors.Join(unary(ctx, conn), stream(rec.Context(), conn)); err != nil {
		t.Error(err)
	}
	for len(rec.Segments()) < 2 {
		runtime.Gosched() // the servers' segments end a little after the answers
	}
	for _, s := range rec.Segments() {
		r := s.HTTP.Request
		want := xray.RequestData{ClientIP: "203.0.113.7", XForwardedFor: true}
		if strings.HasSuffix(r.URL, "/Watch") {
			want = xray.RequestData{} // a connection in memory has no address
		}
		if r.ClientIP != want.ClientIP || r.XForwardedFor != want.XForwardedFor {
			t.Errorf("%s: client %q, forwarded %v; want %q, %v", r.URL, r.ClientIP, r.XForwardedFor, want.ClientIP, want.XForwardedFor)
		}
	}
}

// rescuing are the interceptors that keep a server alive when a handler panics, which gRPC does not.
func rescuing(panicked chan<- any) []grpc.ServerOption {
	rescue := func(err *error) {
		if p := recover(); p != nil {
			*err = status.Error(codes.Internal, "sorry")
			panicked <- p
		}
	}
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (_ any, err error) {
			defer rescue(&err)
			return handle(ctx, req)
		}),
		grpc.ChainStreamInterceptor(func(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
			defer rescue(&err)
			return handle(srv, ss)
		}),
	}
}

func outOfStock(ctx context.Context) {
	if seg := xray.GetSegment(ctx); seg.Name == "bare" {
		seg.Configuration = &xray.Config{} // has no strategy to format the panic by
	}
	panic("out of stock")
}

func TestPanic(t *testing.T) {
	for _, name := range []string{"stock", "bare"} {
		for kind, call := range map[string]func(context.Context, *grpc.ClientConn) error{"unary": unary, "stream": stream} {
			t.Run(name+" "+kind, func(t *testing.T) {
				rec := xraytest.New(t)
				cfg := rec.Config()
				options := []xraygrpc.GrpcOption{xraygrpc.WithRecorder(&cfg), xraygrpc.WithSegmentNamer(xray.NewFixedSegmentNamer(name))}
				panicked := make(chan any, 1)
				conn := startWith(t, &shop{
					take: func(ctx context.Context, _ string) (string, error) { outOfStock(ctx); return "", nil },
					talk: func(stream grpc.ServerStream) error { outOfStock(stream.Context()); return nil },
				}, append(rescuing(panicked), grpc.ChainUnaryInterceptor(xraygrpc.UnaryServerInterceptor(options...)),
					grpc.ChainStreamInterceptor(xraygrpc.StreamServerInterceptor(options...))))
				if err := call(t.Context(), conn); status.Code(err) != codes.Internal {
					t.Errorf("error %v, want Internal", err)
				}
				if p := <-panicked; p != "out of stock" {
					t.Errorf("panic %v, want the handler's", p)
				}
				s := rec.Segment(name)
				s.WantFault("out of stock")
				if e := s.Cause.Exceptions[0]; e.Type != "panic" || name == "stock" && (len(e.Stack) == 0 || e.Stack[0].Label != "outOfStock") {
					t.Errorf("exception %+v, want one of type panic that begins in outOfStock", e)
				}
			})
		}
	}
}

// TestGoexit: a handler that ends its goroutine, as t.FailNow does, ends its segment.
func TestGoexit(t *testing.T) {
	rec := xraytest.New(t)
	interceptor := xraygrpc.UnaryServerInterceptor()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, err := interceptor(rec.Context(), nil, &grpc.UnaryServerInfo{FullMethod: "/shop.Stock/Take"}, func(context.Context, any) (any, error) {
			runtime.Goexit()
			return nil, nil
		})
		t.Errorf("the handler returned %v", err)
	}()
	<-done
	rec.Segment("shop.Stock").WantOK()
}

// TestSampling: rules are asked about the method as path, and a call that is not recorded says so to those it calls.
func TestSampling(t *testing.T) {
	var asked []sampling.Request
	cfg := xraytest.New(t).Config()
	cfg.SamplingStrategy = strategy(func(r *sampling.Request) bool { asked = append(asked, *r); return false })
	var sent *header.Header
	s := &shop{take: func(ctx context.Context, sku string) (string, error) {
		sent = xray.GetSegment(ctx).DownstreamHeader()
		return "", xray.AddAnnotation(ctx, "sku", sku)
	}}
	conn := startWith(t, s, []grpc.ServerOption{grpc.UnaryInterceptor(xraygrpc.UnaryServerInterceptor(xraygrpc.WithRecorder(&cfg)))})
	if err := unary(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	if len(asked) != 1 || asked[0].URL != "/shop.Stock/Take" || asked[0].Method != "POST" || asked[0].Host != "stock.internal:443" || asked[0].ServiceName != "shop.Stock" {
		t.Errorf("asked %+v, want one question about /shop.Stock/Take", asked)
	}
	if sent.SamplingDecision != header.NotSampled {
		t.Errorf("the handler would send %s, want Sampled=0", sent)
	}
}

// TestUnrecordedFault: the rule that decided against recording learns of the failure by the flag.
func TestUnrecordedFault(t *testing.T) {
	cfg := xraytest.New(t).Config()
	cfg.SamplingStrategy = strategy(func(*sampling.Request) bool { return false })
	var seg *xray.Segment
	s := &shop{take: func(ctx context.Context, _ string) (string, error) {
		seg = xray.GetSegment(ctx)
		return "", status.Error(codes.Internal, "out of stock")
	}}
	conn := startWith(t, s, []grpc.ServerOption{grpc.UnaryInterceptor(xraygrpc.UnaryServerInterceptor(xraygrpc.WithRecorder(&cfg)))})
	if err := unary(t.Context(), conn); status.Code(err) != codes.Internal {
		t.Fatalf("got %v, want code Internal", err)
	}
	seg.RLock()
	defer seg.RUnlock()
	if !seg.Dummy || !seg.Fault || seg.Error {
		t.Errorf("not recorded %v, fault %v, error %v; want a fault that is not recorded", seg.Dummy, seg.Fault, seg.Error)
	}
}

type strategy func(*sampling.Request) bool

func (s strategy) ShouldTrace(r *sampling.Request) *sampling.Decision {
	return &sampling.Decision{Sample: s(r)}
}

func TestDisabled(t *testing.T) {
	t.Setenv("AWS_XRAY_SDK_DISABLED", "true")
	rec := xraytest.New(t)
	s := &shop{
		take: func(ctx context.Context, _ string) (string, error) { return seen(ctx), nil },
		talk: func(stream grpc.ServerStream) error { return errors.New(seen(stream.Context())) },
	}
	conn := start(t, rec, s)
	if got, err := take(rec.Context(), conn, "9"); err != nil || got != "" {
		t.Errorf("the server saw %q, error %v; want no trace", got, err)
	}
	if err := stream(rec.Context(), conn); status.Convert(err).Message() != "" {
		t.Errorf("the server saw %v, want no trace", err)
	}
	if n := len(rec.Segments()); n > 0 {
		t.Errorf("%d segments, want none", n)
	}
}

// seen is the trace header that a call came with.
func seen(ctx context.Context) string {
	return strings.Join(metadata.ValueFromIncomingContext(ctx, "x-amzn-trace-id"), ",")
}
