// Package conformance holds the built binary to the X-Ray API: to the service model that AWS' own clients are made from, to the
// calls that Grafana's data source and Terraform's provider make, and to every error and limit that is known of the service.
//
// The model is the one of the installed botocore, so that an operation that is new in a newer one makes a test fail until it is
// answered. What the project knows about each operation is the table in operations_test.go, which docs/api.md is made of:
//
//	go test -C test ./conformance -run TestReference -rewrite
package conformance
