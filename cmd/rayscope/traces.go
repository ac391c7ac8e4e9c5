package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/show"
	"github.com/rayscope/rayscope/internal/xrayclient"
)

func tracesCommand() cli.Command {
	return cli.Command{
		Name:    "traces",
		Summary: "List traces, newest first",
		About: "Lists the traces of a time range, newest first. EXPR is a filter expression; what the shell would change needs quotes.\n" +
			"A trace id in its place shows that trace, as rayscope trace does.",
		Example: "rayscope traces 'fault = true AND responsetime > 2' --since=6h\n" +
			"rayscope traces --since=2d --limit=0 --json | jq .Id\n" +
			"rayscope traces --region=eu-central-1        # of X-Ray of AWS",
		Args: "[EXPR]",
		Settings: slices.Concat(timeSettings("1h"), []cli.Setting{
			{Name: "limit", Value: "N", Default: "100", Help: "Most traces to list; 0 lists all."},
		}, askSettings()),
		Run: func(ctx context.Context, v *cli.Values, s cli.Streams) error {
			from, to := readTimes(v, time.Now())
			limit := cli.Read(v, "limit", parseCount)
			q := readInquiry(v, s)
			if err := v.Err(); err != nil {
				return err
			}
			expr := expression(v)
			if id, ok := traceID(expr); ok {
				return showTrace(ctx, q, id, defaultRows)
			}
			return listTraces(ctx, q, xrayclient.Query{From: from, To: to, Axis: types.TimeRangeTypeTraceId, Filter: expr}, limit)
		},
	}
}

// listTraces lists the newest traces that the query finds; 0 as the limit means all.
func listTraces(ctx context.Context, q *inquiry, query xrayclient.Query, limit int) (err error) {
	c, err := q.open(ctx)
	if err != nil {
		return err
	}
	p := &progress{inquiry: q}
	query.OnPage = p.page
	list := show.NewList(q.out, q.screen, time.Local)
	defer func() {
		p.clear()
		if e := q.out.Flush(); err == nil {
			err = e
		}
	}()
	for s, err := range c.Summaries(ctx, query) {
		if err != nil {
			return mark(err, query.Filter)
		}
		if limit > 0 && p.found == limit {
			p.clear()
			q.say("Only the newest %d; --limit=0 lists all.", limit)
			return nil
		}
		p.found++
		if err := q.trace(list, &s, false); err != nil {
			return err
		}
	}
	if p.found == 0 {
		p.clear()
		q.nothing(query)
	}
	return nil
}

// trace writes one trace, as a line of the list or as JSON.
func (q *inquiry) trace(list *show.List, s *xrayclient.Summary, updated bool) error {
	if q.json {
		return q.line(s.JSON)
	}
	list.Add(&s.TraceSummary, updated)
	return nil
}

// nothing says what may be done about an empty list.
func (q *inquiry) nothing(query xrayclient.Query) {
	next := "if there is none at all: do programs send segments there, and are any requests sampled?"
	if query.Filter != "" {
		next = "or ask without the expression."
	}
	q.say("No trace from %s to %s at %s.\nTry a longer time range, for example --since=2d; %s",
		query.From.Local().Format(time.DateTime), query.To.Local().Format(time.DateTime), q.endpoint(), next)
}

// A progress is the line on a terminal that tells how far a long list is. The rows of a page are written when the next page
// has come, so that the line always stands below them.
type progress struct {
	*inquiry
	found, pages int
	looked       int64
	dirty        bool
}

func (p *progress) page(processed int64) {
	p.pages++
	p.looked += processed
	p.clear()
	if err := p.out.Flush(); err != nil {
		return // the writer keeps the error for the last flush
	}
	if p.live && p.pages > 1 {
		fmt.Fprintf(p.err, "%d pages, %d traces looked at, %d found …", p.pages, p.looked, p.found)
		p.dirty = true
	}
}

// clear takes the line away.
func (p *progress) clear() {
	if p.dirty {
		fmt.Fprint(p.err, "\r\x1b[K")
		p.dirty = false
	}
}
