package xrayclient_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/xrayclient"
)

// A states is a server that was told beforehand what it will receive.
type states struct {
	list []received
	skew time.Duration // of its clock, which it tells with each answer
	told time.Duration
	fail func() error // asked before each answer; may be nil
	asks int
}

// received is what one document made of a trace.
type received struct {
	id       string
	revision int32
	at       time.Time     // stamp of the receipt, by the true clock
	delay    time.Duration // until it can be answered
	missing  bool          // something is in progress
	fault    bool
}

func (s *states) Skew() time.Duration { return s.told }

// Summaries answers the latest visible state of each trace with a receipt in the range, newest first.
func (s *states) Summaries(_ context.Context, q xrayclient.Query) iter.Seq2[xrayclient.Summary, error] {
	return func(yield func(xrayclient.Summary, error) bool) {
		s.asks++
		now := time.Now()
		s.told = s.skew
		latest, in := map[string]received{}, map[string]time.Time{}
		for _, r := range s.list {
			if r.at.Add(r.delay).After(now) {
				continue
			}
			if old, ok := latest[r.id]; !ok || r.revision > old.revision {
				latest[r.id] = r
			}
			if at := r.at.Add(s.skew); !at.Before(q.From) && at.Before(q.To) && at.After(in[r.id]) {
				in[r.id] = at
			}
		}
		ids := make([]string, 0, len(in))
		for id := range in {
			ids = append(ids, id)
		}
		slices.SortFunc(ids, func(a, b string) int { return in[b].Compare(in[a]) })
		var err error
		if s.fail != nil {
			err = s.fail()
		}
		for i, id := range ids {
			if err != nil && i >= len(ids)/2 {
				break // a page came, the next did not
			}
			if !yield(latest[id].summary(in[id]), nil) {
				return
			}
		}
		if err != nil {
			yield(xrayclient.Summary{}, err)
		}
	}
}

func (r received) summary(at time.Time) xrayclient.Summary {
	s := types.TraceSummary{Id: &r.id, Revision: r.revision, MatchedEventTime: &at, HasFault: &r.fault, IsPartial: &r.missing}
	if !r.missing {
		s.Duration, s.ResponseTime = aws.Float64(0.5), aws.Float64(0.5)
	}
	return xrayclient.Summary{TraceSummary: s}
}

var pace = xrayclient.Pace{Every: time.Second, Overlap: 5 * time.Second, Patience: 10 * time.Second}

// follow runs a follower for d and gives back what it showed, as "seconds id revision".
func follow(t *testing.T, s *states, from time.Time, d time.Duration, trouble func(error)) (shown []string, err error) {
	t.Helper()
	begin := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	f := xrayclient.Follower{Source: s, From: from, Pace: pace, Trouble: trouble}
	err = f.Run(ctx, func(landed []xrayclient.Landing) error {
		for _, l := range landed {
			mark := ""
			if l.Updated {
				mark = " updated"
			}
			shown = append(shown, fmt.Sprintf("%.0f %s %d%s", time.Since(begin).Seconds(), *l.Id, l.Revision, mark))
		}
		return nil
	})
	return shown, err
}

func TestFollow(t *testing.T) {
	const s = time.Second
	type doc struct {
		at       time.Duration
		id       string
		revision int32
		what     string // of: missing, fault
	}
	for _, c := range []struct {
		name string
		docs []doc
		want []string
	}{
		{"complete at once", []doc{{2500 * time.Millisecond, "a", 1, ""}, {4 * s, "b", 1, ""}}, []string{"3 a 1", "5 b 1"}},
		{"from the given time on", []doc{{-3 * s, "a", 1, ""}, {-1 * s, "b", 1, ""}}, []string{"0 b 1"}},
		{"oldest first", []doc{{100 * time.Millisecond, "b", 1, ""}, {200 * time.Millisecond, "a", 1, ""}}, []string{"1 b 1", "1 a 1"}},
		{"waited for", []doc{{1 * s, "a", 1, "missing"}, {6 * s, "a", 2, ""}}, []string{"6 a 2"}},
		{"waited for in vain", []doc{{1 * s, "a", 1, "missing"}}, []string{"12 a 1"}},
		{"completed late", []doc{{1 * s, "a", 1, "missing"}, {20 * s, "a", 2, "fault"}}, []string{"12 a 1", "21 a 2 updated"}},
		{"same line again", []doc{{1 * s, "a", 1, ""}, {3 * s, "a", 2, ""}, {30 * s, "a", 3, ""}}, []string{"2 a 1"}},
		{"another line", []doc{{1 * s, "a", 1, ""}, {30 * s, "a", 2, "fault"}}, []string{"2 a 1", "31 a 2 updated"}},
		{"still misses something", []doc{{1 * s, "a", 1, "missing"}, {15 * s, "a", 2, "missing"}}, []string{"12 a 1"}},
		{"misses something again", []doc{{1 * s, "a", 1, ""}, {15 * s, "a", 2, "missing"}, {17 * s, "a", 3, ""}}, []string{"2 a 1"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			src := new(states)
			for _, d := range c.docs {
				src.list = append(src.list, received{id: d.id, revision: d.revision, at: begin.Add(d.at),
					missing: strings.Contains(d.what, "missing"), fault: strings.Contains(d.what, "fault")})
			}
			got, err := follow(t, src, begin.Add(-2*s), 45*s, nil)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%s: got %q, error %v; want %q", c.name, got, err, c.want)
			}
		})
	}
}

// Whatever the delays (up to nearly the overlap), the clock and the failures are: each trace is shown once.
func TestFollowMissesNothing(t *testing.T) {
	for seed := range uint64(6) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			begin := time.Now()
			src := &states{skew: []time.Duration{0, time.Hour, -time.Hour}[seed%3]}
			for i := range 500 {
				src.list = append(src.list, received{id: fmt.Sprint(i), revision: 1, at: begin.Add(time.Duration(r.Int64N(int64(time.Minute)))),
					delay: time.Duration(r.Int64N(int64(pace.Overlap)))})
			}
			if seed%2 == 1 {
				src.fail = func() error {
					if src.asks > 1 && r.IntN(3) == 0 {
						return &xrayclient.Error{Temporary: true}
					}
					return nil
				}
			}
			shown, err := follow(t, src, begin, 3*time.Minute, func(error) {})
			if err != nil {
				t.Fatal(err)
			}
			times := map[string]int{}
			for _, s := range shown {
				times[strings.Fields(s)[1]]++
			}
			for i := range src.list {
				if n := times[src.list[i].id]; n != 1 {
					t.Fatalf("seed %d: trace %d, received after %v and visible %v later, was shown %d times, want once",
						seed, i, src.list[i].at.Sub(begin), src.list[i].delay, n)
				}
			}
		})
	}
}

func TestFollowTrouble(t *testing.T) {
	down := &xrayclient.Error{Temporary: true}
	synctest.Test(t, func(t *testing.T) {
		src := &states{list: []received{{id: "a", revision: 1, at: time.Now().Add(90 * time.Second)}}}
		src.fail = func() error {
			if src.asks > 3 && src.asks < 12 {
				return down
			}
			return nil
		}
		var told []error
		shown, err := follow(t, src, time.Now(), 10*time.Minute, func(err error) { told = append(told, err) })
		// Pauses of 2, 4, 8 and 16 seconds, then of 30.
		if want := []string{"153 a 1"}; err != nil || !slices.Equal(shown, want) {
			t.Errorf("got %q, error %v; want %q", shown, err, want)
		}
		if len(told) != 2 || told[0] != error(down) || told[1] != nil {
			t.Errorf("told %v, want the failure once, then nil", told)
		}
	})
	for name, fail := range map[string]func(asks int) error{
		"at first": func(asks int) error { return down },
		"refused later": func(asks int) error {
			if asks == 1 {
				return nil
			}
			return &xrayclient.Error{}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			src := new(states)
			src.fail = func() error { return fail(src.asks) }
			if _, err := follow(t, src, time.Now(), time.Minute, nil); err == nil {
				t.Errorf("fails %s: got no error, want one", name)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk full")
		f := xrayclient.Follower{Source: &states{list: []received{{id: "a", at: time.Now()}}}, From: time.Now().Add(-time.Second), Pace: pace}
		if err := f.Run(t.Context(), func([]xrayclient.Landing) error { return full }); !errors.Is(err, full) {
			t.Errorf("got %v, want the error of what shows", err)
		}
	})
}
