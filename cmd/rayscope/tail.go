package main

import (
	"context"
	"slices"
	"time"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/show"
	"github.com/rayscope/rayscope/internal/xrayclient"
)

func tailCommand() cli.Command {
	return cli.Command{
		Name:    "tail",
		Summary: "Show traces as they land",
		About: "Shows traces as they land, one a line, until Ctrl-C. EXPR is a filter expression. A trace that misses something is\n" +
			"waited for a while, then shown as it is, and once more as (updated) when the rest has come.",
		Example: "rayscope tail\nrayscope tail 'service(\"orders\") AND fault'",
		Args:    "[EXPR]",
		Settings: slices.Concat([]cli.Setting{
			{Name: "since", Value: "TIME", Default: "10s", Help: "Begin with what landed this long ago (10s, 5m), or since a time (2026-11-22T14:00:00Z)."},
		}, askSettings()),
		Run: func(ctx context.Context, v *cli.Values, s cli.Streams) error {
			now := time.Now()
			from := cli.Read(v, "since", func(s string) (time.Time, error) { return parseMoment(s, now) })
			q := readInquiry(v, s)
			if err := v.Err(); err != nil {
				return err
			}
			return follow(ctx, q, from, expression(v))
		},
	}
}

// follow shows what lands until the context ends.
func follow(ctx context.Context, q *inquiry, from time.Time, expr string) error {
	c, err := q.open(ctx)
	if err != nil {
		return err
	}
	if q.live {
		q.say("Waiting for traces at %s. Ctrl-C ends.", q.endpoint())
	}
	f := xrayclient.Follower{Source: c, Filter: expr, From: from, Pace: c.Pace(), Trouble: func(err error) {
		if err == nil {
			q.say("%s answers again.", q.endpoint())
			return
		}
		q.say("%v\nTrying again; nothing that lands meanwhile is lost.", err)
	}}
	list := show.NewList(q.out, q.screen, time.Local)
	return mark(f.Run(ctx, func(landed []xrayclient.Landing) error {
		for i := range landed {
			if err := q.trace(list, &landed[i].Summary, landed[i].Updated); err != nil {
				return err
			}
		}
		return q.out.Flush()
	}), expr)
}
