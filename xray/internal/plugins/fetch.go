package plugins

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
)

// maxAnswer is the longest answer of a metadata service that is read; real ones have a few kilobytes.
const maxAnswer = 256 << 10

// Fetch sends a request to a metadata service, never through a proxy, and returns the body of an answer of status 200.
// trust may be nil.
func Fetch(req *http.Request, trust *tls.Config) ([]byte, error) {
	transport := &http.Transport{TLSClientConfig: trust, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", req.Method, req.URL, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s %s: %s", req.Method, req.URL, resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", req.Method, req.URL, err)
	}
	return body, nil
}
