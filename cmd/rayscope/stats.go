package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/show"
	"github.com/rayscope/rayscope/internal/xrayclient"
)

func statsCommand() cli.Command {
	return cli.Command{
		Name:    "stats",
		Summary: "Count traces by what they have in common",
		About: "Counts the traces that EXPR matches, with percentiles of their response times, by the values of attributes: http.status,\n" +
			"http.method, http.url, url.template, user, service, annotation.KEY, annotation.* and others. With --compare it counts those\n" +
			"of a second expression beside them, and says which values set the two apart.",
		Example: "rayscope stats --by=url.template,http.status\n" +
			"rayscope stats 'service(\"payments\")' --since=6h --by=annotation.plan\n" +
			"rayscope stats fault --compare=ok",
		Args: "[EXPR]",
		Settings: slices.Concat(timeSettings("1h"), []cli.Setting{
			{Name: "by", Value: "ATTRIBUTES", Default: "", Help: "Attributes to count by, with commas between them."},
			{Name: "compare", Value: "EXPR", Default: "", Help: "Traces to count beside those of the expression."},
			{Name: "group", Value: "NAME", Default: "", Help: "Only the traces of this group."},
			{Name: "limit", Value: "N", Default: "10", Help: "Most values to list of each attribute."},
		}, askSettings()),
		Run: func(ctx context.Context, v *cli.Values, s cli.Streams) error {
			from, to := readTimes(v, time.Now())
			limit := cli.Read(v, "limit", parseCount)
			expr := expression(v)
			if v.Given("compare") && expr == "" {
				v.Wrong("compare", errors.New("there is no expression to compare with: write one as the argument, for example fault"))
			}
			q := readInquiry(v, s)
			if err := v.Err(); err != nil {
				return err
			}
			in := &rayapi.AnalyzeRequest{StartTime: xrayclient.Moment(from), EndTime: xrayclient.Moment(to), GroupName: v.Text("group"), FilterExpression: expr}
			for _, by := range strings.FieldsFunc(v.Text("by"), func(r rune) bool { return r == ',' || r == ' ' }) {
				in.Views.Tables = append(in.Views.Tables, rayapi.TableView{Attribute: by, Limit: limit})
			}
			if compare := v.Text("compare"); compare != "" {
				in.FilterExpression, in.Compare = "", compare
				in.Selection = &rayapi.Selection{FilterExpression: expr}
				in.Views.Ranking = &rayapi.RankingView{Limit: min(limit, 100)} // the most that a server answers
			}
			return showStats(ctx, q, in, expr)
		},
	}
}

func showStats(ctx context.Context, q *inquiry, in *rayapi.AnalyzeRequest, expr string) error {
	c, err := q.open(ctx)
	if err != nil {
		return err
	}
	r, text, err := c.Analyze(ctx, in)
	if err != nil {
		return markStats(err, in, expr)
	}
	if q.json {
		err = q.line(text)
	} else {
		names := [2]string{"all", ""}
		if r.B != nil {
			names = [2]string{"A", "B"}
		}
		show.Stats(q.out, q.screen, r, names)
	}
	if err != nil {
		return err
	}
	if r.StoppedBecause != nil {
		q.say("At least: %s", *r.StoppedBecause)
	}
	if r.A.Count == 0 {
		q.say("No trace was counted at %s.\nTry a longer time range, for example --since=2d, or ask without the expression.", q.endpoint())
	}
	return q.out.Flush()
}

// markStats marks the expression that the server refused.
func markStats(err error, in *rayapi.AnalyzeRequest, expr string) error {
	var refused *xrayclient.Error
	if errors.As(err, &refused) && strings.HasPrefix(refused.Message, "Compare ") {
		expr = in.Compare
	}
	return mark(err, expr)
}
