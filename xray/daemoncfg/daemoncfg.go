// Package daemoncfg says where the X-Ray daemon is.
//
// An address has one of two forms, with blanks around it and between its parts as one likes:
//
//	127.0.0.1:2000                              UDP and TCP
//	udp:127.0.0.1:2000 tcp:[fd00::17]:2001      each its own, in either order
//
// The host is a name or an IP address, an IPv6 address in brackets; without host it is this machine. The environment variable
// AWS_XRAY_DAEMON_ADDRESS beats what a program asks for.
package daemoncfg

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/rayscope/rayscope/xray/internal/logger"
)

// Variable is the environment variable with the daemon's address.
const Variable = "AWS_XRAY_DAEMON_ADDRESS"

// standard is where a daemon listens that was told nothing else.
const standard = "127.0.0.1:2000"

// DaemonEndpoints are the daemon's addresses, resolved.
type DaemonEndpoints struct {
	// UDPAddr is where segments are sent.
	UDPAddr *net.UDPAddr
	// TCPAddr is where sampling rules are asked for, and where documents go that do not fit a datagram.
	TCPAddr *net.TCPAddr
}

// Addresses are the daemon's addresses as host:port, its names not resolved: who keeps them can resolve them again
// when the daemon has moved.
type Addresses struct{ UDP, TCP string }

// GetDaemonEndpoints returns the addresses of the environment, else the default 127.0.0.1:2000. If those of the environment are
// wrong or cannot be resolved, it logs why and returns the default: a slip in the environment does not stop a program.
func GetDaemonEndpoints() *DaemonEndpoints {
	endpoints, err := GetDaemonEndpointsFromEnv()
	if err != nil {
		logger.Errorf("%v; %s is used", err, standard)
	}
	if endpoints == nil {
		return GetDefaultDaemonEndpoints()
	}
	return endpoints
}

// GetDaemonEndpointsFromEnv returns the addresses of the environment, nil if it has none.
func GetDaemonEndpointsFromEnv() (*DaemonEndpoints, error) { return GetDaemonEndpointsFromString("") }

// GetDaemonEndpointsFromString returns the addresses of the environment, else those that are given; nil if there are neither.
func GetDaemonEndpointsFromString(dAddr string) (*DaemonEndpoints, error) {
	addresses, err := find(dAddr)
	if err != nil || addresses == (Addresses{}) {
		return nil, err
	}
	return addresses.Resolve()
}

// GetDefaultDaemonEndpoints returns 127.0.0.1:2000 for both.
func GetDefaultDaemonEndpoints() *DaemonEndpoints {
	return &DaemonEndpoints{
		UDPAddr: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2000},
		TCPAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2000},
	}
}

// Find returns the addresses of the environment, else those that are given, else the default, and resolves nothing. With an error,
// which says where the wrong address comes from, it returns the default too.
func Find(address string) (Addresses, error) {
	found, err := find(address)
	if found == (Addresses{}) {
		found = Addresses{UDP: standard, TCP: standard}
	}
	return found, err
}

// find is Find without default.
func find(address string) (Addresses, error) {
	if env := strings.TrimSpace(os.Getenv(Variable)); env != "" {
		found, err := Parse(env)
		if err != nil {
			return Addresses{}, fmt.Errorf("environment variable %s: %w", Variable, err)
		}
		return found, nil
	}
	if strings.TrimSpace(address) == "" {
		return Addresses{}, nil
	}
	return Parse(address)
}

// Parse reads an address of either form. Its errors name the value and the rule.
func Parse(address string) (Addresses, error) {
	parts := strings.Fields(address)
	switch len(parts) {
	case 1:
		if err := check(parts[0]); err != nil {
			if strings.HasPrefix(parts[0], "udp:") || strings.HasPrefix(parts[0], "tcp:") {
				return Addresses{}, fmt.Errorf("daemon address %q names one protocol of two: write host:port, or udp:host:port tcp:host:port", address)
			}
			return Addresses{}, fmt.Errorf("daemon address %q: %w", address, err)
		}
		return Addresses{UDP: parts[0], TCP: parts[0]}, nil
	case 2:
		return parsePair(address, parts)
	}
	return Addresses{}, fmt.Errorf("daemon address %q has %d parts: write host:port, or udp:host:port tcp:host:port", address, len(parts))
}

// parsePair reads the form with a part for each protocol.
func parsePair(address string, parts []string) (a Addresses, err error) {
	for _, part := range parts {
		protocol, hostport, _ := strings.Cut(part, ":")
		var to *string
		switch protocol {
		case "udp":
			to = &a.UDP
		case "tcp":
			to = &a.TCP
		default:
			return Addresses{}, fmt.Errorf("daemon address %q: %q must begin with udp or tcp and a colon", address, part)
		}
		if *to != "" {
			return Addresses{}, fmt.Errorf("daemon address %q names %s twice: write udp:host:port tcp:host:port", address, protocol)
		}
		if err := check(hostport); err != nil {
			return Addresses{}, fmt.Errorf("daemon address %q: %w", address, err)
		}
		*to = hostport
	}
	return a, nil
}

// check says what is wrong with host:port.
func check(hostport string) error {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return fmt.Errorf("%q must be host:port, an IPv6 address in brackets, for example [::1]:2000", hostport)
	}
	if strings.Contains(host, ":") && net.ParseIP(withoutZone(host)) == nil {
		return fmt.Errorf("host %q in brackets must be an IPv6 address, for example [::1]:2000", host)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("port %q of %q must be a number from 1 to 65535", port, hostport)
	}
	return nil
}

func withoutZone(ip string) string {
	ip, _, _ = strings.Cut(ip, "%")
	return ip
}

// String is the address as Parse reads it.
func (a Addresses) String() string {
	if a.UDP == a.TCP {
		return a.UDP
	}
	return "udp:" + a.UDP + " tcp:" + a.TCP
}

// Resolve looks up the names. If one has several addresses, an IPv4 address is preferred.
func (a Addresses) Resolve() (*DaemonEndpoints, error) {
	udp, errUDP := net.ResolveUDPAddr("udp", a.UDP)
	tcp, errTCP := net.ResolveTCPAddr("tcp", a.TCP)
	if err := cmp.Or(errUDP, errTCP); err != nil {
		return nil, fmt.Errorf("daemon address %q: %w", a, err)
	}
	return &DaemonEndpoints{UDPAddr: udp, TCPAddr: tcp}, nil
}
