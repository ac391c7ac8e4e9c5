package api_test

import (
	"context"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/api"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/store"
)

// endless has a window that is never read to its end.
type endless struct{ query.Store }

func (endless) Parts(context.Context, store.Account, byte, store.Minute, store.Minute) iter.Seq2[*store.Part, error] {
	return func(func(*store.Part, error) bool) {}
}

func (endless) Scan(ctx context.Context, _ store.Account, _ store.Selection) iter.Seq2[*store.Trace, error] {
	return func(yield func(*store.Trace, error) bool) {
		<-ctx.Done()
		yield(nil, ctx.Err())
	}
}

func TestTimeIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := api.New(api.Config{Query: query.New(endless{}, time.Now), Now: time.Now, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()})
		begin := time.Now()
		w := httptest.NewRecorder()
		a.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/ServiceGraph", strings.NewReader(`{"StartTime":1758654600,"EndTime":1758654900}`)))
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "shorter time range") || time.Since(begin) > time.Minute {
			t.Errorf("after %v: got %d %s, want 503 within a minute that asks for a shorter time range", time.Since(begin), w.Code, w.Body)
		}
	})
}
