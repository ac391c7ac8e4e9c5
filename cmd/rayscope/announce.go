package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/rayscope/rayscope/internal/terminal"
)

// addresses are what a person needs to know of a server that runs.
type addresses struct {
	web       string
	daemon    string // empty: off
	data      string
	retention time.Duration
}

// announce says where the server is: to a person at a terminal as a block to read, else as a line of the log.
func announce(w io.Writer, log *slog.Logger, a addresses) {
	if !terminal.Of(w, os.LookupEnv).Interactive {
		log.Info("serving", "version", version(), "url", "http://"+a.web, "daemon", a.daemon, "data", a.data, "retention", a.retention.String())
		return
	}
	daemon := a.daemon + ", UDP and TCP"
	if a.daemon == "" {
		daemon = "off"
	}
	fmt.Fprintf(w, `
  Rayscope %s

  Console and API  http://%s
  X-Ray daemon     %s
  Traces           in %s, kept for %s

  Ctrl-C stops it.

`, version(), a.web, daemon, a.data, days(a.retention))
}

// days writes a retention as its setting does.
func days(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	return d.String()
}
