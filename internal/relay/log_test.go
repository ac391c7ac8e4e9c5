package relay

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/internal/uplink"
)

// TestLog holds that the log tells what happens to an endpoint and what to do, and does not flood.
func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
		s := openSpool(t, t.TempDir(), nil)
		e, down := newEndpoint("http://a"), away()
		e.obey(down.rule)
		r := start(Options{Endpoints: []Endpoint{{Uplink: e, Spool: s}}, Log: log})
		put(t, r, docs(0, 100)...)
		pass(10*time.Minute - time.Second)
		down.set(nil)
		pass(maxPause)
		e.obey(func(_ context.Context, _ string, docs []string) ([]Refusal, error) {
			return []Refusal{{idOf(docs[0]), "MissingName", "Invalid segment. ErrorCode: MissingName"}}, nil
		})
		put(t, r, docs(100, 150)...)
		pass(time.Second)
		e.obey((&while{err: fail(uplink.Foreign, 404)}).rule)
		put(t, r, span("T1S", 1))
		pass(time.Second)
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
		closeSpool(t, s)
		for line, most := range map[string]int{
			`level=WARN msg="Sending segment batch failed with: http://test: not reachable`: 11, // once a minute
			`hint="check that the endpoint runs`:                                            12,
			`level=WARN msg="endpoint is away"`:                                             1,
			`level=INFO msg="endpoint is back" endpoint=http://a away=`:                     1,
			`spooled=`: 1,
			`msg="Successfully sent batch of 50 segments (0.000 seconds)"`:                                                                    2,
			`msg="Sent batch of 50 segments but had 1 Unprocessed segments (0.000 seconds)"`:                                                  1,
			`msg="document refused" endpoint=http://a id=0000000000000064 code=MissingName message="Invalid segment. ErrorCode: MissingName"`: 1,
			`msg="endpoint does not take OTLP`: 1,
		} {
			if n := strings.Count(text.String(), line); n < 1 || n > most {
				t.Errorf("%d times in the log: %s; want 1 to %d\n%s", n, line, most, text.String())
			}
		}
	})
}
