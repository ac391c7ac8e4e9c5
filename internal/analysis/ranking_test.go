package analysis_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/rayscope/rayscope/internal/analysis"
	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/rayapi"
)

// planted is traffic of a shop whose payments fail for a share of the requests of one plan, and for some of all others. Thirty
// annotations have nothing to do with it; some have two values, some hundreds, one follows the page.
func planted(rnd *rand.Rand, n int, failing float64) *request {
	r := random(rnd, n)
	r.open, r.status, r.errorMessage, r.service = false, 200, "", ""
	r.method = "GET"
	page := []string{"browse", "search", "checkout"}[rnd.IntN(3)]
	r.url = "https://shop.example.com/" + page
	r.web = map[string]any{"page": page}
	for i := range 30 {
		r.web[fmt.Sprintf("innocent%d", i)] = fmt.Sprint("v", rnd.IntN(2+i*i))
	}
	plan := []string{"free", "team", "gold", "trial"}[rnd.IntN(4)]
	r.web["plan"] = plan
	failed := rnd.Float64() < .01
	if page == "checkout" {
		r.service = "payments"
		failed = failed || plan == "gold" && rnd.Float64() < failing
	}
	if failed {
		r.status = 500
		if r.service != "" {
			r.errorMessage = "card refused"
		}
	}
	return r
}

// The guilty annotation comes first among the circumstances, from small effects in little traffic on.
func TestRankingFindsTheGuilty(t *testing.T) {
	for _, c := range []struct {
		traces  int
		failing float64
	}{{400, 1}, {600, .6}, {1500, .3}, {4000, .12}} {
		for seed := range uint64(max(1, 1200/c.traces)) {
			rnd := rand.New(rand.NewPCG(seed, 77))
			a := analysis.New(everything(t))
			for n := range c.traces {
				r := planted(rnd, n, c.failing)
				a.Add(r.trace(t), r.start, r.status == 500, r.status != 500)
			}
			r := a.Result().Ranking
			if len(r.Circumstances) == 0 {
				t.Errorf("%d traces, %v failing, seed %d: nothing was found among %d candidates", c.traces, c.failing, seed, r.Candidates)
				continue
			}
			if first := r.Circumstances[0]; *first.Expression != `annotation.plan = "gold"` || first.Difference <= 0 {
				t.Errorf("%d traces, %v failing, seed %d: first is %s (score %.3f), want the guilty plan", c.traces, c.failing, seed, *first.Expression, first.Score)
			}
			if c.failing > .2 && (len(r.Places) == 0 || *r.Places[0].Value.String != "/checkout" && *r.Places[0].Value.String != "payments") {
				t.Errorf("%d traces, %v failing, seed %d: places are %+v, want checkout or payments first", c.traces, c.failing, seed, r.Places)
			}
		}
	}
}

// Where nothing is to be found nothing is claimed.
func TestRankingOfChance(t *testing.T) {
	claimed, candidates := 0, int64(0)
	for seed := range uint64(3) {
		rnd := rand.New(rand.NewPCG(seed, 78))
		a := analysis.New(everything(t))
		for n := range 1000 {
			r := planted(rnd, n, 0)
			inA := rnd.IntN(5) == 0
			a.Add(r.trace(t), r.start, inA, !inA)
		}
		r := a.Result().Ranking
		candidates += r.Candidates
		claimed += len(r.Circumstances) + len(r.Places) + len(r.Outcomes)
	}
	if claimed > int(candidates/1000)+1 {
		t.Errorf("%d of %d values are claimed to differ, chance allows for one in a thousand", claimed, candidates)
	}
}

// A few traces are no evidence.
func TestRankingOfFew(t *testing.T) {
	a := analysis.New(everything(t))
	for n := range 4 {
		r := &request{n: n + 1, start: epoch, took: 1000, status: 200, method: "GET", url: "http://h/", web: map[string]any{"side": n < 2}}
		a.Add(r.trace(t), r.start, n < 2, n >= 2)
	}
	if r := a.Result().Ranking; len(r.Circumstances) != 0 {
		t.Errorf("two against two: got %+v, want nothing", r.Circumstances)
	}
}

// Every expression of a row can be read, and finds a trace with the value.
func TestExpressionsFindTheirTraces(t *testing.T) {
	p := analysis.Plan{From: epoch, To: epoch + hour}
	for _, a := range []string{"http.status", "http.method", "http.url", "http.clientip", "http.useragent", "user", "availabilityzone", "instance.id",
		"resource.arn", "service", "entrypoint", "rootcause.fault", "rootcause.error", "rootcause.responsetime", "annotation.*"} {
		p.Views.Tables = append(p.Views.Tables, rayapi.TableView{Attribute: a})
	}
	a := analysis.New(complete(t, p))
	id := "1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14"
	http := map[string]any{"request": map[string]any{"method": "GET", "url": `http://h/"x"\`, "client_ip": "10.0.0.1", "user_agent": "curl"}, "response": map[string]any{"status": 502}}
	callHTTP := map[string]any{"response": map[string]any{"status": 404}}
	tr := assemble(t, id,
		map[string]any{"trace_id": id, "id": "a1f0c3d2e4b59687", "name": "web", "start_time": 1758654625.1, "end_time": 1758654626.1, "http": http, "error": true, "user": `o"neil`,
			"resource_arn": "arn:aws:x", "aws": map[string]any{"ec2": map[string]any{"instance_id": "i-1", "availability_zone": "a"}, "ecs": map[string]any{"availability_zone": "b"}},
			"annotations": map[string]any{"plain": "a b", "with.dot": 1.5, "sp ace": true, "neg": -3e20},
			"subsegments": []any{map[string]any{"id": "b7c6d5e4f3a29180", "name": "stöck →", "namespace": "remote", "fault": true, "start_time": 1758654625.2, "end_time": 1758654626.0, "http": callHTTP}}})
	a.Add(tr, epoch, true, false)
	rows := 0
	for _, table := range a.Result().Tables {
		if len(table.Rows) == 0 {
			t.Errorf("table %s is empty", table.Attribute)
		}
		for _, row := range table.Rows {
			rows++
			x, err := filter.Parse(*row.Expression)
			if err != nil {
				t.Errorf("%s: %s: %v", table.Attribute, *row.Expression, err)
			} else if !x.Match(tr, &filter.Env{Account: "111122223333"}) {
				t.Errorf("%s: %s does not find its trace", table.Attribute, *row.Expression)
			}
		}
	}
	if rows < 19 {
		t.Errorf("got %d rows, want 19 at least", rows)
	}
}

// BenchmarkAdd counts traces of two segments by all views; tables are warm.
func BenchmarkAdd(b *testing.B) {
	for _, views := range []string{"sets", "tables", "everything"} {
		b.Run("views="+views, func(b *testing.B) {
			p := everything(b)
			switch views {
			case "sets":
				p = complete(b, analysis.Plan{From: epoch, To: epoch + hour, Split: true})
			case "tables":
				p.Views.Ranking, p.Views.Exceptions, p.Views.Users = nil, nil, nil
				p.Views.Tables = nil
				for _, a := range []string{"http.status", "http.method", "http.url", "url.template", "user", "service", "annotation.*"} {
					p.Views.Tables = append(p.Views.Tables, rayapi.TableView{Attribute: a, Limit: 20})
				}
			}
			rnd := rand.New(rand.NewPCG(1, 1))
			a := analysis.New(p)
			var list []*request
			for n := range 2000 {
				list = append(list, random(rnd, n))
			}
			traces := prepare(b, list)
			for i, t := range traces {
				a.Add(t, list[i].start, list[i].slow(), !list[i].slow())
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				r := list[i%len(list)]
				a.Add(traces[i%len(list)], r.start, r.slow(), !r.slow())
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "traces/s")
		})
	}
}
