package clients

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// checkOrderCauses looks at the root causes of order0.
func checkOrderCauses(t *testing.T, s harness.Summary) {
	t.Helper()
	const faults = "client: orders[orders, stock.example.net remote {StockError: no answer}] (stock.example.net)[stock.example.net]"
	const times = "client: orders[orders 1.00, stock.example.net remote 0.94] (stock.example.net)[stock.example.net 0.94]"
	for _, c := range []struct {
		list string
		got  []harness.RootCause
		want []string
	}{
		{"fault", s.FaultRootCauses, []string{faults}},
		{"error", s.ErrorRootCauses, nil},
		{"response time", s.ResponseTimeRootCauses, []string{times}},
	} {
		var got []string
		for _, cause := range c.got {
			got = append(got, showCause(cause))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s root causes %q, want %q", c.list, got, c.want)
		}
	}
}

// showCause writes a cause as its services with their paths, inferred ones in parentheses.
func showCause(c harness.RootCause) string {
	var services []string
	for _, s := range c.Services {
		var path []string
		for _, e := range s.EntityPath {
			entity := e.Name
			if e.Remote {
				entity += " remote"
			}
			if e.Coverage != 0 {
				entity += fmt.Sprintf(" %.2f", e.Coverage)
			}
			for _, x := range e.Exceptions {
				entity += fmt.Sprintf(" {%s: %s}", x.Name, x.Message)
			}
			path = append(path, entity)
		}
		name := s.Name
		if s.Inferred {
			name = "(" + name + ")"
		}
		services = append(services, fmt.Sprintf("%s[%s]", name, strings.Join(path, ", ")))
	}
	text := strings.Join(services, " ")
	if c.ClientImpacting {
		text = "client: " + text
	}
	return text
}

// TestSearch finds traces by filter expressions through every client, with its paginator.
func TestSearch(t *testing.T) {
	for name, client := range apiClients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := harness.Start(t)
			c := client.open(t, server)
			h := newSearchable(t, server)
			h.create(t, c)
			for _, tt := range []struct {
				expression string
				want       []string
			}{
				{``, append([]string{h.order}, h.all...)},
				{`ok`, h.all},
				{`annotation.third`, h.thirds},
				{`ok AND !annotation.third = true`, h.others},
				{`fault AND service("orders") { http.status = 503 } AND user BEGINSWITH "u-"`, []string{h.order}},
				{`edge("orders", id(name: "carts", type: "AWS::DynamoDB::Table"))`, []string{h.order}},
				{`rootcause.fault.exception { name = "StockError" }`, []string{h.order}},
				{`rootcause.responsetime.entity { remote AND coverage > 0.9 }`, []string{h.order}},
				{`rootcause.json = #[{"Services":[{"Name":"orders"},{"Name":"stock.example.net","Inferred":true}]}]`, []string{h.order}},
				{`group.name = "thirds" OR annotation[tenant] = "blue"`, append([]string{h.order}, h.thirds...)},
				{`group.name != "nosuch"`, nil},
			} {
				args := h.window()
				args["FilterExpression"] = tt.expression
				if got := found(t, c, args); !slices.Equal(got, tt.want) {
					t.Errorf("%s: got %d traces, want %d, newest first", tt.expression, len(got), len(tt.want))
				}
			}
			h.checkShare(t, c)
		})
	}
}

// A searchable is one order0 and many good traces before it, every third with an annotation of its own.
type searchable struct {
	at                  time.Time // when order0 begins
	order               string
	all, thirds, others []string // the good ones, newest first
}

func newSearchable(t *testing.T, put harness.Caller) *searchable {
	t.Helper()
	h := &searchable{at: time.Now().Add(-2 * time.Minute)}
	h.order = harness.NewTraceID(h.at)
	docs := []string{order0(h.order, h.at)}
	for i := range 330 {
		start := h.at.Add(-time.Duration(i+1) * 100 * time.Millisecond)
		id := harness.NewTraceID(start)
		docs = append(docs, harness.Segment(id, start, 10*time.Millisecond, harness.Args{"annotations": harness.Args{"third": i%3 == 0}}))
		h.all = append(h.all, id)
		if i%3 == 0 {
			h.thirds = append(h.thirds, id)
		} else {
			h.others = append(h.others, id)
		}
	}
	if err := harness.Put(put, docs...); err != nil {
		t.Fatal(err)
	}
	return h
}

// create makes a group of the thirds.
func (h *searchable) create(t *testing.T, c harness.Caller) {
	t.Helper()
	if _, err := c.Call("CreateGroup", harness.Args{"GroupName": "thirds", "FilterExpression": "annotation.third"}); err != nil {
		t.Fatal(err)
	}
}

func (h *searchable) window() harness.Args {
	return harness.Args{"StartTime": harness.At(h.at.Add(-time.Minute)), "EndTime": harness.At(time.Now().Add(time.Minute))}
}

// checkShare asks for a fixed share twice: both times the same part of the traces comes.
func (h *searchable) checkShare(t *testing.T, c harness.Caller) {
	t.Helper()
	args := h.window()
	args["TimeRangeType"], args["Sampling"] = "Event", true
	args["SamplingStrategy"] = harness.Args{"Name": "FixedRate", "Value": 0.5}
	first, again := found(t, c, args), found(t, c, args)
	if !slices.Equal(first, again) {
		t.Errorf("a share of half: %d traces at first, others later: %d", len(first), len(again))
	}
	if n := len(h.all) + 1; len(first) < n/4 || len(first) > n*3/4 {
		t.Errorf("a share of half is %d of %d traces", len(first), n)
	}
}

// found are the ids of all pages.
func found(t *testing.T, c harness.Caller, args harness.Args) (ids []string) {
	t.Helper()
	pages, err := c.Pages("GetTraceSummaries", args)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		var page harness.Summaries
		if err := json.Unmarshal(p, &page); err != nil {
			t.Fatal(err)
		}
		for _, s := range page.TraceSummaries {
			if (args["TimeRangeType"] == "Event") != (s.MatchedEventTime != nil) {
				t.Errorf("trace %s of a list by %v: matched at %v", s.Id, args["TimeRangeType"], s.MatchedEventTime)
			}
			ids = append(ids, s.Id)
		}
	}
	return ids
}
