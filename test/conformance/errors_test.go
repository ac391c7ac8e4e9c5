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

// A failure is a call that must fail, in the words of the wire.
type failure struct {
	op      string
	input   any // marshalled, unless it is a string: that is the body itself
	code    string
	status  int
	message string // part of it
}

const (
	invalid      = "InvalidRequestException"
	notFound     = "ResourceNotFoundException"
	malformed400 = "MalformedPolicyDocumentException"
	revision     = "InvalidPolicyRevisionIdException"
	broken       = "SerializationException"
)

// aTrace is a good id of a trace that does not exist.
const aTrace = "1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14"

// failures are what the fact sheets tell of errors, beyond the rules of the model's shapes. They run in order, on a server that has
// the group "faults" and the rule "orders", whose ARNs are the arguments, and a policy "sns" of revision 1.
func failures(group, rule string) []failure {
	now := time.Now().Unix()
	window := func(seconds int64, more harness.Args) harness.Args {
		args := harness.Args{"StartTime": now - seconds, "EndTime": now}
		maps.Copy(args, more)
		return args
	}
	ids := func(n int) (ids []string) {
		for range n {
			ids = append(ids, harness.NewTraceID(time.Now()))
		}
		return ids
	}
	changed := func(name string, value any) harness.Args {
		r := aRule("other")
		r[name] = value
		return harness.Args{"SamplingRule": r}
	}
	updated := func(more harness.Args) harness.Args {
		r := harness.Args{"RuleName": "orders"}
		maps.Copy(r, more)
		return harness.Args{"SamplingRuleUpdate": r}
	}
	tags := func(list ...string) (tags []harness.Args) {
		for i := 0; i < len(list); i += 2 {
			tags = append(tags, harness.Args{"Key": list[i], "Value": list[i+1]})
		}
		return tags
	}
	defaultGroup := "arn:aws:xray:" + harness.Region + ":" + harness.Account + ":group/Default"
	unknown := "arn:aws:xray:" + harness.Region + ":" + harness.Account + ":sampling-rule/nobody"
	policy := func(name, document, revision string) harness.Args {
		args := harness.Args{"PolicyName": name, "PolicyDocument": document}
		if revision != "" {
			args["PolicyRevisionId"] = revision
		}
		return args
	}
	lockout := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"xray:*","Resource":"*"}]}`
	return []failure{
		{"PutTraceSegments", harness.Args{"TraceSegmentDocuments": []string{}}, invalid, 400, "Segments can not be empty"},
		{"PutTraceSegments", harness.Args{"TraceSegmentDocuments": slices.Repeat([]string{"{}"}, 51)}, invalid, 400, "51 documents, at most 50"},
		{"PutTelemetryRecords", harness.Args{"TelemetryRecords": []string{}}, invalid, 400, "Telemetry records cannot be empty"},
		{"PutTelemetryRecords", harness.Args{"TelemetryRecords": []harness.Args{{"Timestamp": now, "SegmentsSentCount": -1}}}, invalid, 400, "negative"},

		{"GetTraceSummaries", window(-60, nil), invalid, 400, "End time cannot be earlier than start time"},
		{"GetTraceSummaries", window(24*3600+1, nil), invalid, 400, "24h0m0s"},
		{"GetTraceSummaries", window(60, harness.Args{"NextToken": "nonsense"}), invalid, 400, "Invalid token"},
		{"GetTraceSummaries", window(60, harness.Args{"FilterExpression": "fault AND"}), invalid, 400, "FilterExpression"},
		{"GetTraceSummaries", window(60, harness.Args{"FilterExpression": strings.Repeat("x", 1<<20)}), invalid, 400, "4096"},
		{"GetTraceSummaries", window(60, harness.Args{"FilterExpression": strings.Repeat("(", 2000) + "ok" + strings.Repeat(")", 2000)}), invalid, 400, "FilterExpression"},
		{"GetTraceSummaries", window(60, harness.Args{"Sampling": true, "SamplingStrategy": harness.Args{"Name": "FixedRate"}, "TimeRangeType": "Event"}), invalid, 400, "sampling rate must be specified"},
		{"GetTraceSummaries", window(60, harness.Args{"Sampling": true, "SamplingStrategy": harness.Args{"Name": "FixedRate", "Value": 1.5}, "TimeRangeType": "Event"}), invalid, 400, "between [0, 1]"},
		{"GetTraceSummaries", window(60, harness.Args{"Sampling": true, "SamplingStrategy": harness.Args{"Name": "FixedRate", "Value": 0.5}}), invalid, 400, "Cannot use FixedRate with input time range type: TraceId"},

		{"BatchGetTraces", harness.Args{"TraceIds": ids(6)}, invalid, 400, "Exceeding maximum query size: 5"},
		{"BatchGetTraces", harness.Args{"TraceIds": []string{"1-2-3"}}, invalid, 400, "Invalid trace id 1-2-3: incorrect id format"},
		{"BatchGetTraces", harness.Args{"TraceIds": []string{aTrace, aTrace}}, invalid, 400, "Containing duplicate trace ids"},
		{"BatchGetTraces", harness.Args{"TraceIds": []string{}}, invalid, 400, "TraceIds"},
		{"BatchGetTraces", harness.Args{"TraceIds": []string{aTrace}, "NextToken": "x"}, invalid, 400, "NextToken is currently not supported"},
		{"GetTraceGraph", harness.Args{"TraceIds": []string{}}, invalid, 400, "Zero trace ids provided"},
		{"GetTraceGraph", harness.Args{"TraceIds": ids(2)}, invalid, 400, "Currently only one trace Id is supported"},
		{"GetTraceGraph", harness.Args{"TraceIds": []string{aTrace}}, invalid, 400, "Trace id not found"},
		{"GetTraceGraph", harness.Args{"TraceIds": []string{aTrace}, "NextToken": "x"}, invalid, 400, "NextToken is currently not supported"},

		{"GetServiceGraph", window(-60, nil), invalid, 400, "End time cannot be earlier than start time"},
		{"GetServiceGraph", window(24*3600+1, nil), invalid, 400, "24h0m0s"},
		{"GetServiceGraph", window(60, harness.Args{"NextToken": "x"}), invalid, 400, "NextToken is currently not supported"},
		{"GetServiceGraph", window(60, harness.Args{"GroupName": "nobody"}), invalid, 400, "Group not found."},
		{"GetServiceGraph", window(60, harness.Args{"GroupName": "faults", "GroupARN": group}), invalid, 400, "both given"},
		{"GetTimeSeriesServiceStatistics", window(60, harness.Args{"Period": 120}), invalid, 400, "Time period must be one of [60, 300]"},
		{"GetTimeSeriesServiceStatistics", window(24*3600+1, nil), invalid, 400, "24h0m0s"},
		{"GetTimeSeriesServiceStatistics", window(60, harness.Args{"EntitySelectorExpression": `service("a") { fault }`}), invalid, 400, "EntitySelectorExpression"},
		{"GetTimeSeriesServiceStatistics", window(60, harness.Args{"EntitySelectorExpression": `service()`}), invalid, 400, "EntitySelectorExpression"},
		{"GetTimeSeriesServiceStatistics", window(60, harness.Args{"EntitySelectorExpression": `fault`}), invalid, 400, "EntitySelectorExpression"},
		{"GetTimeSeriesServiceStatistics", window(60, harness.Args{"ForecastStatistics": true, "EntitySelectorExpression": `service("a")`}), invalid, 400, "id("},
		{"GetTimeSeriesServiceStatistics", window(60, harness.Args{"NextToken": "x"}), invalid, 400, "Invalid token"},

		{"CreateGroup", harness.Args{"GroupName": "faults", "FilterExpression": "fault"}, invalid, 400, "faults already exists"},
		{"CreateGroup", harness.Args{"GroupName": "Default", "FilterExpression": "fault"}, invalid, 400, "Default already exists"},
		{"CreateGroup", harness.Args{"GroupName": "a_b", "FilterExpression": "fault"}, invalid, 400, "GroupName"},
		{"CreateGroup", harness.Args{"GroupName": "", "FilterExpression": "fault"}, invalid, 400, "GroupName"},
		{"CreateGroup", harness.Args{"GroupName": "empty"}, invalid, 400, "Filter Expression is empty"},
		{"CreateGroup", harness.Args{"GroupName": "empty", "FilterExpression": ""}, invalid, 400, "Filter Expression is empty"},
		{"CreateGroup", harness.Args{"GroupName": "wrong", "FilterExpression": "fault AND"}, invalid, 400, "FilterExpression"},
		{"CreateGroup", harness.Args{"GroupName": "loud", "FilterExpression": "fault", "InsightsConfiguration": harness.Args{"NotificationsEnabled": true}}, invalid, 400, "NotificationsEnabled"},
		{"GetGroup", harness.Args{"GroupName": "nobody"}, invalid, 400, "Group not found."},
		{"GetGroup", harness.Args{}, invalid, 400, "GroupName and GroupARN are missing"},
		{"GetGroups", harness.Args{"NextToken": "x"}, invalid, 400, "Next Token not supported"},
		{"UpdateGroup", harness.Args{"GroupName": "nobody"}, invalid, 400, "Group not found."},
		{"UpdateGroup", harness.Args{"GroupName": "faults", "GroupARN": defaultGroup}, invalid, 400, "two groups"},
		{"UpdateGroup", harness.Args{"GroupName": "Default", "FilterExpression": "fault"}, invalid, 400, "Default"},
		{"DeleteGroup", harness.Args{"GroupName": "nobody"}, invalid, 400, "Group not found."},
		{"DeleteGroup", harness.Args{"GroupName": "Default"}, invalid, 400, "Default"},

		{"CreateSamplingRule", harness.Args{"SamplingRule": aRule("orders")}, invalid, 400, "exists already"},
		{"CreateSamplingRule", harness.Args{"SamplingRule": aRule("Default")}, invalid, 400, "Default"},
		{"CreateSamplingRule", harness.Args{"SamplingRule": aRule("a/b")}, invalid, 400, "RuleName"},
		{"CreateSamplingRule", harness.Args{"SamplingRule": aRule(strings.Repeat("x", 33))}, invalid, 400, "RuleName"},
		{"CreateSamplingRule", changed("RuleName", nil), invalid, 400, "RuleName"},
		{"CreateSamplingRule", changed("Version", 2), invalid, 400, "Version"},
		{"CreateSamplingRule", changed("Priority", 10000), invalid, 400, "Priority"},
		{"CreateSamplingRule", changed("Attributes", harness.Args{"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6"}), invalid, 400, "Attributes"},
		{"CreateSamplingRule", changed("Attributes", harness.Args{strings.Repeat("k", 33): "1"}), invalid, 400, "Attributes"},
		{"CreateSamplingRule", changed("Attributes", harness.Args{"k": ""}), invalid, 400, "Attributes"},
		{"CreateSamplingRule", changed("SamplingRateBoost", harness.Args{"MaxRate": 0.5, "CooldownWindowMinutes": 0}), invalid, 400, "CooldownWindowMinutes"},
		{"UpdateSamplingRule", updated(harness.Args{"Priority": 0}), invalid, 400, "Priority"},
		{"UpdateSamplingRule", updated(harness.Args{"FixedRate": 1.5}), invalid, 400, "FixedRate"},
		{"UpdateSamplingRule", updated(harness.Args{"ReservoirSize": -1}), invalid, 400, "ReservoirSize"},
		{"UpdateSamplingRule", updated(harness.Args{"RuleName": "nobody"}), invalid, 400, "not found"},
		{"UpdateSamplingRule", updated(harness.Args{"RuleARN": rule}), invalid, 400, "both given"},
		{"UpdateSamplingRule", updated(harness.Args{"RuleName": "Default", "Priority": 1}), invalid, 400, "Default"},
		{"DeleteSamplingRule", harness.Args{"RuleName": "nobody"}, invalid, 400, "not found"},
		{"DeleteSamplingRule", harness.Args{"RuleName": "Default"}, invalid, 400, "Default cannot be deleted"},
		{"DeleteSamplingRule", harness.Args{"RuleName": "orders", "RuleARN": rule}, invalid, 400, "both given"},
		{"DeleteSamplingRule", harness.Args{}, invalid, 400, "RuleName and RuleARN are missing"},
		{"GetSamplingTargets", harness.Args{"SamplingStatisticsDocuments": slices.Repeat([]harness.Args{{}}, 26)}, invalid, 400, "26 items"},

		{"TagResource", harness.Args{"ResourceARN": unknown, "Tags": tags("a", "1")}, notFound, 404, "Resource ARN not found"},
		{"TagResource", harness.Args{"ResourceARN": "nonsense", "Tags": tags("a", "1")}, notFound, 404, "Resource ARN not found"},
		{"TagResource", harness.Args{"ResourceARN": defaultGroup, "Tags": tags("a", "1")}, invalid, 400, "cannot have tags"},
		{"TagResource", harness.Args{"ResourceARN": group, "Tags": tags("aws:a", "1")}, invalid, 400, "reserved"},
		{"TagResource", harness.Args{"ResourceARN": group, "Tags": tags("a", "1", "a", "2")}, invalid, 400, "twice"},
		{"TagResource", harness.Args{"ResourceARN": group, "Tags": tags("a;b", "1")}, invalid, 400, "character"},
		{"TagResource", harness.Args{"ResourceARN": group, "Tags": tags("", "1")}, invalid, 400, "Key"},
		{"UntagResource", harness.Args{"ResourceARN": unknown, "TagKeys": []string{"a"}}, notFound, 404, "Resource ARN not found"},
		{"ListTagsForResource", harness.Args{"ResourceARN": unknown}, notFound, 404, "Resource ARN not found"},

		{"PutEncryptionConfig", harness.Args{"Type": "NONE", "KeyId": aKey}, invalid, 400, "KeyId"},
		{"PutEncryptionConfig", harness.Args{"Type": "KMS"}, invalid, 400, "KMS"},
		{"PutEncryptionConfig", harness.Args{"Type": "KMS", "KeyId": aKey}, invalid, 400, "no key to encrypt with"},

		{"GetInsight", harness.Args{"InsightId": insightID(1)}, invalid, 400, "Insight not found"},
		{"GetInsightEvents", harness.Args{"InsightId": insightID(1), "MaxResults": 51}, invalid, 400, "MaxResults"},
		{"GetInsightSummaries", window(60, nil), invalid, 400, "GroupName and GroupARN are missing"},
		{"GetInsightSummaries", window(60, harness.Args{"GroupName": "faults", "GroupARN": group}), invalid, 400, "both given"},
		{"GetInsightSummaries", window(31*24*3600, harness.Args{"GroupName": "Default"}), invalid, 400, "30 days"},
		{"GetInsightSummaries", window(60, harness.Args{"GroupName": "Default", "States": []string{"ACTIVE", "CLOSED"}}), invalid, 400, "States"},
		{"GetInsightImpactGraph", window(6*3600+1, harness.Args{"InsightId": insightID(1)}), invalid, 400, "6h0m0s"},

		{"PutResourcePolicy", policy("sns", aPolicy, "7"), revision, 400, "Another concurrent request has modified the resource policy sns"},
		{"PutResourcePolicy", policy("sns", aPolicy, "0"), revision, 400, "Another concurrent request has modified the resource policy sns"},
		{"PutResourcePolicy", policy("a b", aPolicy, ""), invalid, 400, "PolicyName"},
		{"PutResourcePolicy", policy("bad", "not JSON", ""), malformed400, 400, "PolicyDocument"},
		{"PutResourcePolicy", policy("bad", "{}", ""), malformed400, 400, "PolicyDocument"},
		{"PutResourcePolicy", policy("bad", lockout, ""), "LockoutPreventionException", 400, "BypassPolicyLockoutCheck"},
		{"PutResourcePolicy", policy("big", strings.Replace(aPolicy, "sns.amazonaws.com", strings.Repeat("x", 5<<10), 1), ""), "PolicySizeLimitExceededException", 400, "5120"},
		{"DeleteResourcePolicy", harness.Args{"PolicyName": "nobody"}, invalid, 400, "The resource policy nobody does not exist."},
		{"DeleteResourcePolicy", harness.Args{"PolicyName": "nobody", "PolicyRevisionId": "1"}, revision, 400, "modified or deleted"},
		{"DeleteResourcePolicy", harness.Args{"PolicyName": "sns", "PolicyRevisionId": "7"}, revision, 400, "modified or deleted"},
		{"ListResourcePolicies", harness.Args{"NextToken": "x"}, invalid, 400, "NextToken is currently not supported"},

		{"UpdateIndexingRule", harness.Args{"Name": "nobody", "Rule": harness.Args{"Probabilistic": harness.Args{"DesiredSamplingPercentage": 5}}}, notFound, 404, "nobody"},
		{"UpdateIndexingRule", harness.Args{"Name": "Default", "Rule": harness.Args{"Probabilistic": harness.Args{"DesiredSamplingPercentage": 101}}}, invalid, 400, "101"},
		{"UpdateIndexingRule", harness.Args{"Name": "Default", "Rule": harness.Args{}}, invalid, 400, "Probabilistic"},
		{"StartTraceRetrieval", window(60, harness.Args{"TraceIds": ids(101)}), invalid, 400, "101"},
		{"ListRetrievedTraces", harness.Args{"RetrievalToken": "nobody"}, notFound, 404, "not found"},
		{"ListRetrievedTraces", harness.Args{"RetrievalToken": "nobody", "TraceFormat": "OTEL"}, invalid, 400, "TraceFormat OTEL"},
		{"GetRetrievedTracesGraph", harness.Args{"RetrievalToken": "nobody"}, notFound, 404, "not found"},
		{"CancelTraceRetrieval", harness.Args{"RetrievalToken": "nobody"}, notFound, 404, "not found"},

		{"GetGroups", "{", broken, 400, "JSON"},
		{"GetGroups", "[]", broken, 400, "object"},
		{"GetGroups", `"x"`, broken, 400, "object"},
		{"GetGroups", strings.Repeat("[", 100_000), broken, 400, "JSON"},
		{"GetTraceSummaries", `{"SamplingStrategy":` + strings.Repeat(`{"a":`, 100_000), broken, 400, "JSON"},
	}
}

// arrange makes what failures need, and returns the ARNs of the group and of the rule.
func arrange(t *testing.T, c harness.Caller) (group, rule string) {
	t.Helper()
	answer := func(op string, args harness.Args) json.RawMessage {
		raw, err := c.Call(op, args)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	group, _ = valueAt(answer("CreateGroup", harness.Args{"GroupName": "faults", "FilterExpression": "fault"}), "Group.GroupARN").(string)
	rule, _ = valueAt(answer("CreateSamplingRule", harness.Args{"SamplingRule": aRule("orders")}), "SamplingRuleRecord.SamplingRule.RuleARN").(string)
	answer("PutResourcePolicy", harness.Args{"PolicyName": "sns", "PolicyDocument": aPolicy})
	return group, rule
}

// TestErrors makes every call fail that the service is known to refuse, and looks at the error on the wire.
func TestErrors(t *testing.T) {
	t.Parallel()
	m := theModel(t)
	server := harness.Start(t)
	group, rule := arrange(t, server)
	for _, f := range failures(group, rule) {
		body, ok := f.input.(string)
		if !ok {
			b, err := json.Marshal(f.input)
			if err != nil {
				t.Fatal(err)
			}
			body = string(b)
		}
		checkError(t, m, f, post(t, server.URL+harness.Path[f.op], http.MethodPost, body), fmt.Sprintf("%s %.120s", f.op, body))
	}
	server.MustServe(t)
}

func checkError(t *testing.T, m *model, f failure, got refusal, what string) {
	t.Helper()
	if got.status != f.status || got.code != f.code || !strings.Contains(got.message, f.message) {
		t.Errorf("%s: got %.300s, want HTTP %d, %s: ...%s...", what, got, f.status, f.code, f.message)
	}
	if s, ok := m.Shapes[f.code]; ok {
		if status := max(s.Error.HTTPStatusCode, 400); got.status != status {
			t.Errorf("%s: status %d, the model has %d", what, got.status, status)
		}
		for member := range got.members {
			if _, ok := s.Members[member]; !ok {
				t.Errorf("%s: the error has a member %s that the model has not", what, member)
			}
		}
		if _, ok := s.Members["ResourceName"]; ok && got.members["ResourceName"] == nil {
			t.Errorf("%s: the error has no ResourceName", what)
		}
	}
	if got.headers.Get("X-Amzn-Requestid") == "" || got.headers.Get("Content-Type") != "application/json" {
		t.Errorf("%s: headers %v", what, got.headers)
	}
}

// TestCounts goes beyond each number of things that an account may have.
func TestCounts(t *testing.T) {
	t.Parallel()
	m := theModel(t)
	server := harness.Start(t)
	group, _ := arrange(t, server)
	many := func(n int) (tags []harness.Args) {
		for i := range n {
			tags = append(tags, harness.Args{"Key": fmt.Sprint("k", i), "Value": "v"})
		}
		return tags
	}
	for _, tt := range []struct {
		op    string
		input func(i int) harness.Args
		fits  int // beside what is there
		code  string
	}{
		{"CreateGroup", func(i int) harness.Args {
			return harness.Args{"GroupName": fmt.Sprint("g", i), "FilterExpression": "fault"}
		}, 23, invalid},
		{"CreateSamplingRule", func(i int) harness.Args { return harness.Args{"SamplingRule": aRule(fmt.Sprint("r", i))} }, 24, "RuleLimitExceededException"},
		{"PutResourcePolicy", func(i int) harness.Args {
			return harness.Args{"PolicyName": fmt.Sprint("p", i), "PolicyDocument": aPolicy}
		}, 4, "PolicyCountLimitExceededException"},
		{"TagResource", func(i int) harness.Args { return harness.Args{"ResourceARN": group, "Tags": many(50 + i)} }, 1, "TooManyTagsException"},
	} {
		for i := range tt.fits {
			if _, err := server.Call(tt.op, tt.input(i)); err != nil {
				t.Fatalf("%s number %d: %v", tt.op, i+1, err)
			}
		}
		body, err := json.Marshal(tt.input(tt.fits))
		if err != nil {
			t.Fatal(err)
		}
		f := failure{op: tt.op, code: tt.code, status: 400}
		checkError(t, m, f, post(t, server.URL+harness.Path[tt.op], http.MethodPost, string(body)), tt.op+" beyond the most")
	}
}

// TestEveryPath sends to every path what needs no input to be answered right.
func TestEveryPath(t *testing.T) {
	t.Parallel()
	m := theModel(t)
	server := startWithEverything(t)
	inputs := filled()
	for _, op := range m.operations() {
		url := server.URL + harness.Path[op]
		s := m.Shapes[m.Operations[op].Input.Shape]
		empty, object := post(t, url, http.MethodPost, ""), post(t, url, http.MethodPost, "{}")
		if empty.status != object.status || empty.code != object.code || empty.message != object.message {
			t.Errorf("%s: an empty body is %s, an empty object %s, want the same", op, empty, object)
		}
		if needs := len(s.Required) > 0 && object.status != 400; needs || object.status >= 500 || object.status == 404 {
			t.Errorf("%s: an empty object is answered by %s", op, object)
		}
		nulls := harness.Args{}
		for member := range s.Members {
			nulls[member] = nil
		}
		body, err := json.Marshal(nulls)
		if err != nil {
			t.Fatal(err)
		}
		if got := post(t, url, http.MethodPost, string(body)); got.status != object.status || got.message != object.message {
			t.Errorf("%s: members that are null are %s, want as if they were left out: %s", op, got, object)
		}
		checkUnknownMember(t, url, op, inputs[op])
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
			if got := post(t, url, method, "{}"); got.status != 404 || got.code != "UnknownOperationException" || got.message == "" {
				t.Errorf("%s by %s: got %s, want UnknownOperationException, 404", op, method, got)
			}
		}
	}
	for _, path := range []string{"/Unknown", "/tracesummaries", "/TraceSummaries/x"} {
		if got := post(t, server.URL+path, http.MethodPost, "{}"); got.status != 404 || got.code != "UnknownOperationException" {
			t.Errorf("%s: got %s, want UnknownOperationException, 404", path, got)
		}
	}
}

// checkUnknownMember adds members that no model has: they change nothing.
func checkUnknownMember(t *testing.T, url, op string, input harness.Args) {
	t.Helper()
	more := maps.Clone(input)
	more["Unknown"], more["__type"] = harness.Args{"deep": []any{1, nil, "x"}}, "x"
	var got [2]refusal
	for i, args := range []harness.Args{input, more} {
		body, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		got[i] = post(t, url, http.MethodPost, string(body))
	}
	known, unknown := got[0], got[1]
	exists := strings.HasPrefix(op, "Create") || strings.HasPrefix(op, "Delete") // and does not, the second time
	if unknown.status != known.status && !exists {
		t.Errorf("%s: with unknown members it is %s, without %s", op, unknown, known)
	}
}
