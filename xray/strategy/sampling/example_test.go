package sampling_test

import (
	"fmt"

	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

// Local rules, for programs without a daemon: no health check is traced, every order is.
func ExampleNewLocalizedStrategyFromJSONBytes() {
	strategy, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(`{
		"version": 2,
		"default": {"fixed_target": 1, "rate": 0.05},
		"rules": [
			{"host": "*", "http_method": "GET", "url_path": "/health", "fixed_target": 0, "rate": 0},
			{"host": "*", "http_method": "POST", "url_path": "/orders*", "fixed_target": 0, "rate": 1}
		]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strategy.ShouldTrace(&sampling.Request{Method: "GET", URL: "/health"}).Sample)
	fmt.Println(strategy.ShouldTrace(&sampling.Request{Method: "POST", URL: "/orders/17"}).Sample)
	// Output:
	// false
	// true
}

// What is wrong with local rules is told at once, by rule and member.
func ExampleManifestFromJSONBytes() {
	_, err := sampling.ManifestFromJSONBytes([]byte(`{
		"version": 2,
		"default": {"fixed_target": 1, "rate": 0.05},
		"rules": [{"host": "*", "url_path": "/health", "fixed_target": -1, "rate": 0}]
	}`))
	fmt.Println(err)
	// Output:
	// sampling rules: rule 1: fixed_target -1 is negative; give the requests per second that are traced, 0 for none
	// sampling rules: rule 1: http_method is missing; give a pattern, * for all
}

// debugging traces what asks for it, and leaves the rest to another strategy.
type debugging struct{ sampling.Strategy }

func (d debugging) ShouldTrace(r *sampling.Request) *sampling.Decision {
	if r.URL == "/debug" {
		return &sampling.Decision{Sample: true}
	}
	return d.Strategy.ShouldTrace(r)
}

// A strategy of one's own.
func ExampleStrategy() {
	never, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(`{"version": 2, "default": {"fixed_target": 0, "rate": 0}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	strategy := debugging{never}
	fmt.Println(strategy.ShouldTrace(&sampling.Request{URL: "/debug"}).Sample, strategy.ShouldTrace(&sampling.Request{URL: "/"}).Sample)
	// Output: true false
}
