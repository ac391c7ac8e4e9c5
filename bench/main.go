// Command bench measures Rayscope where it must be fast: parsing, durable ingest through HTTP and UDP, the scan of a
// window, a trace by id, filters, the service map. It drives a real server process with the synthetic shop's traffic, on
// loopback, a bounded number of documents.
//
//	make build && go run ./bench -server bin/rayscope
//
// With -traces it measures instead, in this process, the search among so many traces of one day:
//
//	go run ./bench -traces 1000000
//
// With -daemon it measures instead a stand-alone daemon, beside any other X-Ray daemon that is given with -against:
//
//	go run ./bench -daemon bin/rayscope -against PATH -rates 5000,20000,50000,0 -sizes 500,1200,4000
//
// Both are started alike and send to an endpoint that counts. Sender and endpoint are processes of this program, so that
// only the daemons' own CPU time is counted. Loss in the kernel and CPU time are read from Linux's /proc.
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
	if err := runAs(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// runAs does the part that the arguments name.
func runAs(args []string) error {
	if len(args) == 1 && args[0] == senderRole {
		return runSender(os.Stdin, os.Stdout)
	}
	if len(args) == 1 && args[0] == endpointRole {
		return runEndpoint(os.Stdin, os.Stdout)
	}
	c, p, err := flags()
	switch {
	case err != nil:
		return err
	case len(p.binaries) > 0:
		return p.run()
	}
	return run(c)
}

type config struct {
	server                                string
	documents, rate, connections, queries int
	traces                                int
}

// flags reads the command line. Daemons are measured instead of the server if the paired run has binaries.
func flags() (c config, p paired, err error) {
	flag.StringVar(&c.server, "server", "bin/rayscope", "binary to measure")
	flag.IntVar(&c.documents, "documents", 373_000, "documents to send through each door; 373,000 are a million spans")
	flag.IntVar(&c.rate, "udp-rate", 20_000, "datagrams a second")
	flag.IntVar(&c.connections, "connections", 4, "HTTP connections that send at once")
	flag.IntVar(&c.queries, "queries", 500, "queries of each kind")
	flag.IntVar(&c.traces, "traces", 0, "search among so many traces of a day, without a server")
	ours := flag.String("daemon", "", "binary to measure as a stand-alone daemon, instead of a server")
	other := flag.String("against", "", "with -daemon: binary of another X-Ray daemon to measure in turn with it")
	rates := flag.String("rates", "5000,20000,50000,0", "with -daemon: datagrams a second; 0 is full speed")
	sizes := flag.String("sizes", "500,1200,4000", "with -daemon: bytes of a document")
	flag.Float64Var(&p.seconds, "seconds", 10, "with -daemon: how long to send in a round")
	flag.IntVar(&p.rounds, "rounds", 2, "with -daemon: rounds of each rate and size")
	flag.BoolVar(&p.sign, "sign", true, "with -daemon: sign calls, as AWS wants it; another Rayscope does not")
	flag.Parse()
	for _, binary := range []string{*ours, *other} {
		if binary != "" {
			p.binaries = append(p.binaries, binary)
		}
	}
	if p.rates, err = numbers(*rates, 0); err != nil {
		return c, p, fmt.Errorf("-rates: %w", err)
	}
	if p.sizes, err = numbers(*sizes, minDocument); err != nil {
		return c, p, fmt.Errorf("-sizes: %w", err)
	}
	return c, p, nil
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
