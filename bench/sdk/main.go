// Command sdk measures what tracing SDKs for Go take from the program that they trace: ours, AWS' X-Ray SDK and OpenTelemetry's. Each does
// the same tasks in turn, and each task's result goes to a sink, a process of its own, as it would to a daemon or collector: X-Ray's
// segment documents by UDP, OpenTelemetry's spans by OTLP over HTTP in batches, with a queue that blocks so that none is left out.
//
//	go run -C bench/sdk .
//
// It prints the table of docs/performance.md: for each task and SDK the CPU time of this process, goroutines of the SDK and sending
// included, the wall clock's, and allocations and bytes, of one operation; and which share of what it was to send has arrived.
// An SDK that works in the background and drops what it cannot send as fast is waited for after every 500 operations, so that it is
// not the cheaper for it. Wall time says little on a shared machine: compare CPU time and allocations of one run.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"testing"
)

func main() {
	if isSink() {
		exit(runSink(os.Stdin, os.Stdout))
	}
	exit(run(os.Stdout))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "sdk:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(out io.Writer) error {
	testing.Init()
	only := flag.String("tasks", "", "measure only tasks that match this `expression`")
	rounds := flag.Int("rounds", 3, "measure each so `often` in turn, and print the one that took the least CPU time")
	each := flag.String("time", "500ms", "`duration` of one measurement")
	flag.Parse()
	chosen, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-tasks: %w", err)
	}
	if *rounds < 1 {
		return fmt.Errorf("-rounds: %d is less than 1", *rounds)
	}
	if err := flag.Set("test.benchtime", *each); err != nil {
		return fmt.Errorf("-time: %w", err)
	}
	s, err := startSink()
	if err != nil {
		return err
	}
	return errors.Join(table(out, s, chosen, *rounds), s.stop())
}

func table(out io.Writer, s *sink, chosen *regexp.Regexp, rounds int) error {
	const row = "%-28s %-14s %9s %9s %9s %8s %9s\n"
	if _, err := fmt.Fprintf(out, row, "task", "SDK", "CPU ns", "wall ns", "allocs", "bytes", "arrived"); err != nil {
		return err
	}
	for _, t := range tasks {
		if !chosen.MatchString(t.name) {
			continue
		}
		best, err := measure(s, t, rounds)
		if err != nil {
			return err
		}
		for i, r := range best {
			arrived := "-"
			if share, told := r.Extra[arrivedUnit]; told {
				arrived = fmt.Sprintf("%.1f %%", 100*share)
			}
			if _, err := fmt.Fprintf(out, row, t.name, sdks[i].name, fmt.Sprintf("%.0f", r.Extra[cpuUnit]), fmt.Sprint(r.NsPerOp()),
				fmt.Sprint(r.AllocsPerOp()), fmt.Sprint(r.AllocedBytesPerOp()), arrived); err != nil {
				return err
			}
		}
	}
	return nil
}

// measure gives the best of some rounds for each SDK. The SDKs take turns, so that a slow minute of the machine meets all of them.
func measure(s *sink, t task, rounds int) ([]testing.BenchmarkResult, error) {
	best := make([]testing.BenchmarkResult, len(sdks))
	for range rounds {
		for i, k := range sdks {
			var err error
			r := testing.Benchmark(func(b *testing.B) {
				if err = bench(b, s, k, t); err != nil {
					b.FailNow()
				}
			})
			if err != nil {
				return nil, fmt.Errorf("%s with the SDK of %s: %w", t.name, k.name, err)
			}
			if best[i].N == 0 || r.Extra[cpuUnit] < best[i].Extra[cpuUnit] {
				best[i] = r
			}
		}
	}
	return best, nil
}
