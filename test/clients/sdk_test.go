package clients

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
	"github.com/rayscope/rayscope/test/shop"
)

// visible is how soon what an SDK has sent must be found. The goal is a second; this only bounds a laden machine.
const visible = 20 * time.Second

// ordersInRow is enough that chance cannot do it: an SDK without rules samples five in a hundred.
const ordersInRow = 12

// TestSDK lets two services of a shop, both traced by one SDK, serve orders, and looks at everything the API then tells of them.
func TestSDK(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(shop.SDKs)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := harness.Start(t)
			caller := harness.Caller(server)
			if name == "python" {
				caller = harness.Boto3(t, server) // with the SDK for Python: what a user of both would see
			}
			begin := time.Now()
			chain := startChain(t, server, name, name)
			orders := shop.Buy(t, chain[0], ordersInRow)
			checkChain(t, caller, begin, chain, orders)
		})
	}
}

// TestChainOfSDKs passes one trace through four languages.
func TestChainOfSDKs(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	begin := time.Now()
	chain := startChain(t, server, "python", "node", "go-v2", "java")
	orders := shop.Buy(t, chain[0], ordersInRow)
	checkChain(t, server, begin, chain, orders)
}

// names are the services of a chain, first to last.
var names = []string{"shop", "stock", "prices", "taxes"}

func startChain(t testing.TB, s *harness.Server, sdkNames ...string) []*shop.Service {
	t.Helper()
	chain := make([]*shop.Service, len(sdkNames))
	var next *shop.Service
	for i := len(chain) - 1; i >= 0; i-- { // the last first, so that every service finds its next
		next = shop.Start(t, s, names[i], sdkNames[i], next)
		chain[i] = next
	}
	return chain
}

func checkChain(t *testing.T, c harness.Caller, begin time.Time, chain []*shop.Service, orders []shop.Order) {
	t.Helper()
	sampled := map[string]shop.Order{}
	for _, o := range orders {
		if o.Sampled {
			sampled[o.Trace] = o
		}
	}
	traces := awaitTraces(t, c, slices.Sorted(maps.Keys(sampled)), len(chain))
	rule := orders[len(orders)-1].Trace // sampled by a rule for sure, as the last of many in a row
	for _, trace := range traces {
		checkDocuments(t, trace, chain, sampled[trace.Id], trace.Id == rule)
	}
	window := harness.Args{"StartTime": harness.At(begin.Add(-time.Minute)), "EndTime": harness.At(time.Now().Add(time.Minute))}
	checkSummaries(t, c, window, chain, sampled)

	graph, err := harness.Get[harness.Graph](c, "GetServiceGraph", window)
	if err != nil {
		t.Fatal(err)
	}
	checkGraph(t, graph, chain, slices.Collect(maps.Values(sampled)))
	one, err := harness.Get[harness.Graph](c, "GetTraceGraph", harness.Args{"TraceIds": []string{rule}})
	if err != nil {
		t.Fatal(err)
	}
	checkGraph(t, one, chain, []shop.Order{sampled[rule]})
}

// batch is how many traces BatchGetTraces gives at once.
const batch = 5

// awaitTraces waits until the traces have as many documents as services took part, all of them complete. For a service that
// has not reported yet the server infers a document from the call to it, which does not count.
func awaitTraces(t testing.TB, c harness.Caller, ids []string, documents int) (traces []harness.Trace) {
	t.Helper()
	for ids := range slices.Chunk(ids, batch) {
		harness.Eventually(t, visible, func() error {
			got, err := harness.Get[harness.Traces](c, "BatchGetTraces", harness.Args{"TraceIds": ids})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Traces) != len(ids) {
				return fmt.Errorf("%d of the traces %v are there, want %d", len(got.Traces), ids, len(ids))
			}
			for _, trace := range got.Traces {
				docs, err := trace.Documents()
				if err != nil {
					t.Fatal(err)
				}
				reported := len(slices.DeleteFunc(docs, func(d harness.Document) bool { return d.Inferred }))
				if reported != documents || trace.Duration == nil {
					return fmt.Errorf("trace %s has %d documents (complete: %v), want %d", trace.Id, reported, trace.Duration != nil, documents)
				}
			}
			traces = append(traces, got.Traces...)
			return nil
		})
	}
	return traces
}

func checkDocuments(t *testing.T, trace harness.Trace, chain []*shop.Service, o shop.Order, byRule bool) {
	t.Helper()
	docs, err := trace.Documents()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int{}
	for i := range docs {
		for e := range docs[i].All {
			ids[e.ID]++
		}
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("trace %s has entity %s %d times", trace.Id, id, n)
		}
	}
	parent := "" // id of the calling subsegment
	for i, s := range chain {
		doc := documentOf(t, docs, s.Name)
		if doc.ParentID != parent {
			t.Errorf("segment %s has parent %q, want %q", s.Name, doc.ParentID, parent)
		}
		checkSegment(t, doc, s, o.Status, byRule && i == 0)
		if i+1 < len(chain) {
			parent = checkCall(t, doc, s, chain[i+1], o.Status)
		}
	}
}

func documentOf(t *testing.T, docs []harness.Document, name string) *harness.Document {
	t.Helper()
	for i := range docs {
		if docs[i].Name == name {
			return &docs[i]
		}
	}
	t.Fatalf("no document of %s among %d", name, len(docs))
	return nil
}

func checkSegment(t *testing.T, doc *harness.Document, s *shop.Service, status int, byRule bool) {
	t.Helper()
	if doc.AWS.XRay.SDK != s.SDK.Name {
		t.Errorf("segment %s is from SDK %q, want %q", s.Name, doc.AWS.XRay.SDK, s.SDK.Name)
	}
	if rule := doc.AWS.XRay.RuleGo + doc.AWS.XRay.RuleNode; byRule && rule != "Default" {
		t.Errorf("segment %s was sampled by rule %q, want Default", s.Name, rule)
	}
	if doc.HTTP.Request.Method != "GET" || doc.HTTP.Response.Status != status || !strings.HasPrefix(doc.HTTP.Request.URL, s.URL+"/buy") {
		t.Errorf("segment %s has http %+v, want GET %s/buy, %d", s.Name, doc.HTTP, s.URL, status)
	}
	want := map[string]any{"tenant": "blue", "items": 3.0, "express": false}
	if !maps.Equal(doc.Annotations, want) {
		t.Errorf("segment %s has annotations %v, want %v", s.Name, doc.Annotations, want)
	}
	if cart, err := json.Marshal(doc.Metadata); err != nil || string(cart) != `{"default":{"cart":{"lines":3}}}` {
		t.Errorf("segment %s has metadata %s (%v)", s.Name, cart, err)
	}
	if doc.InProgress || doc.End < doc.Start {
		t.Errorf("segment %s runs from %f to %f, in progress: %v", s.Name, doc.Start, doc.End, doc.InProgress)
	}
}

// checkCall finds the subsegment of the call to the next service and returns its id.
func checkCall(t *testing.T, doc *harness.Document, s, next *shop.Service, status int) string {
	t.Helper()
	for e := range doc.All {
		if e.Namespace != "remote" {
			continue
		}
		if e.Name != callName(t, s, next) || e.HTTP.Response.Status != status {
			t.Errorf("%s has called %s with status %d, want %s, %d", s.Name, e.Name, e.HTTP.Response.Status, callName(t, s, next), status)
		}
		return e.ID
	}
	t.Fatalf("segment %s has no subsegment of a call", s.Name)
	return ""
}

// callName is what the SDK of s names its calls to next.
func callName(t *testing.T, s, next *shop.Service) string {
	t.Helper()
	u, err := url.Parse(next.URL)
	if err != nil {
		t.Fatal(err)
	}
	if s.SDK.Port {
		return u.Host
	}
	return u.Hostname()
}

func checkSummaries(t *testing.T, c harness.Caller, window harness.Args, chain []*shop.Service, sampled map[string]shop.Order) {
	t.Helper()
	got, err := harness.Get[harness.Summaries](c, "GetTraceSummaries", window)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.TraceSummaries) != len(sampled) {
		t.Errorf("%d traces are listed, want the %d that were sampled", len(got.TraceSummaries), len(sampled))
	}
	for _, s := range got.TraceSummaries {
		o, ok := sampled[s.Id]
		if !ok {
			t.Errorf("trace %s is listed, but was not sampled", s.Id)
			continue
		}
		if s.Duration == nil || s.ResponseTime == nil || s.IsPartial || s.EntryPoint == nil || s.EntryPoint.Name != chain[0].Name {
			t.Errorf("summary of a whole trace: %+v", s)
		}
		if s.Http.HttpMethod != "GET" || s.Http.HttpStatus != o.Status || !strings.HasPrefix(s.Http.HttpURL, chain[0].URL+"/buy") {
			t.Errorf("summary has %+v, want GET %s/buy, %d", s.Http, chain[0].URL, o.Status)
		}
		fault, throttle := o.Status == 500, o.Status == 429
		if s.HasFault != fault || s.HasThrottle != throttle || s.HasError != (o.Status == 404) {
			t.Errorf("status %d gives fault %v, throttle %v, error %v", o.Status, s.HasFault, s.HasThrottle, s.HasError)
		}
		checkAnnotations(t, s)
		if got, want := nodeNames(s.ServiceIds), wantNodes(chain); !slices.Equal(got, want) {
			t.Errorf("summary touches %v, want %v", got, want)
		}
	}
}

func checkAnnotations(t *testing.T, s harness.Summary) {
	t.Helper()
	for key, want := range map[string]any{"tenant": "blue", "items": 3.0, "express": false} {
		if values := s.Annotations[key]; len(values) != 1 || values[0].AnnotationValue.V != want {
			t.Errorf("annotation %s of %s is %v, want one value %v", key, s.Id, values, want)
		}
	}
}

func nodeNames(ids []harness.ServiceID) (all []string) {
	for _, id := range ids {
		all = append(all, id.Name+"/"+id.Type)
	}
	slices.Sort(all)
	return all
}

// wantNodes are the nodes of a chain, sorted: its services and the client of the first.
func wantNodes(chain []*shop.Service) []string {
	all := []string{chain[0].Name + "/client"}
	for _, s := range chain {
		all = append(all, s.Name+"/")
	}
	slices.Sort(all)
	return all
}
