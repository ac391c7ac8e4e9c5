package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// ordersPost is the rule of the fact sheets.
const ordersPost = `{"SamplingRule":{"RuleName":"orders-post","Priority":50,"FixedRate":0.2,"ReservoirSize":10,"ServiceName":"orders","ServiceType":"*","Host":"*",
	"HTTPMethod":"POST","URLPath":"/v2/*","ResourceARN":"*","Version":1,"SamplingRateBoost":{"MaxRate":0.5,"CooldownWindowMinutes":10}}}`

const client = "7f3a0c19d5e24b6880aa91c2"

func TestSamplingRules(t *testing.T) {
	b := newBench(t)
	for _, body := range []string{"", "{}", `{"NextToken": null}`, `{"NextToken": "ignored"}`, "null"} {
		golden(t, "sampling-rules", b.ok("/GetSamplingRules", body))
	}
	golden(t, "sampling-rule-created", b.ok("/CreateSamplingRule", ordersPost))
	golden(t, "sampling-rules-boost", b.ok("/GetSamplingRules", ""))
	b.now = b.now.Add(time.Minute)
	golden(t, "sampling-rule-updated", b.ok("/UpdateSamplingRule", `{"SamplingRuleUpdate":{"RuleARN":"arn:aws:xray:eu-central-1:111122223333:sampling-rule/orders-post",
		"FixedRate":0.25,"Priority":null,"Attributes":{"tenant":"blue"}},"Tags":[]}`))
	golden(t, "sampling-rule-default", b.ok("/UpdateSamplingRule", `{"SamplingRuleUpdate":{"RuleName":"Default","ReservoirSize":3}}`))
	b.now = b.now.Add(time.Minute)
	golden(t, "sampling-rule-deleted", b.ok("/DeleteSamplingRule", `{"RuleName":"orders-post"}`))
	golden(t, "sampling-rules-after", b.ok("/GetSamplingRules", ""))
}

func TestSamplingTargets(t *testing.T) {
	b := newBench(t)
	report := `{"SamplingStatisticsDocuments":[{"RuleName":"Default","ClientID":"7f3a0c19d5e24b6880aa91c2","Timestamp":1758654660000,"RequestCount":120,"SampledCount":31,"BorrowCount":9},
		{"RuleName":"gone","ClientID":"7f3a0c19d5e24b6880aa91c2","Timestamp":1758654660.5,"RequestCount":1,"SampleCount":1}]}`
	golden(t, "sampling-first", b.ok("/SamplingTargets", report))
	b.now = b.now.Add(10 * time.Second)
	golden(t, "sampling-second", b.ok("/SamplingTargets", report))
	golden(t, "sampling-nothing", b.ok("/SamplingTargets", `{"SamplingStatisticsDocuments":[]}`))
	golden(t, "sampling-statistics", b.ok("/SamplingStatisticSummaries", ""))

	const metrics = `
# HELP rayscope_sampling_borrowed_total Requests that clients without a quota sampled from the reservoir of a sampling rule.
# TYPE rayscope_sampling_borrowed_total counter
rayscope_sampling_borrowed_total{rule="Default"} 18
# HELP rayscope_sampling_requests_total Requests that clients reported for a sampling rule.
# TYPE rayscope_sampling_requests_total counter
rayscope_sampling_requests_total{rule="Default"} 240
# HELP rayscope_sampling_sampled_total Requests that clients reported as sampled by a sampling rule. Some SDKs count borrowed ones too.
# TYPE rayscope_sampling_sampled_total counter
rayscope_sampling_sampled_total{rule="Default"} 62
`
	if err := testutil.GatherAndCompare(b.metrics, strings.NewReader(metrics),
		"rayscope_sampling_requests_total", "rayscope_sampling_sampled_total", "rayscope_sampling_borrowed_total"); err != nil {
		t.Error(err)
	}
}

// Two clients may come in one call, as proxies bundle them, and each gets its part. A rule that is changed or deleted
// meanwhile is so for the next report.
func TestTargetsFollowRules(t *testing.T) {
	b := newBench(t)
	b.ok("/CreateSamplingRule", ordersPost)
	type target struct {
		RuleName       string
		FixedRate      float64
		ReservoirQuota *int
	}
	report := fmt.Sprintf(`{"SamplingStatisticsDocuments":[
		{"RuleName":"orders-post","ClientID":"%s","Timestamp":1758654660,"RequestCount":20,"SampledCount":1},
		{"RuleName":"orders-post","ClientID":"%s","Timestamp":1758654660.25,"RequestCount":500,"SampleCount":3,"Extra":{}}]}`, client, strings.Repeat("b", 24))
	ask := func() (targets []target, unprocessed int, changed int64) {
		t.Helper()
		var out struct {
			SamplingTargetDocuments []target
			UnprocessedStatistics   []struct{ RuleName, ErrorCode, Message string }
			LastRuleModification    int64
		}
		if err := json.Unmarshal(b.ok("/SamplingTargets", report), &out); err != nil {
			t.Fatal(err)
		}
		return out.SamplingTargetDocuments, len(out.UnprocessedStatistics), out.LastRuleModification
	}
	ask()
	b.now = b.now.Add(10 * time.Second)
	got, _, _ := ask()
	if len(got) != 2 || got[0].ReservoirQuota == nil || got[1].ReservoirQuota == nil || *got[0].ReservoirQuota != 2 || *got[1].ReservoirQuota != 8 {
		t.Fatalf("demands 2/s and 50/s of 10: got %+v, want quotas 2 and 8", got)
	}
	b.now = b.now.Add(10 * time.Second)
	b.ok("/UpdateSamplingRule", `{"SamplingRuleUpdate":{"RuleName":"orders-post","FixedRate":1,"ReservoirSize":4}}`)
	got, _, changed := ask()
	if len(got) != 2 || got[0].FixedRate != 1 || got[0].ReservoirQuota == nil || *got[0].ReservoirQuota > 2 || changed != b.now.Unix() {
		t.Errorf("after an update: got %+v, changed at %d; want rate 1, a smaller quota and the time %d", got, changed, b.now.Unix())
	}
	b.now = b.now.Add(10 * time.Second)
	b.ok("/DeleteSamplingRule", `{"RuleName":"orders-post"}`)
	got, unprocessed, changed := ask()
	if len(got) != 0 || unprocessed != 2 || changed != b.now.Unix() {
		t.Errorf("after the deletion: got %+v, %d unprocessed, changed at %d; want none, 2, %d", got, unprocessed, changed, b.now.Unix())
	}
}

// Tags are set with the rule and go with it: one with the same name that comes later has none.
func TestTagsOfRules(t *testing.T) {
	b := newBench(t)
	const resource = `{"ResourceARN":"arn:aws:xray:eu-central-1:111122223333:sampling-rule/orders-post"}`
	b.ok("/CreateSamplingRule", strings.TrimSuffix(ordersPost, "}")+`,"Tags":[{"Key":"team","Value":"shop"}]}`)
	if got, want := string(b.ok("/ListTagsForResource", resource)), `{"Tags":[{"Key":"team","Value":"shop"}],"NextToken":null}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	b.ok("/DeleteSamplingRule", `{"RuleName":"orders-post"}`)
	if w := b.post("/ListTagsForResource", resource); w.Code != http.StatusNotFound {
		t.Errorf("tags of a rule that is gone: got %d %s, want 404", w.Code, w.Body)
	}
	b.ok("/CreateSamplingRule", ordersPost)
	if got, want := string(b.ok("/ListTagsForResource", resource)), `{"Tags":[],"NextToken":null}`; got != want {
		t.Errorf("a new rule of the same name: got %s, want %s", got, want)
	}
}

func TestSamplingBoost(t *testing.T) {
	b := newBench(t)
	b.ok("/CreateSamplingRule", ordersPost)
	report := `{"SamplingStatisticsDocuments":[{"RuleName":"orders-post","ClientID":"` + client + `","Timestamp":1758654660.5,"RequestCount":100,"SampleCount":20}],
		"SamplingBoostStatisticsDocuments":[
		{"RuleName":"orders-post","ServiceName":"orders","ClientID":"` + client + `","Timestamp":1758654660.5,"TotalCount":100,"AnomalyCount":%d,"SampledAnomalyCount":0},
		{"RuleName":"gone","ServiceName":"orders","Timestamp":1758654660,"TotalCount":1,"AnomalyCount":1,"SampledAnomalyCount":1}]}`
	golden(t, "sampling-boost-none", b.ok("/SamplingTargets", fmt.Sprintf(report, 0)))
	b.now = b.now.Add(10 * time.Second)
	golden(t, "sampling-boost", b.ok("/SamplingTargets", fmt.Sprintf(report, 10)))

	// Of a client's services the one with the highest boost counts, in whatever order they come.
	service := `{"RuleName":"orders-post","ServiceName":"%s","Timestamp":1758654660,"TotalCount":100,"AnomalyCount":%d,"SampledAnomalyCount":0}`
	few, many := fmt.Sprintf(service, "stock", 1), fmt.Sprintf(service, "taxes", 10)
	for _, list := range []string{few + "," + many, many + "," + few} {
		got := string(b.ok("/SamplingTargets", `{"SamplingStatisticsDocuments":[{"RuleName":"orders-post","ClientID":"`+client+`","Timestamp":1758654660,"RequestCount":1,"SampledCount":0}],
			"SamplingBoostStatisticsDocuments":[`+list+`]}`))
		if !strings.Contains(got, `"SamplingBoost":{"BoostRate":0.5,`) {
			t.Errorf("services with few and many anomalies: got %s, want the whole boost", got)
		}
	}
}

func TestRuleLimit(t *testing.T) {
	b := newBench(t)
	named := func(name string) string { return strings.Replace(ordersPost, "orders-post", name, 1) }
	for i := range 25 {
		b.ok("/CreateSamplingRule", named(fmt.Sprint("rule ", i)))
	}
	w := b.post("/CreateSamplingRule", named("one more"))
	if got := w.Header().Get("x-amzn-ErrorType"); w.Code != http.StatusBadRequest || got != "RuleLimitExceededException" {
		t.Errorf("rule 26: got %d %s %s, want 400 RuleLimitExceededException", w.Code, got, w.Body)
	}
}

func TestSamplingErrors(t *testing.T) {
	b := newBench(t)
	b.ok("/CreateSamplingRule", ordersPost)
	create := func(old, new string) string {
		other := strings.Replace(ordersPost, "orders-post", "other", 1)
		if !strings.Contains(other, old) {
			t.Fatalf("%s is not in %s", old, other)
		}
		return strings.Replace(other, old, new, 1)
	}
	report := `{"SamplingStatisticsDocuments":[{"RuleName":"Default","ClientID":"` + client + `","Timestamp":1758654660,"RequestCount":1,"SampledCount":1}]`
	anomaly := `{"RuleName":"Default","ServiceName":"orders","Timestamp":1758654660,"TotalCount":1,"AnomalyCount":1,"SampledAnomalyCount":1}`
	for _, c := range []struct{ path, body, message string }{
		{"/CreateSamplingRule", ``, "SamplingRule is missing"},
		{"/CreateSamplingRule", `{"SamplingRule":{}}`, "SamplingRule.Priority is missing"},
		{"/CreateSamplingRule", ordersPost, "exists already"},
		{"/CreateSamplingRule", create(`"RuleName":"other",`, ``), "RuleName and RuleARN are missing"},
		{"/CreateSamplingRule", create(`"RuleName":"other",`, `"RuleName":"other","RuleARN":"x",`), "both given"},
		{"/CreateSamplingRule", create(`"other"`, `"Default"`), "always there"},
		{"/CreateSamplingRule", create(`"Priority":50`, `"Priority":10000`), "SamplingRule.Priority is 10000; it must be from 1 to 9999"},
		{"/CreateSamplingRule", create(`"Priority":50`, `"Priority":1.5`), "Priority has the wrong type: a JSON number (1.5) was found, a whole number"},
		{"/CreateSamplingRule", create(`"FixedRate":0.2`, `"FixedRate":20`), "SamplingRule.FixedRate is 20"},
		{"/CreateSamplingRule", create(`"FixedRate":0.2`, `"FixedRate":"0.2"`), "FixedRate has the wrong type"},
		{"/CreateSamplingRule", create(`"ReservoirSize":10`, `"ReservoirSize":null`), "SamplingRule.ReservoirSize is missing"},
		{"/CreateSamplingRule", create(`"ReservoirSize":10`, `"ReservoirSize":2147483648`), "ReservoirSize is 2147483648"},
		{"/CreateSamplingRule", create(`"Host":"*",`, ``), "SamplingRule.Host is missing"},
		{"/CreateSamplingRule", create(`"Version":1`, `"Version":0`), "SamplingRule.Version is 0"},
		{"/CreateSamplingRule", create(`"Version":1`, `"Version":1,"Attributes":[]`), "an object is needed"},
		{"/CreateSamplingRule", create(`"CooldownWindowMinutes":10`, `"CooldownWindowMinutes":0`), "CooldownWindowMinutes is 0"},
		{"/CreateSamplingRule", create(`,"CooldownWindowMinutes":10`, ``), "SamplingRule.SamplingRateBoost.CooldownWindowMinutes is missing"},
		{"/CreateSamplingRule", create(`}}`, `}},"Tags":[{"Key":"aws:team","Value":"shop"}]`), "reserved"},
		{"/CreateSamplingRule", create(`}}`, `}},"Tags":[{"Key":"team"}]`), "Tags[0].Value is missing"},
		{"/UpdateSamplingRule", `{}`, "SamplingRuleUpdate is missing"},
		{"/UpdateSamplingRule", `{"SamplingRuleUpdate":{"FixedRate":1}}`, "RuleName and RuleARN are missing"},
		{"/UpdateSamplingRule", `{"SamplingRuleUpdate":{"RuleName":"gone","FixedRate":1}}`, "gone not found"},
		{"/UpdateSamplingRule", `{"SamplingRuleUpdate":{"RuleName":"orders-post","FixedRate":-1}}`, "SamplingRuleUpdate.FixedRate is -1"},
		{"/UpdateSamplingRule", `{"SamplingRuleUpdate":{"RuleName":"orders-post","SamplingRateBoost":{"CooldownWindowMinutes":1}}}`, "MaxRate is missing"},
		{"/UpdateSamplingRule", `{"SamplingRuleUpdate":{"RuleName":"Default","URLPath":"/a"}}`, "FixedRate and ReservoirSize"},
		{"/DeleteSamplingRule", ``, "RuleName and RuleARN are missing"},
		{"/DeleteSamplingRule", `{"RuleName":"Default"}`, "cannot be deleted"},
		{"/DeleteSamplingRule", `{"RuleName":"gone"}`, "gone not found"},
		{"/SamplingTargets", ``, "SamplingStatisticsDocuments is missing"},
		{"/SamplingTargets", strings.Replace(report, client, "short", 1) + "}", "exactly 24"},
		{"/SamplingTargets", strings.Replace(report, "Default", "", 1) + "}", "RuleName is missing"},
		{"/SamplingTargets", strings.Replace(report, "Default", strings.Repeat("x", 33), 1) + "}", "RuleName has 33 characters"},
		{"/SamplingTargets", strings.Replace(report, `"Timestamp":1758654660,`, "", 1) + "}", "Timestamp is missing"},
		{"/SamplingTargets", strings.Replace(report, `1758654660`, "[]", 1) + "}", "Timestamp is not a time"},
		{"/SamplingTargets", strings.Replace(report, `"RequestCount":1,`, "", 1) + "}", "RequestCount is missing"},
		{"/SamplingTargets", strings.Replace(report, `"SampledCount":1`, `"SampledCount":-1`, 1) + "}", "SamplingStatisticsDocuments[0].SampledCount is -1"},
		{"/SamplingTargets", strings.Replace(report, `"RequestCount":1`, `"RequestCount":2147483648`, 1) + "}", "RequestCount has the wrong type"},
		{"/SamplingTargets", report + `,"SamplingBoostStatisticsDocuments":[` + strings.Repeat(anomaly+",", 25) + anomaly + `]}`, "26 items"},
		{"/SamplingTargets", `{"SamplingStatisticsDocuments":[` + strings.Repeat("{},", 25) + `{}]}`, "26 items"},
		{"/SamplingTargets", report + `,"SamplingBoostStatisticsDocuments":[` + strings.Replace(anomaly, `"ServiceName":"orders",`, "", 1) + `]}`, "ServiceName is missing"},
		{"/SamplingTargets", report + `,"SamplingBoostStatisticsDocuments":[` + strings.Replace(anomaly, `orders`, strings.Repeat("x", 65), 1) + `]}`, "ServiceName has 65"},
		{"/SamplingTargets", report + `,"SamplingBoostStatisticsDocuments":[` + strings.Replace(anomaly, `"AnomalyCount":1,`, "", 1) + `]}`, "AnomalyCount is missing"},
		{"/SamplingTargets", report + `,"SamplingBoostStatisticsDocuments":[` + strings.Replace(anomaly, `"TotalCount":1`, `"TotalCount":-1`, 1) + `]}`, "SamplingBoostStatisticsDocuments[0].TotalCount is -1"},
	} {
		w := b.post(c.path, c.body)
		if got := w.Header().Get("x-amzn-ErrorType"); w.Code != http.StatusBadRequest || got != "InvalidRequestException" || !strings.Contains(w.Body.String(), c.message) {
			t.Errorf("POST %s %.200s:\n got %d %s %s\nwant 400 InvalidRequestException with %q", c.path, c.body, w.Code, got, w.Body, c.message)
		}
	}
}
