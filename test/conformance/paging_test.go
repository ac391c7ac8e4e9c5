package conformance

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// A pagedWalk is a paged operation with the data that the test made for it.
type pagedWalk struct {
	op    string
	list  string // the member with the items
	args  harness.Args
	pages int // how many there must be
	items int // on all pages
}

const (
	pagedTraces  = 250 // two pages and a half
	pagedMinutes = 800 // of time series: two pages of 360 and a half
)

// pagedHistory stores traces in the last minutes, and answers the ids.
func pagedHistory(t *testing.T, c harness.Caller, w *world) (ids []string) {
	t.Helper()
	var docs []string
	for i := range pagedTraces {
		at := w.now.Add(-time.Duration(i) * time.Second)
		ids = append(ids, harness.NewTraceID(at))
		docs = append(docs, harness.Segment(ids[i], at, time.Millisecond, nil))
	}
	if err := harness.Put(c, docs...); err != nil {
		t.Fatal(err)
	}
	return ids
}

// TestPaging walks every paginator of the clients to its end. What has a page only has one; what the server pages has several, and
// each item once.
func TestPaging(t *testing.T) {
	t.Parallel()
	m := theModel(t)
	server := startWithEverything(t)
	group, _ := arrange(t, server)
	w := newWorld()
	ids := pagedHistory(t, server, w)
	series := harness.Args{"StartTime": harness.At(w.now.Add(-pagedMinutes * time.Minute)), "EndTime": harness.At(time.Now().Add(10 * time.Minute))}
	past := inThePast(harness.Args{"GroupName": "Default", "MaxResults": 50})(w)
	walks := []pagedWalk{
		{"GetTraceSummaries", "TraceSummaries", w.window(nil), 3, pagedTraces},
		{"GetTimeSeriesServiceStatistics", "TimeSeriesServiceStatistics", series, 3, -1},
		{"GetInsightSummaries", "InsightSummaries", past, 3, seeded},
		{"GetInsightEvents", "InsightEvents", harness.Args{"InsightId": insightID(seeded), "MaxResults": 20}, 4, seededEvents},
		{"BatchGetTraces", "Traces", harness.Args{"TraceIds": ids[:5]}, 1, 5},
		{"GetTraceGraph", "Services", harness.Args{"TraceIds": ids[:1]}, 1, 2},
		{"GetServiceGraph", "Services", w.window(nil), 1, 2},
		{"GetGroups", "Groups", harness.Args{}, 1, 2},
		{"GetSamplingRules", "SamplingRuleRecords", harness.Args{}, 1, 2},
		{"GetSamplingStatisticSummaries", "SamplingStatisticSummaries", harness.Args{}, 1, 0},
		{"ListResourcePolicies", "ResourcePolicies", harness.Args{}, 1, 1},
		{"ListTagsForResource", "Tags", harness.Args{"ResourceARN": group}, 1, 0},
	}
	for op, p := range m.paginators {
		if !slices.ContainsFunc(walks, func(w pagedWalk) bool { return w.op == op && w.list == p.ResultKey }) {
			t.Errorf("%s has a paginator over %s, which this test does not walk", op, p.ResultKey)
		}
	}
	boto, client := harness.Boto3(t, server), harness.GoAPI(t, server)
	for _, walk := range walks {
		if _, ok := m.paginators[walk.op]; ok { // those of insights are known to the client for Go only
			checkWalk(t, "boto3", boto, walk)
		}
		checkWalk(t, "go", client, walk)
	}
	checkRetrievedPages(t, server, w, ids)
}

func checkWalk(t *testing.T, name string, c harness.Caller, w pagedWalk) {
	t.Helper()
	pages, err := c.Pages(w.op, w.args)
	if err != nil {
		t.Errorf("%s by %s: %v", w.op, name, err)
		return
	}
	items := map[string]bool{}
	n := 0
	for _, page := range pages {
		list, _ := valueAt(page, w.list).([]any)
		for _, item := range list {
			b, err := json.Marshal(item)
			if err != nil {
				t.Fatal(err)
			}
			n++
			items[string(b)] = true
		}
	}
	if len(pages) != w.pages || len(items) != n || w.items >= 0 && n != w.items {
		t.Errorf("%s by %s: %d pages with %d items, %d of them different; want %d pages with %d items", w.op, name, len(pages), n, len(items), w.pages, w.items)
	}
}

// checkRetrievedPages walks an operation that has tokens, but a paginator in no client.
func checkRetrievedPages(t *testing.T, server *harness.Server, w *world, ids []string) {
	t.Helper()
	started, err := harness.Get[struct{ RetrievalToken string }](server, "StartTraceRetrieval", w.window(harness.Args{"TraceIds": ids[:12]}))
	if err != nil {
		t.Fatal(err)
	}
	args := harness.Args{"RetrievalToken": started.RetrievalToken}
	harness.Eventually(t, patience, func() error {
		status, err := harness.Get[struct{ RetrievalStatus string }](server, "ListRetrievedTraces", args)
		if err == nil && status.RetrievalStatus != "COMPLETE" {
			err = fmt.Errorf("the retrieval is %s", status.RetrievalStatus)
		}
		return err
	})
	checkWalk(t, "HTTP", server, pagedWalk{"ListRetrievedTraces", "Traces", args, 3, 12})
	checkWalk(t, "HTTP", server, pagedWalk{"GetRetrievedTracesGraph", "Services", args, 1, 2})
}
