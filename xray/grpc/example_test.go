package xraygrpc_test

import (
	"log"

	xraygrpc "github.com/rayscope/rayscope/xray/grpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

func ExampleUnaryServerInterceptor() {
	server := grpc.NewServer(
		grpc.UnaryInterceptor(xraygrpc.UnaryServerInterceptor()),
		grpc.StreamInterceptor(xraygrpc.StreamServerInterceptor()),
	)
	healthpb.RegisterHealthServer(server, health.NewServer())
}

func ExampleUnaryClientInterceptor() {
	conn, err := grpc.NewClient("stock.internal:443", grpc.WithTransportCredentials(credentials.NewTLS(nil)),
		grpc.WithUnaryInterceptor(xraygrpc.UnaryClientInterceptor()),
		grpc.WithStreamInterceptor(xraygrpc.StreamClientInterceptor()),
	)
	if err != nil {
		log.Fatal(err)
	}
	client := healthpb.NewHealthClient(conn) // and calls with a context that has a segment
	_ = client
}
