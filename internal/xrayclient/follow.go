package xrayclient

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
)

// A Pace says how a Follower asks.
type Pace struct {
	Every    time.Duration // between the beginnings of two questions
	Overlap  time.Duration // how far a question goes back before the beginning of the one before: see Follower
	Patience time.Duration // how long a trace that misses something is waited for
}

// Pace is the one that suits the server: a Rayscope shows a document as soon as it has taken it, and asking is cheap; AWS
// takes up to tens of seconds, and has each trace paid for that is looked at.
func (c *Client) Pace() Pace {
	if c.IsAWS() {
		return Pace{Every: 5 * time.Second, Overlap: time.Minute, Patience: 30 * time.Second}
	}
	return Pace{Every: time.Second, Overlap: 5 * time.Second, Patience: 10 * time.Second}
}

// Bounds of what a Follower remembers, and the longest pause after failures.
const (
	maxRemembered = 100_000 // traces, at about 150 bytes; those that may still be answered again are kept beyond it
	maxHeld       = 10_000  // traces waited for, at some kilobytes
	maxPause      = 30 * time.Second
)

// A Source answers a Follower's questions: a Client.
type Source interface {
	Summaries(context.Context, Query) iter.Seq2[Summary, error]
	Skew() time.Duration
}

// A Follower shows traces as they land, each once.
//
// None is missed: the server stamps a document when it receives it, at r, and can answer it from a later instant v on. Each
// question covers the stamps from Overlap before the beginning of the last question that was answered in full, until now.
// Take the first question that begins after v. It reaches to its own beginning, so beyond r. The one before began before v,
// so this one goes back beyond v - Overlap, which is before r as long as the server needs less than Overlap from r to v.
// Questions that fail move nothing. The clock is the server's, so ours may be wrong.
//
// None comes twice: of each trace is remembered what its line said and its revision. It is shown again only if a later
// revision has another line, marked as updated: the rest of a trace that was shown while something was missing.
//
// A trace with something in progress or missing is held until it is complete, or for Patience; so is each later state of it.
type Follower struct {
	Source  Source
	Filter  string
	From    time.Time // by our clock: what was received earlier is not shown
	Pace    Pace
	Trouble func(error) // told when questions begin to fail, and with nil when they are answered again

	seen map[string]*state
	held int
	due  []Landing
}

// A Landing is a trace that is shown.
type Landing struct {
	Summary
	Updated bool // it was shown before and has changed
}

// A state is what is known of a trace.
type state struct {
	revision int32
	shown    bool
	face     face      // that was shown
	asked    time.Time // beginning of the last question that brought it
	held     *Summary  // latest state while something is missing
	since    time.Time // when it was first held
}

// A face is what a line says of a trace, as far as it may change.
type face struct {
	duration, response     float64
	fault, error, throttle bool
	settled                bool
}

func faceOf(s *Summary) face {
	return face{
		duration: aws.ToFloat64(s.Duration), response: aws.ToFloat64(s.ResponseTime),
		fault: aws.ToBool(s.HasFault), error: aws.ToBool(s.HasError), throttle: aws.ToBool(s.HasThrottle),
		settled: s.Duration != nil && !aws.ToBool(s.IsPartial),
	}
}

// Run asks until the context ends, which is no error, and gives what landed to show, oldest first. It fails when the first
// question does, when a question is refused, or show fails.
func (f *Follower) Run(ctx context.Context, show func([]Landing) error) error {
	f.seen = make(map[string]*state)
	answered := f.From // beginning of the last question that was answered in full
	pause := f.Pace.Every
	for first := true; ; first = false {
		begin, skew := time.Now(), f.Source.Skew()
		from := answered.Add(-f.Pace.Overlap)
		if from.Before(f.From) {
			from = f.From
		}
		err := f.ask(ctx, from, begin, skew)
		if e := f.deliver(begin, show); e != nil {
			return e
		}
		var refused *Error
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			// A clock that turned out to be another one has the question asked again.
			if moved := f.Source.Skew() - skew; moved.Abs() <= f.Pace.Overlap/2 {
				answered = begin
			}
			f.forget(from)
			f.recovered(&pause)
		case first, errors.As(err, &refused) && !refused.Temporary:
			return err
		default:
			f.failed(&pause, err)
		}
		if !wait(ctx, time.Until(begin.Add(pause))) {
			return nil
		}
	}
}

func (f *Follower) recovered(pause *time.Duration) {
	if *pause != f.Pace.Every {
		*pause = f.Pace.Every
		f.Trouble(nil)
	}
}

func (f *Follower) failed(pause *time.Duration, err error) {
	if *pause == f.Pace.Every {
		f.Trouble(err)
	}
	*pause = min(2**pause, maxPause)
}

// wait waits; false if the context ended.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(max(0, d))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// ask asks for what the server received in the range, which is by our clock.
func (f *Follower) ask(ctx context.Context, from, to time.Time, skew time.Duration) error {
	q := Query{From: from.Add(skew), To: to.Add(skew), Axis: types.TimeRangeTypeEvent, Filter: f.Filter}
	for s, err := range f.Source.Summaries(ctx, q) {
		if err != nil {
			return err
		}
		f.see(&s, to)
	}
	return nil
}

// see notes the state of a trace and what is due of it.
func (f *Follower) see(s *Summary, asked time.Time) {
	id := aws.ToString(s.Id)
	st := f.seen[id]
	if st == nil {
		st = new(state)
		f.seen[id] = st
	}
	st.asked = asked
	if s.Revision < st.revision {
		return // from a part of the server that is behind
	}
	st.revision = s.Revision
	now := faceOf(s)
	switch {
	case st.shown && st.face == now:
		f.release(st)
	case now.settled || f.held >= maxHeld && st.held == nil:
		f.release(st)
		f.land(st, *s)
	case st.held == nil:
		copied := *s
		st.held, st.since = &copied, asked
		f.held++
	default:
		*st.held = *s
	}
}

// release ends the waiting for a trace.
func (f *Follower) release(st *state) {
	if st.held != nil {
		st.held = nil
		f.held--
	}
}

func (f *Follower) land(st *state, s Summary) {
	f.due = append(f.due, Landing{s, st.shown})
	st.shown, st.face = true, faceOf(&s)
}

// deliver shows what is due, and what was waited for long enough.
func (f *Follower) deliver(now time.Time, show func([]Landing) error) error {
	if f.held > 0 {
		for _, st := range f.seen {
			if st.held != nil && now.Sub(st.since) >= f.Pace.Patience {
				s := *st.held
				f.release(st)
				f.land(st, s)
			}
		}
	}
	if len(f.due) == 0 {
		return nil
	}
	slices.SortFunc(f.due, func(a, b Landing) int {
		return cmp.Or(aws.ToTime(a.MatchedEventTime).Compare(aws.ToTime(b.MatchedEventTime)), cmp.Compare(aws.ToString(a.Id), aws.ToString(b.Id)))
	})
	due := f.due
	f.due = nil
	return show(due)
}

// forget drops traces when there are too many: those that no question will bring again unless they change.
func (f *Follower) forget(from time.Time) {
	if len(f.seen) <= maxRemembered {
		return
	}
	for id, st := range f.seen {
		if st.held == nil && st.asked.Before(from) {
			delete(f.seen, id)
		}
	}
}
