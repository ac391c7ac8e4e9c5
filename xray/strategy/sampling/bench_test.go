package sampling_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

// busy is a request that 19 rules miss and the last matches.
var busy = sampling.Request{Host: "shop.example.com", Method: "GET", URL: "/orders/17/items", ServiceName: "orders"}

// twentyRules are rules as people write them: most for a path, some for a service or a method.
func twentyRules() (rules []*sampling.SamplingRule) {
	for i := range 19 {
		rules = append(rules, newRule(fmt.Sprintf("rule-%02d", i), int64(i+1), 5, 0.05, func(r *sampling.SamplingRule) {
			switch i % 3 {
			case 0:
				r.URLPath = ptr(fmt.Sprintf("/api/v%d/*", i))
			case 1:
				r.ServiceName = ptr(fmt.Sprintf("payments-%d", i))
			case 2:
				r.HTTPMethod, r.URLPath = ptr("POST"), ptr(fmt.Sprintf("/orders/%d/*", i))
			}
		}))
	}
	return append(rules, newRule("Default", 10000, 1, 0.05))
}

// fetched is a strategy that has the rules.
func fetched(tb testing.TB, rules ...*sampling.SamplingRule) *sampling.CentralizedStrategy {
	tb.Helper()
	server := httptest.NewServer(&service{rules: rules})
	tb.Cleanup(server.Close)
	strategy, err := sampling.NewCentralizedStrategy()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(strategy.Close)
	strategy.LoadDaemonAddress(server.Listener.Addr().String())
	strategy.ShouldTrace(&busy)
	strategy.AwaitRules()
	return strategy
}

func BenchmarkDecide(b *testing.B) {
	for _, bm := range []struct {
		name  string
		rules []*sampling.SamplingRule
	}{{"1rule", twentyRules()[19:]}, {"20rules", twentyRules()}} {
		strategy := fetched(b, bm.rules...)
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sampling.Decide(strategy, busy)
			}
		})
		b.Run(bm.name+"/parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					sampling.Decide(strategy, busy)
				}
			})
		})
	}
}

func BenchmarkShouldTrace(b *testing.B) {
	strategy := fetched(b, twentyRules()...)
	b.ReportAllocs()
	for b.Loop() {
		strategy.ShouldTrace(&busy)
	}
}

func BenchmarkLocalized(b *testing.B) {
	var strategy sampling.Strategy
	strategy, err := sampling.NewLocalizedStrategyFromFilePath("testdata/version2.json")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		sampling.Decide(strategy, busy)
	}
}
