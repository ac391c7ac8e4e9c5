package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/rayscope/rayscope/internal/cli"
)

// Bounds of a check: a supervisor that asks has a time-out of a few seconds itself.
const (
	checkTimeout = 2 * time.Second
	maxHealth    = 1 << 20
)

// Check asks the daemon of this machine that was started with the same settings how it is, and says so on out. A daemon that does not answer, or
// that does not receive, is an error.
func Check(ctx context.Context, c Config, out io.Writer) error {
	if c.Admin == "" {
		return cli.Usagef("the daemon has no address to be asked at: start it, and the check, with --admin-listen or RAYSCOPE_ADMIN_LISTEN, for example 127.0.0.1:2001")
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+ownAddress(c.Admin)+"/healthz", nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: this is the machine itself
	answer, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("ask the daemon: %w: is it running, with --admin-listen=%s?", err, c.Admin)
	}
	defer answer.Body.Close()
	var health struct{ Status string }
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxHealth)).Decode(&health); err != nil {
		return fmt.Errorf("what answers at %s is no Rayscope daemon: %w", c.Admin, err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the daemon is not well: %s answers %s: %s", r.URL, answer.Status, health.Status)
	}
	_, err = fmt.Fprintln(out, health.Status)
	return err
}

// ownAddress is where this machine reaches who listens on the address: 0.0.0.0 and [::] are all of its own.
func ownAddress(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() && ip.Is4() {
		host = "127.0.0.1"
	} else if err == nil && ip.IsUnspecified() {
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}
