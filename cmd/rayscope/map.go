package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/show"
	"github.com/rayscope/rayscope/internal/xrayclient"
)

func mapCommand() cli.Command {
	return cli.Command{
		Name:    "map",
		Summary: "Show the services and their calls",
		About: fmt.Sprintf("Shows the services of a time range of at most %d hours with requests, results and response times, and below each the\n"+
			"services that it calls. With EXPR it is the map of the traces that match.", xrayclient.MaxGraphWindow/time.Hour),
		Example: "rayscope map --since=15m\nrayscope map --group=checkout --json\nrayscope map 'fault AND annotation.plan = \"gold\"'",
		Args:    "[EXPR]",
		Settings: slices.Concat(timeSettings("5m"), []cli.Setting{
			{Name: "group", Value: "NAME", Default: "", Help: "Only the traces of this group."},
		}, askSettings()),
		Run: func(ctx context.Context, v *cli.Values, s cli.Streams) error {
			from, to := readTimes(v, time.Now())
			if d := to.Sub(from); d > xrayclient.MaxGraphWindow {
				v.Wrong("since", fmt.Errorf("the time range has %s, a map has at most %s: begin later, or end earlier with --until", days(d), xrayclient.MaxGraphWindow))
			}
			q := readInquiry(v, s)
			if err := v.Err(); err != nil {
				return err
			}
			return showMap(ctx, q, from, to, v.Text("group"), expression(v))
		},
	}
}

func showMap(ctx context.Context, q *inquiry, from, to time.Time, group, expr string) error {
	c, err := q.open(ctx)
	if err != nil {
		return err
	}
	services, stopped, err := askMap(ctx, c, from, to, group, expr)
	if err != nil {
		return mark(err, expr)
	}
	if len(services) == 0 {
		q.say("No service was seen from %s to %s at %s.\n%s", from.Local().Format(time.DateTime), to.Local().Format(time.DateTime), q.endpoint(), wider(expr))
	}
	plain := make([]types.Service, len(services))
	for i, s := range services {
		plain[i] = s.Service
		if q.json {
			if err := q.line(s.JSON); err != nil {
				return err
			}
		}
	}
	if !q.json && len(plain) > 0 {
		show.Map(q.out, q.screen, plain)
	}
	if stopped != "" {
		q.say("At least: %s", stopped)
	}
	return q.out.Flush()
}

// askMap asks for the map, and why it is not of the whole range if it is not.
func askMap(ctx context.Context, c *xrayclient.Client, from, to time.Time, group, expr string) (list []xrayclient.Service, stopped string, err error) {
	if expr == "" {
		list, err = c.ServiceGraph(ctx, from, to, group)
		return list, "", err
	}
	list, answer, err := c.MatchingGraph(ctx, &rayapi.GraphRequest{StartTime: xrayclient.Moment(from), EndTime: xrayclient.Moment(to), GroupName: group, FilterExpression: expr})
	if err != nil {
		return nil, "", err
	}
	return list, aws.ToString(answer.StoppedBecause), nil
}

// wider is what to try where nothing was found.
func wider(expr string) string {
	if expr == "" {
		return "Try a longer time range, for example --since=1h."
	}
	return "Try a longer time range, for example --since=1h, or ask without the expression."
}
