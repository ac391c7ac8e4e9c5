package conformance

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/rayscope/rayscope/test/harness"
)

// An exchange is a call as it crossed the wire.
type exchange struct {
	path    string
	request []byte
	status  int
	header  http.Header
	answer  []byte
}

// A recorder stands between a client and a server, and keeps what crosses it: clients hide what they were answered.
type recorder struct {
	mu    sync.Mutex
	calls []exchange
}

// record makes a server of the same meaning whose calls are recorded.
func record(t testing.TB, s *harness.Server) (*harness.Server, *recorder) {
	t.Helper()
	r := new(recorder)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if err := r.pass(w, req, s.URL); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
		}
	}))
	t.Cleanup(front.Close)
	through := *s
	through.URL = front.URL
	return &through, r
}

func (r *recorder) pass(w http.ResponseWriter, req *http.Request, url string) error {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return err
	}
	on, err := http.NewRequestWithContext(req.Context(), req.Method, url+req.URL.Path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	on.Header = req.Header.Clone()
	resp, err := http.DefaultTransport.RoundTrip(on)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.calls = append(r.calls, exchange{req.URL.Path, body, resp.StatusCode, resp.Header, answer})
	r.mu.Unlock()
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	_, err = w.Write(answer)
	return err
}

// take returns the calls since the last time.
func (r *recorder) take() []exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}
