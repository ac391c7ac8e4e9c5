package pebble

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

const (
	// maxBatchBytes bounds one write to the log: a larger Append is several. It must stay below half a memtable, from
	// where on Pebble treats a batch as a table of its own. A document that is larger by itself may become one.
	maxBatchBytes = 256 << 10

	// maxCommits bounds the writes under way, and so what a hung disk can keep in memory: 16 MiB, or a document of
	// segment.MaxDocument and its digest each. Many more than the log needs to share its syncs well.
	maxCommits = 64
)

// Append implements store.Writer.
func (s *Store) Append(ctx context.Context, records []store.Record) error {
	if err := s.enterToWrite(ctx); err != nil {
		return err
	}
	defer s.leave()
	size := 0
	for i := range records {
		if err := check(&records[i]); err != nil {
			return err
		}
		size += 2*rowLen + len(records[i].Digest) + len(records[i].Document)
	}
	if err := s.space.check(size); err != nil {
		return err
	}
	order, epoch := s.order(records)
	for len(order) > 0 {
		w, err := s.acquire(ctx)
		if err != nil {
			return err
		}
		w.epoch = epoch
		n, err := w.fill(ctx, records, order)
		if err != nil {
			w.abandon()
			return err
		}
		if err := w.commit(ctx); err != nil {
			return err
		}
		order = order[n:]
	}
	return nil
}

// order is the indexes of the records to be written, in the order of their identities, without repeats. Records of a trace
// follow each other, so that the batch is nearly in key order.
func (s *Store) order(records []store.Record) (order []int32, epoch int) {
	drop, epoch := s.recent.repeats(make([]bool, 0, len(records)), records)
	order = make([]int32, 0, len(records))
	for i := range records {
		if !drop[i] {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(i, j int32) int { return compareRecords(&records[i], &records[j]) })
	order = slices.CompactFunc(order, func(i, j int32) bool { return sameIdentity(&records[i], &records[j]) })
	return order, epoch
}

func compareRecords(a, b *store.Record) int {
	if c := cmp.Compare(a.Account, b.Account); c != 0 {
		return c
	}
	if c := bytes.Compare(a.Trace[:], b.Trace[:]); c != 0 {
		return c
	}
	if c := bytes.Compare(a.Segment[:], b.Segment[:]); c != 0 {
		return c
	}
	if a.Complete != b.Complete {
		if a.Complete {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.Received, b.Received)
}

func sameIdentity(a, b *store.Record) bool {
	return a.Account == b.Account && a.Trace == b.Trace && a.Segment == b.Segment && a.Complete == b.Complete
}

// A write is one batch on its way to the log.
type write struct {
	s        *Store
	batch    *pebble.Batch
	epoch    int // of recent, when the Append began
	homes    int // epoch of locator, when the write began
	mentions []mention
	claims   []claimed
	touched  []touch // minutes that were entered
	key      []byte
	acts     []store.Activity
	lastAct  [3][]byte // the last activity key on each axis: records of a trace often need the same
}

type claimed struct {
	key   traceKey
	claim *claim
}

// A touch is a minute that is being written to, and the newest receipt of what comes into it; -1 if nothing does.
type touch struct {
	minuteKey
	received segment.Time
}

// acquire waits for a place among the writes under way.
func (s *Store) acquire(ctx context.Context) (*write, error) {
	select {
	case s.commits <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.failure.done:
		return nil, s.failure.err
	}
	return &write{s: s, batch: s.db.NewBatchWithSize(4 << 10), homes: s.locator.begin()}, nil
}

// fill puts into the batch as many of the ordered records as it may take, and says how many.
func (w *write) fill(ctx context.Context, records []store.Record, order []int32) (int, error) {
	n := 0
	homes := make([]store.Home, 0, min(len(order), 64))
	for size := 0; n < len(order) && (n == 0 || size < maxBatchBytes); n++ {
		r := &records[order[n]]
		h, err := w.place(r)
		if err != nil {
			return 0, err
		}
		homes = append(homes, h)
		if err := w.enter(ctx, minuteKey{r.Account, h.Minute()}, r.Received); err != nil {
			return 0, err
		}
		size += 2*rowLen + len(r.Digest) + len(r.Document)
		w.mentions = append(w.mentions, mention{identityOf(r), r.Received})
	}
	// Range by range: a run of neighbours goes into the memtable faster than keys from here and there.
	for i, h := range homes {
		r := &records[order[i]]
		w.key = appendRow(w.key[:0], tagDigest, h, r)
		if err := w.set(r.Digest); err != nil {
			return 0, err
		}
		if err := w.activities(h, r); err != nil {
			return 0, err
		}
	}
	for i, h := range homes {
		r := &records[order[i]]
		w.key = appendRow(w.key[:0], tagDocument, h, r)
		if err := w.set(r.Document); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// place finds the home of the record's trace, and writes its locator if it has none yet.
func (w *write) place(r *store.Record) (store.Home, error) {
	h, c, err := w.s.locator.home(r)
	if err != nil || c == nil {
		return h, err
	}
	w.claims = append(w.claims, claimed{traceKey{r.Account, r.Trace}, c})
	if n := len(w.claims); n > 1 && w.claims[n-2].claim == c {
		return h, nil
	}
	w.key = appendLocator(w.key[:0], r.Account, c.week, r.Trace)
	return h, w.set(binary.BigEndian.AppendUint32(nil, uint32(h)))
}

// enter begins the write into a minute, and breaks its seal.
func (w *write) enter(ctx context.Context, k minuteKey, received segment.Time) error {
	for i := range slices.Backward(w.touched) { // nearly always it is the last
		if t := &w.touched[i]; t.minuteKey == k {
			t.received = max(t.received, received)
			return nil
		}
	}
	sealed, wait := w.s.seals.enter(k)
	for wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		case <-w.s.failure.done:
			return w.s.failure.err
		}
		sealed, wait = w.s.seals.enter(k)
	}
	w.touched = append(w.touched, touch{k, received})
	if !sealed {
		return nil
	}
	w.key = appendMark(w.key[:0], k.account, k.minute)
	if err := w.batch.Delete(w.key, nil); err != nil {
		return fmt.Errorf("fill batch: %w", err)
	}
	return nil
}

func (w *write) activities(h store.Home, r *store.Record) error {
	w.acts = store.Activities(w.acts[:0], h, r)
	for _, a := range w.acts {
		w.key = appendActivity(w.key[:0], r.Account, a, store.Position{Home: h, Trace: r.Trace})
		if last := &w.lastAct[a.Axis]; !bytes.Equal(*last, w.key) {
			*last = append((*last)[:0], w.key...)
			if err := w.set(nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *write) set(value []byte) error {
	if err := w.batch.Set(w.key, value, nil); err != nil {
		return fmt.Errorf("fill batch: %w", err)
	}
	return nil
}

// commit makes the batch durable and visible. It gives up waiting when the context is done or the store has failed; the
// write itself may then still succeed.
func (w *write) commit(ctx context.Context) error { return w.s.detach(ctx, w.finish) }

// detach runs f, and waits for it no longer than until the context is done or the store has failed.
func (s *Store) detach(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	s.calls.Add(1)
	go func() {
		defer s.calls.Done()
		done <- f()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.failure.done:
		return s.failure.err
	}
}

// finish writes the batch and enters what became durable.
func (w *write) finish() error {
	err := w.s.apply(w.batch)
	if err == nil {
		w.s.recent.add(w.epoch, w.mentions)
	}
	w.release(err == nil)
	return err
}

func (w *write) abandon() { w.release(false) }

func (w *write) release(durable bool) {
	for _, c := range w.claims {
		w.s.locator.settle(c.key, c.claim, durable, w.homes)
	}
	w.s.seals.leave(w.touched, durable)
	_ = w.batch.Close() // it only returns memory: it cannot fail
	<-w.s.commits
}

// apply writes a batch to the log, waits for the sync, and makes it visible.
func (s *Store) apply(b *pebble.Batch) (err error) {
	defer func() {
		// Pebble panics when its log writer has failed before. It holds its commit lock then: nothing can follow.
		if p := recover(); p != nil {
			s.failure.set(fmt.Errorf("write log: %v", p))
			err = s.failure.cause()
		}
	}()
	if err := s.db.Apply(b, pebble.Sync); err != nil {
		return fmt.Errorf("write log: %w", err)
	}
	// A failed sync comes back by way of failure.Fatalf.
	return s.failure.cause()
}
