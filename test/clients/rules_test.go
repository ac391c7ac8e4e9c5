package clients

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// A ruleRecord is what clients make of a rule. They write the times in different ways.
type ruleRecord struct {
	SamplingRule struct {
		RuleName, RuleARN string
		FixedRate         float64
		SamplingRateBoost *struct {
			MaxRate               float64
			CooldownWindowMinutes int
		}
	}
}

// TestSamplingRules makes, changes, lists, reports on and deletes a rule through every client of the API.
func TestSamplingRules(t *testing.T) {
	for name, client := range apiClients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client.open(t, harness.Start(t))
			rule := nothingOf("browsing", "/browse*")
			rule["SamplingRateBoost"] = harness.Args{"MaxRate": 0.5, "CooldownWindowMinutes": 10}
			r := answerRule(t, c, "CreateSamplingRule", harness.Args{"SamplingRule": rule, "Tags": []harness.Args{{"Key": "team", "Value": "shop"}}})
			arn := "arn:aws:xray:" + harness.Region + ":" + harness.Account + ":sampling-rule/browsing"
			if r.SamplingRule.RuleARN != arn || r.SamplingRule.SamplingRateBoost == nil || r.SamplingRule.SamplingRateBoost.MaxRate != 0.5 {
				t.Errorf("created %+v, want ARN %s and a boost", r, arn)
			}
			listed, err := harness.Get[struct{ SamplingRuleRecords []ruleRecord }](c, "GetSamplingRules", harness.Args{})
			var names []string
			for _, r := range listed.SamplingRuleRecords {
				names = append(names, r.SamplingRule.RuleName)
			}
			if err != nil || !slices.Equal(names, []string{"browsing", "Default"}) {
				t.Errorf("listed %v, %v; want browsing, Default", names, err)
			}
			checkBoost(t, c)
			r = answerRule(t, c, "UpdateSamplingRule", harness.Args{"SamplingRuleUpdate": harness.Args{"RuleARN": arn, "FixedRate": 0.25}})
			if r.SamplingRule.FixedRate != 0.25 || r.SamplingRule.SamplingRateBoost != nil {
				t.Errorf("updated to %+v, want rate 0.25 and no boost", r)
			}
			if r = answerRule(t, c, "DeleteSamplingRule", harness.Args{"RuleName": "browsing"}); r.SamplingRule.RuleARN != arn {
				t.Errorf("deleted %+v, want %s", r, arn)
			}
			_, err = c.Call("DeleteSamplingRule", harness.Args{"RuleName": "browsing"})
			e, ok := errors.AsType[*harness.APIError](err)
			if !ok || e.Code != "InvalidRequestException" || !strings.Contains(e.Message, "browsing not found") || client.status && e.Status != 400 {
				t.Errorf("deleted twice: got %v, want InvalidRequestException, 400", err)
			}
		})
	}
}

func answerRule(t *testing.T, c harness.Caller, op string, args harness.Args) ruleRecord {
	t.Helper()
	got, err := harness.Get[struct{ SamplingRuleRecord ruleRecord }](c, op, args)
	if err != nil {
		t.Fatal(err)
	}
	return got.SamplingRuleRecord
}

// checkBoost reports anomalies under the rule, and one under a rule that does not exist.
func checkBoost(t *testing.T, c harness.Caller) {
	t.Helper()
	now := harness.At(time.Now())
	anomaly := func(rule string) harness.Args {
		return harness.Args{"RuleName": rule, "ServiceName": "shop", "Timestamp": now, "TotalCount": 100, "AnomalyCount": 10, "SampledAnomalyCount": 0}
	}
	got, err := harness.Get[struct {
		SamplingTargetDocuments    []struct{ SamplingBoost *struct{ BoostRate float64 } }
		UnprocessedBoostStatistics []struct{ RuleName, ErrorCode string }
	}](c, "GetSamplingTargets", harness.Args{
		"SamplingStatisticsDocuments": []harness.Args{
			{"RuleName": "browsing", "ClientID": "7f3a0c19d5e24b6880aa91c2", "Timestamp": now, "RequestCount": 100, "SampledCount": 0, "BorrowCount": 0},
		},
		"SamplingBoostStatisticsDocuments": []harness.Args{anomaly("browsing"), anomaly("gone")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := got.SamplingTargetDocuments; len(d) != 1 || d[0].SamplingBoost == nil || d[0].SamplingBoost.BoostRate != 0.5 {
		t.Errorf("one request in ten went wrong: got targets %+v, want a boost to 0.5", d)
	}
	if u := got.UnprocessedBoostStatistics; len(u) != 1 || u[0].RuleName != "gone" || u[0].ErrorCode != "400" {
		t.Errorf("unprocessed are %+v, want the unknown rule with 400", u)
	}
}
