// Package ports holds the addresses that Rayscope listens on by default, and tells who has taken one.
package ports

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
)

// Addresses to listen on.
const (
	Main   = "127.0.0.1:1895" // API and console; 1895 is the year in which X-rays were discovered
	Daemon = "127.0.0.1:2000" // where X-Ray SDKs look for the daemon, UDP and TCP
)

// Check says what is wrong with an address to listen on. Its form is host:port; the port may be 0, for any.
func Check(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil || port == "" {
		return fmt.Errorf("address %q is not of the form host:port, for example %s", address, Main)
	}
	return nil
}

// IsLoopback tells whether only this machine can reach the host, which may be a name or an address. Of the names it is
// localhost and what is below it, which no resolver may point elsewhere.
func IsLoopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}

// An InUseError says that somebody else listens on the address.
type InUseError struct {
	Network string // "tcp" or "udp"
	Address string
	Holder  string // "process 4711 (xray)"; "another process" if the system does not tell
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("%s address %s is in use by %s", strings.ToUpper(e.Network), e.Address, e.Holder)
}

// Explain makes the error of a failed Listen readable: an InUseError if the address is taken.
func Explain(network, address string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return &InUseError{network, address, holder(network, address)}
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return fmt.Errorf("listen on %s address %s: %w", strings.ToUpper(network), address, err)
}

// Elsewhere adds to the error of a taken address what to do: to stop its holder, or next. Other errors stay as they are.
func Elsewhere(err error, next string) error {
	var inUse *InUseError
	if !errors.As(err, &inUse) {
		return err
	}
	return fmt.Errorf("%w: stop that one, or %s", inUse, next)
}

const unknownHolder = "another process"
