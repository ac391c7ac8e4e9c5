// Command bench measures Rayscope where it must be fast: parsing, durable ingest through HTTP and UDP, the scan of a
// window, a trace by id, filters, the service map. It drives a real server process with the demo shop's traffic, on
// loopback, a bounded number of documents.
//
//	make build && go run ./bench -server bin/rayscope
//
// With -traces it measures instead, in this process, the search among so many traces of one day:
//
//	go run ./bench -traces 1000000
//
// Rates by the wall clock say little on a shared machine: compare CPU seconds and allocations, of runs made together.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	var c config
	flag.StringVar(&c.server, "server", "bin/rayscope", "binary to measure")
	flag.IntVar(&c.documents, "documents", 373_000, "documents to send through each door; 373,000 are a million spans")
	flag.IntVar(&c.rate, "udp-rate", 20_000, "datagrams a second")
	flag.IntVar(&c.connections, "connections", 4, "HTTP connections that send at once")
	flag.IntVar(&c.queries, "queries", 500, "queries of each kind")
	flag.IntVar(&c.traces, "traces", 0, "search among so many traces of a day, without a server")
	flag.Parse()
	if err := run(c); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type config struct {
	server                                string
	documents, rate, connections, queries int
	traces                                int
}

// run measures stage after stage; those that need a server share one.
func run(c config) (err error) {
	fmt.Printf("%-34s %12s %14s %16s\n", "", "items", "items/s wall", "CPU s/million")
	if c.traces > 0 {
		return searchDay(c)
	}
	l := newLoad(c.documents)
	parse(l)
	if err := parseExpressions(); err != nil {
		return err
	}
	s, err := start(c.server)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	for _, stage := range []func(config, *server, *load) error{putSegments, datagrams, settle, tracesByID, searches, needles, maps, graphs} {
		if err := stage(c, s, l); err != nil {
			return fmt.Errorf("%w\nserver log:\n%s", err, s.tail())
		}
	}
	if err := scan(s); err != nil {
		return err
	}
	return scanPredicates(s)
}

// row prints one result. cpu is in seconds, of the side that is measured.
func row(name string, items int, wall, cpu float64, more string, args ...any) {
	fmt.Printf("%-34s %12d %14.0f %16.2f  %s\n", name, items, float64(items)/wall, cpu/float64(items)*1e6, fmt.Sprintf(more, args...))
}
