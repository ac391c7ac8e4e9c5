// Package retrieval keeps X-Ray's trace retrievals: jobs that find some traces and hand them out page by page, span by
// span, as they were when the job was started.
//
// Jobs live in memory only: they die after an hour anyway, and a client whose job is gone starts another. A job holds the
// ids of its traces, never their documents.
package retrieval

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// Bounds of jobs.
const (
	// MaxIDs is how many traces one job is for: X-Ray's bound.
	MaxIDs = 100

	// Lifetime is how long a job runs and its results can be read: X-Ray's bound.
	Lifetime = time.Hour

	// memory is how long a job is known. In the second hour its status tells its client what became of it.
	memory = 2 * Lifetime

	// MaxJobs is how many jobs an account has at a time. With their ids they take some 3 MB.
	MaxJobs = 1000

	// running is how many jobs of all accounts run at once: one that reads from the disk and one that computes.
	running = 2
)

// Errors that doors turn into answers of their own.
var (
	ErrUnknown = errors.New("no such trace retrieval")
	ErrBusy    = errors.New("too many trace retrievals")
)

// A Status says how far a job is.
type Status string

// The statuses, as X-Ray spells them.
const (
	Scheduled Status = "SCHEDULED" // waits for others
	Running   Status = "RUNNING"
	Complete  Status = "COMPLETE" // its results can be read
	Failed    Status = "FAILED"   // the store failed; the log says how
	Cancelled Status = "CANCELLED"
	TimedOut  Status = "TIMEOUT" // it is older than Lifetime
)

// A Room runs jobs. It is safe for concurrent use.
type Room struct {
	query *query.Query
	now   func() time.Time
	log   *slog.Logger

	ctx   context.Context // of the jobs; done when the room is closed
	close context.CancelFunc
	work  sync.WaitGroup
	slots chan struct{} // has an element for each job that runs

	mu   sync.Mutex // guards jobs and what in them may change
	jobs map[store.Account]map[string]*job
}

// A job finds traces.
type job struct {
	account  store.Account
	ids      []segment.TraceID
	from, to segment.Time // both inclusive
	started  time.Time
	asOf     segment.Time // documents received later are not looked at
	cancel   context.CancelFunc

	// Guarded by Room.mu.
	status Status
	found  []segment.TraceID // does not change any more once the job is complete
}

// New is a room that reads through q. Close ends it.
func New(q *query.Query, now func() time.Time, log *slog.Logger) *Room {
	r := &Room{query: q, now: now, log: log, slots: make(chan struct{}, running), jobs: make(map[store.Account]map[string]*job)}
	r.ctx, r.close = context.WithCancel(context.Background())
	return r
}

// Close cancels the jobs and waits for them. No other method may be called afterwards.
func (r *Room) Close() {
	r.close()
	r.work.Wait()
}

// Start begins a job for those of the traces that went on at some time in [from, to]. It returns the token that names it,
// which nobody can guess. Unknown ids are passed over. ErrBusy: the account has MaxJobs that are not over.
func (r *Room) Start(account store.Account, from, to segment.Time, ids ...segment.TraceID) (token string, err error) {
	now := r.now()
	ctx, cancel := context.WithTimeout(r.ctx, Lifetime)
	j := &job{account: account, ids: ids, from: from, to: to, started: now, asOf: segment.TimeOf(now), cancel: cancel, status: Scheduled}
	token = rand.Text() + rand.Text()

	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.room(account) {
		cancel()
		return "", fmt.Errorf("start trace retrieval for account %s: %w: it has %d that are not over", account, ErrBusy, MaxJobs)
	}
	r.jobs[account][token] = j
	r.work.Go(func() { r.run(ctx, j) })
	return token, nil
}

// room makes room for one more job of the account if it can: forgotten are jobs that nobody can ask for any more, and if
// need be the oldest of those that have nothing to hand out.
func (r *Room) room(account store.Account) bool {
	jobs := r.jobs[account]
	if jobs == nil {
		jobs = make(map[string]*job)
		r.jobs[account] = jobs
	}
	oldest := ""
	for token, j := range jobs {
		if r.now().Sub(j.started) >= memory {
			delete(jobs, token)
			continue
		}
		if s := r.status(j); (s == Cancelled || s == TimedOut || s == Failed) && (oldest == "" || j.started.Before(jobs[oldest].started)) {
			oldest = token
		}
	}
	if len(jobs) >= MaxJobs {
		delete(jobs, oldest)
	}
	return len(jobs) < MaxJobs
}

// run does the job.
func (r *Room) run(ctx context.Context, j *job) {
	defer j.cancel()
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return // cancelled or timed out, and its status says so
	}
	r.advance(j, Scheduled, Running, nil)
	var found []segment.TraceID
	for id, err := range r.query.Active(ctx, j.account, j.from, j.to, j.asOf, j.ids...) {
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.log.Error("trace retrieval failed", "account", j.account.String(), "error", err)
			r.advance(j, Running, Failed, nil)
			return
		}
		found = append(found, id)
	}
	if ctx.Err() == nil {
		r.advance(j, Running, Complete, found)
	}
}

// advance moves the job on unless it was cancelled meanwhile.
func (r *Room) advance(j *job, from, to Status, found []segment.TraceID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if j.status == from {
		j.status, j.found = to, found
	}
}

// status is that of the job now. The caller holds mu.
func (r *Room) status(j *job) Status {
	if (j.status == Scheduled || j.status == Running || j.status == Complete) && r.now().Sub(j.started) >= Lifetime {
		return TimedOut
	}
	return j.status
}

// Cancel ends the job: it stops if it runs, and hands nothing out any more. A job that failed or timed out stays so.
// ErrUnknown: the account has no such job.
func (r *Room) Cancel(account store.Account, token string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	j, err := r.find(account, token)
	if err != nil {
		return err
	}
	if s := r.status(j); s != Failed && s != TimedOut {
		j.status, j.found = Cancelled, nil
		j.cancel()
	}
	return nil
}

// find is the account's job with the token. The caller holds mu.
func (r *Room) find(account store.Account, token string) (*job, error) {
	j := r.jobs[account][token]
	if j == nil || r.now().Sub(j.started) >= memory {
		return nil, fmt.Errorf("%w: %.80q", ErrUnknown, token)
	}
	return j, nil
}

// results are what the job found, if it is complete.
func (r *Room) results(account store.Account, token string) (*job, Status, []segment.TraceID, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	j, err := r.find(account, token)
	if err != nil {
		return nil, "", nil, err
	}
	s := r.status(j)
	if s != Complete {
		return j, s, nil, nil
	}
	return j, s, j.found, nil
}
