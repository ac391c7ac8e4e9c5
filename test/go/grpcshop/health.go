package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/aws/aws-xray-sdk-go/v2/xray"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// doctor answers with the status whose number it is asked about.
type doctor struct {
	healthpb.UnimplementedHealthServer
}

func (doctor) Check(ctx context.Context, req *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	must(xray.AddAnnotation(ctx, "asked", req.Service))
	switch code, err := strconv.Atoi(req.Service); {
	case err == nil:
		return nil, status.Error(codes.Code(code), "as you wished")
	case req.Service == "no status":
		return nil, errors.New("no status")
	case req.Service == "cancelled":
		return nil, context.Canceled
	}
	return &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_SERVING}, nil
}

func (doctor) List(context.Context, *healthpb.HealthListRequest) (*healthpb.HealthListResponse, error) {
	return &healthpb.HealthListResponse{}, nil
}

// callHealth calls the service in each way, each within a segment of its own.
func callHealth(address string) {
	l, err := net.Listen("tcp", address)
	must(err)
	server := tracedServer()
	healthpb.RegisterHealthServer(server, doctor{})
	go func() { must(server.Serve(l)) }()
	client := connect(address, traced)
	check("plain", client, "")
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		check(code.String(), client, strconv.Itoa(int(code)))
	}
	check("no status", client, "no status")
	check("cancelled", client, "cancelled")
	check("forwarded", client, "", "x-forwarded-for", "203.0.113.7, 198.51.100.2")
	check("passed on", client, "", "x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793")
	check("plain import", connect(address, grpc.WithUnaryInterceptor(plain)), "")
	check("named", connect(address, tracedAs("doctor")), "")
	quiet(client)
	// Callers of other kinds.
	bare := connect(address)
	for _, h := range []string{"", "Root=1-5759e988-bd862e3fe1be46a994272794;Parent=53995c3f42cd8ad8;Sampled=1",
		"Root=1-5759e988-bd862e3fe1be46a994272795;Sampled=0", "Root=1-5759e988-bd862e3fe1be46a994272796;Sampled=?"} {
		ask(context.Background(), "bare", bare, "", "x-amzn-trace-id", h)
	}
	// Without a segment.
	ask(context.Background(), "no segment", client, "")
}

func connect(address string, options ...grpc.DialOption) healthpb.HealthClient {
	options = append(options, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithUserAgent("shopper/1"))
	conn, err := grpc.NewClient(address, options...)
	must(err)
	return healthpb.NewHealthClient(conn)
}

// check asks within a segment.
func check(name string, client healthpb.HealthClient, service string, pairs ...string) {
	ctx, seg := begin(name)
	ask(ctx, name, client, service, pairs...)
	seg.Close(nil)
}

func ask(ctx context.Context, name string, client healthpb.HealthClient, service string, pairs ...string) {
	var reply metadata.MD
	_, err := client.Check(metadata.AppendToOutgoingContext(ctx, pairs...), &healthpb.HealthCheckRequest{Service: service}, grpc.Header(&reply))
	for _, h := range reply[xray.TraceIDHeaderKey] { // new trace ids differ from run to run
		fmt.Printf("%s: answered %d bytes, error %v\n", name, len(h), err)
	}
	if len(reply[xray.TraceIDHeaderKey]) == 0 {
		fmt.Printf("%s: answered nothing, error %v\n", name, err)
	}
}

// quiet calls what the rules leave out, from a segment that they leave in.
func quiet(client healthpb.HealthClient) {
	_, err := client.List(context.Background(), &healthpb.HealthListRequest{})
	fmt.Println("quiet without a segment:", err)
	ctx, seg := begin("loud")
	_, err = client.List(ctx, &healthpb.HealthListRequest{})
	seg.Close(err)
}
