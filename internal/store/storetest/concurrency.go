package storetest

import (
	"fmt"
	"sync"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// concurrent writes young traces from several goroutines, while others scan, read and trim older ones. Each writer reads
// back what it wrote; each scan must be in order.
func concurrent(f *fixture) {
	const writers, rounds, batch = 4, 30, 10
	var writing, others sync.WaitGroup
	stop := make(chan struct{})
	for w := range uint64(writers) {
		writing.Go(func() {
			for i := range uint64(rounds) {
				if err := writeAndRead(f, w, i, batch); err != nil {
					f.Error(err)
					return
				}
			}
		})
	}
	for _, work := range []func() error{func() error { return scanOnce(f) }, func() error { return f.store.Trim(f.ctx, noon-day) }} {
		others.Go(func() {
			for {
				if err := work(); err != nil {
					f.Error(err)
					return
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	writing.Wait()
	close(stop)
	others.Wait()
	if got := len(f.scan(alice, store.Window{From: noon - hour, To: noon + hour}, nil)); got != writers*rounds*batch {
		f.Errorf("got %d traces, want %d", got, writers*rounds*batch)
	}
}

func writeAndRead(f *fixture, writer, round uint64, batch int) error {
	var rs []store.Record
	var ids []segment.TraceID
	for n := range uint64(batch) {
		at := noon - segment.Time(round)*second
		id := sdkID(at, writer<<32|round<<16|n)
		if n%2 == 1 {
			id = randomID(writer<<32 | round<<16 | n)
		}
		rs = append(rs, record(id, n, at), record(sdkID(noon-2*day, uint64(len(ids))), n, noon-2*day))
		ids = append(ids, id)
	}
	if err := f.store.Append(f.ctx, rs); err != nil {
		return err
	}
	i := 0
	for t, err := range f.store.Digests(f.ctx, alice, ids...) {
		if err != nil {
			return err
		}
		if t.ID != ids[i] {
			return fmt.Errorf("writer %d, round %d: read trace %s, want %s", writer, round, t.ID, ids[i])
		}
		i++
	}
	if i != len(ids) {
		return fmt.Errorf("writer %d, round %d: read %d traces, want %d", writer, round, i, len(ids))
	}
	return nil
}

func scanOnce(f *fixture) error {
	var last *store.Position
	for t, err := range f.store.Scan(f.ctx, alice, store.Selection{Window: store.Window{From: noon - hour, To: noon + hour}}) {
		if err != nil {
			return err
		}
		if p := positionOf(*t); last != nil && !before(*last, *p) {
			return fmt.Errorf("scan: %v does not follow %v", *p, *last)
		}
		last = positionOf(*t)
	}
	return nil
}

// before tells whether a scan comes to a earlier than to b.
func before(a, b store.Position) bool {
	if a.Home != b.Home {
		return a.Home > b.Home
	}
	return string(a.Trace[:]) < string(b.Trace[:])
}

func concurrentNewTrace(f *fixture) {
	const traces, rows = 20, 8
	for n := range uint64(traces) {
		id := randomID(n)
		var wg sync.WaitGroup
		for i := range uint64(rows) {
			wg.Go(func() {
				// Each alone would put the trace somewhere else.
				if err := f.store.Append(f.ctx, []store.Record{record(id, i, noon-segment.Time(i)*hour)}); err != nil {
					f.Error(err)
				}
			})
		}
		wg.Wait()
		got := f.scan(alice, store.Window{From: noon - day, To: noon + day}, nil)
		f.found("Scan", got, id, true)
		for _, t := range got {
			if t.ID == id && len(t.Rows) != rows {
				f.Errorf("trace %s has %d rows, want %d", id, len(t.Rows), rows)
			}
		}
	}
}
