package relay

import (
	"errors"
	"log/slog"
	"time"

	"github.com/rayscope/rayscope/internal/spool"
)

// diskPause is how long nothing is written to a spool that has just failed: trying costs, and a full disk stays full for a
// while.
const diskPause = time.Second

// What to do about losses.
const (
	hintMemory  = "more comes in than the endpoint takes: give the daemon more memory (--buffer-memory), more uploads at once (--concurrency) or a spool (--spool-dir)"
	hintSpool   = "the endpoint was away for too long: raise --spool-max or --spool-max-age"
	hintDisk    = "check the free space of the disk of --spool-dir, and that the daemon's user may write there"
	hintDamaged = "the disk of --spool-dir has lost data: check it"
	hintStop    = "give the daemon a spool (--spool-dir), or more time to stop"
	hintFormat  = "OTLP in datagrams is T1S and base64 of an ExportTraceServiceRequest: look into what sends it"
)

// errDiskPause stands for a write that was not even tried.
var errDiskPause = errors.New("the spool has just failed")

// relieve makes room: the oldest batches go to disk or, without that, are dropped. Those that somebody waits for stay.
func (l *lane) relieve() {
	for {
		l.mu.Lock()
		var it *item
		if l.bytes > l.limit {
			it = l.queue.take((*item).fresh)
		}
		l.mu.Unlock()
		if it == nil {
			return
		}
		if l.spool == nil || !l.keep(it) {
			l.drop(it, spilledMemory, hintMemory)
		}
	}
}

// startEvacuation empties the queue to disk while the endpoint is away, so that nearly nothing is lost if the daemon is killed.
// The mutex is held.
func (l *lane) startEvacuation() {
	if l.spool == nil || l.evacuating || !l.mayEvacuate() || l.now().Before(l.diskUntil) {
		return
	}
	l.evacuating = true
	l.running.Go(l.evacuate)
}

func (l *lane) mayEvacuate() bool { return l.breaker.away && l.queue.len() > 0 && !l.stopped }

func (l *lane) evacuate() {
	for {
		l.mu.Lock()
		if !l.mayEvacuate() {
			break
		}
		it := l.queue.popFront()
		l.mu.Unlock()
		if !l.keep(it) {
			l.requeue(it)
			l.mu.Lock()
			break
		}
	}
	l.evacuating = false
	l.changed.Broadcast()
	l.mu.Unlock()
}

// keep writes an item to the spool, which ends it, and reports whether it is there. When somebody waits for it, it survives the
// death of the machine; other items have a second until the spool is synced.
func (l *lane) keep(it *item) bool {
	err := l.write(it)
	if err == nil && it.waited() {
		err = l.spool.Sync()
	}
	if errors.Is(err, spool.ErrFull) && it.fresh() {
		l.drop(it, spilledFull, hintSpool)
		return true
	}
	if err != nil {
		l.diskFailed(err)
		return false
	}
	l.count.spooled.add(it.batch.docs)
	l.mu.Lock()
	l.spooled += it.batch.docs
	l.mu.Unlock()
	l.finish(it)
	return true
}

func (l *lane) write(it *item) error {
	l.mu.Lock()
	pause := l.now().Before(l.diskUntil)
	l.mu.Unlock()
	if pause {
		return errDiskPause
	}
	b := it.batch
	return l.spool.Append(spool.Entry{Kind: byte(b.kind), Documents: b.docs, At: b.born, Payload: b.payload()})
}

func (l *lane) diskFailed(err error) {
	if errors.Is(err, errDiskPause) {
		return
	}
	l.count.spoolErrors.add(1)
	l.mu.Lock()
	l.diskUntil = l.now().Add(diskPause)
	l.mu.Unlock()
	l.quiet.Warn("disk", "cannot write to the spool: documents stay in memory as far as there is room", func() []slog.Attr {
		return []slog.Attr{slog.String("endpoint", l.name), slog.String("error", err.Error()), slog.String("hint", hintDisk)}
	})
}

// drop gives up an item.
func (l *lane) drop(it *item, reason, hint string) {
	l.spill(it.batch.docs, reason, hint)
	l.finish(it)
}

// spill counts documents that were given up.
func (l *lane) spill(docs int, reason, hint string) {
	l.count.spilled[reason].add(docs)
	l.quiet.Warn("spilled "+reason, "documents dropped", func() []slog.Attr {
		return []slog.Attr{slog.String("endpoint", l.name), slog.String("reason", reason), slog.Int("documents", docs), slog.String("hint", hint)}
	})
}

// spoolDropped counts what the spool gave up.
func (l *lane) spoolDropped(docs int, reason string) {
	switch reason {
	case spilledFull, spilledOld:
		l.spill(docs, reason, hintSpool)
	default:
		l.spill(docs, spilledDamaged, hintDamaged)
	}
}

// readSpool fetches what lies in the spool, oldest first, as fast as it is sent.
func (l *lane) readSpool() {
	for l.awaitRoom() {
		lease, err := l.spool.Next(l.ctx)
		if err != nil {
			if l.ctx.Err() == nil {
				l.log.Error("the spool is not read any more", "endpoint", l.name, "error", err)
			}
			return
		}
		l.takeLease(lease)
	}
}

// awaitRoom waits until another entry of the spool may be held in memory; false when that never happens again.
func (l *lane) awaitRoom() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.closing && l.holdsEnough() {
		l.changed.Wait()
	}
	return !l.closing
}

// holdsEnough tells whether no more of the spool should be held in memory: one batch that waits, and a quarter of the memory in
// all, as they need not queue: they lie on disk. While the endpoint fails there are several, as the one may be the cause.
// The mutex is held.
func (l *lane) holdsEnough() bool {
	waiting := 1
	if l.breaker.failures > 0 {
		waiting = l.breaker.most
	}
	return l.old.len() >= waiting || l.leased >= l.limit/4 && l.old.len() > 1 || l.leased >= l.limit
}

// takeLease makes an item of a spooled entry.
func (l *lane) takeLease(lease *spool.Lease) {
	e := lease.Entry()
	b, err := parseBatch(e.Kind, e.Documents, e.At, e.Payload)
	if err != nil {
		l.spill(e.Documents, spilledDamaged, err.Error())
		l.end(&origin{lease: lease})
		return
	}
	it := &item{batch: b, ctx: l.ctx, origin: &origin{left: 1, lease: lease, size: b.memory()}}
	l.mu.Lock()
	l.leased += b.memory()
	if b.kind == otlp && l.now().Before(l.otlpUntil) {
		l.mu.Unlock()
		l.refuse(it, refusedOTLP, nil)
		l.finish(it)
		return
	}
	l.old.pushBack(it)
	l.pump()
	l.mu.Unlock()
}
