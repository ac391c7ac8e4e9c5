package relay

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/internal/uplink"
)

func TestBatchesByCountAndAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint("a")
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}}})
		put(t, r, docs(0, 120)...)
		synctest.Wait()
		checkTaken(t, e, 100) // two full batches
		pass(maxAge - time.Millisecond)
		checkTaken(t, e, 100)
		pass(time.Millisecond)
		checkTaken(t, e, 120)
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
		checkCounts(t, r, 0, 120, 0, 0)
		if err := r.Put(context.Background(), docs(0, 1)); !errors.Is(err, ErrClosed) {
			t.Errorf("Put after Close: error %v, want ErrClosed", err)
		}
	})
}

func TestRetryUntilTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint("a")
		begin := time.Now()
		e.obey(func(context.Context, string, []string) ([]Refusal, error) {
			if time.Since(begin) < time.Minute {
				return nil, fail(uplink.Failing, 503)
			}
			return nil, nil
		})
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}}})
		put(t, r, docs(0, 200)...)
		pass(30 * time.Second)
		if s := r.State()[0]; s.Up || s.LastError == "" || s.Hint == "" || s.QueuedBytes == 0 || s.Oldest.IsZero() {
			t.Errorf("state of an endpoint that fails: %+v", s)
		}
		if e.called() > 30 {
			t.Errorf("%d calls in 30 s to an endpoint that fails: no back-off", e.called())
		}
		pass(time.Minute)
		checkTaken(t, e, 200)
		if s := r.State()[0]; !s.Up || s.LastError != "" || s.QueuedBytes != 0 {
			t.Errorf("state of an endpoint that is back: %+v", s)
		}
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
		checkCounts(t, r, 0, 200, 0, 0)
	})
}
