package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/rayapi"
)

const reference = "../../docs/rayscope-api.md"

// example is one of the reference: a heading, a request and its answer.
var example = regexp.MustCompile("(?s)<!-- example: (GET|POST) (\\S+) -->\n\n(?:```json\n(.*?)```\n\n)?Answer:\n\n```json\n(.*?)```")

// The reference's examples are what a server answers that has the worked example. With -rewrite they are written.
func TestReferenceExamples(t *testing.T) {
	b := newBench(t)
	b.put(fixture(t, "worked.json"))
	b.ok("/TelemetryRecords", `{"TelemetryRecords":[{"Timestamp":1758654600,"SegmentsReceivedCount":120,"SegmentsSentCount":119,"SegmentsRejectedCount":1}],"Hostname":"node-7"}`)
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]bool{}
	for _, p := range []string{
		rayapi.InfoPath, rayapi.DaemonsPath, rayapi.ChecksPath, rayapi.StoragePath, rayapi.AnalyzePath, rayapi.CompletePath, rayapi.GraphPath,
		rayapi.TargetsPath,
		rayapi.SamplingMatchPath, rayapi.SamplingTrendPath,
	} {
		paths[p] = true
	}
	got := example.ReplaceAllStringFunc(string(text), func(old string) string {
		m := example.FindStringSubmatch(old)
		delete(paths, m[2])
		w := httptest.NewRecorder()
		b.api.ServeHTTP(w, httptest.NewRequest(m[1], m[2], strings.NewReader(m[3])))
		if w.Code != http.StatusOK {
			t.Fatalf("%s %s: got %d %s", m[1], m[2], w.Code, w.Body)
		}
		return strings.Replace(old, m[4], shorter(t, w.Body.Bytes()), 1)
	})
	for path := range paths {
		t.Errorf("%s has no example of %s", reference, path)
	}
	if *rewrite {
		if err := os.WriteFile(reference, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != string(text) {
		t.Errorf("%s: its examples are not what a server answers: run go test ./internal/api -run ReferenceExamples -rewrite", reference)
	}
}

// leaf is an indented object or list without others in it, or of values only.
var leaf = regexp.MustCompile(`[\[{]\n[^\[\]{}]*[\]}]`)

// shorter indents an answer and joins short lines.
func shorter(t *testing.T, answer []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, answer, "", "  "); err != nil {
		t.Fatal(err)
	}
	joined := leaf.ReplaceAllStringFunc(out.String(), func(s string) string {
		return strings.NewReplacer("[ ", "[", "{ ", "{", " ]", "]", " }", "}").Replace(strings.Join(strings.Fields(s), " "))
	})
	return joined + "\n"
}

// shop puts traffic of which the payments of one plan fail.
func (b *bench) shop(n int) {
	b.t.Helper()
	for i := range n {
		start := 1758654600 + float64(i)/10
		plan, status, extra := []string{"free", "gold", "team"}[i%3], 200, ""
		took := .05 + float64(i%7)/100
		if plan == "gold" && i%2 == 0 {
			status, took = 502, 1.5
			extra = fmt.Sprintf(`,"fault":true,"cause":{"exceptions":[{"id":"1122334455667788","type":"CardError","message":"card %d refused"}]}`, 1000+i)
		}
		id := fmt.Sprintf("1-%08x-%024x", int64(start), i+1)
		b.put(fmt.Sprintf(`{"trace_id":%q,"id":"%016x","name":"web","start_time":%.3f,"end_time":%.3f,"user":"u-%d","annotations":{"plan":%q,"items":%d},
			"http":{"request":{"method":"POST","url":"https://shop.example.com/orders/%d"},"response":{"status":%d}}%s}`,
			id, i+1, start, start+took, i%20, plan, i%4, 4000+i, status, extra))
	}
}

func TestAnalyze(t *testing.T) {
	b := newBench(t)
	b.shop(120)
	const times = `"StartTime":1758654600,"EndTime":1758654660`
	golden(t, "analyze-sets", b.ok(rayapi.AnalyzePath, `{`+times+`}`))
	golden(t, "analyze-views", b.ok(rayapi.AnalyzePath, `{`+times+`,"Selection":{"FilterExpression":"fault"},"Views":{
		"Histogram":{},"TimeSeries":{"Period":30},"HeatMap":{"Period":30},"Traces":{"Limit":3},"Users":{"SlowResponseTime":1},"Ranking":{},"Exceptions":{},
		"Tables":[{"Attribute":"url.template"},{"Attribute":"http.status"},{"Attribute":"annotation.*"},{"Attribute":"user","Limit":2}]}}`))
	golden(t, "analyze-none", b.ok(rayapi.AnalyzePath, `{"StartTime":1,"EndTime":2,"Views":{"Histogram":{},"TimeSeries":{},"HeatMap":{},"Traces":{},"Users":{},"Exceptions":{},"Tables":[{"Attribute":"user"}]}}`))
}

// Sets are chosen by expression, group, time and response time as summaries are.
func TestAnalyzeChooses(t *testing.T) {
	b := newBench(t)
	b.shop(120)
	b.ok("/CreateGroup", `{"GroupName":"gold","FilterExpression":"annotation.plan = \"gold\""}`)
	for _, c := range []struct {
		members string
		a, b    int64 // b is -1 where there is none
	}{
		{``, 120, -1},
		{`"FilterExpression":"fault"`, 20, -1},
		{`"GroupName":"gold"`, 40, -1},
		{`"GroupName":"gold","Selection":{"FilterExpression":"fault"}`, 20, 20},
		{`"Selection":{"FilterExpression":"group.name = \"gold\""}`, 40, 80},
		{`"Selection":{"FilterExpression":"fault"},"Compare":"annotation.plan = \"free\""`, 20, 40},
		{`"Selection":{"MinResponseTime":1.5}`, 20, 100},
		{`"Selection":{"MinResponseTime":0.05,"MaxResponseTime":0.06}`, 15, 105},
		{`"Selection":{"StartTime":1758654606}`, 60, 60},
		{`"Selection":{"EndTime":1758654603,"FilterExpression":"fault"}`, 5, 115},
		{`"TimeRangeType":"Event"`, 120, -1},
		{`"TimeRangeType":"Service","FilterExpression":"responsetime > 1"`, 20, -1},
	} {
		var out rayapi.AnalyzeResponse
		if c.members != "" {
			c.members = "," + c.members
		}
		if err := json.Unmarshal(b.ok(rayapi.AnalyzePath, `{"StartTime":1758654600,"EndTime":1758654660`+c.members+`}`), &out); err != nil {
			t.Fatal(err)
		}
		other := int64(-1)
		if out.B != nil {
			other = out.B.Count
		}
		if out.A.Count != c.a || other != c.b || !out.Exact || out.ReachedTime != 1758654600 || out.StoppedBecause != nil {
			t.Errorf("{%s}: got %d and %d traces, exact %v; want %d and %d", c.members, out.A.Count, other, out.Exact, c.a, c.b)
		}
	}
}

func TestAnalyzeErrors(t *testing.T) {
	b := newBench(t)
	many := strings.Repeat(`{"Attribute":"user"},`, 41)
	for _, c := range []struct{ members, message string }{
		{`"TimeRangeType":"Dusk"`, "TraceId, Event or Service"},
		{`"FilterExpression":"falt"`, "FilterExpression is invalid: col 1: unknown keyword 'falt', did you mean 'fault'?"},
		{`"Selection":{}`, "Selection has no member"},
		{`"Selection":{"FilterExpression":"("}`, "Selection.FilterExpression is invalid: col 2"},
		{`"Selection":{"MinResponseTime":-1}`, "Selection.MinResponseTime is -1, it must be from 0"},
		{`"Selection":{"MinResponseTime":2,"MaxResponseTime":1}`, "Send the smaller one as MinResponseTime"},
		{`"Selection":{"StartTime":2,"EndTime":1}`, "Send the earlier one as StartTime"},
		{`"Selection":{"StartTime":"dawn"}`, "Selection.StartTime: \"dawn\" is not a time"},
		{`"Compare":"ok"`, "Compare is given without a Selection"},
		{`"Selection":{"FilterExpression":"ok"},"Compare":"("`, "Compare is invalid: col 2"},
		{`"GroupName":"none"`, "Group not found."},
		{`"Views":{"Tables":[{"Attribute":"colour"}]}`, `Views.Tables[0].Attribute: "colour" is no attribute: use annotation.KEY, annotation.*, http.status`},
		{`"Views":{"Tables":[{"Attribute":"user"},{"Attribute":"user"}]}`, "is there twice"},
		{`"Views":{"Tables":[` + strings.TrimSuffix(many, ",") + `]}`, "Views.Tables has 41 items, 40 are the most"},
		{`"Views":{"Tables":[{"Attribute":"user","Limit":1001}]}`, "Views.Tables[0].Limit is 1001, it must be from 1 to 1000, or 0 for 20"},
		{`"Views":{"Tables":{}}`, "Views.Tables has the wrong type"},
		{`"Views":{"Ranking":{}}`, "Views.Ranking needs a Selection"},
		{`"Views":{"TimeSeries":{"Period":-1}}`, "Views.TimeSeries.Period is -1"},
		{`"Views":{"HeatMap":{"RowsPerDecade":21}}`, "Views.HeatMap.RowsPerDecade is 21"},
		{`"Views":{"Traces":{"Order":"best"}}`, `Views.Traces.Order is "best", it must be slowest, fastest or newest`},
		{`"Views":{"Traces":{"Limit":1001}}`, "Views.Traces.Limit is 1001, it must be from 1 to 1000, or 0 for 100"},
		{`"Views":{"Users":{"SlowResponseTime":-2}}`, "SlowResponseTime is -2"},
		{`"EndTime":1758741000,"Views":{"TimeSeries":{"Period":1}}`, "has 86400, 1500 are the most"},
	} {
		body := `{"StartTime":1758654600,"EndTime":1758654660,` + c.members + `}`
		w := b.post(rayapi.AnalyzePath, body)
		var out struct{ Message string }
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 400 || !strings.Contains(out.Message, c.message) {
			t.Errorf("%.100s: got %d %q %v, want 400 with %q", body, w.Code, out.Message, err, c.message)
		}
	}
}

// Whatever the body, the answer is a result or an error that says what to do.
func FuzzAnalyzeRequest(f *testing.F) {
	for _, s := range []string{`{}`, `{"StartTime":1,"EndTime":2}`, `{"StartTime":1,"EndTime":2,"Views":{"Tables":[{"Attribute":"annotation.*"}],"HeatMap":{"Period":3}}}`,
		`{"StartTime":1,"EndTime":90000,"Selection":{"MinResponseTime":1e300},"Views":{"Ranking":{"Attributes":["user"]}}}`, `[]`, `{"Views":{"TimeSeries":{"Period":9223372036854775807}}}`} {
		f.Add([]byte(s))
	}
	b := newBench(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		w := httptest.NewRecorder()
		b.api.ServeHTTP(w, httptest.NewRequest(http.MethodPost, rayapi.AnalyzePath, bytes.NewReader(body)))
		if w.Code != 200 && w.Code != 400 {
			t.Errorf("%q: got %d %s", body, w.Code, w.Body)
		}
	})
}

func TestComplete(t *testing.T) {
	b := newBench(t)
	b.shop(60)
	b.ok("/CreateGroup", `{"GroupName":"slow-ones","FilterExpression":"responsetime > 1"}`)
	for _, c := range []struct {
		expression string
		position   int // -1 for none
		from, to   int
		first      []string
		column     int // of the error, -1 for none
	}{
		{"", -1, 0, 0, []string{"annotation.items", "annotation.plan", "availabilityzone"}, -1},
		{"anno", -1, 0, 4, []string{"annotation.items", "annotation.plan"}, 1},
		{"pl", -1, 0, 2, []string{"annotation.plan"}, 1},
		{"http.s", -1, 0, 6, []string{"http.status"}, 1},
		{"annotation.plan = ", -1, 18, 18, []string{`"free"`, `"gold"`, `"team"`}, 19},
		{`annotation.plan = "ea`, -1, 18, 21, []string{`"team"`}, 22},
		{`annotation.plan = "go" AND ok`, 21, 18, 22, []string{`"gold"`}, -1},
		{"http.status = ", -1, 14, 14, []string{"200", "502"}, 15},
		{`service("`, -1, 8, 9, []string{`"web"`}, 10},
		{"ok ", -1, 3, 3, []string{"=", "!=", "AND", "OR"}, -1},
		{`group.name = "s`, -1, 13, 15, []string{`"slow-ones"`}, 16},
		{"fau AND ok", 2, 0, 3, []string{"fault"}, 1},
		{`user = "é" AND http.m`, -1, 15, 21, []string{"http.method"}, 16},
	} {
		request := rayapi.CompleteRequest{Expression: c.expression}
		if c.position >= 0 {
			request.Position = &c.position
		}
		body, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		var out rayapi.CompleteResponse
		answer := b.ok(rayapi.CompletePath, strings.Replace(string(body), `"StartTime":null,"EndTime":null`, `"StartTime":1758654600,"EndTime":1758654660`, 1))
		if err := json.Unmarshal(answer, &out); err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, i := range out.Items {
			texts = append(texts, i.Text)
		}
		column := -1
		if out.Error != nil {
			column = out.Error.Column
		}
		if out.From != c.from || out.To != c.to || column != c.column || !slices.Equal(texts[:min(len(c.first), len(texts))], c.first) || !out.Exact {
			t.Errorf("%q at %d: got %d to %d, %q, error at %d; want %d to %d, %q first, error at %d", c.expression, c.position, out.From, out.To, texts, column, c.from, c.to, c.first, c.column)
		}
	}
	for _, c := range []struct{ members, message string }{
		{`"Position":3`, "Position is 3, it must be from 0 to the 0 characters"}, {`"Limit":501`, "Limit is 501"}, {`"EndTime":1758751060`, "24h"},
	} {
		w := b.post(rayapi.CompletePath, `{"StartTime":1758654600,"EndTime":1758654660,`+c.members+`}`)
		if w.Code != 400 || !strings.Contains(w.Body.String(), c.message) {
			t.Errorf("%s: got %d %s, want 400 with %q", c.members, w.Code, w.Body, c.message)
		}
	}
}
