package relay

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/internal/uplink"
)

func TestDeliver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, f := newEndpoint("a"), newEndpoint("b")
		rule := func(_ context.Context, _ string, docs []string) (list []Refusal, _ error) {
			for _, d := range docs {
				if d == string(doc(7)) || d == "broken" {
					list = append(list, Refusal{idOf(d), "ParseError", "no"})
				}
			}
			return list, nil
		}
		e.obey(rule)
		f.obey(rule)
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}, {Uplink: f}}})
		large := []byte(`{"id":"1","name":"` + strings.Repeat("x", 2<<20) + `"}`)
		begin := time.Now()
		refused, err := r.Deliver(t.Context(), append(docs(0, 120), large, []byte("broken"), []byte("broken")))
		if err != nil || len(refused) != 3 {
			t.Errorf("Deliver: refused %v, error %v; want three, nil", refused, err)
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("Deliver waited for %v, want no wait for a full batch", took)
		}
		checkTaken(t, e, 120)
		checkTaken(t, f, 120)
		checkCounts(t, r, 0, 120, 3, 0)
		if refused, err := r.Deliver(t.Context(), nil); err != nil || refused != nil {
			t.Errorf("Deliver of nothing: %v, %v", refused, err)
		}
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
		if _, err := r.Deliver(t.Context(), docs(0, 1)); !errors.Is(err, ErrClosed) {
			t.Errorf("Deliver after Close: error %v, want ErrClosed", err)
		}
	})
}

func TestDeliverWhileAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, down := newEndpoint("a"), away()
		e.obey(down.rule)
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}}})
		begin := time.Now()
		_, err := r.Deliver(t.Context(), docs(0, 10))
		if took := time.Since(begin); !errors.Is(err, ErrUndelivered) || took != maxDelivery {
			t.Errorf("Deliver to an endpoint that is away: error %v after %v, want ErrUndelivered after %v", err, took, maxDelivery)
		}
		if s := r.State()[0]; s.QueuedBytes != 0 {
			t.Errorf("%d bytes of documents that were given back still wait", s.QueuedBytes)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.Deliver(ctx, docs(0, 10)); !errors.Is(err, ErrUndelivered) || !strings.Contains(err.Error(), "http://test") {
			t.Errorf("Deliver: error %v, want ErrUndelivered with the cause", err)
		}
		checkCounts(t, r, 0, 0, 0, 20)
		time.AfterFunc(5*time.Second, func() { down.set(nil) })
		pass(2 * maxPause)
		if _, err := r.Deliver(t.Context(), docs(0, 10)); err != nil {
			t.Errorf("Deliver to an endpoint that is back: %v", err)
		}
		checkTaken(t, e, 10)
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
	})
}

func TestDeliverToDisk(t *testing.T) {
	hang := func(ctx context.Context, _ string, _ []string) ([]Refusal, error) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(uplink.DefaultTimeout):
			return nil, fail(uplink.TimedOut, 0)
		}
	}
	fails := away().rule
	for _, tt := range []struct {
		name string
		rule func(context.Context, string, []string) ([]Refusal, error)
		wait time.Duration
	}{{"hangs", hang, maxBeforeSpool}, {"fails", fails, 0}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				s := openSpool(t, dir, nil)
				e := newEndpoint("a")
				e.obey(tt.rule)
				r := start(Options{Endpoints: []Endpoint{{Uplink: e, Spool: s}}})
				begin := time.Now()
				refused, err := r.Deliver(t.Context(), docs(0, 120))
				if took := time.Since(begin); err != nil || len(refused) > 0 || took != tt.wait {
					t.Errorf("Deliver: %v, %v after %v; want to be on disk after %v", refused, err, took, tt.wait)
				}
				// killed: only what is on disk counts
				if n := s.Stats().Documents; n != 120 {
					t.Errorf("%d documents on disk, want 120", n)
				}
				e.obey(nil)
				pass(2 * maxPause)
				checkTaken(t, e, 120)
				if err := stop(t, r, time.Second); err != nil {
					t.Error(err)
				}
				closeSpool(t, s)
			})
		})
	}
}

func TestDeliverWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint("a")
		e.obey(away().rule)
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}}, Memory: 4 * classes[0]})
		begin := time.Now()
		if _, err := r.Deliver(t.Context(), docs(0, 400)); !errors.Is(err, ErrUndelivered) || time.Since(begin) > 0 {
			t.Errorf("Deliver of more than there is memory: error %v after %v, want ErrUndelivered at once", err, time.Since(begin))
		}
		if s := r.State()[0]; s.QueuedBytes != 0 {
			t.Errorf("%d bytes wait after that", s.QueuedBytes)
		}
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
	})
}

// TestDeliverAndClose holds that a delivery ends when the Relay does, and with the truth.
func TestDeliverAndClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEndpoint("a")
		e.obey(away().rule)
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}}})
		got := make(chan error)
		go func() {
			_, err := r.Deliver(context.Background(), docs(0, 10))
			got <- err
		}()
		pass(time.Second)
		go func() { got <- stop(t, r, time.Second) }()
		pass(2 * time.Second)
		if err := <-got; !errors.Is(err, ErrUndelivered) {
			t.Errorf("Deliver when the Relay is closed: error %v, want ErrUndelivered", err)
		}
		if err := <-got; err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

func TestDeliverOTLP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, old := newEndpoint("takes"), newEndpoint("does not")
		old.obey(func(context.Context, string, []string) ([]Refusal, error) { return nil, fail(uplink.Foreign, 404) })
		request := []byte{0x0a, 2, 0x18, 1}
		r := start(Options{Endpoints: []Endpoint{{Uplink: e}, {Uplink: old}}})
		if err := r.DeliverOTLP(t.Context(), request); err != nil || len(e.requests()) != 1 {
			t.Errorf("DeliverOTLP: error %v, %d requests taken; want one", err, len(e.requests()))
		}
		if err := r.DeliverOTLP(t.Context(), []byte("{}")); !errors.Is(err, ErrRefused) {
			t.Errorf("DeliverOTLP of JSON: error %v, want ErrRefused", err)
		}
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
		r = start(Options{Endpoints: []Endpoint{{Uplink: old}}})
		for range 2 { // asked, and known
			if err := r.DeliverOTLP(t.Context(), request); !errors.Is(err, ErrRefused) {
				t.Errorf("DeliverOTLP to an endpoint that does not take it: error %v, want ErrRefused", err)
			}
		}
		checkCounts(t, r, 0, 0, 2, 0)
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
	})
}
