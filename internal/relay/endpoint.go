package relay

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/rayscope/rayscope/internal/hush"
	"github.com/rayscope/rayscope/internal/spool"
	"github.com/rayscope/rayscope/internal/uplink"
)

// A lane is the way to one endpoint: what waits for it, in memory and on disk, and the calls under way. Goroutines exist
// only while there is work for them, but for one that reads the spool.
type lane struct {
	name    string
	uplink  Poster
	spool   *spool.Spool // nil: none
	limit   int          // of bytes
	alone   bool         // there is no other endpoint
	signs   bool         // the hash of a body is worth sharing with other endpoints
	now     func() time.Time
	log     *slog.Logger
	quiet   *hush.Log
	said    minutely
	count   *tally
	ctx     context.Context // of calls; ends when the lane is stopped
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu       sync.Mutex // guards what follows
	changed  *sync.Cond // of anything that drain or readSpool waits for
	breaker  breaker
	queue    queue // of memory
	old      queue // of the spool: held, and not being sent
	bytes    int   // memory of all items but old ones
	leased   int   // memory of old items
	inflight int   // calls under way
	oldCalls int   // of inflight: for old items
	lastOld  bool  // the last call was for an old item
	timer    *time.Timer

	evacuating bool      // a goroutine moves the queue to disk
	diskUntil  time.Time // no write to the spool before: it has just failed
	otlpUntil  time.Time // no OTLP before: the endpoint does not take it
	proven     bool      // the last call with segments was taken
	wins       int       // calls with documents that were taken
	spooled    int       // documents spooled since the endpoint went away

	closing bool // nothing more is read from the spool
	stopped bool // no new calls
}

func newLane(r *Relay, e Endpoint, limit, uploads int) *lane {
	l := &lane{
		name: e.Uplink.Name(), uplink: e.Uplink, spool: e.Spool, limit: limit,
		now: r.now, log: r.log, quiet: hush.New(r.log, r.now),
		count:   newTally(r.metrics, e.Uplink.Name()),
		breaker: newBreaker(uploads, r.now()),
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.changed = sync.NewCond(&l.mu)
	if e.Drops != nil {
		e.Drops.tell(l.spoolDropped)
	}
	l.timer = time.AfterFunc(time.Hour, l.wake)
	l.timer.Stop()
	return l
}

// start begins to send what lies in the spool.
func (l *lane) start() {
	if l.spool != nil {
		l.running.Go(l.readSpool)
	}
}

// wake goes on after a pause.
func (l *lane) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pump()
}

// push takes a closed batch of datagrams. Without room the oldest goes to disk, or is dropped.
func (l *lane) push(b *batch) {
	it := &item{batch: b, ctx: l.ctx}
	l.mu.Lock()
	if b.kind == otlp && l.now().Before(l.otlpUntil) {
		l.mu.Unlock()
		l.refuse(it, refusedOTLP, nil)
		l.finish(it)
		return
	}
	l.bytes += b.memory()
	l.queue.pushBack(it)
	l.pump()
	for l.bytes > l.limit && l.worthWaiting() {
		l.changed.Wait()
	}
	full := l.bytes > l.limit
	l.mu.Unlock()
	if full {
		l.relieve()
	}
}

// worthWaiting tells whether a full queue will soon have room, so that who brings more had better wait than have the oldest
// dropped, which cost as much to encode: then the receiver drops what is too much, before anything was done for it. It is so while
// the endpoint takes calls. Where there is another endpoint, nobody waits for this one. The mutex is held.
func (l *lane) worthWaiting() bool {
	return l.alone && l.spool == nil && l.inflight > 0 && l.breaker.failures == 0 && !l.closing
}

// pump starts what can be started. The mutex is held.
func (l *lane) pump() {
	if l.stopped {
		return
	}
	l.startEvacuation()
	for it := l.next(); it != nil; it = l.next() {
		round := l.breaker.round
		l.running.Go(func() { l.work(it, round) })
	}
}

// next takes the item to send now; nil if there is none or it may not be sent yet. The mutex is held.
func (l *lane) next() *item {
	fresh, old := l.queue.len() > 0, l.old.len() > 0 && !l.closing
	if l.stopped || !fresh && !old || l.inflight >= l.breaker.uploads() {
		return nil
	}
	if pause := l.breaker.until.Sub(l.now()); pause > 0 {
		l.timer.Reset(pause)
		return nil
	}
	l.inflight++
	if l.lastOld = old && (!fresh || l.oldsTurn()); !l.lastOld {
		return l.queue.popFront()
	}
	l.oldCalls++
	it := l.old.popFront()
	l.changed.Broadcast() // readSpool fetches the next
	return it
}

// oldsTurn tells which goes first while both fresh and old items wait: the old have half of the calls; all of them while the
// endpoint fails, as fresh ones are on their way to disk then.
func (l *lane) oldsTurn() bool {
	if n := l.breaker.uploads(); n > 1 {
		return 2*(l.oldCalls+1) <= n
	}
	return l.breaker.failures > 0 || !l.lastOld
}

// work sends an item, and others as long as there are some.
func (l *lane) work(it *item, round int) {
	for it != nil {
		old := it.old()
		l.upload(it, round)
		l.mu.Lock()
		l.inflight--
		if old {
			l.oldCalls--
		}
		it, round = l.next(), l.breaker.round
		l.pump() // more may be allowed by now
		l.changed.Broadcast()
		l.mu.Unlock()
	}
}

// upload makes one call and does what its outcome asks for.
func (l *lane) upload(it *item, round int) {
	f := formats[it.batch.kind]
	r := uplink.Request{Path: f.path, ContentType: f.contentType, Body: it.batch.body()}
	if l.signs {
		r.Hash = it.batch.sum()
	}
	begin := l.now()
	answer, err := l.uplink.Post(it.ctx, r)
	took := l.now().Sub(begin)
	l.count.seconds.Observe(took.Seconds())
	if err != nil {
		it.batch.spoil()
	}
	var unprocessed []Refusal
	if err == nil && it.batch.kind == segments {
		if unprocessed, err = readAnswer(answer.Body); err != nil {
			err = &uplink.Error{Kind: uplink.Foreign, Endpoint: l.name, Status: answer.Status, Err: err}
		}
	}
	switch {
	case err == nil:
		l.taken(it, unprocessed, took)
	case it.ctx.Err() != nil:
		l.putBack(it)
	default:
		l.failed(it, round, asError(l.name, err))
	}
}

// taken is a call that went well, perhaps not for all documents.
func (l *lane) taken(it *item, unprocessed []Refusal, took time.Duration) {
	refused, again := divide(it.batch, unprocessed, it.tries)
	l.count.sent.add(it.batch.docs - len(refused) - docsOf(again))
	l.count.batches.add(1)
	l.count.bytes.add(it.batch.size)
	l.saySent(it, len(unprocessed), took)
	if len(refused) > 0 {
		l.refuse(it, refusedService, refused)
	}
	l.mu.Lock()
	l.proven = l.proven || it.batch.kind == segments
	l.wins++
	l.succeeded()
	if again != nil {
		l.breaker.throttled(l.now(), it.tries+1, rand.Float64())
		l.queueAgain(l.child(it, again, it.tries+1))
	}
	l.mu.Unlock()
	l.finish(it)
}

// succeeded notes that the endpoint answers. The mutex is held.
func (l *lane) succeeded() {
	now := l.now()
	gone := now.Sub(l.breaker.since)
	if l.breaker.succeeded(now) {
		l.log.Info("endpoint is back", "endpoint", l.name, "away", gone.Round(time.Millisecond), "spooled", l.spooled)
		l.spooled = 0
	}
}

// failed is a call that the endpoint did not take.
func (l *lane) failed(it *item, round int, e *uplink.Error) {
	l.count.call(e)
	switch {
	case it.batch.kind == otlp && l.refusesOTLP(it, e):
		l.withoutOTLP(it, e)
	case !e.Temporary():
		l.mu.Lock()
		l.succeeded() // it answers, after all
		l.mu.Unlock()
		l.separate(it, e)
	default:
		l.sayFailed(e)
		l.mu.Lock()
		l.proven = false
		if l.breaker.failed(l.now(), round, e, rand.Float64()) {
			l.log.Warn("endpoint is away", "endpoint", l.name, "error", e, "hint", e.Hint())
		}
		blamed := l.blame(it, e)
		l.mu.Unlock()
		if blamed {
			l.separate(it, e)
		} else {
			l.putBack(it)
		}
	}
}

// maxBlame is how often in a row a batch may fail while others are taken. A document that makes the endpoint fail, or die, would
// be sent forever; by chance it is one of 2^8 at an endpoint that fails every other call, and then the batch is only halved.
const maxBlame = 8

// blame notes a failure of an item and tells whether the item seems to be its cause. The mutex is held.
func (l *lane) blame(it *item, e *uplink.Error) bool {
	it.fails++
	switch e.Kind {
	case uplink.Failing, uplink.TimedOut, uplink.Unreachable:
		if l.wins != it.wins {
			it.wins = l.wins
			it.blame++
		}
	}
	return it.blame >= maxBlame
}

// separate halves a batch that the endpoint will never take, until the documents that are to blame are alone.
func (l *lane) separate(it *item, e *uplink.Error) {
	if it.batch.docs == 1 {
		reason, r := refusedRequest, Refusal{Code: e.Code, Message: e.Message}
		if e.Kind == uplink.TooLarge {
			reason = refusedTooLarge
		}
		if it.batch.kind == segments {
			r.ID = documentID(it.batch.document(0))
		}
		if r.Code == "" {
			r.Code = e.Kind.String()
		}
		l.refuse(it, reason, []Refusal{r})
	}
	l.mu.Lock()
	if it.batch.docs > 1 {
		halves := it.batch.halves()
		l.queueAgain(l.child(it, halves[1], it.tries))
		l.queueAgain(l.child(it, halves[0], it.tries))
	}
	l.mu.Unlock()
	l.finish(it)
}

// child is an item for a part of another's documents. The mutex is held.
func (l *lane) child(of *item, part *batch, tries int) *item {
	if of.origin != nil {
		of.origin.left++
	}
	if !of.old() {
		l.bytes += part.memory()
	}
	return &item{batch: part, ctx: of.ctx, origin: of.origin, tries: tries}
}

// queueAgain puts an item where it is taken next. One that has failed before lets others go first: should it be the cause, the
// endpoint proves to be well with another. The mutex is held.
func (l *lane) queueAgain(it *item) {
	q := &l.queue
	if it.old() {
		q = &l.old
	}
	if it.fails > 1 {
		q.pushBack(it)
	} else {
		q.pushFront(it)
	}
}

// putBack keeps an item whose call failed. Somebody who waits for it is better served by the spool than by another try.
func (l *lane) putBack(it *item) {
	if it.waited() && l.spool != nil && l.keep(it) {
		return
	}
	l.requeue(it)
}

// requeue keeps an item in memory, unless its caller has gone.
func (l *lane) requeue(it *item) {
	l.mu.Lock()
	gone := it.waited() && it.ctx.Err() != nil
	if !gone {
		l.queueAgain(it)
	}
	l.mu.Unlock()
	if gone {
		l.giveBack(it)
	}
}

// finish ends an item: its documents are sent, refused, on disk or given up.
func (l *lane) finish(it *item) {
	l.mu.Lock()
	o := it.origin
	if !it.old() {
		l.bytes -= it.batch.memory()
	}
	done := false
	if o != nil {
		o.left--
		done = o.left == 0
	}
	if done && o.lease != nil {
		l.leased -= o.size
		l.changed.Broadcast()
	}
	l.mu.Unlock()
	it.batch.release()
	if done {
		l.end(o)
	}
}

// end tells the origin that all of its items have come to an end.
func (l *lane) end(o *origin) {
	if o.receipt != nil {
		close(o.receipt.done)
		return
	}
	if err := o.lease.Done(); err != nil {
		l.quiet.Warn("done", "cannot note on disk that a batch was sent: it is sent again after the next start", func() []slog.Attr {
			return []slog.Attr{slog.String("endpoint", l.name), slog.String("error", err.Error()), slog.String("hint", hintDisk)}
		})
	}
}

// refuse counts documents that will never be taken: those listed, or all of the item.
func (l *lane) refuse(it *item, reason string, list []Refusal) {
	n := it.batch.docs
	if reason == refusedService {
		n = len(list)
	}
	l.count.refused[reason].add(n)
	if it.waited() {
		l.mu.Lock()
		it.origin.receipt.refused = append(it.origin.receipt.refused, list...)
		l.mu.Unlock()
	}
	if reason != refusedOTLP {
		l.quiet.Warn("refused", "document refused", func() []slog.Attr {
			r := list[0]
			return []slog.Attr{slog.String("endpoint", l.name), slog.String("id", r.ID), slog.String("code", r.Code), slog.String("message", r.Message)}
		})
	}
}

// saySent writes the lines that users of X-Ray's daemon look for; at debug level, as there are hundreds a second under load.
func (l *lane) saySent(it *item, unprocessed int, took time.Duration) {
	if !l.log.Enabled(l.ctx, slog.LevelDebug) {
		return
	}
	if unprocessed == 0 {
		l.log.Debug(fmt.Sprintf("Successfully sent batch of %d segments (%1.3f seconds)", it.batch.docs, took.Seconds()), "endpoint", l.name)
		return
	}
	l.log.Debug(fmt.Sprintf("Sent batch of %d segments but had %d Unprocessed segments (%1.3f seconds)", it.batch.docs, unprocessed, took.Seconds()), "endpoint", l.name)
}

// sayFailed logs a failure, each sort of it once a minute.
func (l *lane) sayFailed(e *uplink.Error) {
	if l.said.due(fmt.Sprint(e.Kind, e.Status, e.Code), l.now()) {
		l.log.Warn("Sending segment batch failed with: "+e.Error(), "endpoint", l.name, "hint", e.Hint())
	}
}

// state describes the lane.
func (l *lane) state() State {
	now := l.now()
	l.mu.Lock()
	s := State{Name: l.name, Up: !l.breaker.away, Since: l.breaker.since, Uploads: l.breaker.uploads(), QueuedBytes: l.bytes, QueueLimit: l.limit}
	if e := l.breaker.last; e != nil && l.breaker.failures > 0 {
		s.LastError, s.Hint = e.Error(), e.Hint()
	}
	if l.queue.len() > 0 {
		s.Oldest = (*l.queue.at(0)).batch.born
	}
	l.mu.Unlock()
	if l.spool != nil {
		on := l.spool.Stats()
		s.SpooledBytes, s.SpooledDocuments = on.Bytes, int64(on.Documents)
		if on.Entries > 0 && (s.Oldest.IsZero() || on.Oldest.Before(s.Oldest)) {
			s.Oldest = on.Oldest
		}
	}
	if !s.Oldest.IsZero() {
		s.age = max(0, now.Sub(s.Oldest))
	}
	return s
}
