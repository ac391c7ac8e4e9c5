package relay

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/internal/uplink"
)

// chaos is a rule that fails in all ways at random, while it is on.
type chaos struct {
	mu      sync.Mutex // guards what follows
	random  *rand.Rand
	on      bool
	down    time.Time // until then all calls fail
	refused map[string]bool
}

func (c *chaos) set(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.on, c.down = on, time.Time{}
}

func (c *chaos) rule(ctx context.Context, _ string, docs []string) ([]Refusal, error) {
	c.mu.Lock()
	wait := time.Duration(c.random.IntN(300)) * time.Millisecond
	c.mu.Unlock()
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.whole(docs); err != nil {
		return nil, err
	}
	return c.some(docs), nil
}

// whole is a fault of the whole call.
func (c *chaos) whole(docs []string) error {
	for _, d := range docs {
		if strings.Contains(d, "crash") { // the endpoint fails at it, always
			if len(docs) == 1 {
				c.refused[d] = true
			}
			return fail(uplink.Failing, 500)
		}
		if strings.Contains(d, "poison") { // the whole call is refused for it, always
			if len(docs) == 1 {
				c.refused[d] = true
			}
			return fail(uplink.Refused, 400)
		}
	}
	if len(docs) > 20 && c.on {
		return fail(uplink.TooLarge, 413)
	}
	switch now := time.Now(); {
	case !c.on:
		return nil
	case now.Before(c.down):
		return fail(uplink.Unreachable, 0)
	case c.random.IntN(30) == 0:
		c.down = now.Add(time.Duration(c.random.IntN(20)) * time.Second)
		return fail(uplink.TimedOut, 0)
	}
	kinds := []uplink.Kind{uplink.Throttled, uplink.Failing, uplink.Unidentified, uplink.Denied, uplink.Skewed, uplink.Foreign}
	if i := c.random.IntN(60); i < len(kinds) {
		return fail(kinds[i], 599)
	}
	return nil
}

// some is a fault with some documents.
func (c *chaos) some(docs []string) (list []Refusal) {
	for _, d := range docs {
		switch {
		case strings.Contains(d, "broken"):
			c.refused[d] = true
			list = append(list, Refusal{idOf(d), "InvalidSegment", "no"})
		case c.on && c.random.IntN(200) == 0:
			list = append(list, Refusal{idOf(d), "ThrottlingException", "later"})
		}
	}
	return list
}

// TestConservation puts documents while endpoints fail in all ways, and finds each of them again: taken once, refused or
// counted as dropped.
func TestConservation(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { conserve(t, seed) })
		})
	}
}

func conserve(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	var drops Drops
	s := openSpool(t, t.TempDir(), &drops)
	ends := []*endpoint{newEndpoint("spool"), newEndpoint("memory")}
	faults := make([]*chaos, len(ends))
	for i, e := range ends {
		faults[i] = &chaos{random: rand.New(rand.NewPCG(seed, uint64(i+2))), on: true, refused: map[string]bool{}}
		e.obey(faults[i].rule)
	}
	r := start(Options{Endpoints: []Endpoint{{Uplink: ends[0], Spool: s, Drops: &drops}, {Uplink: ends[1]}}, Memory: 2 << 20})
	all := map[string]bool{}
	for n := 0; n < 8000; {
		var list [][]byte
		for range random.IntN(200) {
			d := randomDoc(random, n)
			all[string(d)] = true
			list = append(list, d)
			n++
		}
		put(t, r, list...)
		pass(time.Duration(random.IntN(500)) * time.Millisecond)
	}
	for _, f := range faults {
		f.set(false)
	}
	for n := range 1000 { // what makes the endpoint fail is found while other documents are taken
		d := doc(1_000_000 + n)
		all[string(d)] = true
		put(t, r, d)
		pass(time.Second)
	}
	pass(5 * time.Minute)
	checkTwo(t, ends[0], faults[0], r.Counts()[0], all)
	checkTwo(t, ends[1], faults[1], r.Counts()[1], all)
	if c := r.Counts()[0]; c.Spilled > 0 {
		t.Errorf("%d documents were dropped in spite of the spool", c.Spilled)
	}
	if st := s.Stats(); st.Documents != 0 || r.State()[0].QueuedBytes != 0 || r.State()[1].QueuedBytes != 0 {
		t.Errorf("at the end %d documents are in the spool; states %+v", st.Documents, r.State())
	}
	if err := stop(t, r, time.Second); err != nil {
		t.Error(err)
	}
	closeSpool(t, s)
}

func randomDoc(random *rand.Rand, n int) []byte {
	text := ""
	switch random.IntN(300) {
	case 0:
		text = "poison"
	case 1:
		text = "broken"
	case 2:
		if random.IntN(8) == 0 {
			text = "crash"
		}
	case 3:
		text = strings.Repeat("x", random.IntN(60<<10))
	}
	return fmt.Appendf(nil, `{"id":"%016x","name":"%s"}`, n, text)
}

func checkTwo(t *testing.T, e *endpoint, c *chaos, counts Counts, all map[string]bool) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	for d, n := range e.docs {
		if n != 1 || !all[d] {
			t.Errorf("%s took %d times: %.60s (put: %v)", e.name, n, d, all[d])
		}
	}
	taken, refused := uint64(len(e.docs)), uint64(len(c.refused))
	if counts.Sent != taken || counts.Refused != refused || counts.Sent+counts.Refused+counts.Spilled != uint64(len(all)) {
		t.Errorf("%s took %d and refused %d of %d documents; counted are %+v", e.name, taken, refused, len(all), counts)
	}
	t.Logf("%s: %+v in %d calls", e.name, counts, e.calls)
}
