package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/cloud"
	"github.com/rayscope/rayscope/internal/ports"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/show"
	"github.com/rayscope/rayscope/internal/terminal"
	"github.com/rayscope/rayscope/internal/xrayclient"
)

// askSettings are those of every command that asks a server.
func askSettings() []cli.Setting {
	return []cli.Setting{
		{Name: "endpoint", Value: "URL|aws", Default: "http://" + ports.Main,
			Help: "Whom to ask: a Rayscope, or with aws X-Ray of AWS."},
		// RAYSCOPE_REGION is the region in a server's ARNs: it must not send questions to AWS.
		{Name: "region", Value: "NAME", Default: "that of AWS' configuration", FlagOnly: true,
			Help: "AWS region to ask or to sign for. Without an endpoint it stands for --endpoint=aws."},
		{Name: "profile", Value: "NAME", Default: "AWS_PROFILE, else default",
			Help: "Profile of AWS' configuration to sign as. It stands for --sign, too."},
		{Name: "sign", Default: "false for an endpoint on this machine, true for all others",
			Help: "Sign requests with the credentials that the AWS CLI would find. Without, nobody is named."},
		{Name: "output", Value: "table|json", Default: "table",
			Help: "Form of the answer: for people, or JSON as the server answered it, one object a line."},
		{Name: "json", Default: "false", Help: "The same as --output=json."},
	}
}

// An inquiry is a call of a command that asks a server.
type inquiry struct {
	options xrayclient.Options
	json    bool
	out     *bufio.Writer
	screen  terminal.Screen // of stdout
	err     io.Writer
	live    bool // stderr is a terminal
}

// readInquiry reads the settings of askSettings and notes in v what is wrong.
func readInquiry(v *cli.Values, s cli.Streams) *inquiry {
	q := &inquiry{out: bufio.NewWriter(s.Out), screen: terminal.Of(s.Out, v.Env), err: s.Err, live: terminal.Of(s.Err, v.Env).Interactive}
	q.options = readOptions(v)
	form := cli.Read(v, "output", parseOutput)
	q.json = v.Switch("json", form == "json")
	return q
}

// readOptions decides whom to ask, and as whom. A server on this machine gets no signature unless one is asked for, so that
// nobody needs an AWS account to look at their own traces; all others get one, as they must know who asks.
func readOptions(v *cli.Values) (o xrayclient.Options) {
	o.Endpoint = v.Text("endpoint")
	if v.Given("region") {
		o.Region = cli.Read(v, "region", cloud.ParseRegion)
		if !v.Given("endpoint") {
			o.Endpoint = xrayclient.AWS
		}
	}
	if v.Given("profile") {
		o.Profile = v.Text("profile")
	}
	host, err := xrayclient.CheckEndpoint(o.Endpoint)
	if err != nil {
		v.Wrong("endpoint", err)
	}
	o.Sign = v.Switch("sign", o.Profile != "" || !ports.IsLoopback(host))
	if !o.Sign && o.Endpoint == xrayclient.AWS {
		v.Wrong("sign", errors.New("AWS answers signed requests only: leave it out"))
	}
	if !o.Sign && o.Profile != "" {
		v.Wrong("sign", errors.New("a profile is there to sign with: leave one of the two out"))
	}
	return o
}

func (q *inquiry) open(ctx context.Context) (*xrayclient.Client, error) {
	return xrayclient.Open(ctx, q.options)
}

// endpoint is the server's name for people.
func (q *inquiry) endpoint() string {
	if q.options.Endpoint == xrayclient.AWS {
		return "X-Ray of AWS"
	}
	return q.options.Endpoint
}

// say tells people something that is no data, below the data so far.
func (q *inquiry) say(format string, args ...any) {
	if err := q.out.Flush(); err != nil {
		return // the command ends with this error: the writer keeps it for the last flush
	}
	fmt.Fprintf(q.err, format+"\n", args...)
}

// line writes an answered object on a line of its own.
func (q *inquiry) line(object json.RawMessage) error {
	if err := json.NewEncoder(q.out).Encode(object); err != nil { // in one line, whatever white space it came with
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// mark adds to the error of a refused filter expression where in it the server found it wrong.
func mark(err error, expression string) error {
	var refused *xrayclient.Error
	if errors.As(err, &refused) {
		if col, ok := refused.Column(); ok && expression != "" {
			return fmt.Errorf("%w\n%s", err, show.Caret(expression, col))
		}
	}
	return err
}

func parseOutput(s string) (string, error) {
	if s != "table" && s != "json" {
		return "", errors.New("table or json is needed")
	}
	return s, nil
}

// expression is the arguments as one filter expression, so that only what the shell would eat needs quotes.
func expression(v *cli.Values) string { return strings.TrimSpace(strings.Join(v.Args(), " ")) }

// traceID is the written form of a trace id in either form; false for anything else.
func traceID(s string) (id string, ok bool) {
	t, err := segment.ParseTraceIDQuery(s)
	return t.String(), err == nil
}

// timeSettings are the time range of commands about the past.
func timeSettings(since string) []cli.Setting {
	return []cli.Setting{
		{Name: "since", Value: "TIME", Default: since,
			Help: "Beginning of the time range: how long ago (15m, 6h, 2d), or a time (2026-11-22T14:00:00Z)."},
		{Name: "until", Value: "TIME", Default: "now", Help: "End of the time range, in the same forms."},
	}
}

// readTimes reads the settings of timeSettings and notes in v what is wrong.
func readTimes(v *cli.Values, now time.Time) (from, to time.Time) {
	read := func(name string) time.Time {
		return cli.Read(v, name, func(s string) (time.Time, error) { return parseMoment(s, now) })
	}
	from, to = read("since"), read("until")
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		v.Wrong("since", fmt.Errorf("the time range ends before it begins: --until is %s", to.Format(time.RFC3339)))
	}
	return from, to
}

// parseMoment reads a time, or how long before now it was.
func parseMoment(s string, now time.Time) (time.Time, error) {
	if s == "now" {
		return now, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	d, err := parseSpan(s)
	if err != nil || d < 0 || d > maxRetention {
		return time.Time{}, errors.New("how long ago is needed (15m, 6h, 2d), or a time such as 2026-11-22T14:00:00Z")
	}
	return now.Add(-d), nil
}

// parseSpan reads a duration, which may be in days.
func parseSpan(s string) (time.Duration, error) {
	days, ok := strings.CutSuffix(s, "d")
	if !ok {
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseUint(days, 10, 16)
	return time.Duration(n) * 24 * time.Hour, err
}

func parseCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, errors.New("a whole number from 0 on is needed, for example 100")
	}
	return n, nil
}
