// Package checkup answers "I see no traces": it looks at what the server knows of its own set-up, from the senders to the disk, and
// says of each link of the chain whether it holds, by which numbers, and what to do if it does not.
package checkup

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/rayscope/rayscope/internal/arrivals"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
)

// Config is what a Room looks at. None may be left out.
type Config struct {
	Account   store.Account
	Book      *arrivals.Book
	Query     *query.Query
	Settings  *settings.Settings
	Sampler   *settings.Sampler
	Disk      Disk // also asked for more, if it is a store.Gauge
	Retention time.Duration
	Info      func() rayapi.Info
	Datagrams func() *Datagrams // nil while there is no listener
	Now       func() time.Time
}

// Disk is an engine's knowledge of its room.
type Disk interface{ Stats() store.Stats }

// Datagrams is what became of datagrams since the start.
type Datagrams struct {
	Received      uint64 // rejected and spilled ones included
	Spilled       uint64 // dropped because too many waited, or the store failed
	KernelDropped uint64 // lost before they could be received
	Buffer        int    // bytes of the socket's receive buffer
	TCP           bool   // calls are answered on the same port
	Rejected      []Rejected
}

// Rejected is datagrams without a document in them, by reason.
type Rejected struct {
	Reason string
	Count  uint64
	From   string // sender of a late one; empty if unknown
	Hint   string // what to do
}

// The states of checks.
const (
	ok        = "ok"
	attention = "attention"
	problem   = "problem"
	unknown   = "unknown"
)

// maxFacts bounds the evidence of a check: nobody reads more.
const maxFacts = 20

const (
	// lookEvery is how often counts since the start are noted, to tell what is new; news is what happened within newsFor.
	lookEvery = time.Minute
	newsFor   = 15 * time.Minute
)

// A Room is safe for concurrent use.
type Room struct {
	Config

	mu   sync.Mutex // guards past
	past []look     // one for each lookEvery of newsFor, the oldest first
}

// A look is counts since the start as they were at a time.
type look struct {
	at        time.Time
	datagrams Datagrams
	rules     map[string]sampling.Counts
}

// New is a Room that has seen nothing yet.
func New(c Config) *Room { return &Room{Config: c} }

// Run notes the counts again and again until the context is done.
func (r *Room) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			r.note()
		}
	}
}

func (r *Room) note() {
	now := r.look()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.past = append(r.past, now)
	if extra := len(r.past) - int(newsFor/lookEvery); extra > 0 {
		r.past = slices.Delete(r.past, 0, extra)
	}
}

func (r *Room) look() look {
	l := look{at: r.Now(), rules: map[string]sampling.Counts{}}
	if d := r.Datagrams(); d != nil {
		l.datagrams = *d
	}
	r.Sampler.Totals(func(rule string, total sampling.Counts) { l.rules[rule] = total })
	return l
}

// before are the counts at the beginning of what is news: those of the start, when everything was 0, if that is not longer ago.
func (r *Room) before() look {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.past) < int(newsFor/lookEvery) {
		return look{}
	}
	return r.past[0]
}

// A round is one pass through the checks, with what several of them look at.
type round struct {
	*Room
	now    time.Time
	report arrivals.Report
	before look
	is     look
	info   rayapi.Info
}

// Checks asks everything. An error means that the store or the settings could not be read.
func (r *Room) Checks(ctx context.Context) (*rayapi.ChecksResponse, error) {
	now := r.Now()
	o := &round{Room: r, now: now, report: r.Book.Report(now), before: r.before(), is: r.look(), info: r.Info()}
	out := &rayapi.ChecksResponse{Time: epoch(segment.TimeOf(now)), Started: epoch(o.report.Start), State: ok,
		Senders: senders(&o.report), Refusals: refusals(&o.report)}
	for _, ask := range []func(context.Context) (rayapi.Check, error){
		plain(o.arriving), plain(o.datagrams), plain(o.refused), plain(o.clock), o.daemons, plain(o.asking), o.sampling, o.connected, o.closed,
		plain(o.large), plain(o.names), o.stored, plain(o.reach), plain(o.version),
	} {
		c, err := ask(ctx)
		if err != nil {
			return nil, err
		}
		c.Facts = c.Facts[:min(len(c.Facts), maxFacts)]
		if c.Facts == nil {
			c.Facts = []rayapi.Fact{}
		}
		out.Checks = append(out.Checks, c)
		out.State = worse(out.State, c.State)
	}
	return out, nil
}

func plain(ask func() rayapi.Check) func(context.Context) (rayapi.Check, error) {
	return func(context.Context) (rayapi.Check, error) { return ask(), nil }
}

// worse is the worse of two states. What is unknown is no worse than ok.
func worse(a, b string) string {
	rank := map[string]int{attention: 1, problem: 2}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

func senders(r *arrivals.Report) []rayapi.Arrivals {
	list := make([]rayapi.Arrivals, len(r.Senders))
	for i, s := range r.Senders {
		last := epoch(s.Last)
		list[i] = rayapi.Arrivals{Door: string(s.Door), Address: s.Address, UserAgent: s.Agent, Documents: s.Documents, Bytes: s.Bytes, Total: s.Total, LastHeard: &last}
	}
	return list
}

func epoch(t segment.Time) rayapi.EpochSeconds { return rayapi.EpochSeconds(t.Seconds()) }

// from names a sender for people.
func (o *round) from(s arrivals.Sender) string {
	switch s.Door {
	case arrivals.UDP:
		return "datagrams to " + o.info.Daemon
	case arrivals.TCP:
		return join(s.Address, s.Agent) + ", calls to " + o.info.Daemon
	case arrivals.API:
		return join(s.Address, s.Agent)
	}
	return "others"
}

func join(address, agent string) string {
	const most = 60 // of an agent: its beginning names the program
	if len(agent) > most {
		agent = agent[:most] + "..."
	}
	if agent == "" {
		return address
	}
	return fmt.Sprintf("%s (%s)", address, agent)
}

func text(s string) *string { return &s }
