package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/doctor"
	"github.com/rayscope/rayscope/internal/show"
)

func doctorCommand() cli.Command {
	return cli.Command{
		Name:    "doctor",
		Summary: "Find out why traces are missing",
		About: "Looks at the way of a document from this machine to the server: the variables of X-Ray SDKs, the daemon's UDP and TCP port,\n" +
			"the clocks, and all that the server knows of what it gets. It sends a test document, of a service named " + doctor.Service + ", and\n" +
			"looks for it on the server. Each line says what was found, and what to do. It ends with 1 if there is a problem, else with 0.",
		Example: "rayscope doctor\nrayscope doctor --daemon=10.0.0.7:2000 --no-probe --json",
		Settings: append([]cli.Setting{
			{Name: "daemon", Value: "ADDRESS", Default: "AWS_XRAY_DAEMON_ADDRESS, else 127.0.0.1:2000",
				Help: "Where programs on this machine send to: host:port, or \"tcp:host:port udp:host:port\"."},
			{Name: "no-probe", Default: "false", Help: "Send no test document."},
		}, askSettings()...),
		Run: func(ctx context.Context, v *cli.Values, s cli.Streams) error {
			o := doctor.Options{Env: v.Env, Now: time.Now, Wait: wait, Probe: !v.Switch("no-probe", false)}
			if v.Given("daemon") {
				o.Daemon = v.Text("daemon")
			}
			q := readInquiry(v, s)
			if err := v.Err(); err != nil {
				return err
			}
			return examine(ctx, q, o)
		},
	}
}

func examine(ctx context.Context, q *inquiry, o doctor.Options) error {
	c, err := q.open(ctx)
	if err != nil {
		return err
	}
	o.Server, o.Endpoint = c, q.options.Endpoint
	r := doctor.Examine(ctx, o)
	if q.json {
		text, err := json.Marshal(r)
		if err == nil {
			err = q.line(text)
		}
		if err != nil {
			return err
		}
	} else {
		show.Checks(q.out, q.screen, "This machine", r.Machine)
		if r.Server != nil {
			show.Checks(q.out, q.screen, "The server, "+q.endpoint(), r.Server.Checks)
		}
	}
	if err := q.out.Flush(); err != nil {
		return err
	}
	if r.State == "problem" {
		return fmt.Errorf("there is a problem: see docs/troubleshooting.md")
	}
	return nil
}

// wait waits for a time, or until the context is done.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
