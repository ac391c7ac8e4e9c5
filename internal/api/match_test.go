package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/sampling"
)

// rule creates a rule of which members are as given, and the others match everything.
func (b *bench) rule(name string, priority int, members string) {
	b.t.Helper()
	rule := fmt.Sprintf(`"RuleName":%q,"Priority":%d,"FixedRate":0.1,"ReservoirSize":5,"Version":1`, name, priority)
	for _, member := range []string{"ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath", "ResourceARN"} {
		if !strings.Contains(members, member) {
			rule += fmt.Sprintf(`,%q:"*"`, member)
		}
	}
	b.ok("/CreateSamplingRule", `{"SamplingRule":{`+rule+members+`}}`)
}

func TestMatchSamplingRules(t *testing.T) {
	b := newBench(t)
	b.rule("tenants", 1, `,"Attributes":{"tenant":"a"}`)
	b.rule("orders", 10, `,"URLPath":"/orders/*","HTTPMethod":"POST"`)
	b.rule("shop", 20, `,"ServiceName":"shop-*"`)
	golden(t, "sampling-match", b.ok(rayapi.SamplingMatchPath, `{"ServiceName":"shop-web","Host":"shop.example.com","HTTPMethod":"GET","URLPath":"/orders/17","RequestsPerSecond":45}`))
	golden(t, "sampling-match-default", b.ok(rayapi.SamplingMatchPath, `{"ServiceName":"cards","HTTPMethod":"GET"}`))
}

func TestSamplingTrend(t *testing.T) {
	b := newBench(t)
	b.rule("orders", 10, `,"URLPath":"/orders/*"`)
	for i := range 3 {
		b.ok("/SamplingTargets", fmt.Sprintf(`{"SamplingStatisticsDocuments":[{"RuleName":"orders","ClientID":"7f3a0c19d5e24b6880aa91c2","Timestamp":1,"RequestCount":%d,"SampledCount":%d,"BorrowCount":1}]}`, 100+i, 10+i))
		b.now = b.now.Add(20 * time.Second)
	}
	b.now = b.now.Add(-10 * time.Second) // the third window is over
	golden(t, "sampling-trend", b.get(rayapi.SamplingTrendPath))
	b.now = b.now.Add(sampling.TrendFor + time.Minute)
	golden(t, "sampling-trend-over", b.get(rayapi.SamplingTrendPath))
}

// The User-Agent of daemons tells their version; only the beginning of a long one is kept.
func TestDaemonAgent(t *testing.T) {
	for _, c := range []struct{ sent, want string }{
		{"rayscope-daemon/v1.2.3 xray-agent/xray-daemon/v1.2.3 exec-env/UNKNOWN OS/linux-amd64", "rayscope-daemon/v1.2.3 xray-agent/xray-daemon/v1.2.3 exec-env/UNKNOWN OS/linux-amd64"},
		{strings.Repeat("a", 255) + "é", strings.Repeat("a", 255)},
		{"", ""},
	} {
		b := newBench(t)
		r := httptest.NewRequest(http.MethodPost, "/TelemetryRecords", strings.NewReader(`{"TelemetryRecords":[{"Timestamp":1758654600}]}`))
		r.Header.Set("User-Agent", c.sent)
		b.api.ServeHTTP(httptest.NewRecorder(), r)
		var got rayapi.DaemonsResponse
		if err := json.Unmarshal(b.get(rayapi.DaemonsPath), &got); err != nil || len(got.Daemons) != 1 || got.Daemons[0].UserAgent != c.want {
			t.Errorf("sent %q: got %+v, %v; want %q", c.sent, got, err, c.want)
		}
	}
}

func TestMatchSamplingRulesRefuses(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct{ body, want string }{
		{`{"URLPath":"` + strings.Repeat("a", 2049) + `"}`, "URLPath has 2049 characters, 2048 is the most."},
		{`{"RequestsPerSecond":-1}`, "RequestsPerSecond is -1; it must be from 0 to 1000000000."},
		{`{"RequestsPerSecond":2e9}`, "RequestsPerSecond is 2e+09; it must be from 0 to 1000000000."},
		{`{"Host":7}`, "Host"},
	} {
		if w := b.post(rayapi.SamplingMatchPath, c.body); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%.60s: got %d %s, want 400 with %q", c.body, w.Code, w.Body, c.want)
		}
	}
}
