package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/synthetic"
)

// demoHome is not that of serve, so that made-up traces never mix with real ones.
const demoHome = "rayscope-demo"

func demoCommand() cli.Command {
	return cli.Command{
		Name:    "demo",
		Summary: "Run the server with a sample shop that sends traces",
		About: "Runs the server as serve does, and a sample shop of several services that sends its traces to it, so that the\n" +
			"console has something to show. It keeps its data apart from that of serve.",
		Example: "rayscope demo --rate=20\nThen open http://127.0.0.1:1895",
		Settings: append(serveSettings(demoHome),
			cli.Setting{Name: "seed", Value: "N", Default: "1", Help: "Whole number that decides what happens in the shop: the same seed, the same traces."},
			cli.Setting{Name: "rate", Value: "N", Default: strconv.Itoa(synthetic.DefaultRate), Help: "Requests to the shop each second, on average."},
		),
		Run: func(ctx context.Context, v *cli.Values, s cli.Streams) error {
			c := readConfig(v, demoHome)
			shop := readShop(v)
			if err := v.Err(); err != nil {
				return err
			}
			return serve(ctx, c, s.Err, func(ctx context.Context, daemon string, log *slog.Logger) error {
				shop.Address, shop.Logger = daemon, log
				return synthetic.Run(ctx, shop)
			})
		},
	}
}

// readShop reads the settings of the shop and notes in v what is wrong.
func readShop(v *cli.Values) synthetic.Config {
	if v.Text("daemon-listen") == "" {
		v.Wrong("daemon-listen", errors.New("the shop sends to this address, so demo cannot do without: leave the setting out"))
	}
	return synthetic.Config{
		Seed:     cli.Read(v, "seed", parseSeed),
		Rate:     cli.Read(v, "rate", parseShopRate),
		Backfill: synthetic.DefaultBackfill,
	}
}

func parseSeed(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, errors.New("a whole number from 0 on is needed, for example 1")
	}
	return n, nil
}

func parseShopRate(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= synthetic.MinRate && f <= synthetic.MaxRate) {
		return 0, fmt.Errorf("requests each second from %v to %d are needed, for example %d", synthetic.MinRate, synthetic.MaxRate, synthetic.DefaultRate)
	}
	return f, nil
}
