package clients

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
	"github.com/rayscope/rayscope/test/shop"
)

// obeyed is how soon an SDK must do what a changed rule says: reports go out every ten seconds, an SDK may need two until it
// has fetched new rules, and the machine may be laden.
const obeyed = 60 * time.Second

// TestSDKObeysRules lets people make, change and delete sampling rules with the AWS CLI while a program runs that an
// unmodified SDK traces.
func TestSDKObeysRules(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(shop.SDKs)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := harness.Start(t)
			rules := harness.CLI(t, server)
			manage(t, rules, "CreateSamplingRule", harness.Args{"SamplingRule": nothingOf("browsing", "/browse*")})

			service := shop.Start(t, server, "shop", name, nil)
			shop.Buy(t, service, ordersInRow) // by the default rule, so it has the rules
			for range 100 {
				if o := get(t, service, "/browse"); o.Sampled {
					t.Fatalf("trace %s is sampled under a rule of rate 0 and reservoir 0", o.Trace)
				}
			}

			begin := time.Now()
			manage(t, rules, "UpdateSamplingRule", harness.Args{"SamplingRuleUpdate": harness.Args{"RuleName": "browsing", "FixedRate": 1}})
			last := awaitSampled(t, service, "/browse", true)
			t.Logf("a changed rate is obeyed after %.1f s", time.Since(begin).Seconds())
			checkRule(t, server, last, "browsing")
			checkReported(t, rules, "browsing")

			if !service.SDK.Watches {
				return
			}
			begin = time.Now()
			manage(t, rules, "CreateSamplingRule", harness.Args{"SamplingRule": nothingOf("buying", "/buy*")})
			awaitSampled(t, service, "/buy", false)
			t.Logf("a new rule is obeyed after %.1f s", time.Since(begin).Seconds())

			begin = time.Now()
			manage(t, rules, "DeleteSamplingRule", harness.Args{"RuleName": "buying"})
			checkRule(t, server, awaitSampled(t, service, "/buy", true), "Default")
			t.Logf("a deleted rule is gone after %.1f s", time.Since(begin).Seconds())
		})
	}
}

// nothingOf is a rule that samples no request of the path, which ends with *: the SDK for Node.js has it include the query.
func nothingOf(name, path string) harness.Args {
	return harness.Args{
		"RuleName": name, "Priority": 10, "FixedRate": 0, "ReservoirSize": 0, "Version": 1,
		"ServiceName": "shop", "ServiceType": "*", "Host": "*", "HTTPMethod": "GET", "URLPath": path, "ResourceARN": "*",
	}
}

func manage(t *testing.T, c harness.Caller, op string, args harness.Args) {
	t.Helper()
	if _, err := c.Call(op, args); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s *shop.Service, path string) shop.Order {
	t.Helper()
	o, err := s.Get(path)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// awaitSampled makes requests until so many in a row that chance cannot do it are sampled, or are not. It returns the last.
func awaitSampled(t *testing.T, s *shop.Service, path string, want bool) (last shop.Order) {
	t.Helper()
	harness.Eventually(t, obeyed, func() error {
		for i := range ordersInRow {
			if last = get(t, s, path); last.Sampled != want {
				return fmt.Errorf("request %d in a row of %s is sampled: %v, want %v", i+1, path, last.Sampled, want)
			}
		}
		return nil
	})
	return last
}

// checkRule finds the name of the rule in the segment.
func checkRule(t *testing.T, c harness.Caller, o shop.Order, want string) {
	t.Helper()
	docs, err := awaitTraces(t, c, []string{o.Trace}, 1)[0].Documents()
	if err != nil {
		t.Fatal(err)
	}
	if got := docs[0].AWS.XRay.RuleGo + docs[0].AWS.XRay.RuleNode; got != want {
		t.Errorf("trace %s was sampled by rule %q, want %q", o.Trace, got, want)
	}
}

// checkReported waits until the window is over in which the SDK reported on the rule.
func checkReported(t *testing.T, c harness.Caller, rule string) {
	t.Helper()
	type statistics struct {
		SamplingStatisticSummaries []struct {
			RuleName     string
			RequestCount int
		}
	}
	harness.Eventually(t, obeyed, func() error {
		got, err := harness.Get[statistics](c, "GetSamplingStatisticSummaries", harness.Args{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range got.SamplingStatisticSummaries {
			if s.RuleName == rule && s.RequestCount > 0 {
				return nil
			}
		}
		return fmt.Errorf("the statistics are %+v, want some of rule %s", got, rule)
	})
}
