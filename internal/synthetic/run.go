package synthetic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"
)

// Bounds of the rate in requests a second. The highest makes some 40,000 datagrams, which is what loopback carries
// without loss; to load a server further is the business of the benchmarks. A shop with less than a request in a minute
// and a half looks broken.
const (
	MinRate = 0.01
	MaxRate = 10_000
)

// A Config is what Run needs.
type Config struct {
	Seed     uint64        // of the shop
	Address  string        // host:port of the daemon's UDP listener
	Rate     float64       // requests a second on average, for example DefaultRate
	Backfill time.Duration // how much of the past to send first, for example DefaultBackfill
	Logger   *slog.Logger  // nil: none
}

// DefaultBackfill is as much past as it takes to see each trouble once. It is not more because the service map counts
// by time of receipt: what is sent at once at the start stands in the map's first minute. Three minutes' worth makes
// the rates over the map's last five minutes about right from the beginning on; an hour's worth would make them wrong
// by twelve times.
const DefaultBackfill = 3 * time.Minute

// MaxBackfill is the longest Backfill: what is older than the map's usual windows fills no screen.
const MaxBackfill = 15 * time.Minute

// Validate reports all that is wrong with the config.
func (c *Config) Validate() error {
	var errs []error
	if _, _, err := net.SplitHostPort(c.Address); err != nil {
		errs = append(errs, fmt.Errorf("address %q is not a host and port, for example 127.0.0.1:2000: %w", c.Address, err))
	}
	if !(c.Rate >= MinRate && c.Rate <= MaxRate) { // not a number fails as well
		errs = append(errs, fmt.Errorf("rate %v is not in the range of %v to %d requests a second, for example %d", c.Rate, MinRate, MaxRate, DefaultRate))
	}
	if c.Backfill < 0 || c.Backfill > MaxBackfill {
		errs = append(errs, fmt.Errorf("backfill %v is not in the range of 0s to %v, for example %v", c.Backfill, MaxBackfill, DefaultBackfill))
	}
	return errors.Join(errs...)
}

// Run keeps the shop open until the context is done, which is no error: it sends each document as a datagram to the
// daemon at its time. A daemon that is away is no error either: its datagrams are lost, as those of SDKs are.
func Run(ctx context.Context, c Config) error {
	if err := c.Validate(); err != nil {
		return err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp", c.Address)
	if err != nil {
		return fmt.Errorf("demo shop: reach the daemon at %s: %w", c.Address, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })() // a send that blocks must not hold the stop up
	return c.play(ctx, conn)
}

// play runs the shop, one Write a datagram.
func (c *Config) play(ctx context.Context, w io.Writer) error {
	log := c.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	past := min(c.Backfill, time.Duration(backfillRequests/c.Rate*float64(time.Second)))
	p := player{
		shop:   New(c.Seed, c.Rate),
		out:    sender{w: w, log: log},
		log:    log,
		origin: time.Now().Add(-past),
		pace:   max(backfillPace, int(4*documentsPerRequest*c.Rate)),

		caughtUp: past == 0,
	}
	log.Info("demo shop: open", "daemon", c.Address, "requests_per_second", c.Rate, "sends_first_the_past", past)
	return p.run(ctx)
}
