package xraygrpc_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/rayscope/rayscope/xray"
	xraygrpc "github.com/rayscope/rayscope/xray/grpc"
	"github.com/rayscope/rayscope/xray/xraytest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// shop is a service without generated code: Take answers a text, and Watch, Collect and Talk are streams to the client, to the server and
// both ways.
type shop struct {
	take func(ctx context.Context, sku string) (string, error)
	talk func(stream grpc.ServerStream) error // all streams
}

var description = grpc.ServiceDesc{
	ServiceName: "shop.Stock",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{{MethodName: "Take", Handler: func(srv any, ctx context.Context, decode func(any) error, between grpc.UnaryServerInterceptor) (any, error) {
		in := new(wrapperspb.StringValue)
		if err := decode(in); err != nil {
			return nil, err
		}
		handle := func(ctx context.Context, req any) (any, error) {
			text, err := srv.(*shop).take(ctx, req.(*wrapperspb.StringValue).Value)
			if err != nil {
				return nil, err
			}
			return wrapperspb.String(text), nil
		}
		if between == nil {
			return handle(ctx, in)
		}
		return between(ctx, in, &grpc.UnaryServerInfo{Server: srv, FullMethod: "/shop.Stock/Take"}, handle)
	}}},
	Streams: []grpc.StreamDesc{
		{StreamName: "Watch", ServerStreams: true, Handler: talk},
		{StreamName: "Collect", ClientStreams: true, Handler: talk},
		{StreamName: "Talk", ServerStreams: true, ClientStreams: true, Handler: talk},
	},
}

func talk(srv any, stream grpc.ServerStream) error { return srv.(*shop).talk(stream) }

// take calls the shop's Take.
func take(ctx context.Context, conn *grpc.ClientConn, sku string, opts ...grpc.CallOption) (string, error) {
	out := new(wrapperspb.StringValue)
	err := conn.Invoke(ctx, "/shop.Stock/Take", wrapperspb.String(sku), out, opts...)
	return out.Value, err
}

// opened opens one of the shop's streams.
func opened(ctx context.Context, conn *grpc.ClientConn, name string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	for _, d := range description.Streams {
		if d.StreamName == name {
			return conn.NewStream(ctx, &d, "/shop.Stock/"+name, opts...)
		}
	}
	return nil, errors.New("the shop has no stream " + name)
}

// start serves s to the connection that it returns. Without options both sides are traced, and rec has what they record. The test waits
// for the handlers that run.
func start(t testing.TB, rec *xraytest.Recorder, s *shop, options ...xraygrpc.GrpcOption) *grpc.ClientConn {
	t.Helper()
	cfg := rec.Config()
	options = append([]xraygrpc.GrpcOption{xraygrpc.WithRecorder(&cfg)}, options...)
	return startWith(t, s,
		[]grpc.ServerOption{grpc.UnaryInterceptor(xraygrpc.UnaryServerInterceptor(options...)), grpc.StreamInterceptor(xraygrpc.StreamServerInterceptor(options...))},
		grpc.WithUnaryInterceptor(xraygrpc.UnaryClientInterceptor(options...)), grpc.WithStreamInterceptor(xraygrpc.StreamClientInterceptor(options...)))
}

func startWith(t testing.TB, s *shop, server []grpc.ServerOption, client ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	l := bufconn.Listen(1 << 16)
	srv := grpc.NewServer(append(server, grpc.WaitForHandlers(true))...)
	srv.RegisterService(&description, s)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	conn, err := grpc.NewClient("passthrough:///stock.internal:443", append(client,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		srv.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return conn
}

func TestCall(t *testing.T) {
	rec := xraytest.New(t)
	conn := start(t, rec, &shop{take: func(ctx context.Context, sku string) (string, error) {
		return "took " + sku, xray.AddAnnotation(ctx, "sku", sku)
	}})
	ctx, seg := xray.BeginSegment(rec.Context(), "web")
	var reply metadata.MD
	got, err := take(metadata.AppendToOutgoingContext(ctx, "tenant", "blue"), conn, "9", grpc.Header(&reply))
	if err != nil || got != "took 9" {
		t.Fatalf("got %q, %v; want took 9", got, err)
	}
	seg.Close(nil)

	call, served := rec.Segment("web").Subsegment("shop.Stock"), rec.Segment("shop.Stock")
	call.WantOK()
	served.WantOK()
	served.WantAnnotation("sku", "9")
	if served.TraceID != call.TraceID || served.ParentID != call.ID {
		t.Errorf("served trace %s below %s, want %s below %s", served.TraceID, served.ParentID, call.TraceID, call.ID)
	}
	const url, size = "grpc://stock.internal:443/shop.Stock/Take", 8 // of a message with one field of six bytes
	for what, s := range map[string]*xraytest.Segment{"client": call, "server": served} {
		if s.HTTP == nil || s.HTTP.Request.URL != url || s.HTTP.Request.Method != "POST" || s.HTTP.Response.ContentLength != size {
			t.Errorf("%s: http %+v, want POST %s and %d bytes", what, s.HTTP, url, size)
		}
	}
	if call.Namespace != "remote" || served.Namespace != "" {
		t.Errorf("namespaces %q and %q, want remote for the call alone", call.Namespace, served.Namespace)
	}
	if got := reply["x-amzn-trace-id"]; len(got) != 1 || got[0] != "Root="+call.TraceID {
		t.Errorf("header metadata of the answer %v, want the trace %s", got, call.TraceID)
	}
	if agent := served.HTTP.Request.UserAgent; agent == "" {
		t.Error("no user agent")
	}
}
