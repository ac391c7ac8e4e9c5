package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// A violation is an input that breaks one rule of the model.
type violation struct {
	what   string // what is wrong
	path   string // members from the operation's input, with dots between
	member string // the one that is wrong
	input  any
}

// violations are all inputs that break one rule of the shape in a place that the good input fills. Wrap puts a value in its
// place in the whole input.
func (m *model) violations(name, path string, good any, wrap func(any) any) (all []violation) {
	s := m.Shapes[name]
	member := path[strings.LastIndexAny(path, ".")+1:]
	bad := func(what string, value any) {
		all = append(all, violation{what, path, strings.TrimRight(member, "[]0"), wrap(value)})
	}
	if path != "" {
		m.scalarViolations(s, good, bad)
	}
	switch is := good.(type) {
	case map[string]any:
		if s.Type == "map" {
			return all
		}
		for _, name := range slices.Sorted(maps.Keys(is)) {
			of, known := s.Members[name]
			if !known {
				panic(path + " has a member that the model has not: " + name)
			}
			into := func(v any) any {
				changed := maps.Clone(is)
				if changed[name] = v; v == missing {
					delete(changed, name)
				}
				return wrap(changed)
			}
			inner := strings.TrimPrefix(path+"."+name, ".")
			if slices.Contains(s.Required, name) {
				all = append(all, violation{"is missing", inner, name, into(missing)}, violation{"is null", inner, name, into(nil)})
			}
			all = append(all, m.violations(of.Shape, inner, is[name], into)...)
		}
	case []any:
		if len(is) > 0 {
			all = append(all, m.violations(s.Member.Shape, path+"[0]", is[0], func(v any) any { return wrap([]any{v}) })...)
		}
	}
	return all
}

// missing stands for a member that is left out.
var missing any = new(int)

// scalarViolations calls bad with values that are not of the shape.
func (m *model) scalarViolations(s shape, good any, bad func(what string, value any)) {
	switch s.Type {
	case "string":
		bad("is a number", 7)
		bad("is a list", []string{"x"})
		if s.Max != nil {
			bad("is too long", strings.Repeat("x", int(*s.Max)+1))
		}
		if s.Enum != nil {
			bad("is no value of its", "Nonsense")
		}
		if s.Pattern != "" {
			bad("has another form", "not/of (this) form")
		}
	case "integer", "long":
		bad("is a string", "x")
		bad("is a fraction", 1.5)
		bad("has too many bits", json.Number("9223372036854775808"))
	case "double", "timestamp":
		bad("is a string", "x")
		bad("is a truth value", true)
	case "boolean":
		bad("is a string", "x")
	case "list":
		bad("is a string", "x")
		if items, ok := good.([]any); ok && s.Max != nil && len(items) > 0 {
			bad("has too many items", slices.Repeat(items[:1], int(*s.Max)+1))
		}
	case "structure", "map":
		bad("is a string", "x")
	}
	if s.Type == "integer" || s.Type == "double" {
		if s.Min != nil {
			bad("is too small", *s.Min-1)
		}
		if s.Max != nil {
			bad("is too large", *s.Max+1)
		}
	}
}

// without takes out of an input what may not be there together with a member, or is refused before that member is looked at.
func without(v any, member string) any {
	is, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := map[string]any{}
	for name, value := range is {
		switch {
		case name == member:
		case name == "NextToken" || name == "GroupARN" || name == "RuleARN",
			name == "GroupName" && member == "GroupARN", name == "RuleName" && member == "RuleARN",
			name == "CloudWatchLogsConfiguration" && member == "Destination":
			continue
		}
		out[name] = without(value, member)
	}
	return out
}

// filled are inputs with a value in every member that the model has, for each operation, some of which exclude each other.
func filled() map[string]harness.Args {
	arn := "arn:aws:xray:" + harness.Region + ":" + harness.Account + ":group/Default"
	window := func(more harness.Args) harness.Args {
		now := time.Now().Unix()
		args := harness.Args{"StartTime": now - 900, "EndTime": now, "NextToken": "x"}
		maps.Copy(args, more)
		return args
	}
	tags := []harness.Args{{"Key": "team", "Value": "shop"}}
	token := harness.Args{"NextToken": "x"}
	trace := "1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14"
	configuration := harness.Args{"InsightsEnabled": true, "NotificationsEnabled": true}
	rule, update := aRule("orders"), aRule("existing")
	rule["RuleARN"], update["RuleARN"] = "x", "x"
	delete(update, "Version") // the model has none; the server ignores it
	retrieval := harness.Args{"RetrievalToken": "x", "NextToken": "x"}
	insight := insightID(seeded)
	return map[string]harness.Args{
		"BatchGetTraces":                {"TraceIds": []string{trace}, "NextToken": "x"},
		"CancelTraceRetrieval":          {"RetrievalToken": "x"},
		"CreateGroup":                   {"GroupName": "faults", "FilterExpression": "fault", "InsightsConfiguration": configuration, "Tags": tags},
		"CreateSamplingRule":            {"SamplingRule": rule, "Tags": tags},
		"DeleteGroup":                   {"GroupName": "faults", "GroupARN": arn},
		"DeleteResourcePolicy":          {"PolicyName": "sns", "PolicyRevisionId": "1"},
		"DeleteSamplingRule":            {"RuleName": "orders", "RuleARN": "x"},
		"GetEncryptionConfig":           {},
		"GetGroup":                      {"GroupName": "faults", "GroupARN": arn},
		"GetGroups":                     token,
		"GetIndexingRules":              token,
		"GetInsight":                    {"InsightId": insight},
		"GetInsightEvents":              {"InsightId": insight, "MaxResults": 5, "NextToken": "x"},
		"GetInsightImpactGraph":         window(harness.Args{"InsightId": insight}),
		"GetInsightSummaries":           window(harness.Args{"GroupName": "Default", "GroupARN": arn, "States": []string{"ACTIVE"}, "MaxResults": 5}),
		"GetRetrievedTracesGraph":       retrieval,
		"GetSamplingRules":              token,
		"GetSamplingStatisticSummaries": token,
		"GetSamplingTargets": {
			"SamplingStatisticsDocuments": []harness.Args{{"RuleName": "orders", "ClientID": "7f3a0c19d5e24b6880aa91c2", "Timestamp": 1758654000,
				"RequestCount": 1, "SampledCount": 1, "BorrowCount": 1}},
			"SamplingBoostStatisticsDocuments": []harness.Args{{"RuleName": "orders", "ServiceName": "orders", "Timestamp": 1758654000,
				"AnomalyCount": 1, "TotalCount": 1, "SampledAnomalyCount": 1}},
		},
		"GetServiceGraph": window(harness.Args{"GroupName": "Default", "GroupARN": arn}),
		"GetTimeSeriesServiceStatistics": window(harness.Args{"GroupName": "Default", "GroupARN": arn, "EntitySelectorExpression": `service("orders")`,
			"Period": 60, "ForecastStatistics": false}),
		"GetTraceGraph":              {"TraceIds": []string{trace}, "NextToken": "x"},
		"GetTraceSegmentDestination": {},
		"GetTraceSummaries": window(harness.Args{"TimeRangeType": "Event", "Sampling": true, "FilterExpression": "fault",
			"SamplingStrategy": harness.Args{"Name": "FixedRate", "Value": 0.5}}),
		"ListResourcePolicies": token,
		"ListRetrievedTraces":  {"RetrievalToken": "x", "TraceFormat": "XRAY", "NextToken": "x"},
		"ListTagsForResource":  {"ResourceARN": arn, "NextToken": "x"},
		"PutEncryptionConfig":  {"Type": "KMS", "KeyId": aKey},
		"PutResourcePolicy":    {"PolicyName": "sns", "PolicyDocument": aPolicy, "PolicyRevisionId": "1", "BypassPolicyLockoutCheck": false},
		"PutTelemetryRecords": {"Hostname": "node-7", "EC2InstanceId": "i-0abc", "ResourceARN": "x", "TelemetryRecords": []harness.Args{{
			"Timestamp": 1758654000, "SegmentsReceivedCount": 1, "SegmentsSentCount": 1, "SegmentsSpilloverCount": 1, "SegmentsRejectedCount": 1,
			"BackendConnectionErrors": harness.Args{"TimeoutCount": 1, "ConnectionRefusedCount": 1, "HTTPCode4XXCount": 1, "HTTPCode5XXCount": 1,
				"UnknownHostCount": 1, "OtherCount": 1}}}},
		"PutTraceSegments":              {"TraceSegmentDocuments": []string{"{}"}},
		"StartTraceRetrieval":           {"TraceIds": []string{trace}, "StartTime": 1758654000, "EndTime": 1758654900},
		"TagResource":                   {"ResourceARN": arn, "Tags": tags},
		"UntagResource":                 {"ResourceARN": arn, "TagKeys": []string{"team"}},
		"UpdateGroup":                   {"GroupName": "faults", "GroupARN": arn, "FilterExpression": "fault", "InsightsConfiguration": configuration},
		"UpdateIndexingRule":            {"Name": "Default", "Rule": harness.Args{"Probabilistic": harness.Args{"DesiredSamplingPercentage": 5}}},
		"UpdateSamplingRule":            {"SamplingRuleUpdate": update},
		"UpdateTraceSegmentDestination": {"Destination": "XRay", "CloudWatchLogsConfiguration": harness.Args{"SpansLogGroupKmsKeyId": aKey}},
	}
}

// TestViolations breaks every rule that the model has for inputs, one at a time, in every operation.
func TestViolations(t *testing.T) {
	t.Parallel()
	m := theModel(t)
	server := startWithEverything(t)
	if _, err := server.Call("CreateSamplingRule", harness.Args{"SamplingRule": aRule("existing")}); err != nil {
		t.Fatal(err)
	}
	inputs := filled()
	n := 0
	for _, op := range m.operations() {
		good, ok := inputs[op]
		if !ok {
			t.Errorf("%s has no input in this test", op)
			continue
		}
		input := m.Operations[op].Input.Shape
		for member := range m.Shapes[input].Members {
			if _, ok := good[member]; !ok {
				t.Errorf("%s: the model has %s, this test has no value for it", op, member)
			}
		}
		for _, v := range m.violations(input, "", plain(t, good), func(v any) any { return v }) {
			n++
			checkViolation(t, server, op, v)
		}
	}
	t.Logf("%d broken rules in %d operations", n, len(m.Operations))
	server.MustServe(t)
}

// plain is a value as JSON decodes it.
func plain(t *testing.T, v any) (out any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func checkViolation(t *testing.T, server *harness.Server, op string, v violation) {
	t.Helper()
	body, err := json.Marshal(without(v.input, v.member))
	if err != nil {
		t.Fatal(err)
	}
	id := op + "." + v.path + " " + v.what
	got := post(t, server.URL+harness.Path[op], "POST", string(body))
	if why, allowed := leniences[id]; allowed {
		if got.status != http.StatusOK && !strings.Contains(got.message, why.says) || got.status == http.StatusOK && why.says != "" {
			t.Errorf("%s: got %s, want what is listed: %q (%s)", id, got, why.says, why.because)
		}
		return
	}
	if got.status != http.StatusBadRequest || got.code != "InvalidRequestException" || !strings.Contains(got.message, v.member) {
		t.Errorf("%s: got %s, want InvalidRequestException, 400, that names %s", id, got, v.member)
	}
}

// A lenience is a rule of the model that the server does not hold callers to, or tells in other words.
type lenience struct {
	says    string // part of the refusal; empty: it is taken
	because string
}

const (
	sentence    = "the service's own sentence"
	tokenless   = "the service ignores the token, as there is one page"
	malformed   = "the model has a name of its own for it, and no InvalidRequestException"
	anyTime     = "SDKs send all kinds of times, and a report counts when it arrives"
	sampleCount = "ADOT for Python calls it SampleCount"
)

// leniences are by operation, path and what is wrong.
var leniences = map[string]lenience{
	"PutTelemetryRecords.TelemetryRecords is missing":   {"Telemetry records cannot be empty", sentence},
	"PutTelemetryRecords.TelemetryRecords is null":      {"Telemetry records cannot be empty", sentence},
	"PutTraceSegments.TraceSegmentDocuments is missing": {"Segments can not be empty", sentence},
	"PutTraceSegments.TraceSegmentDocuments is null":    {"Segments can not be empty", sentence},
	"GetTraceGraph.TraceIds is missing":                 {"Zero trace ids provided", sentence},
	"GetTraceGraph.TraceIds is null":                    {"Zero trace ids provided", sentence},
	"GetTraceGraph.TraceIds[0] is too long":             {"incorrect id format", sentence},
	"BatchGetTraces.TraceIds[0] is too long":            {"incorrect id format", sentence},
	"StartTraceRetrieval.TraceIds[0] is too long":       {"incorrect id format", sentence},
	"GetGroups.NextToken is too long":                   {"Next Token not supported", sentence},

	"GetSamplingRules.NextToken is a number":              {"", tokenless},
	"GetSamplingRules.NextToken is a list":                {"", tokenless},
	"GetSamplingStatisticSummaries.NextToken is a number": {"", tokenless},
	"GetSamplingStatisticSummaries.NextToken is a list":   {"", tokenless},
	"ListTagsForResource.NextToken is a number":           {"", tokenless},
	"ListTagsForResource.NextToken is a list":             {"", tokenless},

	"PutResourcePolicy.PolicyDocument is missing": {"PolicyDocument", malformed},
	"PutResourcePolicy.PolicyDocument is null":    {"PolicyDocument", malformed},

	"GetSamplingTargets.SamplingStatisticsDocuments[0].Timestamp is a string":      {"", anyTime},
	"GetSamplingTargets.SamplingBoostStatisticsDocuments[0].Timestamp is a string": {"", anyTime},
	"GetSamplingTargets.SamplingStatisticsDocuments[0].SampledCount is missing":    {"", sampleCount},
	"GetSamplingTargets.SamplingStatisticsDocuments[0].SampledCount is null":       {"", sampleCount},
}

// A refusal is what an error on the wire says.
type refusal struct {
	status  int
	code    string
	message string
	members map[string]any
	headers http.Header
}

func (r refusal) String() string { return fmt.Sprintf("HTTP %d, %s: %s", r.status, r.code, r.message) }

// post sends a body and reads the answer, which is an error's if it is one.
func post(t testing.TB, url, method, body string) (r refusal) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&r.members); err != nil {
		t.Errorf("%s %s: the answer %s is not JSON: %v", method, url, resp.Status, err)
	}
	r.status, r.code, r.headers = resp.StatusCode, resp.Header.Get("X-Amzn-Errortype"), resp.Header
	r.message, _ = r.members["Message"].(string)
	return r
}
