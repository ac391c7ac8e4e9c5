package analysis_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/rayscope/rayscope/internal/analysis"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
)

const hour = 3600 * segment.Second

// everything is a plan of all views.
func everything(t testing.TB) analysis.Plan {
	t.Helper()
	slow := rayapi.Seconds(.5)
	p := analysis.Plan{From: epoch, To: epoch + hour, Split: true, Views: rayapi.Views{
		Histogram: new(rayapi.HistogramView), TimeSeries: new(rayapi.TimeSeriesView), HeatMap: new(rayapi.HeatMapView), Traces: &rayapi.TracesView{Limit: 40},
		Users: &rayapi.UsersView{SlowResponseTime: &slow}, Ranking: new(rayapi.RankingView), Exceptions: new(rayapi.ExceptionsView),
	}}
	for _, a := range []string{"http.status", "http.method", "http.url", "url.template", "user", "service", "entrypoint", "exception",
		"rootcause.fault", "rootcause.error", "rootcause.responsetime", "annotation.plan", "annotation.*"} {
		p.Views.Tables = append(p.Views.Tables, rayapi.TableView{Attribute: a, Limit: 1000})
	}
	return complete(t, p)
}

func complete(t testing.TB, p analysis.Plan) analysis.Plan {
	t.Helper()
	p, err := p.Complete()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// slow is the selection of the model: what took longer than a fifth of a second.
func (r *request) slow() bool { return !r.open && r.took >= 200_000 }

func (r *request) class() string {
	switch {
	case r.open:
		return "open"
	case r.status == 429:
		return "throttle"
	case r.status >= 500:
		return "fault"
	case r.status >= 400:
		return "error"
	}
	return "ok"
}

// values are what the request has of an attribute, each once, written as JSON.
func (r *request) values(attribute string) []string {
	var list []any
	switch attribute {
	case "http.status":
		list = []any{r.status}
	case "http.method":
		list = []any{r.method}
	case "http.url":
		list = []any{r.url}
	case "user":
		list = []any{r.user}
	case "service":
		list = []any{"web", r.service}
	case "annotation.plan":
		list = []any{r.web["plan"], r.callee["plan"]}
	case "annotation.items":
		list = []any{r.callee["items"]}
	case "annotation.express":
		list = []any{r.web["express"]}
	}
	var texts []string
	for _, v := range list {
		if text := write(v); v != nil && v != "" && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

func write(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only plain values come here
	}
	return string(b)
}

func plain(v *rayapi.Value) any {
	switch {
	case v.String != nil:
		return *v.String
	case v.Number != nil:
		return *v.Number
	}
	return *v.Boolean
}

// expect compares figures with those of the requests, counted by hand.
func expect(t *testing.T, what string, got rayapi.Figures, list []*request) {
	t.Helper()
	n := map[string]int64{}
	var times []float64
	sum := 0.0
	for _, r := range list {
		n[r.class()]++
		if !r.open {
			times = append(times, r.took.Seconds())
			sum += r.took.Seconds()
		}
	}
	counts := [...]int64{got.Count, got.OkCount, got.ErrorCount, got.FaultCount, got.ThrottleCount, got.OpenCount}
	if want := [...]int64{int64(len(list)), n["ok"], n["error"], n["fault"], n["throttle"], n["open"]}; counts != want {
		t.Errorf("%s: got counts %v, want %v", what, counts, want)
	}
	if len(times) == 0 {
		if got.Average != nil || got.P50 != nil || got.P99 != nil {
			t.Errorf("%s: got times of traces that have none", what)
		}
		return
	}
	slices.Sort(times)
	near(t, what+" average", *got.Average, sum/float64(len(times)), 1e-9)
	for p, v := range map[float64]*rayapi.Seconds{.5: got.P50, .95: got.P95, .99: got.P99} {
		near(t, fmt.Sprintf("%s percentile %v", what, p), *v, times[int(math.Ceil(p*float64(len(times))))-1], analysis.RelativeError)
	}
}

func near(t *testing.T, what string, got rayapi.Seconds, want, share float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > share*want+2e-6 {
		t.Errorf("%s: got %v, want %v within %v", what, got, want, share)
	}
}

// The one pass gives what counting by hand gives, and so do two halves that are merged.
func TestModel(t *testing.T) {
	for seed := range uint64(2) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		whole, left, right := analysis.New(everything(t)), analysis.New(everything(t)), analysis.New(everything(t))
		var sets [2][]*request
		for n := range 2000 {
			r := random(rnd, n)
			side := 1
			if r.slow() {
				side = 0
			}
			sets[side] = append(sets[side], r)
			tr := r.trace(t)
			whole.Add(tr, r.start, r.slow(), !r.slow())
			if n%3 == 0 {
				left.Add(tr, r.start, r.slow(), !r.slow())
			} else {
				right.Add(tr, r.start, r.slow(), !r.slow())
			}
		}
		left.Merge(right)
		one, merged := whole.Result(), left.Result()
		checkModel(t, one, sets)
		if !reflect.DeepEqual(one, merged) {
			a, b := write(one), write(merged)
			i := 0
			for i < min(len(a), len(b)) && a[i] == b[i] {
				i++
			}
			t.Errorf("seed %d: two merged halves differ from the whole:\n%.300s\n%.300s", seed, a[max(0, i-100):], b[max(0, i-100):])
		}
	}
}

func checkModel(t *testing.T, r *rayapi.AnalyzeResponse, sets [2][]*request) {
	t.Helper()
	expect(t, "A", r.A.Figures, sets[0])
	expect(t, "B", r.B.Figures, sets[1])
	checkHistogram(t, r, sets)
	checkTables(t, r, sets)
	checkUsers(t, r, sets)
	checkExceptions(t, r, sets)
	checkPicked(t, "slowest", 40, r, sets)
	for i, p := range r.TimeSeries.Points {
		end := p.Time + rayapi.EpochSeconds(r.TimeSeries.Period)
		within := func(list []*request) (in []*request) {
			for _, r := range list {
				if s := rayapi.EpochSeconds(r.start.Seconds()); s >= p.Time && s < end {
					in = append(in, r)
				}
			}
			return in
		}
		expect(t, fmt.Sprintf("point %d of A", i), p.A, within(sets[0]))
		expect(t, fmt.Sprintf("point %d of B", i), *p.B, within(sets[1]))
	}
}

func checkHistogram(t *testing.T, r *rayapi.AnalyzeResponse, sets [2][]*request) {
	t.Helper()
	count := func(list []*request, from, to rayapi.Seconds, start, end rayapi.EpochSeconds) (n int64) {
		for _, r := range list {
			took, at := rayapi.Seconds(r.took.Seconds()), rayapi.EpochSeconds(r.start.Seconds())
			if !r.open && took >= from && took < to && at >= start && at < end {
				n++
			}
		}
		return n
	}
	sum := int64(0)
	for _, b := range r.Histogram.Buckets {
		if x, y := count(sets[0], b.From, b.To, 0, 1e12), count(sets[1], b.From, b.To, 0, 1e12); b.A != x || b.B != y {
			t.Errorf("bucket from %v to %v: got %d and %d, want %d and %d", b.From, b.To, b.A, b.B, x, y)
		}
		sum += b.A + b.B
	}
	cells := int64(0)
	for _, c := range r.HeatMap.Cells {
		start := r.HeatMap.StartTime + rayapi.EpochSeconds(c.Column*r.HeatMap.Period)
		end := start + rayapi.EpochSeconds(r.HeatMap.Period)
		from, to := r.HeatMap.Bounds[c.Row], r.HeatMap.Bounds[c.Row+1]
		if x, y := count(sets[0], from, to, start, end), count(sets[1], from, to, start, end); c.A != x || c.B != y {
			t.Errorf("cell %d, %d: got %d and %d, want %d and %d", c.Column, c.Row, c.A, c.B, x, y)
		}
		cells += c.A + c.B
	}
	if want := r.A.Count + r.B.Count - r.A.OpenCount - r.B.OpenCount; sum != want || cells != want {
		t.Errorf("histogram has %d traces, heat map %d, want %d", sum, cells, want)
	}
}

func checkTables(t *testing.T, r *rayapi.AnalyzeResponse, sets [2][]*request) {
	t.Helper()
	found := map[string]bool{}
	for _, table := range r.Tables {
		found[table.Attribute] = true
		if !table.Exact {
			t.Errorf("table %s is not exact", table.Attribute)
		}
		want := map[string]*[2][]*request{}
		for side, list := range sets {
			for _, r := range list {
				for _, v := range r.values(table.Attribute) {
					if want[v] == nil {
						want[v] = new([2][]*request)
					}
					want[v][side] = append(want[v][side], r)
				}
			}
		}
		if len(want) == 0 {
			continue // an attribute that the model does not know
		}
		if len(table.Rows) != len(want) {
			t.Errorf("table %s: got %d rows, want %d", table.Attribute, len(table.Rows), len(want))
		}
		for _, row := range table.Rows {
			v := write(plain(row.Value))
			w := want[v]
			if w == nil {
				t.Errorf("table %s: no trace has %s", table.Attribute, v)
				continue
			}
			expect(t, table.Attribute+" "+v+" in A", row.A.Figures, w[0])
			expect(t, table.Attribute+" "+v+" in B", row.B.Figures, w[1])
			if delta := float64(len(w[0]))/float64(len(sets[0])) - float64(len(w[1]))/float64(len(sets[1])); math.Abs(*row.Delta-delta) > 1e-12 {
				t.Errorf("table %s: delta of %s is %v, want %v", table.Attribute, v, *row.Delta, delta)
			}
		}
	}
	for _, a := range []string{"http.status", "url.template", "annotation.plan", "annotation.items", "annotation.express"} {
		if !found[a] {
			t.Errorf("there is no table of %s", a)
		}
	}
}

func checkUsers(t *testing.T, r *rayapi.AnalyzeResponse, sets [2][]*request) {
	t.Helper()
	for side, got := range []rayapi.UserCounts{r.Users.A, *r.Users.B} {
		all, hit, slow := map[string]bool{}, map[string]map[string]bool{"fault": {}, "error": {}, "throttle": {}, "ok": {}, "open": {}}, map[string]bool{}
		for _, r := range sets[side] {
			if r.user == "" {
				continue
			}
			all[r.user], hit[r.class()][r.user] = true, true
			if !r.open && r.took >= 500_000 {
				slow[r.user] = true
			}
		}
		want := [...]int{len(all), len(hit["fault"]), len(hit["error"]), len(hit["throttle"]), len(slow)}
		if g := [...]int{int(got.All), int(got.Faulted), int(got.Errored), int(got.Throttled), int(*got.Slowed)}; g != want || !r.Users.Exact {
			t.Errorf("users of set %d: got %v, exact %v; want %v", side, g, r.Users.Exact, want)
		}
	}
}

func checkExceptions(t *testing.T, r *rayapi.AnalyzeResponse, sets [2][]*request) {
	t.Helper()
	type key struct{ service, message string }
	want := map[key][2]int64{}
	for side, list := range sets {
		for _, r := range list {
			if r.errorMessage != "" {
				k := key{r.service, "order {n} timed out after {n} ms"}
				n := want[k]
				n[side]++
				want[k] = n
			}
		}
	}
	if len(r.Exceptions.Groups) != len(want) {
		t.Errorf("got %d groups of exceptions, want %d", len(r.Exceptions.Groups), len(want))
	}
	for _, g := range r.Exceptions.Groups {
		w := want[key{g.Service, g.Message}]
		if g.A != w[0] || g.B != w[1] || g.Count != w[0]+w[1] || g.Type != "Boom" || g.FirstSeen > g.LastSeen || g.ExampleTrace == "" || g.Users == 0 {
			t.Errorf("got group %+v, want %v", g, w)
		}
	}
}

// checkPicked sorts all requests, where the analysis keeps few.
func checkPicked(t *testing.T, order string, limit int, r *rayapi.AnalyzeResponse, sets [2][]*request) {
	t.Helper()
	var all []*request
	for _, r := range slices.Concat(sets[0], sets[1]) {
		if !r.open {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(x, y *request) int {
		by := map[string]int{"slowest": cmp.Compare(y.took, x.took), "fastest": cmp.Compare(x.took, y.took)}[order]
		return cmp.Or(by, cmp.Compare(y.start, x.start), cmp.Compare(x.n, y.n))
	})
	if want := min(limit, len(all)); len(r.Traces.Items) != want {
		t.Fatalf("%s: got %d traces, want %d", order, len(r.Traces.Items), want)
	}
	for i, got := range r.Traces.Items {
		w := all[i]
		id := fmt.Sprintf("1-%08x-%024x", w.start.Floor(), w.n)
		if took := rayapi.Seconds(w.took.Seconds()); got.Id != id || got.ResponseTime != took || got.Class != w.class() || got.InA != w.slow() || got.InB == w.slow() {
			t.Errorf("%s %d: got %+v, want %s of %v, %s", order, i, got, id, took, w.class())
		}
	}
}

// Each order has its own first traces, and fewer than were asked for are no fault.
func TestOrders(t *testing.T) {
	for _, order := range []string{"slowest", "fastest", "newest"} {
		for _, limit := range []int{1, 7, 1000} {
			rnd := rand.New(rand.NewPCG(4, 4))
			plan := complete(t, analysis.Plan{From: epoch, To: epoch + hour, Split: true, Views: rayapi.Views{Traces: &rayapi.TracesView{Order: order, Limit: limit}}})
			a := analysis.New(plan)
			var sets [2][]*request
			for n := range 300 {
				r := random(rnd, n)
				a.Add(r.trace(t), r.start, r.slow(), !r.slow())
				sets[0] = append(sets[0], r)
			}
			checkPicked(t, order, limit, a.Result(), sets)
		}
	}
}

// What is in neither set counts nowhere, what is in both counts in both.
func TestSetsMayOverlap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 9))
	a := analysis.New(everything(t))
	for n := range 30 {
		r := random(rnd, n)
		a.Add(r.trace(t), r.start, n < 20, n >= 10 && n < 25)
	}
	r := a.Result()
	if r.A.Count != 20 || r.B.Count != 15 {
		t.Errorf("got %d and %d traces, want 20 and 15", r.A.Count, r.B.Count)
	}
	if n := r.Tables[0].Traces; n != 25 {
		t.Errorf("got %d traces with a status, want 25", n)
	}
}
