package relay

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/internal/uplink"
)

// while answers with the error as long as it is set.
type while struct {
	mu  sync.Mutex
	err error
}

func (w *while) set(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
}

func (w *while) rule(context.Context, string, []string) ([]Refusal, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return nil, w.err
}

func away() *while { return &while{err: fail(uplink.Unreachable, 0)} }

func TestThrottlingHalvesUploads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint("a")
		var last, early time.Time
		e.obey(func(ctx context.Context, _ string, _ []string) ([]Refusal, error) {
			e.mu.Lock()
			defer e.mu.Unlock()
			if e.now > 2 {
				if last.IsZero() {
					last = time.Now()
				}
				return nil, &uplink.Error{Kind: uplink.Throttled, Status: 429, RetryAfter: 7 * time.Second}
			}
			if early.IsZero() && !last.IsZero() && time.Now().After(last) { // not of the first burst
				early = time.Now()
			}
			e.mu.Unlock()
			defer e.mu.Lock()
			select {
			case <-time.After(10 * time.Millisecond):
			case <-ctx.Done():
			}
			return nil, ctx.Err()
		})
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}}})
		put(t, r, docs(0, 5000)...)
		pass(0)
		if got := r.State()[0].Uploads; got > DefaultUploads/2 {
			t.Errorf("uploads allowed after throttling: %d, want half of %d at most", got, DefaultUploads)
		}
		pass(10 * time.Minute)
		checkTaken(t, e, 5000)
		if wait := early.Sub(last); wait < 6900*time.Millisecond {
			t.Errorf("called again %v after the endpoint asked for 7s", wait)
		}
		if c := r.Counts()[0]; c.HTTP4XX < 1 || c.HTTP4XX > 60 {
			t.Errorf("%d throttled calls for 100 batches: uploads do not adapt", c.HTTP4XX)
		}
		if !r.State()[0].Up {
			t.Error("an endpoint that throttles counts as away")
		}
		e.obey(nil)
		put(t, r, docs(5000, 11_000)...)
		pass(time.Second)
		if got := r.State()[0].Uploads; got != DefaultUploads {
			t.Errorf("uploads allowed after 120 calls that went well: %d, want %d", got, DefaultUploads)
		}
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
	})
}

func TestFullQueueDropsOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, down := newEndpoint("a"), away()
		e.obey(down.rule)
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}}, Memory: 10 * classes[0]})
		put(t, r, docs(0, 5000)...) // 100 batches
		if s := r.State()[0]; s.QueuedBytes > s.QueueLimit {
			t.Errorf("%d bytes wait, more than the bound of %d", s.QueuedBytes, s.QueueLimit)
		}
		down.set(nil)
		pass(2 * maxPause)
		got, twice := e.taken()
		if c := r.Counts()[0]; twice > 0 || c.Sent != uint64(got) || c.Sent+c.Spilled != 5000 || got < 450 {
			t.Errorf("taken %d, twice %d, counts %+v; want 9 or 10 batches, the rest spilled", got, twice, c)
		}
		if !e.took(doc(4999)) {
			t.Error("the newest document was dropped instead of the oldest")
		}
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
	})
}

// An endpoint that takes calls, but slower than documents come, is waited for if it is the only one: nothing is dropped. Beside
// another one it is not.
func TestFullQueueWaitsForTheOnlyEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := newEndpoint("a")
		slow.obey(func(ctx context.Context, _ string, _ []string) ([]Refusal, error) {
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
			}
			return nil, ctx.Err()
		})
		r := start(Options{Endpoints: []Endpoint{{Uplink: slow}}, Memory: 10 * classes[0]})
		begin := time.Now()
		put(t, r, docs(0, 5000)...) // 100 batches, 8 at a time
		if took := time.Since(begin); took < time.Second || took > 2*time.Second {
			t.Errorf("Put took %v, want some 1.2s: until all but the last 10 batches are taken", took)
		}
		if err := stop(t, r, time.Minute); err != nil {
			t.Error(err)
		}
		checkTaken(t, slow, 5000)

		other := newEndpoint("b")
		r = start(Options{Endpoints: []Endpoint{{Uplink: slow}, {Uplink: other}}, Memory: 20 * classes[0]})
		begin = time.Now()
		put(t, r, docs(5000, 10000)...)
		if took := time.Since(begin); took != 0 {
			t.Errorf("Put took %v, want not to wait for one of two", took)
		}
		pass(time.Minute)
		if c := r.Counts()[0]; c.Spilled == 0 || c.Sent+c.Spilled != 5000 {
			t.Errorf("counts of the slow one: %+v, want some spilled", c)
		}
		if err := stop(t, r, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

// A stop does not wait for room either.
func TestCloseWhilePutWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := newEndpoint("a")
		stuck.obey(func(ctx context.Context, _ string, _ []string) ([]Refusal, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		r := start(Options{Endpoints: []Endpoint{{Uplink: stuck}}, Memory: 10 * classes[0]})
		done := make(chan error, 1)
		go func() { done <- r.Put(context.Background(), docs(0, 5000)) }()
		pass(time.Minute)
		begin := time.Now()
		if err := stop(t, r, time.Second); err == nil {
			t.Error("Close lost documents and said nothing")
		}
		if took := time.Since(begin); took > time.Second {
			t.Errorf("Close took %v, its context had 1s", took)
		}
		if err := <-done; err != nil {
			t.Errorf("Put: got error %v", err)
		}
		if c := r.Counts()[0]; c.Spilled != 5000 {
			t.Errorf("counts: %+v, want 5000 spilled", c)
		}
	})
}

func TestAwayGoesToDiskAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := openSpool(t, dir, nil)
		e, down, other := newEndpoint("a"), away(), newEndpoint("b")
		e.obey(down.rule)
		r := start(Options{Endpoints: []Endpoint{{Uplink: e, Spool: s}, {Uplink: other}}})
		put(t, r, docs(0, 3000)...)
		pass(time.Minute)
		if st := r.State()[0]; st.Up || st.SpooledDocuments != 3000 || st.SpooledBytes == 0 || time.Since(st.Oldest) < 50*time.Second {
			t.Errorf("state while the endpoint is away: %+v, want 3000 documents on disk", st)
		}
		checkTaken(t, other, 3000) // not held up
		// The daemon is killed now: another one finds all on disk.
		if err := stop(t, r, 0); err != nil {
			t.Error(err)
		}
		closeSpool(t, s)
		s = openSpool(t, dir, nil)
		down.set(nil)
		r = start(Options{Endpoints: []Endpoint{{Uplink: e, Spool: s}}})
		put(t, r, docs(3000, 3100)...)
		pass(time.Minute)
		checkTaken(t, e, 3100)
		checkCounts(t, r, 0, 3100, 0, 0)
		if n := s.Stats().Documents; n != 0 {
			t.Errorf("%d documents are still in the spool", n)
		}
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
		closeSpool(t, s)
	})
}

// TestFreshBesideSpool holds that a backlog does not delay new documents, nor they the backlog.
func TestFreshBesideSpool(t *testing.T) {
	for _, uploads := range []int{1, 8} {
		synctest.Test(t, func(t *testing.T) {
			s := openSpool(t, t.TempDir(), nil)
			e := newEndpoint("a")
			down := away()
			e.obey(down.rule)
			r := start(Options{Endpoints: []Endpoint{{Uplink: e, Spool: s}}, Uploads: uploads})
			put(t, r, docs(0, 10_000)...)
			pass(time.Second)
			e.obey(func(ctx context.Context, _ string, _ []string) ([]Refusal, error) {
				select {
				case <-time.After(100 * time.Millisecond):
				case <-ctx.Done():
				}
				return nil, ctx.Err()
			})
			pass(maxPause) // it is back
			put(t, r, docs(10_000, 20_000)...)
			e.mu.Lock()
			clear(e.docs)
			e.mu.Unlock()
			pass(time.Duration(50/uploads) * 100 * time.Millisecond) // time for 50 batches
			fresh, old := 0, 0
			e.mu.Lock()
			for d := range e.docs {
				if d >= string(doc(10_000)) {
					fresh++
				} else {
					old++
				}
			}
			e.mu.Unlock()
			left := s.Stats().Documents
			if fresh < 1000 || left > 0 && old < 900 {
				t.Errorf("of 50 batches by %d uploads %d documents were fresh and %d from the spool, where %d are left", uploads, fresh, old, left)
			}
			pass(10 * time.Minute)
			checkCounts(t, r, 0, 20_000, 0, 0)
			if err := stop(t, r, time.Second); err != nil {
				t.Error(err)
			}
			closeSpool(t, s)
		})
	}
}

func TestFullQueueGoesToDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSpool(t, t.TempDir(), nil)
		e := newEndpoint("a")
		e.obey(func(ctx context.Context, _ string, _ []string) ([]Refusal, error) { // slow, but there
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
			return nil, ctx.Err()
		})
		r := start(Options{Endpoints: []Endpoint{{Uplink: e, Spool: s}}, Memory: 20 * classes[0]})
		put(t, r, docs(0, 5000)...)
		if s := r.State()[0]; s.QueuedBytes > s.QueueLimit || s.SpooledDocuments == 0 {
			t.Errorf("state with a full queue: %+v", s)
		}
		pass(time.Minute)
		checkTaken(t, e, 5000)
		checkCounts(t, r, 0, 5000, 0, 0)
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
		closeSpool(t, s)
	})
}

// TestSpoolFails holds that documents stay in memory while the disk takes nothing.
func TestSpoolFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSpool(t, t.TempDir(), nil)
		closeSpool(t, s) // every write fails
		e, down := newEndpoint("a"), away()
		e.obey(down.rule)
		r := start(Options{Endpoints: []Endpoint{{Uplink: e, Spool: s}}})
		for n := range 10 {
			put(t, r, docs(100*n, 100*n+100)...)
			pass(time.Second)
		}
		if n := r.lanes[0].count.spoolErrors.n.Load(); n < 2 || n > 20 {
			t.Errorf("%d errors of the spool were counted in 10 s, want about one for each second", n)
		}
		down.set(nil)
		pass(2 * maxPause)
		checkTaken(t, e, 1000)
		checkCounts(t, r, 0, 1000, 0, 0)
		if err := stop(t, r, time.Second); err == nil || !strings.Contains(err.Error(), "sync the spool") {
			t.Errorf("Close with a broken spool: error %v, want one about its sync", err)
		}
	})
}

func TestUnprocessed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint("a")
		asked := map[string]int{}
		var mu sync.Mutex
		e.obey(func(_ context.Context, _ string, docs []string) (list []Refusal, _ error) {
			mu.Lock()
			defer mu.Unlock()
			for _, d := range docs {
				asked[d]++
				switch {
				case d == string(doc(3)):
					list = append(list, Refusal{idOf(d), "InvalidTraceId", "Invalid segment. ErrorCode: InvalidTraceId"})
				case d == string(doc(4)) && asked[d] < 4:
					list = append(list, Refusal{idOf(d), "ThrottledException", "slow down"})
				case d == string(doc(5)):
					list = append(list, Refusal{idOf(d), "InternalFailure", "always"})
				}
			}
			return list, nil
		})
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}}})
		put(t, r, docs(0, 50)...)
		pass(time.Minute)
		checkTaken(t, e, 48)
		checkCounts(t, r, 0, 48, 2, 0)
		if a, b, c := asked[string(doc(0))], asked[string(doc(4))], asked[string(doc(5))]; a != 1 || b != 4 || c != maxTries+1 {
			t.Errorf("documents were sent %d, %d and %d times; want 1, 4 and %d", a, b, c, maxTries+1)
		}
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
	})
}

func TestCulpritIsFound(t *testing.T) {
	for _, kind := range []uplink.Kind{uplink.Refused, uplink.TooLarge} {
		synctest.Test(t, func(t *testing.T) {
			e := newEndpoint("a")
			e.obey(func(_ context.Context, _ string, docs []string) ([]Refusal, error) {
				for _, d := range docs {
					if d == string(doc(17)) {
						return nil, fail(kind, 400)
					}
				}
				return nil, nil
			})
			r := start(Options{Endpoints: []Endpoint{{Uplink: e}}})
			put(t, r, docs(0, 50)...)
			pass(time.Second)
			checkTaken(t, e, 49)
			checkCounts(t, r, 0, 49, 1, 0)
			if e.called() > 14 {
				t.Errorf("%d calls to find one of 50 documents, want about 2*log2(50)", e.called())
			}
			if err := stop(t, r, time.Second); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPersonNeeded holds that failures which only a person can mend lose nothing and make few calls.
func TestPersonNeeded(t *testing.T) {
	for _, kind := range []uplink.Kind{uplink.Unidentified, uplink.Denied, uplink.Skewed, uplink.Foreign} {
		synctest.Test(t, func(t *testing.T) {
			e, down := newEndpoint("a"), &while{err: fail(kind, 403)}
			e.obey(down.rule)
			r := start(Options{Endpoints: []Endpoint{{Uplink: e}}, Uploads: 1})
			put(t, r, docs(0, 500)...)
			pass(10 * time.Minute)
			if e.called() > 45 {
				t.Errorf("%v: %d calls in 10 minutes", kind, e.called())
			}
			if s := r.State()[0]; s.Up || s.Hint == "" {
				t.Errorf("%v: state %+v, want away with a hint", kind, s)
			}
			down.set(nil)
			pass(maxPause)
			checkTaken(t, e, 500)
			if err := stop(t, r, time.Second); err != nil {
				t.Error(err)
			}
		})
	}
}

// span is a datagram of OTLP with one ResourceSpans of one byte.
func span(prefix string, b byte) []byte {
	return []byte(prefix + base64.StdEncoding.EncodeToString([]byte{0x0a, 2, 0x18, b}))
}

func TestOTLP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, old := newEndpoint("takes"), newEndpoint("does not")
		old.obey(func(_ context.Context, path string, _ []string) ([]Refusal, error) {
			if path == "/v1/traces" {
				return nil, fail(uplink.Foreign, 404)
			}
			return nil, nil
		})
		s := openSpool(t, t.TempDir(), nil)
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}, {Uplink: old, Spool: s}}})
		put(t, r, span("T1S", 1), span("T1U", 2), doc(1), []byte("T1S!!!!"), []byte("T1Saaaa"), []byte("T1S"), span("T1S", 3), []byte("T1"))
		pass(maxAge)
		if want := "\x0a\x02\x18\x01\x0a\x02\x18\x03"; len(e.requests()) != 1 || string(e.requests()[0]) != want {
			t.Errorf("OTLP requests: %q, want one of %q", e.requests(), want)
		}
		checkTaken(t, e, 2) // one that only looks a bit like OTLP too
		checkTaken(t, old, 2)
		checkCounts(t, r, 0, 4, 3, 0)
		checkCounts(t, r, 1, 2, 5, 0)
		calls := old.called()
		put(t, r, span("T1S", 4))
		pass(maxAge)
		if old.called() != calls || len(e.requests()) != 2 {
			t.Errorf("an endpoint that does not take OTLP was called %d times more, the other has %d requests", old.called()-calls, len(e.requests()))
		}
		pass(otlpPause)
		put(t, r, span("T1S", 5))
		pass(maxAge)
		if old.called() != calls+1 {
			t.Error("after a minute it was not tried again")
		}
		if st := r.State()[1]; !st.Up || st.SpooledDocuments > 0 {
			t.Errorf("state of an endpoint that does not take OTLP: %+v, want up and nothing spooled", st)
		}
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
		closeSpool(t, s)
	})
}

// TestOTLPDenied holds that an endpoint which the caller may send segments to but no OTLP is told from one that is away, though
// OTLP is the first that comes.
func TestOTLPDenied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint("a")
		e.obey(func(_ context.Context, path string, docs []string) ([]Refusal, error) {
			switch {
			case path == "/v1/traces":
				return nil, fail(uplink.Denied, 403)
			case len(docs) == 0:
				return nil, fail(uplink.Refused, 400)
			}
			return nil, nil
		})
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}}})
		put(t, r, span("T1S", 1))
		pass(maxAge)
		put(t, r, doc(1))
		pass(maxAge)
		checkTaken(t, e, 1)
		checkCounts(t, r, 0, 1, 1, 0)
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
	})
}

// TestCrashingDocument holds that a document which always makes the endpoint fail is found, and does not hold up the spool.
func TestCrashingDocument(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint("a")
		e.obey(away().rule)
		s := openSpool(t, t.TempDir(), nil)
		r := start(Options{Endpoints: []Endpoint{{Uplink: e, Spool: s}}})
		put(t, r, docs(0, 500)...)
		pass(time.Minute) // all is on disk, the crashing one first
		e.obey(func(_ context.Context, _ string, docs []string) ([]Refusal, error) {
			if slices.Contains(docs, string(doc(0))) {
				return nil, fail(uplink.Failing, 500)
			}
			return nil, nil
		})
		pass(2 * maxPause)
		if got, _ := e.taken(); got != 450 {
			t.Errorf("%d documents taken, want 450: all but the batch that makes the endpoint fail", got)
		}
		for n := range 300 { // others that are taken between show whose fault it is
			put(t, r, doc(1000+n))
			pass(time.Second)
		}
		pass(10 * time.Minute)
		checkTaken(t, e, 799)
		checkCounts(t, r, 0, 799, 1, 0)
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
		closeSpool(t, s)
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSpool(t, t.TempDir(), nil)
		disk, memory := newEndpoint("disk"), newEndpoint("memory")
		hang := func(ctx context.Context, _ string, _ []string) ([]Refusal, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		disk.obey(hang)
		memory.obey(hang)
		r := start(Options{Endpoints: []Endpoint{{Uplink: disk, Spool: s}, {Uplink: memory}}})
		put(t, r, docs(0, 1010)...)
		begin := time.Now()
		err := stop(t, r, 3*time.Second)
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("Close took %v, want the 3s that it was given", took)
		}
		if err == nil || !strings.Contains(err.Error(), "1010 documents for memory were dropped") {
			t.Errorf("Close: error %v, want one about 1010 documents", err)
		}
		checkCounts(t, r, 0, 0, 0, 0)
		checkCounts(t, r, 1, 0, 0, 1010)
		if n := s.Stats().Documents; n != 1010 {
			t.Errorf("%d documents in the spool, want 1010", n)
		}
		closeSpool(t, s)
	})
}

// TestPutAtOnce lets several goroutines put while the Relay is closed: what was put is taken.
func TestPutAtOnce(t *testing.T) {
	e := newEndpoint("a")
	r := start(Options{Endpoints: []Endpoint{{Uplink: e}}, Memory: 64 << 20})
	var putting sync.WaitGroup
	var accepted [4]int
	for g := range accepted {
		putting.Go(func() {
			for n := range 200 {
				if r.Put(context.Background(), docs(10_000*g+10*n, 10_000*g+10*n+10)) != nil {
					return
				}
				accepted[g] += 10
			}
		})
	}
	put(t, r, doc(1_000_000))
	for r.Counts()[0].Sent < 100 {
		put(t, r, doc(1_000_000))
	}
	if err := stop(t, r, 10*time.Second); err != nil {
		t.Error(err)
	}
	putting.Wait()
	want := 1
	for _, n := range accepted {
		want += n
	}
	if got, _ := e.taken(); got != want {
		t.Errorf("%d documents taken of %d that were put", got, want)
	}
}
