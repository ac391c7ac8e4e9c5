package checkup

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

const (
	// mostTraces is how many traces a look goes through: half a second's work.
	mostTraces = 2000

	minute = 60 * segment.Second

	// Parents may come later than their children, by as long as SDKs and daemons wait: they are missed after parentsBy.
	parentsBy = minute

	// openFor is how long a segment may be in progress before somebody has forgotten to close it.
	openFor = 10 * minute
)

// A finding is one thing that is wrong with traces, where, and in how many.
type finding struct {
	where, what string
	traces      int
	example     segment.TraceID
}

// findings are by where and what.
type findings map[[2]string]*finding

func (f findings) add(where, what string, id segment.TraceID) {
	key := [2]string{where, what}
	is := f[key]
	if is == nil {
		if len(f) >= 200 { // whoever invents names fills no memory
			return
		}
		is = &finding{where: strings.Clone(where), what: what}
		f[[2]string{is.where, what}] = is
	}
	if is.traces == 0 || is.example != id {
		is.traces++
	}
	is.example = id
}

// facts are the findings in the most traces first.
func (f findings) facts() (facts []rayapi.Fact) {
	list := make([]*finding, 0, len(f))
	for _, is := range f {
		list = append(list, is)
	}
	slices.SortFunc(list, func(a, b *finding) int {
		return cmp.Or(cmp.Compare(b.traces, a.traces), cmp.Compare(a.where, b.where), cmp.Compare(a.what, b.what))
	})
	for _, is := range list {
		facts = append(facts, rayapi.Fact{Name: is.where, Value: fmt.Sprintf("%s, in %s", is.what, count(is.traces, "trace")), TraceId: text(is.example.String())})
	}
	return facts
}

// connected: do the segments of a request find each other?
func (o *round) connected(ctx context.Context) (rayapi.Check, error) {
	c := rayapi.Check{Id: "connected", Question: "Do the parts of a request find each other?", State: ok, Documentation: "traces-fall-apart"}
	now := segment.TimeOf(o.now)
	var l links
	_, err := o.Query.Newest(ctx, o.Account, store.Window{Axis: store.ByReceived, From: now - 15*minute, To: now - parentsBy}, mostTraces, l.look)
	if err != nil {
		return c, err
	}
	l.unlinked()
	c.Facts = l.found.facts()
	switch {
	case l.traces == 0:
		c.State, c.Sentence = unknown, "No trace of the last 15 minutes is old enough to tell."
	case len(c.Facts) == 0:
		c.Sentence = fmt.Sprintf("In %s of the last 15 minutes every segment names a parent that is there, or begins the trace.", count(l.traces, "trace"))
	default:
		c.State = attention
		if 2*l.broken > l.traces {
			c.State = problem
		}
		c.Sentence = fmt.Sprintf("Of %s of the last 15 minutes, %s lack a parent or have several beginnings; %s called without passing the trace on.",
			count(l.traces, "trace"), number(l.broken), plural(l.unpassed, "service seems to be", "services seem to be"))
		c.NextStep = "Forward the header X-Amzn-Trace-Id on the way to the services below: wrap the caller's HTTP client, and let gateways and queues pass it. A missing parent may also be too large to be sent, or not closed."
	}
	return c, nil
}

// links looks for broken ones in one trace after the other.
type links struct {
	traces, broken, unpassed int
	found                    findings
	begins                   map[string]bool     // services that begin traces
	calls                    map[[2]string]*call // by caller and callee, of calls whose callee did not report in that trace
}

type call struct{ example segment.TraceID }

func (l *links) look(t *trace.Trace) {
	if l.found == nil {
		l.found, l.begins, l.calls = findings{}, map[string]bool{}, map[[2]string]*call{}
	}
	l.traces++
	roots, broken := 0, false
	for i := range t.Entities {
		e := &t.Entities[i]
		switch {
		case e.IsSegment() && !e.Is(segment.HasParent):
			if roots++; roots > 1 {
				broken = true
				l.found.add(e.Name, "begins a trace that has begun already: it got the trace's id, not its parent's", t.ID)
			}
			if len(l.begins) < 1000 && !l.begins[e.Name] {
				l.begins[strings.Clone(e.Name)] = true
			}
		case e.Orphan && e.IsSegment():
			broken = true
			l.found.add(e.Name, "names a parent that has not arrived", t.ID)
		case e.Orphan:
			broken = true
			l.found.add("subsegment "+e.Name, "its segment has not arrived", t.ID)
		case e.Infers() && e.Is(segment.NamespaceRemote):
			l.call(t, e)
		}
	}
	if broken {
		l.broken++
	}
}

func (l *links) call(t *trace.Trace, e *trace.Entity) {
	if e.Segment == trace.None {
		return
	}
	key := [2]string{t.Entities[e.Segment].Name, e.Name}
	if l.calls[key] == nil && len(l.calls) < 1000 {
		l.calls[[2]string{strings.Clone(key[0]), strings.Clone(key[1])}] = &call{t.ID}
	}
}

// unlinked finds calls to services that report, but in traces of their own.
func (l *links) unlinked() {
	for key, c := range l.calls {
		host, _, _ := strings.Cut(key[1], ":")
		first, _, _ := strings.Cut(host, ".")
		for _, callee := range []string{key[1], host, first} {
			if l.begins[callee] && callee != key[0] {
				l.unpassed++
				l.found.add(key[0]+" to "+callee, "the call is traced, the callee begins a trace of its own", c.example)
				break
			}
		}
	}
}

// closed: is every segment closed some time?
func (o *round) closed(ctx context.Context) (rayapi.Check, error) {
	c := rayapi.Check{Id: "closed", Question: "Is every segment closed?", State: ok, Documentation: "segments-stay-open"}
	now := segment.TimeOf(o.now)
	traces, found := 0, findings{}
	_, err := o.Query.Newest(ctx, o.Account, store.Window{Axis: store.ByReceived, From: now - 60*minute, To: now - openFor}, mostTraces, func(t *trace.Trace) {
		traces++
		for i := range t.Entities {
			if e := &t.Entities[i]; e.IsSegment() && !e.Complete() && now-e.Received > openFor {
				found.add(e.Name, "in progress for over 10 minutes", t.ID)
			}
		}
	})
	if err != nil {
		return c, err
	}
	c.Facts = found.facts()
	switch {
	case traces == 0:
		c.State, c.Sentence = unknown, "No trace of the last hour is older than 10 minutes."
	case len(c.Facts) == 0:
		c.Sentence = fmt.Sprintf("In %s of the last hour no segment is in progress for over 10 minutes.", count(traces, "trace"))
	default:
		c.State = attention
		c.Sentence = fmt.Sprintf("Of %s of the last hour, some have segments that are in progress for over 10 minutes, of %s.", count(traces, "trace"), count(len(found), "service"))
		c.NextStep = "Close segments on every way out of the handler (in Go: defer seg.Close(nil)): early returns, exceptions and panics are the usual gaps. A program that was killed leaves such segments too."
	}
	return c, nil
}
