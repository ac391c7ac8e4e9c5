package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// sealConcurrent lets writers add segments to the traces of a few minutes while sealers seal these minutes over and over.
// Each writer looks for what it has just written, by a fact that only the new segment makes true, and in the parts: a seal
// that does not know of it would hide it.
func sealConcurrent(f *fixture) {
	const writers, rounds, minutes = 3, 60, 2
	var writing, sealing sync.WaitGroup
	stop := make(chan struct{})
	for w := range uint64(writers) {
		writing.Go(func() {
			for i := range uint64(rounds) {
				if err := writeAndLook(f, w, i, i%minutes); err != nil {
					f.Errorf("writer %d, round %d: %v", w, i, err)
					return
				}
			}
		})
	}
	sealed := 0
	sealing.Go(func() {
		for {
			for m := range segment.Time(minutes) {
				err := f.store.Seal(f.ctx, alice, minuteAt(noon+m*minute), noting)
				if err == nil {
					sealed++
				} else if !errors.Is(err, store.ErrUnsettled) {
					f.Errorf("Seal: %v", err)
					return
				}
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	writing.Wait()
	close(stop)
	sealing.Wait()
	for m := range segment.Time(minutes) {
		f.seal(alice, minuteAt(noon+m*minute), noting)
	}
	f.equal("Unsealed in the end", f.unsealed(alice), []int{})
	f.Logf("%d seals held", sealed)
}

func writeAndLook(f *fixture, writer, round, m uint64) error {
	at := noon + segment.Time(m)*minute
	r := record(sdkID(at, writer), writer*1000+round, at)
	if err := f.store.Append(f.ctx, []store.Record{r}); err != nil {
		return err
	}
	where := []fact.Clause{{an("segment", fact.Equal, number(float64(writer*1000+round)))}}
	found := false
	for t, err := range f.store.Scan(f.ctx, alice, store.Selection{Window: around(store.ByStart, at), Where: where}) {
		if err != nil {
			return err
		}
		if t.Looked && !holds(where, factsOf(t)) {
			return fmt.Errorf("trace %s is looked up for %v and has it not", t.ID, where)
		}
		found = found || t.ID == r.Trace && holds(where, factsOf(t))
	}
	if !found {
		return fmt.Errorf("trace %s was not found by its new segment", r.Trace)
	}
	for p, err := range f.store.Parts(f.ctx, alice, 1, minuteAt(at), minuteAt(at)) {
		if err != nil {
			return err
		}
		rows := 0
		for line := range strings.Lines(string(p.Data)) {
			if n, ok := strings.CutPrefix(line, r.Trace.String()+" "); ok {
				rows, _ = strconv.Atoi(strings.TrimSpace(n)) // 0 is an error anyway
			}
		}
		if want := int(round)/2 + 1; rows < want {
			return fmt.Errorf("the seal lists %d rows of trace %s, want the %d that were acknowledged", rows, r.Trace, want)
		}
	}
	return nil
}
