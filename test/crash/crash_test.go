// Package crash kills the server at random moments and looks for what it had acknowledged.
package crash

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

var kills = flag.Int("kills", 10, "how often to kill the server")

// writers is how many connections write at once: several, so that commits are shared and a kill hits some in the middle.
const writers = 4

// longest is the longest time under load before a kill. Most kills come in the first tenths of a second, when files are new.
const longest = 1500 * time.Millisecond

// A ledger holds the traces whose write was acknowledged, with the number of segments that the call wrote.
type ledger struct {
	mu     sync.Mutex
	traces map[string]int
}

func newLedger() *ledger { return &ledger{traces: map[string]int{}} }

func (l *ledger) add(trace string, segments int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.traces[trace] = segments
}

// TestKill loads a server over HTTP and UDP, kills it with signal 9, starts it again on the same directory, and so on. Each document
// that was acknowledged over HTTP must be there after the next start, and after the last one.
func TestKill(t *testing.T) {
	server := harness.Start(t)
	seed := rand.Uint64()
	t.Logf("seed %d, %d kills", seed, *kills)
	random := rand.New(rand.NewPCG(seed, 0))
	all := newLedger()
	for kill := range *kills {
		acknowledged := newLedger()
		loadUntilKilled(t, server, acknowledged, time.Duration(random.Int64N(int64(longest))))
		server.Restart(t)
		checkAll(t, server, acknowledged)
		maps.Copy(all.traces, acknowledged.traces)
		t.Logf("kill %d: %d traces acknowledged", kill+1, len(acknowledged.traces))
		if t.Failed() {
			return // what comes after a loss says nothing
		}
	}
	if len(all.traces) < *kills {
		t.Errorf("only %d traces were acknowledged in %d runs: there was no load", len(all.traces), *kills)
	}
	checkAll(t, server, all)
}

// loadUntilKilled writes from several connections and over UDP until the server is killed after the given time.
func loadUntilKilled(t *testing.T, server *harness.Server, acknowledged *ledger, after time.Duration) {
	t.Helper()
	killed := make(chan struct{})
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			if err := write(server, acknowledged, killed); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Go(func() {
		if err := sendDatagrams(server, killed); err != nil {
			t.Error(err)
		}
	})
	<-time.After(after) // the moment of the kill is what the test is about
	close(killed)       // before the kill, so that a writer's error is known to come from it
	server.Kill()
	wg.Wait()
}

// write stores traces, each in one call, until the server is gone. Errors before the kill are failures.
func write(server *harness.Server, acknowledged *ledger, killed <-chan struct{}) error {
	for n := 1; ; n = n%20 + 1 {
		at := time.Now()
		trace := harness.NewTraceID(at)
		documents := make([]string, n)
		for i := range documents {
			documents[i] = harness.Segment(trace, at, time.Millisecond, nil)
		}
		err := harness.Put(server, documents...)
		if err == nil {
			acknowledged.add(trace, n)
		}
		select {
		case <-killed:
			if err != nil {
				return nil
			}
		default:
			if err != nil {
				return fmt.Errorf("a write failed before the kill: %w", err)
			}
		}
	}
}

// sendDatagrams sends documents over UDP until the kill. Nothing is promised for them; they are there to be in the way.
func sendDatagrams(server *harness.Server, killed <-chan struct{}) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-killed:
			return nil
		case at := <-tick.C:
			if err := server.Datagram(harness.DaemonHeader + harness.Segment(harness.NewTraceID(at), at, 0, nil)); err != nil {
				return err
			}
		}
	}
}

// batch is how many traces BatchGetTraces gives at once.
const batch = 5

func checkAll(t *testing.T, server *harness.Server, acknowledged *ledger) {
	t.Helper()
	var ids []string
	for id := range acknowledged.traces {
		ids = append(ids, id)
	}
	for chunk := range slices.Chunk(ids, batch) {
		got, err := harness.Get[harness.Traces](server, "BatchGetTraces", harness.Args{"TraceIds": chunk})
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]int{}
		for _, trace := range got.Traces {
			found[trace.Id] = len(trace.Segments)
		}
		for _, id := range chunk {
			if found[id] != acknowledged.traces[id] {
				t.Errorf("trace %s was acknowledged with %d segments, and has %d after the kill", id, acknowledged.traces[id], found[id])
			}
		}
	}
}
