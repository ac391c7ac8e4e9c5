package daemoncfg_test

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray/daemoncfg"
	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/xraylog"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ address, udp, tcp, err string }{
		{address: "127.0.0.1:2000", udp: "127.0.0.1:2000", tcp: "127.0.0.1:2000"},
		{address: "xray.local:3000", udp: "xray.local:3000", tcp: "xray.local:3000"},
		{address: "[::1]:2000", udp: "[::1]:2000", tcp: "[::1]:2000"},
		{address: "[fe80::1%eth0]:2000", udp: "[fe80::1%eth0]:2000", tcp: "[fe80::1%eth0]:2000"},
		{address: ":2000", udp: ":2000", tcp: ":2000"},
		{address: "udp:2000", udp: "udp:2000", tcp: "udp:2000"}, // a host of that name
		{address: "tcp:127.0.0.1:2000 udp:127.0.0.2:2001", udp: "127.0.0.2:2001", tcp: "127.0.0.1:2000"},
		{address: "udp:xray:2001 tcp:xray:2000", udp: "xray:2001", tcp: "xray:2000"},
		{address: " \tudp:[::1]:2000\n  tcp:[fd00::17]:2001 ", udp: "[::1]:2000", tcp: "[fd00::17]:2001"},
		{address: "", err: `daemon address "" has 0 parts: write host:port, or udp:host:port tcp:host:port`},
		{address: "a:1 b:2 c:3", err: `daemon address "a:1 b:2 c:3" has 3 parts: write host:port, or udp:host:port tcp:host:port`},
		{address: "127.0.0.1", err: `daemon address "127.0.0.1": "127.0.0.1" must be host:port, an IPv6 address in brackets, for example [::1]:2000`},
		{address: "::1:2000", err: `daemon address "::1:2000": "::1:2000" must be host:port, an IPv6 address in brackets, for example [::1]:2000`},
		{address: "udp:127.0.0.1:2000", err: `daemon address "udp:127.0.0.1:2000" names one protocol of two: write host:port, or udp:host:port tcp:host:port`},
		{address: "[a:b]:2000", err: `daemon address "[a:b]:2000": host "a:b" in brackets must be an IPv6 address, for example [::1]:2000`},
		{address: "host:http", err: `daemon address "host:http": port "http" of "host:http" must be a number from 1 to 65535`},
		{address: "host:0", err: `daemon address "host:0": port "0" of "host:0" must be a number from 1 to 65535`},
		{address: "host:65536", err: `daemon address "host:65536": port "65536" of "host:65536" must be a number from 1 to 65535`},
		{address: "host:", err: `daemon address "host:": port "" of "host:" must be a number from 1 to 65535`},
		{address: "udp:a:1 udp:b:2", err: `daemon address "udp:a:1 udp:b:2" names udp twice: write udp:host:port tcp:host:port`},
		{address: "udp:a:1 b:2", err: `daemon address "udp:a:1 b:2": "b:2" must begin with udp or tcp and a colon`},
		{address: "UDP:a:1 tcp:b:2", err: `daemon address "UDP:a:1 tcp:b:2": "UDP:a:1" must begin with udp or tcp and a colon`},
		{address: "udp:a:1 tcp:b", err: `daemon address "udp:a:1 tcp:b": "b" must be host:port, an IPv6 address in brackets, for example [::1]:2000`},
		{address: "udp: tcp:", err: `daemon address "udp: tcp:": "" must be host:port, an IPv6 address in brackets, for example [::1]:2000`},
	} {
		got, err := daemoncfg.Parse(tt.address)
		if want := (daemoncfg.Addresses{UDP: tt.udp, TCP: tt.tcp}); got != want || message(err) != tt.err {
			t.Errorf("Parse(%q) =\n%+v, %v, want\n%+v, %s", tt.address, got, err, want, tt.err)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestPriority(t *testing.T) {
	for _, tt := range []struct{ env, given, want, found, err string }{
		{want: "<nil> <nil>", found: "127.0.0.1:2000"},
		{env: " ", want: "<nil> <nil>", found: "127.0.0.1:2000"},
		{given: "127.0.0.2:1", want: "127.0.0.2:1 127.0.0.2:1", found: "127.0.0.2:1"},
		{env: "127.0.0.3:1", given: "127.0.0.2:1", want: "127.0.0.3:1 127.0.0.3:1", found: "127.0.0.3:1"},
		{env: "tcp:[::1]:1 udp:[::1]:2", want: "[::1]:2 [::1]:1", found: "udp:[::1]:2 tcp:[::1]:1"},
		{env: "oops", given: "127.0.0.2:1", want: "<nil> <nil>", found: "127.0.0.1:2000", err: `environment variable AWS_XRAY_DAEMON_ADDRESS: daemon address "oops"`},
		{given: "oops", want: "<nil> <nil>", found: "127.0.0.1:2000", err: `daemon address "oops": "oops" must be host:port`},
	} {
		t.Setenv(daemoncfg.Variable, tt.env)
		endpoints, err := daemoncfg.GetDaemonEndpointsFromString(tt.given)
		if got := shown(endpoints); got != tt.want || !strings.HasPrefix(message(err), tt.err) || (err == nil) != (tt.err == "") {
			t.Errorf("environment %q: GetDaemonEndpointsFromString(%q) = %s, %v, want %s, %s", tt.env, tt.given, got, err, tt.want, tt.err)
		}
		found, err := daemoncfg.Find(tt.given)
		if got := found.String(); got != tt.found || !strings.HasPrefix(message(err), tt.err) || (err == nil) != (tt.err == "") {
			t.Errorf("environment %q: Find(%q) = %s, %v, want %s, %s", tt.env, tt.given, got, err, tt.found, tt.err)
		}
	}
}

func shown(e *daemoncfg.DaemonEndpoints) string {
	if e == nil {
		return "<nil> <nil>"
	}
	return e.UDPAddr.String() + " " + e.TCPAddr.String()
}

// A wrong environment must not end the program: the original panics here.
func TestGetDaemonEndpoints(t *testing.T) {
	var log bytes.Buffer
	before := logger.Get()
	logger.Set(xraylog.NewDefaultLogger(&log, xraylog.LogLevelInfo))
	t.Cleanup(func() { logger.Set(before) })
	for _, tt := range []struct{ env, want, log string }{
		{"", "127.0.0.1:2000 127.0.0.1:2000", ""},
		{"127.0.0.3:1", "127.0.0.3:1 127.0.0.3:1", ""},
		{"127.0.0.3:x", "127.0.0.1:2000 127.0.0.1:2000", "must be a number from 1 to 65535; 127.0.0.1:2000 is used"},
	} {
		log.Reset()
		t.Setenv(daemoncfg.Variable, tt.env)
		if got := shown(daemoncfg.GetDaemonEndpoints()); got != tt.want {
			t.Errorf("environment %q: GetDaemonEndpoints() = %s, want %s", tt.env, got, tt.want)
		}
		if got := log.String(); !strings.Contains(got, tt.log) || (got == "") != (tt.log == "") {
			t.Errorf("environment %q: logged %q, want %q in it", tt.env, got, tt.log)
		}
	}
}

func TestResolve(t *testing.T) {
	_, err := daemoncfg.Addresses{UDP: "127.0.0.1:2000", TCP: "no host:2000"}.Resolve()
	if err == nil || !strings.Contains(err.Error(), `daemon address "udp:127.0.0.1:2000 tcp:no host:2000": `) {
		t.Errorf("Resolve of a name that cannot be: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"127.0.0.1:2000", "udp:[::1]:1 tcp:b:2", "udp: tcp:", "[::]:", "::", "udp:[a%b]:1 tcp::1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		a, err := daemoncfg.Parse(address)
		if err != nil {
			return
		}
		for _, hostport := range []string{a.UDP, a.TCP} {
			if _, _, err := net.SplitHostPort(hostport); err != nil {
				t.Errorf("Parse(%q) let %q through: %v", address, hostport, err)
			}
		}
		if again, err := daemoncfg.Parse(a.String()); err != nil || again != a {
			t.Errorf("Parse(%q) = %q, which reads as %q, %v", address, a, again, err)
		}
	})
}
