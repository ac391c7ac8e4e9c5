package sampling_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

var errBroken = errors.New("broken")

// endings are how requests end, and whether that is an anomaly.
var endings = []struct {
	name    string
	anomaly bool
	do      func(ctx context.Context, name string)
}{
	{"well", false, func(ctx context.Context, name string) {
		_, s := xray.BeginSegment(ctx, name)
		s.Close(nil)
	}},
	{"closed with an error, twice", true, func(ctx context.Context, name string) {
		_, s := xray.BeginSegment(ctx, name)
		s.Close(errBroken)
		s.Close(errBroken)
	}},
	{"error added", true, func(ctx context.Context, name string) {
		ctx, s := xray.BeginSegment(ctx, name)
		_ = xray.AddError(ctx, errBroken)
		s.Close(nil)
	}},
	{"error added too late", false, func(ctx context.Context, name string) {
		ctx, s := xray.BeginSegment(ctx, name)
		s.Close(nil)
		_ = xray.AddError(ctx, errBroken)
		s.Close(errBroken)
	}},
	{"marked", true, func(ctx context.Context, name string) {
		_, s := xray.BeginSegment(ctx, name)
		s.Lock()
		s.Fault = true
		s.Unlock()
		s.Close(nil)
	}},
	{"status 503", true, func(ctx context.Context, name string) {
		_, s := xray.BeginSegment(ctx, name)
		xray.HttpCaptureResponse(s, http.StatusServiceUnavailable)
		s.Close(nil)
	}},
	{"answer 500", true, answering(func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) })},
	{"answer 404", false, answering(func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) })},
	{"panic", true, answering(func(http.ResponseWriter) { panic(errBroken) })},
	{"a part of it failed", false, func(ctx context.Context, name string) {
		ctx, s := xray.BeginSegment(ctx, name)
		_ = xray.Capture(ctx, "part", func(ctx context.Context) error {
			return xray.Capture(ctx, "part of the part", func(context.Context) error { return errBroken })
		})
		s.Close(nil)
	}},
}

// answering is a request by HTTP.
func answering(answer func(http.ResponseWriter)) func(context.Context, string) {
	return func(ctx context.Context, name string) {
		defer func() { _ = recover() }() // as net/http does
		h := xray.HandlerWithContext(ctx, xray.NewFixedSegmentNamer(name), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) }))
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}
}

// Segments that fail are reported as anomalies of the rule that decided on them, recorded or not, if that rule can be boosted.
func TestAnomalyOfSegment(t *testing.T) {
	for _, e := range endings {
		t.Run(e.name, func(t *testing.T) {
			rule := func(name string, rate float64, boost *sampling.SamplingRateBoost) *sampling.SamplingRule {
				return newRule(name, 1, 0, rate, func(r *sampling.SamplingRule) { r.ServiceName, r.SamplingRateBoost = &name, boost })
			}
			boost := &sampling.SamplingRateBoost{MaxRate: ptr(1.0), CooldownWindowMinutes: ptr(int64(1))}
			s := &service{rules: []*sampling.SamplingRule{rule("all", 1, boost), rule("none", 0, boost), rule("plain", 0, nil)}}
			simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
				ctx, err := xray.ContextWithConfig(t.Context(), xray.Config{SamplingStrategy: strategy, Emitter: new(xray.DefaultEmitter)})
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range []string{"all", "none", "none", "plain"} {
					e.do(ctx, name)
				}
				_, decided := xray.NewSegmentFromHeader(ctx, "none", nil, header.FromString("Root=1-66f1c0de-0123456789abcdef01234567;Sampled=0"))
				decided.Close(errBroken) // whoever decided counts
				pass(11 * time.Second)
			})
			var got, want []string
			for _, r := range s.reported() {
				for _, b := range r.SamplingBoostStatisticsDocuments {
					got = append(got, fmt.Sprintf("%s %s: %d requests, %d anomalies, %d sampled", *b.RuleName, *b.ServiceName, *b.TotalCount, *b.AnomalyCount, *b.SampledAnomalyCount))
				}
			}
			if e.anomaly {
				want = []string{"all all: 1 requests, 1 anomalies, 1 sampled", "none none: 2 requests, 2 anomalies, 0 sampled"}
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("reported %q, want %q", got, want)
			}
		})
	}
}
