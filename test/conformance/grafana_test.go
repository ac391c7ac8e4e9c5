package conformance

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// The tests here make the calls that the backend of Grafana's X-Ray data source makes for each kind of query, with the same client
// and arguments, and demand what it reads from the answers without looking whether it is there.

// grafanaServer has traces that say as little as a trace may, besides those that have everything, and insights.
func grafanaServer(t *testing.T) (harness.Caller, *world) {
	t.Helper()
	server := startWithEverything(t)
	w := newWorld()
	sparse := func(members harness.Args) string {
		return harness.Segment(harness.NewTraceID(w.now), w.now, time.Second, members)
	}
	nameless := harness.Args{"exceptions": []harness.Args{{"id": "1122334455667788"}}}
	docs := append(documents(w)[:3], // without the one that is refused
		sparse(nil),
		sparse(harness.Args{"end_time": nil, "in_progress": true}),
		sparse(harness.Args{"fault": true, "cause": nameless}),
		sparse(harness.Args{"error": true, "cause": nameless}),
		sparse(harness.Args{"subsegments": []harness.Args{{"id": harness.NewID(), "name": "far", "namespace": "remote",
			"start_time": harness.Seconds(w.now), "end_time": harness.Seconds(w.now.Add(time.Second))}}}))
	if err := harness.Put(server, docs...); err != nil {
		t.Fatal(err)
	}
	return harness.GoAPI(t, server), w
}

// decoded calls an operation and decodes into a shape in which pointers are what may be missing.
func decoded[T any](t *testing.T, c harness.Caller, op string, args harness.Args) T {
	t.Helper()
	got, err := harness.Get[T](c, op, args)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func pagesOf[T any](t *testing.T, c harness.Caller, op string, args harness.Args) (pages []T) {
	t.Helper()
	raw, err := c.Pages(op, args)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range raw {
		var page T
		if err := json.Unmarshal(r, &page); err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page)
	}
	return pages
}

type grafanaCause struct {
	Services []struct {
		Name, Type *string
		EntityPath []struct {
			Name       *string
			Exceptions []struct{ Name, Message *string }
		}
	}
}

type grafanaSummaries struct {
	TraceSummaries []struct {
		Id        *string
		StartTime *harness.Time
		Http      *struct{ HttpMethod, HttpURL, ClientIp *string }

		FaultRootCauses, ErrorRootCauses, ResponseTimeRootCauses []grafanaCause
	}
}

func TestGrafana(t *testing.T) {
	t.Parallel()
	c, w := grafanaServer(t)
	t.Run("health and groups", func(t *testing.T) { grafanaGroups(t, c) })
	t.Run("trace list", func(t *testing.T) { grafanaList(t, c, w) })
	t.Run("trace", func(t *testing.T) { grafanaTrace(t, c, w) })
	t.Run("statistics", func(t *testing.T) { grafanaStatistics(t, c, w) })
	t.Run("analytics", func(t *testing.T) { grafanaAnalytics(t, c, w) })
	t.Run("insights", func(t *testing.T) { grafanaInsights(t, c, w) })
	t.Run("service map and accounts", func(t *testing.T) { grafanaMap(t, c, w) })
}

func grafanaGroups(t *testing.T, c harness.Caller) {
	type groups struct {
		Groups []struct{ GroupName, GroupARN *string }
	}
	decoded[groups](t, c, "GetGroups", harness.Args{})
	for _, page := range pagesOf[groups](t, c, "GetGroups", harness.Args{}) {
		if len(page.Groups) != 1 || page.Groups[0].GroupName == nil || *page.Groups[0].GroupName != "Default" {
			t.Errorf("groups %+v, want Default", page.Groups)
		}
	}
}

// grafanaList wants Http in every summary: it reads members of it.
func grafanaList(t *testing.T, c harness.Caller, w *world) {
	for _, filter := range []any{nil, "fault OR error"} {
		n := 0
		for _, page := range pagesOf[grafanaSummaries](t, c, "GetTraceSummaries", w.window(harness.Args{"FilterExpression": filter})) {
			for _, s := range page.TraceSummaries {
				if n++; s.Http == nil || s.Id == nil || s.StartTime == nil {
					t.Errorf("filter %v: summary %+v, want Http, Id and StartTime", filter, s)
				}
			}
		}
		if n < 4 {
			t.Errorf("filter %v: %d traces, want 4 or more", filter, n)
		}
	}
}

// grafanaTrace asks for the trace and its graph at once. An id in W3C's form is put into X-Ray's before.
func grafanaTrace(t *testing.T, c harness.Caller, w *world) {
	args := harness.Args{"TraceIds": []string{w.trace}}
	traces := decoded[harness.Traces](t, c, "BatchGetTraces", args)
	if len(traces.Traces) != 1 || traces.Traces[0].Id != w.trace {
		t.Fatalf("traces %+v, want %s", traces, w.trace)
	}
	if _, err := traces.Traces[0].Documents(); err != nil {
		t.Error(err)
	}
	nodes := 0
	for _, page := range pagesOf[harness.Graph](t, c, "GetTraceGraph", args) {
		nodes += len(page.Services)
	}
	if nodes < 3 {
		t.Errorf("the graph has %d nodes, want the client, the service and those it calls", nodes)
	}
	unknown := decoded[harness.Traces](t, c, "BatchGetTraces", harness.Args{"TraceIds": []string{aTrace}})
	if len(unknown.Traces) != 0 {
		t.Errorf("an unknown trace: got %+v, want no trace and no error, which is told as 'trace not found'", unknown)
	}
}

type grafanaStatistic struct {
	OkCount, TotalCount *int64
	TotalResponseTime   *float64
	ErrorStatistics     *struct{ ThrottleCount, TotalCount *int64 }
	FaultStatistics     *struct{ TotalCount *int64 }
}

type grafanaSeries struct {
	TimeSeriesServiceStatistics []struct {
		Timestamp                                       *harness.Time
		EdgeSummaryStatistics, ServiceSummaryStatistics *grafanaStatistic
	}
}

// grafanaStatistics wants every count, and a total that can be divided by.
func grafanaStatistics(t *testing.T, c harness.Caller, w *world) {
	for _, args := range []harness.Args{{"Period": 60}, {"Period": 300}, {"Period": 60, "EntitySelectorExpression": `service("orders")`}} {
		n := 0
		for _, page := range pagesOf[grafanaSeries](t, c, "GetTimeSeriesServiceStatistics", w.window(args)) {
			for _, b := range page.TimeSeriesServiceStatistics {
				n++
				s := b.EdgeSummaryStatistics
				if s == nil {
					s = b.ServiceSummaryStatistics
				}
				if b.Timestamp == nil || s == nil || s.OkCount == nil || s.TotalCount == nil || *s.TotalCount == 0 || s.TotalResponseTime == nil ||
					s.ErrorStatistics == nil || s.ErrorStatistics.ThrottleCount == nil || s.ErrorStatistics.TotalCount == nil ||
					s.FaultStatistics == nil || s.FaultStatistics.TotalCount == nil {
					t.Errorf("%v: bucket %+v, %+v, want every count", args, b, s)
				}
			}
		}
		if n == 0 {
			t.Errorf("%v: no bucket", args)
		}
	}
}

// grafanaAnalytics counts the traces, then reads four quarters of the time range page by page, by a share of the traces, and takes
// the root causes apart.
func grafanaAnalytics(t *testing.T, c harness.Caller, w *world) {
	pagesOf[grafanaSeries](t, c, "GetTimeSeriesServiceStatistics", w.window(harness.Args{"GroupName": "Default", "Period": 60}))
	from, to := w.now.Add(-10*time.Minute), time.Now().Add(time.Minute)
	quarter := to.Sub(from) / 4
	counts := map[string]int{}
	for i := range 4 {
		for _, filter := range []any{nil, `service("shop")`} {
			args := harness.Args{
				"StartTime": harness.At(from.Add(time.Duration(i) * quarter)), "EndTime": harness.At(from.Add(time.Duration(i+1) * quarter)),
				"FilterExpression": filter, "TimeRangeType": "Event", "Sampling": true, "SamplingStrategy": harness.Args{"Name": "FixedRate", "Value": 1},
			}
			for _, page := range pagesOf[grafanaSummaries](t, c, "GetTraceSummaries", args) {
				for _, s := range page.TraceSummaries {
					counts["fault"] += grafanaCauses(t, s.FaultRootCauses, false)
					counts["error"] += grafanaCauses(t, s.ErrorRootCauses, false)
					counts["response time"] += grafanaCauses(t, s.ResponseTimeRootCauses, true)
				}
			}
		}
	}
	for _, kind := range []string{"fault", "error", "response time"} {
		if counts[kind] == 0 {
			t.Errorf("no %s root causes, want some to look at", kind)
		}
	}
}

// grafanaCauses wants services, and of each its name and type, a path if it is one of response times, and names in it.
func grafanaCauses(t *testing.T, causes []grafanaCause, times bool) int {
	t.Helper()
	for _, cause := range causes {
		if len(cause.Services) == 0 {
			t.Error("a root cause has no services")
		}
		for _, s := range cause.Services {
			if s.Name == nil || s.Type == nil {
				t.Errorf("root cause %+v, want name and type of each service", s)
			}
			if times && len(s.EntityPath) == 0 {
				t.Error("a service in a response time root cause has no path")
			}
			for _, e := range s.EntityPath {
				if e.Name == nil {
					t.Errorf("entity %+v has no name", e)
				}
				for _, x := range e.Exceptions {
					if x.Name == nil {
						t.Errorf("exception %+v has no name", x)
					}
				}
			}
		}
	}
	return len(causes)
}

// grafanaInsights wants a first anomalous service, and sentences in the summary of what is closed.
func grafanaInsights(t *testing.T, c harness.Caller, w *world) {
	type insights struct {
		InsightSummaries []struct {
			Summary              string
			EndTime              *harness.Time
			Categories           []string
			RootCauseServiceId   *harness.ServiceID
			TopAnomalousServices []struct{ ServiceId *harness.ServiceID }
		}
	}
	for _, states := range [][]string{nil, {"CLOSED"}, {"ACTIVE"}} {
		args := inThePast(harness.Args{"GroupName": "Default", "States": states})(w)
		got := decoded[insights](t, c, "GetInsightSummaries", args)
		if len(got.InsightSummaries) == 0 {
			t.Errorf("%v: no insights", states)
		}
		for _, s := range got.InsightSummaries {
			if s.RootCauseServiceId == nil || len(s.TopAnomalousServices) == 0 || s.TopAnomalousServices[0].ServiceId == nil ||
				len(s.Categories) == 0 || s.EndTime != nil && !strings.Contains(s.Summary, ".") {
				t.Errorf("%v: insight %+v, want a root cause, an anomalous service, a category, and a sentence when it is closed", states, s)
			}
		}
	}
}

// grafanaMap reads the account of each node for its editor, and hands the nodes to the page.
func grafanaMap(t *testing.T, c harness.Caller, w *world) {
	for _, group := range []string{"Default", ""} {
		ids, targets := map[int]bool{}, map[int]bool{}
		for _, page := range pagesOf[harness.Graph](t, c, "GetServiceGraph", w.window(harness.Args{"GroupName": group})) {
			for _, s := range page.Services {
				ids[s.ReferenceId] = true
				for _, e := range s.Edges {
					targets[e.ReferenceId] = true
				}
			}
		}
		if len(ids) < 4 {
			t.Errorf("group %q: nodes %v, want more", group, ids)
		}
		for id := range targets {
			if !ids[id] {
				t.Errorf("group %q: an edge leads to node %d, which is not there", group, id)
			}
		}
	}
}
