package clients

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// apiClients are AWS' own clients of the service API.
var apiClients = map[string]struct {
	open func(testing.TB, *harness.Server) harness.Caller
	// invalid is the type of the error for InvalidRequestException; status tells whether errors carry the HTTP status.
	invalid string
	status  bool
}{
	"boto3": {harness.Boto3, "InvalidRequestException", true},
	"go":    {harness.GoAPI, "*types.InvalidRequestException", true},
	"cli":   {harness.CLI, "", false},
}

// order0 is the order of the fact sheets' worked example: a service on Fargate, a table, a database, and a remote that fails.
func order0(trace string, at time.Time) string {
	sec := func(ms int) float64 { return harness.Seconds(at.Add(time.Duration(ms) * time.Millisecond)) }
	return harness.Segment(trace, at, 524*time.Millisecond, harness.Args{
		"id": "a1f0c3d2e4b59687", "name": "orders", "origin": "AWS::ECS::Fargate", "user": "u-4711", "fault": true, "cause": "1122334455667788",
		"http": harness.Args{
			"request":  harness.Args{"method": "POST", "url": "https://orders.example.net/v2/orders", "user_agent": "curl/8", "client_ip": "198.51.100.7"},
			"response": harness.Args{"status": 503, "content_length": 71},
		},
		"annotations": harness.Args{"tenant": "blue", "items": 3, "express": false},
		"metadata":    harness.Args{"default": harness.Args{"cart": harness.Args{"lines": 3}}},
		"subsegments": []harness.Args{
			{"id": "b7c6d5e4f3a29180", "name": "DynamoDB", "namespace": "aws", "start_time": sec(12), "end_time": sec(24),
				"http": harness.Args{"response": harness.Args{"status": 200}},
				"aws":  harness.Args{"operation": "GetItem", "table_name": "carts", "region": harness.Region, "request_id": "R1"}},
			{"id": "c8d7e6f5a4b39281", "name": "stock.example.net", "namespace": "remote", "start_time": sec(32), "end_time": sec(522), "fault": true,
				"cause": harness.Args{"working_directory": "/srv", "exceptions": []harness.Args{{"id": "1122334455667788", "type": "StockError", "message": "no answer", "remote": true}}},
				"http":  harness.Args{"request": harness.Args{"method": "GET", "url": "https://stock.example.net/sku/9"}, "response": harness.Args{"status": 504}}},
			{"id": "d9e8f7a6b5c40392", "name": "shop@db.internal", "namespace": "remote", "start_time": sec(27), "end_time": sec(31),
				"sql": harness.Args{"url": "postgres://db.internal:5432/shop", "database_type": "PostgreSQL", "sanitized_query": "select 1"}},
		},
	})
}

// TestAPI calls every operation of this release through every client: the client must decode each answer.
func TestAPI(t *testing.T) {
	for name, client := range apiClients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := harness.Start(t)
			c := client.open(t, server)
			at := time.Now().Add(-time.Minute)
			trace := harness.NewTraceID(at)
			window := harness.Args{"StartTime": harness.At(at.Add(-time.Minute)), "EndTime": harness.At(time.Now().Add(time.Minute))}

			t.Run("PutTraceSegments", func(t *testing.T) { putOrder(t, c, trace, at) })
			t.Run("GetTraceSummaries", func(t *testing.T) { checkOrderSummary(t, c, window, trace, at) })
			t.Run("BatchGetTraces", func(t *testing.T) { checkOrderTrace(t, c, trace) })
			t.Run("GetServiceGraph", func(t *testing.T) { checkOrderGraph(t, c, "GetServiceGraph", window) })
			t.Run("GetTraceGraph", func(t *testing.T) { checkOrderGraph(t, c, "GetTraceGraph", harness.Args{"TraceIds": []string{trace}}) })
			t.Run("PutTelemetryRecords", func(t *testing.T) { putTelemetry(t, c) })
			t.Run("GetSamplingRules", func(t *testing.T) { checkRules(t, c) })
			t.Run("GetSamplingTargets", func(t *testing.T) { checkTargets(t, c) })
		})
	}
}

func putOrder(t *testing.T, c harness.Caller, trace string, at time.Time) {
	bad := harness.Segment(trace, at, 0, harness.Args{"id": "00000000000000b1", "start_time": nil})
	args := harness.Args{"TraceSegmentDocuments": []string{order0(trace, at), bad}}
	got, err := harness.Get[harness.Unprocessed](c, "PutTraceSegments", args)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.UnprocessedTraceSegments) != 1 {
		t.Fatalf("refused: %+v, want the second", got.UnprocessedTraceSegments)
	}
	u := got.UnprocessedTraceSegments[0]
	if u.Id == nil || *u.Id != "00000000000000b1" || u.ErrorCode != "MissingStartTime" || u.Message != "Invalid segment. ErrorCode: MissingStartTime" {
		t.Errorf("refused: %+v", u)
	}
}

func checkOrderSummary(t *testing.T, c harness.Caller, window harness.Args, trace string, at time.Time) {
	got, err := harness.Get[harness.Summaries](c, "GetTraceSummaries", window)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.TraceSummaries) != 1 || got.TraceSummaries[0].Id != trace || got.TracesProcessedCount != 1 || got.NextToken != "" {
		t.Fatalf("got %+v, want trace %s and no further page", got, trace)
	}
	s := got.TraceSummaries[0]
	if !near(float64(s.StartTime), harness.Seconds(at)) || s.Duration == nil || !near(*s.Duration, 0.524) || s.ResponseTime == nil || !near(*s.ResponseTime, 0.524) {
		t.Errorf("times of %+v, want %f, 0.524, 0.524", s, harness.Seconds(at))
	}
	if !s.HasFault || s.HasError || s.HasThrottle || s.IsPartial {
		t.Errorf("fault %v, error %v, throttle %v, partial %v, want a fault only", s.HasFault, s.HasError, s.HasThrottle, s.IsPartial)
	}
	if h := s.Http; h.HttpURL != "https://orders.example.net/v2/orders" || h.HttpMethod != "POST" || h.HttpStatus != 503 || h.UserAgent != "curl/8" || h.ClientIp != "198.51.100.7" {
		t.Errorf("http %+v", h)
	}
	checkAnnotations(t, s)
	if len(s.Users) != 1 || s.Users[0].UserName != "u-4711" {
		t.Errorf("users %+v", s.Users)
	}
	if s.EntryPoint == nil || *s.EntryPoint != (harness.ServiceID{Name: "orders", Type: "AWS::ECS::Fargate"}) {
		t.Errorf("entry point %+v", s.EntryPoint)
	}
	if got := nodeNames(s.ServiceIds); !slices.Equal(got, orderNodes) {
		t.Errorf("nodes %v, want %v", got, orderNodes)
	}
	checkOrderCauses(t, s)
}

// orderNodes are the nodes of order0, sorted.
var orderNodes = []string{"carts/AWS::DynamoDB::Table", "orders/AWS::ECS::Fargate", "orders/client", "shop@db.internal/Database::SQL", "stock.example.net/remote"}

// near allows for what a float of epoch seconds and a client's milliseconds lose.
func near(got, want float64) bool { return got > want-0.002 && got < want+0.002 }

func checkOrderTrace(t *testing.T, c harness.Caller, trace string) {
	unknown := harness.NewTraceID(time.Now())
	got, err := harness.Get[harness.Traces](c, "BatchGetTraces", harness.Args{"TraceIds": []string{unknown, trace}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Traces) != 1 || got.Traces[0].Id != trace || len(got.UnprocessedTraceIds) != 0 {
		t.Fatalf("got %+v, want trace %s only: an unknown id is left out", got, trace)
	}
	docs, err := got.Traces[0].Documents()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, d := range docs {
		kind := "reported "
		if d.Inferred {
			kind = "inferred "
		}
		all = append(all, kind+d.Name)
	}
	slices.Sort(all)
	want := []string{"inferred DynamoDB", "inferred shop@db.internal", "inferred stock.example.net", "reported orders"}
	if !slices.Equal(all, want) {
		t.Errorf("documents %q, want %q", all, want)
	}
	own := documentOf(t, docs, "orders")
	if cart, err := json.Marshal(own.Metadata); err != nil || string(cart) != `{"default":{"cart":{"lines":3}}}` {
		t.Errorf("metadata %s (%v)", cart, err)
	}
}

func checkOrderGraph(t *testing.T, c harness.Caller, op string, args harness.Args) {
	g, err := harness.Get[harness.Graph](c, op, args)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	nodes := map[string]harness.Node{}
	for _, n := range g.Services {
		got = append(got, n.Name+"/"+n.Type)
		nodes[n.Name] = n
		if n.Type == "AWS::ECS::Fargate" {
			checkOrderEdges(t, n)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, orderNodes) {
		t.Fatalf("nodes %v, want %v", got, orderNodes)
	}
	if s := nodes["stock.example.net"]; s.State != "passive" || s.SummaryStatistics == nil || s.SummaryStatistics.FaultStatistics.TotalCount != 1 || !near(s.SummaryStatistics.TotalResponseTime, 0.49) {
		t.Errorf("stock: %+v", s)
	}
}

func checkOrderEdges(t *testing.T, n harness.Node) {
	t.Helper()
	var times []float64
	for _, e := range n.Edges {
		times = append(times, e.SummaryStatistics.TotalResponseTime)
	}
	slices.Sort(times)
	if len(times) != 3 || !near(times[0], 0.004) || !near(times[1], 0.012) || !near(times[2], 0.490) {
		t.Errorf("the calls of orders took %v, want 0.004, 0.012 and 0.490", times)
	}
}

func putTelemetry(t *testing.T, c harness.Caller) {
	record := harness.Args{
		"Timestamp": harness.At(time.Now()), "SegmentsReceivedCount": 120, "SegmentsSentCount": 119, "SegmentsSpilloverCount": 0,
		"SegmentsRejectedCount": 1, "BackendConnectionErrors": harness.Args{"TimeoutCount": 2},
	}
	if _, err := c.Call("PutTelemetryRecords", harness.Args{"TelemetryRecords": []harness.Args{record}, "Hostname": "node-7"}); err != nil {
		t.Fatal(err)
	}
}

func checkRules(t *testing.T, c harness.Caller) {
	type rule struct {
		RuleName, RuleARN, ResourceARN, ServiceName, ServiceType, Host, HTTPMethod, URLPath string
		Priority, ReservoirSize, Version                                                    int
		FixedRate                                                                           float64
	}
	got, err := harness.Get[struct{ SamplingRuleRecords []struct{ SamplingRule rule } }](c, "GetSamplingRules", harness.Args{})
	if err != nil {
		t.Fatal(err)
	}
	want := rule{
		RuleName: "Default", RuleARN: "arn:aws:xray:" + harness.Region + ":" + harness.Account + ":sampling-rule/Default",
		ResourceARN: "*", ServiceName: "*", ServiceType: "*", Host: "*", HTTPMethod: "*", URLPath: "*",
		Priority: 10000, ReservoirSize: 1000, Version: 1, FixedRate: 1,
	}
	if len(got.SamplingRuleRecords) != 1 || got.SamplingRuleRecords[0].SamplingRule != want {
		t.Errorf("rules %+v, want %+v only", got.SamplingRuleRecords, want)
	}
}

func checkTargets(t *testing.T, c harness.Caller) {
	report := func(rule string) harness.Args {
		return harness.Args{
			"RuleName": rule, "ClientID": harness.NewID() + harness.NewID()[:8], "Timestamp": harness.At(time.Now()),
			"RequestCount": 120, "SampledCount": 31, "BorrowCount": 9,
		}
	}
	got, err := harness.Get[struct {
		SamplingTargetDocuments []struct {
			RuleName       string
			FixedRate      float64
			ReservoirQuota *int
		}
		LastRuleModification  harness.Time
		UnprocessedStatistics []struct{ RuleName, ErrorCode, Message string }
	}](c, "GetSamplingTargets", harness.Args{"SamplingStatisticsDocuments": []harness.Args{report("Default"), report("no-such-rule")}})
	if err != nil {
		t.Fatal(err)
	}
	if d := got.SamplingTargetDocuments; len(d) != 1 || d[0].RuleName != "Default" || d[0].FixedRate != 1 || d[0].ReservoirQuota != nil {
		t.Errorf("targets %+v, want Default at rate 1 and no quota yet, as for any new client", d)
	}
	if u := got.UnprocessedStatistics; len(u) != 1 || u[0].RuleName != "no-such-rule" || u[0].ErrorCode != "400" || u[0].Message != "Unknown rule" {
		t.Errorf("unprocessed %+v, want no-such-rule", u)
	}
}

// TestRefusals provokes every refusal that a client lets through, and looks at the error that the caller gets.
func TestRefusals(t *testing.T) {
	now := time.Now()
	window := func(from, to time.Duration, more harness.Args) harness.Args {
		args := harness.Args{"StartTime": harness.At(now.Add(from)), "EndTime": harness.At(now.Add(to))}
		for k, v := range more {
			args[k] = v
		}
		return args
	}
	ids := func(n int) (ids []string) {
		for range n {
			ids = append(ids, harness.NewTraceID(now))
		}
		return ids
	}
	one := ids(1)[0]
	tests := []struct {
		what, op string
		args     harness.Args
		message  string // part of it, in any case
	}{
		{"no documents", "PutTraceSegments", harness.Args{"TraceSegmentDocuments": []string{}}, "segments can not be empty"},
		{"no records", "PutTelemetryRecords", harness.Args{"TelemetryRecords": []string{}}, "telemetry records cannot be empty"},
		{"six ids", "BatchGetTraces", harness.Args{"TraceIds": ids(6)}, "exceeding maximum query size: 5"},
		{"no id", "BatchGetTraces", harness.Args{"TraceIds": []string{}}, ""},
		{"an id of another form", "BatchGetTraces", harness.Args{"TraceIds": []string{"1-2-3"}}, "invalid trace id 1-2-3: incorrect id format"},
		{"an id twice", "BatchGetTraces", harness.Args{"TraceIds": []string{one, one}}, "containing duplicate trace ids"},
		{"a token where none is given", "BatchGetTraces", harness.Args{"TraceIds": []string{one}, "NextToken": "x"}, "nexttoken is currently not supported"},
		{"an unknown trace", "GetTraceGraph", harness.Args{"TraceIds": []string{one}}, "trace id not found"},
		{"no trace", "GetTraceGraph", harness.Args{"TraceIds": []string{}}, "zero trace ids provided"},
		{"a window backwards", "GetServiceGraph", window(0, -time.Hour, nil), "end time cannot be earlier than start time"},
		{"a window of 25 hours", "GetServiceGraph", window(-25*time.Hour, 0, nil), "24"},
		{"an unknown group", "GetServiceGraph", window(-time.Hour, 0, harness.Args{"GroupName": "nobody"}), "group not found"},
		{"a window backwards", "GetTraceSummaries", window(0, -time.Hour, nil), ""},
		{"a window of 25 hours", "GetTraceSummaries", window(-25*time.Hour, 0, nil), "24"},
		{"a token of nobody", "GetTraceSummaries", window(-time.Hour, 0, harness.Args{"NextToken": "bm90IGEgdG9rZW4"}), "invalid token"},
		{"a filter with a slip", "GetTraceSummaries", window(-time.Hour, 0, harness.Args{"FilterExpression": `ok AND respnsetime > 1`}), "col 8: unknown keyword 'respnsetime', did you mean 'responsetime'?"},
		{"a share of two", "GetTraceSummaries", window(-time.Hour, 0, harness.Args{"TimeRangeType": "Event", "Sampling": true, "SamplingStrategy": harness.Args{"Name": "FixedRate", "Value": 2}}), "between [0, 1]"},
	}
	for name, client := range apiClients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := harness.Start(t)
			c := client.open(t, server)
			for _, tt := range tests {
				_, err := c.Call(tt.op, tt.args)
				refusal, ok := errors.AsType[*harness.APIError](err)
				if !ok {
					t.Errorf("%s of %s: got %v, want a refusal", tt.op, tt.what, err)
					continue
				}
				if refusal.Code != "InvalidRequestException" || refusal.Type != client.invalid || client.status && refusal.Status != 400 {
					t.Errorf("%s of %s: got %v, want %s", tt.op, tt.what, refusal, client.invalid)
				}
				if !strings.Contains(strings.ToLower(refusal.Message), tt.message) {
					t.Errorf("%s of %s: message %q, want %q in it", tt.op, tt.what, refusal.Message, tt.message)
				}
			}
			server.MustServe(t)
		})
	}
}
