package uplink_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/rayscope/rayscope/internal/cloud"
	"github.com/rayscope/rayscope/internal/uplink"
)

// BenchmarkPost60KB is one call with the body of a usual batch, to a server in this process, whose work counts too.
func BenchmarkPost60KB(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			b.Error(err)
		}
		w.Header().Set("Content-Type", asJSON)
		io.WriteString(w, `{"UnprocessedTraceSegments":[]}`)
	}))
	b.Cleanup(s.Close)
	body := bytes.Repeat([]byte("x"), 60<<10)
	for _, c := range []struct {
		name   string
		hash   string
		change func(*uplink.Config)
	}{
		{"unsigned", "", func(*uplink.Config) {}},
		{"signed", cloud.Hash(body), signed(b, keys)},
		{"signed and hashed", "", signed(b, keys)},
	} {
		b.Run(c.name, func(b *testing.B) {
			transport, err := uplink.NewTransport("", false, none)
			if err != nil {
				b.Fatal(err)
			}
			defer transport.CloseIdleConnections()
			conf := uplink.Config{URL: s.URL, Client: &http.Client{Transport: transport}}
			c.change(&conf)
			u, err := uplink.New(conf)
			if err != nil {
				b.Fatal(err)
			}
			r := uplink.Request{Path: "/TraceSegments", ContentType: asJSON, Body: body, Hash: c.hash}
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := u.Post(b.Context(), r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
