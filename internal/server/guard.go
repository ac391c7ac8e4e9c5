package server

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/rayscope/rayscope/internal/ports"
)

// hostNames are names besides those of loopback by which containers reach this machine. They end in .internal, which is
// nobody's to register, so a foreign page cannot be served under them.
var hostNames = []string{
	"host.docker.internal",     // Docker Desktop
	"host.containers.internal", // Podman
}

// Guard turns away what a foreign web page makes a browser on this machine send: requests under a foreign name that was
// made to resolve to loopback (DNS rebinding), and writes from a page of another origin. Programs send neither. Of what it turns away denied
// hears, unless it is nil.
func Guard(next http.Handler, denied func(r *http.Request, message string)) http.Handler {
	origin := http.NewCrossOriginProtection()
	deny := func(w http.ResponseWriter, r *http.Request, message string) {
		if denied != nil {
			denied(r, message)
		}
		answerDenied(w, message)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r.Host) {
			deny(w, r, fmt.Sprintf("host %q is refused: without authentication only this machine is served, so use localhost or 127.0.0.1 in the URL", r.Host))
			return
		}
		if err := origin.Check(r); err != nil {
			deny(w, r, fmt.Sprintf("%s %s is refused: it comes from a web page of another origin", r.Method, r.URL.Path))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// local tells whether the Host of a request, with or without a port, is a name of this machine.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return ports.IsLoopback(host) || slices.Contains(hostNames, strings.ToLower(host))
}

// answerDenied answers in the form of the X-Ray service.
func answerDenied(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("x-amzn-ErrorType", "AccessDeniedException")
	w.WriteHeader(http.StatusForbidden)
	_ = json.NewEncoder(w).Encode(map[string]string{"Message": message}) // fails when the caller is gone
}
