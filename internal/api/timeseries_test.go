package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/rollup"
	"github.com/rayscope/rayscope/internal/settings"
)

// seal seals every minute that there is.
func (b *bench) seal() {
	b.t.Helper()
	clock := func() time.Time { return b.now }
	r := rollup.New(b.store, rollup.Options{Groups: rollup.GroupsOf(settings.New(b.store, "eu-central-1", clock)), Now: clock,
		Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)})
	list, err := b.store.Unsealed(context.Background(), account, 1<<31, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, u := range list {
		if err := r.Seal(context.Background(), account, u.Minute); err != nil {
			b.t.Fatal(err)
		}
	}
}

// bothWays asks before and after the minutes are sealed, which must not change the answer.
func (b *bench) bothWays(path, body string) []byte {
	b.t.Helper()
	read := b.ok(path, body)
	b.seal()
	if sealed := b.ok(path, body); !bytes.Equal(read, sealed) {
		b.t.Errorf("POST %s %s: from traces %s, from sealed minutes %s", path, body, read, sealed)
	}
	return read
}

// visit is a trace that begins now and takes the given time.
func (b *bench) visit(n int, seconds float64, more string) {
	at := float64(b.now.UnixMilli())/1000 - seconds
	b.put(fmt.Sprintf(`{"trace_id":"1-%08x-%024x","id":"%016x","name":"web","origin":"AWS::EC2::Instance","start_time":%f,"end_time":%f%s,
		"subsegments":[{"id":"%016x","name":"api.local","namespace":"remote","start_time":%f,"end_time":%f}]}`,
		int64(at), n, n, at, at+seconds, more, 1000+n, at, at+seconds/2))
}

// visits are three traces in the minute that ends at 1758654660, one in the next, one at 1758654900.
func (b *bench) visits() {
	b.visit(1, 0.1, "")
	b.visit(2, 0.2, `,"fault":true`)
	b.now = b.now.Add(10 * time.Second)
	b.visit(3, 0.2, `,"http":{"response":{"status":429}}`)
	b.now = b.now.Add(30 * time.Second)
	b.visit(4, 2.4, `,"error":true`)
	b.now = time.Unix(1758654900, 0)
	b.visit(5, 0.1, "")
	b.now = b.now.Add(time.Minute)
}

func TestTimeSeries(t *testing.T) {
	for _, c := range []struct{ name, more string }{
		{"series-clients", ``},
		{"series-5-minutes", `,"Period":300`},
		{"series-service", `,"EntitySelectorExpression":"service(\"web\")"`},
		{"series-forecast", `,"EntitySelectorExpression":"service(id(name: \"api.local\", type: \"remote\"))","ForecastStatistics":true`},
		{"series-edge", `,"EntitySelectorExpression":"edge(\"web\", \"api.local\")"`},
		{"series-unknown", `,"EntitySelectorExpression":"service(\"nobody\")"`},
	} {
		b := newBench(t)
		b.visits()
		golden(t, c.name, b.bothWays("/TimeSeriesServiceStatistics", `{"StartTime":1758654600,"EndTime":1758655000`+c.more+`}`))
	}
}

// A bucket belongs to the answer if its end lies in [StartTime, EndTime).
func TestTimeSeriesWindow(t *testing.T) {
	b := newBench(t)
	b.visits()
	for _, c := range []struct{ from, to, want string }{
		{"1758654660", "1758654720", "[1758654660]"},
		{"1758654660.5", "1758654720", "[]"},
		{"1758654600", "1758654660", "[]"},
		{"1758654600", "1758654720.5", "[1758654720 1758654660]"},
		{"1758654960", "1758654961", "[1758654960]"},
		{"1758654660", "1758654660", "[]"},
		{"1758568600", "1758654961", "[1758654960 1758654720 1758654660]"},
	} {
		var out struct {
			TimeSeriesServiceStatistics []struct{ Timestamp int }
			NextToken                   *string
		}
		var got []int
		request := fmt.Sprintf(`{"StartTime":%s,"EndTime":%s`, c.from, c.to)
		for token := ""; ; token = fmt.Sprintf(`,"NextToken":%q`, *out.NextToken) {
			if err := json.Unmarshal(b.ok("/TimeSeriesServiceStatistics", request+token+"}"), &out); err != nil {
				t.Fatal(err)
			}
			for _, s := range out.TimeSeriesServiceStatistics {
				got = append(got, s.Timestamp)
			}
			if out.NextToken == nil {
				break
			}
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("[%s, %s): got buckets %v, want %s", c.from, c.to, got, c.want)
		}
	}
}

// The members of a group are those that its expression chose when their minute was sealed. Another expression concerns
// later traces, and says that the graph has members by an older one.
func TestGraphOfGroup(t *testing.T) {
	b := newBench(t)
	b.ok("/CreateGroup", `{"GroupName":"slow","FilterExpression":"responsetime > 1"}`)
	b.visits()
	window := `{"StartTime":1758654600,"EndTime":1758655000,"GroupName":"slow"}`
	golden(t, "service-graph-group", b.bothWays("/ServiceGraph", window))
	golden(t, "series-group", b.bothWays("/TimeSeriesServiceStatistics", window))

	b.ok("/UpdateGroup", `{"GroupName":"slow","FilterExpression":"responsetime < 0.15"}`)
	b.visit(6, 0.1, "")
	b.visit(7, 0.3, "")
	window = `{"StartTime":1758654600,"EndTime":1758655200,"GroupName":"slow"}`
	golden(t, "service-graph-old-versions", b.ok("/ServiceGraph", window))
	golden(t, "series-old-versions", b.ok("/TimeSeriesServiceStatistics", window))
	b.seal() // the new minute, with the new expression
	golden(t, "series-old-versions", b.ok("/TimeSeriesServiceStatistics", window))

	everything := b.ok("/ServiceGraph", `{"StartTime":1758654600,"EndTime":1758655200}`)
	if of := b.ok("/ServiceGraph", `{"StartTime":1758654600,"EndTime":1758655200,"GroupName":"Default"}`); !bytes.Equal(of, everything) {
		t.Errorf("the graph of Default is %s, want that of everything, %s", of, everything)
	}
}

func TestTimeSeriesErrors(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct{ body, message string }{
		{`{"EndTime":1758654600}`, "StartTime is missing"},
		{`{"StartTime":1758654600,"EndTime":1758654599}`, "End time cannot be earlier than start time"},
		{`{"StartTime":1758654600,"EndTime":1758741001}`, "The time range has 24h0m1s, 24h0m0s is the most"},
		{`{"StartTime":1758654600,"EndTime":1758654700,"Period":61}`, "Time period must be one of [60, 300]"},
		{`{"StartTime":1758654600,"EndTime":1758654700,"Period":0}`, "Time period must be one of [60, 300]"},
		{`{"StartTime":1758654600,"EndTime":1758654700,"Period":"60"}`, "Period"},
		{`{"StartTime":1758654600,"EndTime":1758654700,"EntitySelectorExpression":"service()"}`, "EntitySelectorExpression"},
		{`{"StartTime":1758654600,"EndTime":1758654700,"EntitySelectorExpression":""}`, "EntitySelectorExpression"},
		{`{"StartTime":1758654600,"EndTime":1758654700,"EntitySelectorExpression":"service(\"a\") { ok }"}`, "col 14"},
		{`{"StartTime":1758654600,"EndTime":1758654700,"ForecastStatistics":true}`, "id(...)"},
		{`{"StartTime":1758654600,"EndTime":1758654700,"ForecastStatistics":true,"EntitySelectorExpression":"service(\"a\")"}`, "id(...)"},
		{`{"StartTime":1758654600,"EndTime":1758654700,"GroupName":"nobody"}`, "Group not found"},
		{`{"StartTime":1758654600,"EndTime":1758654700,"GroupName":"a","GroupARN":"b"}`, "GroupName and GroupARN are both given"},
		{`{"StartTime":1758654600,"EndTime":1758654700,"NextToken":"abc"}`, "Invalid token"},
	} {
		w := b.post("/TimeSeriesServiceStatistics", c.body)
		if w.Code != http.StatusBadRequest || w.Header().Get("x-amzn-ErrorType") != "InvalidRequestException" || !strings.Contains(w.Body.String(), c.message) {
			t.Errorf("%s: got %d %s, want 400 InvalidRequestException with %q", c.body, w.Code, w.Body, c.message)
		}
	}
}
