// Package doctor looks at a set-up from a program's side: what only the machine knows on which the program runs. Is there a daemon
// at its address, by UDP and by TCP, does a document that is sent to it arrive at the server, do the clocks agree, do the variables
// that X-Ray SDKs read make sense? What the server itself knows it is asked for.
package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/rayapi"
)

// The states of checks, as the server has them.
const (
	ok        = "ok"
	attention = "attention"
	problem   = "problem"
	unknown   = "unknown"
)

// A Server is asked for what it knows.
type Server interface {
	Checks(ctx context.Context) (*rayapi.ChecksResponse, error)
	Trace(ctx context.Context, id string) (*types.Trace, error) // nil if it does not have it
}

// Options of an examination. None may be left out but Daemon.
type Options struct {
	Server   Server
	Endpoint string // of the server, for people
	Daemon   string // address of the daemon as SDKs understand it; empty: of the environment, else the default
	Probe    bool   // send a document
	Env      func(name string) (string, bool)
	Now      func() time.Time
	Wait     func(context.Context, time.Duration) error
}

// A Report is what was found. Its JSON form is what `rayscope doctor --json` prints.
type Report struct {
	Endpoint string
	State    string                 // the worst of all: problem, attention or ok
	Machine  []rayapi.Check         // what this machine can tell
	Server   *rayapi.ChecksResponse // null if the server did not answer
}

// Examine asks everything. It takes up to half a minute when something does not answer.
func Examine(ctx context.Context, o Options) *Report {
	e := &examination{Options: o}
	r := &Report{Endpoint: o.Endpoint, State: ok}
	r.Machine = append(r.Machine, e.variables())
	reached := false
	server, answered := e.server(ctx)
	if answered != nil {
		r.Server, reached = answered, true
	}
	r.Machine = append(r.Machine, server, e.clock(), e.tcp(ctx))
	if o.Probe {
		r.Machine = append(r.Machine, e.udp(ctx, reached))
	}
	for _, c := range r.Machine {
		r.State = worse(r.State, c.State)
	}
	if r.Server != nil {
		r.State = worse(r.State, r.Server.State)
	}
	return r
}

// worse is the worse of two states. What is unknown is no worse than ok.
func worse(a, b string) string {
	rank := map[string]int{attention: 1, problem: 2}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// An examination is one run, with what earlier checks found out for later ones.
type examination struct {
	Options
	udpAddr, tcpAddr string // of the daemon; empty if they cannot be told
	skew             time.Duration
	told             bool // skew is known
}

func check(id, question string) rayapi.Check {
	return rayapi.Check{Id: id, Question: question, State: ok, Facts: []rayapi.Fact{}}
}

// server asks the server what it knows.
func (e *examination) server(ctx context.Context) (rayapi.Check, *rayapi.ChecksResponse) {
	c := check("server", "Does the server answer?")
	c.Documentation = "the-server-does-not-answer"
	begin := e.Now()
	r, err := e.Server.Checks(ctx)
	took := e.Now().Sub(begin)
	if err != nil {
		c.State, c.Sentence = problem, err.Error()
		c.NextStep = "Is it started, and is --endpoint its address? From another machine it is reached by a tunnel only."
		return c, nil
	}
	// The answer's time is told at its end: compare with the middle of what is left, half of the way.
	e.skew, e.told = time.UnixMicro(int64(r.Time*1e6)).Sub(begin.Add(took/2)), true
	c.Sentence = fmt.Sprintf("%s answered in %d ms.", e.Endpoint, took.Milliseconds())
	return c, r
}

// far is how wrong a clock must be to be worth a word, beside what an answer takes.
const far = 2 * time.Second

func (e *examination) clock() rayapi.Check {
	c := check("clock-here", "Is the clock of this machine right?")
	c.Documentation = "clocks-differ"
	switch {
	case !e.told:
		c.State, c.Sentence = unknown, "The server did not say what time it is."
	case e.skew.Abs() < far:
		c.Sentence = fmt.Sprintf("It is the server's, within %d ms.", e.skew.Abs().Milliseconds())
	default:
		c.State = attention
		if e.skew.Abs() >= 30*time.Second {
			c.State = problem
		}
		word := "ahead of"
		if e.skew > 0 {
			word = "behind"
		}
		c.Sentence = fmt.Sprintf("It is %s %s the server's.", e.skew.Abs().Round(100*time.Millisecond), word)
		c.NextStep = "Set the clock of whichever is wrong: traces are found by the times that their senders put into them."
		c.Command = text("chronyc makestep")
	}
	return c
}

func text(s string) *string { return &s }
