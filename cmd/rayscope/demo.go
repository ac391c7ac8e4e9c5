package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/demo"
	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/settings"
)

// demoHome is not that of serve, so that the shop's traces never mix with others.
const demoHome = "rayscope-demo"

func demoCommand() cli.Command {
	return cli.Command{
		Name:    "demo",
		Summary: "Run the server with a sample shop that is traced",
		About: "Runs the server as serve does, and a small shop that it traces: eight services, a database, a queue, and visitors. They run\n" +
			"for real; every now and then something goes wrong, which the log tells. The data is kept apart from that of serve.",
		Example: "rayscope demo --rate=20\nThen open http://127.0.0.1:1895",
		Settings: append(serveSettings(demoHome),
			cli.Setting{Name: "seed", Value: "N", Default: "1", Help: "Whole number that decides who visits the shop: the same seed, the same visitors."},
			cli.Setting{Name: "rate", Value: "N", Default: strconv.Itoa(demo.DefaultRate), Help: "Visits to the shop each second, on average."},
			cli.Setting{Name: "into", Value: "DURATION", Default: "0s", Help: "How far into its troubles the shop opens; docs/demo.md has their times. With 75s the card processor fails after a quarter of a minute."},
			cli.Setting{Name: "processes", Default: "false", Help: "Runs each service of the shop in a process of its own."},
		),
		Run: func(ctx context.Context, v *cli.Values, s cli.Streams) error {
			c := readConfig(v, demoHome)
			shop := readShop(v, c)
			if err := v.Err(); err != nil {
				return err
			}
			return serve(ctx, c, s.Err, func(ctx context.Context, h host) error {
				if err := recordAll(ctx, h.rules); err != nil {
					return err
				}
				shop.Daemon, shop.Logger = h.daemon, h.log
				return demo.Run(ctx, shop)
			})
		},
	}
}

// readShop reads the settings of the shop and notes in v what is wrong.
func readShop(v *cli.Values, c config) demo.Config {
	if v.Text("daemon-listen") == "" {
		v.Wrong("daemon-listen", errors.New("the shop sends to this address, so demo cannot do without: leave the setting out"))
	}
	shop := demo.Config{
		Seed:      cli.Read(v, "seed", parseSeed),
		Rate:      cli.Read(v, "rate", parseShopRate),
		Into:      cli.Read(v, "into", parseInto),
		Directory: filepath.Join(c.dataDir, "shop"),
	}
	if v.Switch("processes", false) {
		shop.Command = serviceCommand(v)
	}
	return shop
}

// demoServiceName is the command that runs one service of the shop.
const demoServiceName = "demo-service"

// serviceCommand is how a service is started whose log is as this one's.
func serviceCommand(v *cli.Values) func(service string) []string {
	binary, err := os.Executable()
	if err != nil {
		v.Wrong("processes", fmt.Errorf("this program does not find itself: %w", err))
	}
	return func(service string) []string {
		return []string{binary, demoServiceName, "--service=" + service, "--log-format=" + v.Text("log-format"), "--log-level=" + v.Text("log-level")}
	}
}

func demoServiceCommand() cli.Command {
	return cli.Command{
		Name:    demoServiceName,
		Hidden:  true,
		Summary: "Run one service of the sample shop",
		About:   "Runs one service of the shop, for demo --processes, which speaks to it by standard input and output.",
		Example: "rayscope demo --processes",
		Settings: append(logSettings(),
			cli.Setting{Name: "service", Value: "NAME", Help: "Which service."}),
		Run: func(ctx context.Context, v *cli.Values, s cli.Streams) error {
			var c config
			readLog(v, &c)
			if err := v.Err(); err != nil {
				return err
			}
			return demo.RunService(ctx, v.Text("service"), os.Stdin, s.Out, newLog(c, s.Err))
		},
	}
}

// demoRule is the sampling rule by which the shop records every request. Whoever changes it sees what comes of it.
var demoRule = sampling.Rule{
	Priority: 1000, FixedRate: 1, ReservoirSize: 50,
	ServiceName: "*", ServiceType: "*", Host: "*", HTTPMethod: "*", URLPath: "*", ResourceARN: "*", Version: 1,
}

// recordAll creates the rule "demo", if there is none from an earlier demo.
func recordAll(ctx context.Context, rules *settings.Sampler) error {
	list, err := rules.Rules(ctx)
	if err != nil {
		return fmt.Errorf("demo: look for the sampling rule demo: %w", err)
	}
	for _, r := range list {
		if r.Name == "demo" {
			return nil
		}
	}
	if _, err := rules.CreateRule(ctx, settings.RuleID{Name: "demo"}, demoRule, nil); err != nil {
		return fmt.Errorf("demo: create the sampling rule demo: %w", err)
	}
	return nil
}

func parseSeed(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, errors.New("a whole number from 0 on is needed, for example 1")
	}
	return n, nil
}

func parseInto(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, errors.New("a duration from 0s on is needed, for example 75s")
	}
	return d, nil
}

func parseShopRate(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= demo.MinRate && f <= demo.MaxRate) {
		return 0, fmt.Errorf("visits each second from %v to %d are needed, for example %d", demo.MinRate, demo.MaxRate, demo.DefaultRate)
	}
	return f, nil
}
