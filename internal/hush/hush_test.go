package hush_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/hush"
)

func TestWarn(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	now := time.Unix(1758654660, 0)
	log := hush.New(logger, func() time.Time { return now })
	asked := 0
	warn := func(key string, after time.Duration) {
		now = now.Add(after)
		log.Warn(key, "refused", func() []slog.Attr { asked++; return []slog.Attr{slog.String("code", key)} })
	}
	warn("A", 0)
	warn("B", 0)
	for range 999 {
		warn("A", time.Millisecond)
	}
	warn("A", time.Millisecond)
	warn("A", -time.Hour) // the clock stepped back
	want := `level=WARN msg=refused code=A count=1
level=WARN msg=refused code=B count=1
level=WARN msg=refused code=A count=1000
level=WARN msg=refused code=A count=1
`
	if got := out.String(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	if lines := strings.Count(want, "\n"); asked != lines {
		t.Errorf("attributes asked for %d times, want %d", asked, lines)
	}
}
