package doctor

import (
	"fmt"
	"net"
	"strings"

	"github.com/rayscope/rayscope/internal/ports"
	"github.com/rayscope/rayscope/internal/rayapi"
)

const addressVariable = "AWS_XRAY_DAEMON_ADDRESS"

// parseAddress reads the address of a daemon as SDKs do: host:port, or tcp:host:port and udp:host:port with one blank between.
func parseAddress(s string) (udp, tcp string, err error) {
	parts := strings.Split(s, " ")
	if len(parts) == 1 {
		if err := checkAddress(s, s); err != nil {
			return "", "", err
		}
		return s, s, nil
	}
	for _, p := range parts {
		kind, address, _ := strings.Cut(p, ":")
		if err := checkAddress(s, address); err != nil {
			return "", "", err
		}
		switch kind {
		case "udp":
			udp = address
		case "tcp":
			tcp = address
		}
	}
	if len(parts) != 2 || udp == "" || tcp == "" {
		return "", "", fmt.Errorf("address %q is neither host:port nor the two with one blank between: write it like 127.0.0.1:2000 or tcp:127.0.0.1:2000 udp:127.0.0.1:2000", s)
	}
	return udp, tcp, nil
}

func checkAddress(whole, s string) error {
	host, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = net.LookupPort("udp", port)
	}
	if err != nil || host == "" || port == "" || strings.Contains(host, "/") {
		return fmt.Errorf("address %q has no host:port in it, but %q: write it like 127.0.0.1:2000, without http://", whole, s)
	}
	return nil
}

// allowed are the values that the SDKs know of variables that are not free text; they do not mind upper and lower case.
var allowed = []struct {
	name   string
	values []string
}{
	{"AWS_XRAY_CONTEXT_MISSING", []string{"LOG_ERROR", "RUNTIME_ERROR", "IGNORE_ERROR"}},
	{"AWS_XRAY_SDK_ENABLED", []string{"true", "false"}},
	{"AWS_XRAY_SDK_DISABLED", []string{"true", "false"}},
}

// variables looks at what X-Ray SDKs read from the environment.
func (e *examination) variables() rayapi.Check {
	c := check("environment", "Do the variables of X-Ray SDKs make sense here?")
	c.Documentation = "variables"
	var wrong []string
	for _, v := range []string{addressVariable, "AWS_XRAY_TRACING_NAME", "AWS_XRAY_CONTEXT_MISSING", "AWS_XRAY_SDK_ENABLED", "AWS_XRAY_SDK_DISABLED"} {
		if is, set := e.Env(v); set {
			c.Facts = append(c.Facts, rayapi.Fact{Name: v, Value: is})
		}
	}
	for _, a := range allowed {
		if is, set := e.Env(a.name); set && !contains(a.values, is) {
			wrong = append(wrong, fmt.Sprintf("%s is %q, SDKs know %s.", a.name, is, strings.Join(a.values, ", ")))
		}
	}
	for name, off := range map[string]string{"AWS_XRAY_SDK_ENABLED": "false", "AWS_XRAY_SDK_DISABLED": "true"} {
		if is, _ := e.Env(name); strings.EqualFold(is, off) {
			wrong = append(wrong, fmt.Sprintf("%s=%s turns the SDKs off: nothing is traced.", name, is))
		}
	}
	if err := e.address(); err != nil {
		c.State = problem
		wrong = append(wrong, err.Error()+".")
	}
	switch {
	case len(wrong) > 0:
		c.State = worse(c.State, attention)
		c.Sentence = strings.Join(wrong, " ")
		c.NextStep = "Set them right where the program is started; this is the environment of the shell that runs the doctor, a service or container has its own."
	case len(c.Facts) == 0:
		c.Sentence = "None is set in this shell, so SDKs send to " + ports.Daemon + ". A service or container has an environment of its own."
	default:
		c.Sentence = fmt.Sprintf("SDKs that are started from this shell send to %s.", e.udpAddr)
	}
	return c
}

// address finds out where SDKs of this environment send to, or where the caller wants to look.
func (e *examination) address() (err error) {
	s := e.Daemon
	if s == "" {
		s, _ = e.Env(addressVariable)
	}
	if s == "" {
		s = ports.Daemon
	}
	e.udpAddr, e.tcpAddr, err = parseAddress(s)
	return err
}

func contains(values []string, is string) bool {
	for _, v := range values {
		if strings.EqualFold(v, is) {
			return true
		}
	}
	return false
}
