package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/show"
)

// defaultRows is what a person scrolls through without losing the thread.
const defaultRows = 200

func traceCommand() cli.Command {
	return cli.Command{
		Name:    "trace",
		Summary: "Draw one trace as a waterfall",
		About: "Draws a trace as a tree of segments and subsegments with their times. Of a large trace those with the worst result and\n" +
			"the longest time are drawn, and the others counted. The id may have the form of X-Ray or of W3C. With --json the\n" +
			"segment documents are printed, one a line.",
		Example: "rayscope trace 1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14\n" +
			"rayscope trace 68d2f0a15f84c7a21e7b6d0f3a9c2b14 --json | jq .name",
		Args: "ID",
		Settings: slices.Concat([]cli.Setting{
			{Name: "rows", Value: "N", Default: strconv.Itoa(defaultRows), Help: "Most segments and subsegments to draw."},
		}, askSettings()),
		Run: func(ctx context.Context, v *cli.Values, s cli.Streams) error {
			rows := cli.Read(v, "rows", parseCount)
			q := readInquiry(v, s)
			if err := v.Err(); err != nil {
				return err
			}
			if len(v.Args()) != 1 {
				return cli.Usagef("one trace id is needed, for example rayscope trace 1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14; 'rayscope traces' lists them")
			}
			id, ok := traceID(v.Args()[0])
			if !ok {
				return cli.Usagef("trace id %q is neither of the form 1-8hex-24hex nor 32 hex digits: 'rayscope traces' lists ids", v.Args()[0])
			}
			return showTrace(ctx, q, id, rows)
		},
	}
}

// showTrace draws the trace or prints its documents.
func showTrace(ctx context.Context, q *inquiry, id string, rows int) error {
	c, err := q.open(ctx)
	if err != nil {
		return err
	}
	t, err := c.Trace(ctx, id)
	if err != nil {
		return err
	}
	if t == nil {
		return fmt.Errorf("trace %s is not at %s: it may not have arrived yet, or be older than what is kept there", id, q.endpoint())
	}
	if q.json {
		err = q.documents(t)
	} else {
		err = show.Waterfall(q.out, q.screen, t, rows, time.Local)
	}
	return errors.Join(err, q.out.Flush())
}

// documents prints the segment documents, one a line.
func (q *inquiry) documents(t *types.Trace) error {
	for _, s := range t.Segments {
		if err := q.line(json.RawMessage(aws.ToString(s.Document))); err != nil {
			return fmt.Errorf("document of segment %s: %w", aws.ToString(s.Id), err)
		}
	}
	return nil
}
