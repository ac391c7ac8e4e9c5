// Package stock is the gRPC interface of the demo shop's service inventory, generated from stock.proto.
package stock

//go:generate protoc --go_out=. --go_opt=paths=source_relative --go-grpc_out=. --go-grpc_opt=paths=source_relative stock.proto
