package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/rayscope/rayscope/internal/demo/queue"
)

// A Config is what Run needs.
type Config struct {
	Seed      uint64       // decides who visits, and what the database begins with
	Rate      float64      // visits a second on average, for example DefaultRate
	Daemon    string       // host:port of the X-Ray daemon that the services report to, UDP and TCP
	Directory string       // where the database is made, in a file shop.db; one that is there is removed
	Logger    *slog.Logger // required

	// Command starts the process of one service, which calls RunService with its standard input and output and the same name. Nil: all
	// services run in this process.
	Command func(service string) []string

	// Into is how far the shop is into the story of the package comment when it opens, not negative: 75 s leave out what
	// goes wrong before the card processor does.
	Into time.Duration
}

// Validate reports all that is wrong with the config.
func (c *Config) Validate() error {
	var errs []error
	if _, _, err := net.SplitHostPort(c.Daemon); err != nil {
		errs = append(errs, fmt.Errorf("daemon %q is not a host and port, for example 127.0.0.1:2000: %w", c.Daemon, err))
	}
	if !(c.Rate >= MinRate && c.Rate <= MaxRate) { // not a number fails as well
		errs = append(errs, fmt.Errorf("rate %v is not in the range of %v to %d visits a second, for example %d", c.Rate, MinRate, MaxRate, DefaultRate))
	}
	if c.Into < 0 {
		errs = append(errs, fmt.Errorf("the shop cannot open %v before its story: use 0 or more", -c.Into))
	}
	if c.Directory == "" {
		errs = append(errs, errors.New("directory is empty: name one for the database, for example ./shop"))
	}
	return errors.Join(errs...)
}

// Run keeps the shop open until the context is done, which is no error, or a service ends by itself.
func Run(ctx context.Context, c Config) error {
	if err := c.Validate(); err != nil {
		return err
	}
	database := filepath.Join(c.Directory, "shop.db")
	if err := createDatabase(ctx, database, c.Seed); err != nil {
		return fmt.Errorf("demo shop: %w", err)
	}
	running, fail := context.WithCancelCause(ctx)
	defer fail(nil)

	s := setup{Daemon: c.Daemon, Database: database, Opened: time.Now().Add(-c.Into)}
	n := network{}
	away, err := openNeighbours(running, n, story{s.Opened}, c.Logger)
	if err != nil {
		return err
	}
	defer away()
	closeShop, err := c.staff(s, n, fail)
	if err != nil {
		return err
	}
	c.Logger.Info("demo shop: open", "daemon", c.Daemon, "visits_per_second", c.Rate, "seed", c.Seed, "processes", c.Command != nil)
	go story{s.Opened}.tell(running, c.Logger)
	newCrowd(&c, n, story{s.Opened}).come(running)
	if err := closeShop(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return nil
	}
	return context.Cause(running)
}

// staff starts all services, in this process or in processes of their own. With done it says that one has ended too early.
func (c *Config) staff(s setup, n network, done func(error)) (stop func() error, err error) {
	if c.Command == nil {
		return startHere(s, n, c.Logger, done)
	}
	return startProcesses(s, n, c.Command, done)
}

// openNeighbours starts what the shop uses and does not trace: the queue, and the card processor. It adds them to the network.
func openNeighbours(ctx context.Context, n network, s story, log *slog.Logger) (stop func(), err error) {
	cards := &processor{s, ctx}
	servers := map[string]http.Handler{
		queueHost: queue.NewServer(map[string]*queue.Queue{queueName: queue.New(time.Now)}),
		cardsHost: cards.handler(),
	}
	var open []*http.Server
	stop = func() {
		for _, server := range open {
			_ = server.Close() // who is told of an error has gone by now
		}
	}
	for host, handler := range servers {
		l, err := listen(host)
		if err != nil {
			stop()
			return nil, err
		}
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
		open = append(open, server)
		n[host] = l.Addr().String()
		go func() { _ = server.Serve(l) }() // until stop closes it, which is the error
	}
	return stop, nil
}
