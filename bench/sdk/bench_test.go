package main

import (
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if isSink() {
		exit(runSink(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func sinkOf(tb testing.TB) *sink {
	tb.Helper()
	s, err := startSink()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.stop(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// BenchmarkSDK is each task with each SDK: -bench 'SDK/with_10'.
func BenchmarkSDK(b *testing.B) {
	s := sinkOf(b)
	for _, t := range tasks {
		for _, k := range sdks {
			b.Run(strings.ReplaceAll(t.name, ",", "")+"/"+k.name, func(b *testing.B) {
				if err := bench(b, s, k, t); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

// TestArrives holds each SDK to what it is measured for: everything it was to send arrives, and nothing if it does not sample.
func TestArrives(t *testing.T) {
	const operations = 20
	s := sinkOf(t)
	for _, task := range tasks {
		for _, k := range sdks {
			t.Run(task.name+"/"+k.name, func(t *testing.T) {
				w, err := k.start(s, task.sampled)
				if err != nil {
					t.Fatal(err)
				}
				before, err := s.rest()
				if err != nil {
					t.Fatal(err)
				}
				op, done := task.do(w)
				for range operations {
					if err := op(); err != nil {
						t.Fatal(err)
					}
				}
				done()
				if err := w.flush(); err != nil {
					t.Fatal(err)
				}
				after, err := s.rest()
				if err != nil {
					t.Fatal(err)
				}
				// AWS' SDK sends some documents twice.
				if got, want := after-before, operations*task.sent(k); got < want || got > want && k.name != "AWS" {
					t.Errorf("%d of %d arrived", got, want)
				}
				if err := w.stop(); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
