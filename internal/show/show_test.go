package show_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/show"
	"github.com/rayscope/rayscope/internal/terminal"
)

var rewrite = flag.Bool("rewrite", false, "write what is drawn into testdata instead of comparing")

// golden compares what was drawn with the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// traceOf is a trace of these documents.
func traceOf(docs ...string) *types.Trace {
	t := &types.Trace{Id: aws.String("1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14")}
	for _, d := range docs {
		t.Segments = append(t.Segments, types.Segment{Id: aws.String("a1f0c3d2e4b59687"), Document: aws.String(d)})
	}
	return t
}

// worked is the answered trace of the API's own worked example.
func worked(t *testing.T) *types.Trace {
	t.Helper()
	b, err := os.ReadFile("../api/testdata/wire/traces.json")
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Traces []types.Trace }
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return &out.Traces[0]
}

// nested is a segment with depth subsegments in each other.
func nested(depth int) string {
	s := ""
	for i := depth; i > 0; i-- {
		s = fmt.Sprintf(`,"subsegments":[{"id":"%016x","name":"level %d","start_time":%d,"end_time":%d%s}]`, i, i, 1000+i, 2000-i, s)
	}
	return `{"id":"ffffffffffffffff","name":"deep","start_time":1000,"end_time":2000` + s + `}`
}

// wide is a segment with n subsegments, every 1000th of which failed.
func wide(n int) string {
	var s []string
	for i := range n {
		s = append(s, fmt.Sprintf(`{"id":"%016x","name":"call %d","namespace":"remote","start_time":%d.5,"end_time":%d.%d,"fault":%v}`, i+1, i, 1000+i/10, 1001+i/10, i%10, i%1000 == 999))
	}
	return `{"id":"ffffffffffffffff","name":"wide","start_time":1000,"end_time":2010,"subsegments":[` + strings.Join(s, ",") + `]}`
}

func TestWaterfall(t *testing.T) {
	open := traceOf(`{"id":"a1f0c3d2e4b59687","name":"orders","origin":"AWS::ECS::Fargate","start_time":1758654625.118,"in_progress":true,"http":{"request":{"method":"POST","url":"https://orders.example.net"}},
		"subsegments":[{"id":"b7c6d5e4f3a29180","name":"DynamoDB","namespace":"aws","start_time":1758654625.130,"end_time":1758654625.142},
		{"id":"c8d7e6f5a4b39281","name":"stock","namespace":"remote","start_time":1758654625.150,"in_progress":true}]}`,
		`{"id":"d9e8f7a6b5c40392","name":"stock","parent_id":"c8d7e6f5a4b39281","start_time":1758654625.160,"end_time":1758654626.2,"throttle":true,"error":true}`)
	circle := traceOf(`{"id":"000000000000000a","name":"a","parent_id":"000000000000000b","start_time":1,"end_time":2,"subsegments":[{"id":"000000000000000c","name":"c","start_time":1,"end_time":2}]}`,
		`{"id":"000000000000000b","name":"b","parent_id":"000000000000000c","start_time":1,"end_time":3}`,
		`{"id":"000000000000000d","name":"d","parent_id":"000000000000000d","start_time":1,"end_time":1}`,
		`{"id":"000000000000000e","name":"orphan","type":"subsegment","parent_id":"00000000000000ff","start_time":2,"end_time":1}`)
	hostile := traceOf(`{"id":"000000000000000a","name":"\u001b]0;title\u0007\u202eröd 注文 \u009b31m","start_time":1,"end_time":2,"http":{"request":{"method":"GET\n","url":"http://x/\u001b[2J?secret"},"response":{"status":"200"}},"cause":"1122334455667788"}`)
	exceeded := traceOf(`{"id":"000000000000000a","name":"a","start_time":1,"end_time":1.0000001}`)
	exceeded.LimitExceeded = aws.Bool(true)
	for _, c := range []struct {
		name   string
		trace  *types.Trace
		screen terminal.Screen
		limit  int
	}{
		{"worked", worked(t), terminal.Screen{}, 200},
		{"worked-colour-80", worked(t), terminal.Screen{Width: 80, Colour: true}, 200},
		{"worked-narrow", worked(t), terminal.Screen{Width: 20}, 200},
		{"open", open, terminal.Screen{Width: 100}, 200},
		{"deep", traceOf(nested(40)), terminal.Screen{}, 200},
		{"wide", traceOf(wide(10_000)), terminal.Screen{Width: 100}, 20},
		{"circle", circle, terminal.Screen{Width: 80}, 200},
		{"hostile", hostile, terminal.Screen{Width: 100}, 200},
		{"exceeded", exceeded, terminal.Screen{Width: 100}, 200},
		{"empty", traceOf(), terminal.Screen{Width: 80}, 200},
		{"none-drawn", worked(t), terminal.Screen{Width: 80}, 0},
	} {
		var b bytes.Buffer
		if err := show.Waterfall(&b, c.screen, c.trace, c.limit, time.UTC); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		golden(t, c.name, b.String())
		if !c.screen.Colour {
			checkWidth(t, c.name, b.String(), max(c.screen.Width, 60), c.screen.Width == 0)
		}
	}
}

// checkWidth finds lines that would be broken.
func checkWidth(t *testing.T, name, drawn string, width int, any bool) {
	t.Helper()
	for _, line := range strings.Split(drawn, "\n") {
		if n := terminal.Cells(line); n > width && !any && !strings.HasPrefix(line, "1-") {
			t.Errorf("%s: line %q has %d cells, %d are there", name, line, n, width)
		}
	}
}

// The default number of rows bounds the lines of any trace.
func TestWaterfallIsBounded(t *testing.T) {
	docs := []string{wide(10_000), strings.ReplaceAll(nested(1000), "ffffffffffffffff", "fffffffffffffffe")}
	var b bytes.Buffer
	if err := show.Waterfall(&b, terminal.Screen{Width: 120}, traceOf(docs...), 200, time.UTC); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n > 2*200+6 {
		t.Errorf("%d lines for 200 rows, want at most one more line for each, and head and foot", n)
	}
	for i := 999; i < 10_000; i += 1000 {
		if name := fmt.Sprintf("✗ call %d ", i); !strings.Contains(b.String(), name) {
			t.Errorf("the failed %q is not drawn", name)
		}
	}
}

func TestWaterfallRefuses(t *testing.T) {
	err := show.Waterfall(new(bytes.Buffer), terminal.Screen{}, traceOf(`{"id":`), 200, time.UTC)
	if err == nil || !strings.HasPrefix(err.Error(), "read document of segment a1f0c3d2e4b59687: ") {
		t.Errorf("got %v, want an error that names the segment", err)
	}
}

// Documents are from outside: none may bring the program down.
func FuzzWaterfall(f *testing.F) {
	f.Add(nested(3), wide(2), 80)
	f.Add(`{"id":"a","start_time":1e300,"end_time":-1e300,"subsegments":[{"start_time":5}]}`, `{"parent_id":"a","id":"a"}`, 0)
	f.Add(`null`, `{"http":{"response":{"status":"x"}}}`, -1)
	f.Fuzz(func(t *testing.T, a, b string, width int) {
		var out bytes.Buffer
		s := terminal.Screen{Width: max(0, min(width, 500))}
		if err := show.Waterfall(&out, s, traceOf(a, b), 50, time.UTC); err == nil && strings.ContainsAny(out.String(), "\x1b\u009b\u202e") {
			t.Errorf("control characters are drawn: %q", out.String())
		}
	})
}

func at(sec int64) *time.Time { return aws.Time(time.Unix(sec, 0)) }

var listed = []types.TraceSummary{
	{Id: aws.String("1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14"), StartTime: at(1758654625), Duration: aws.Float64(0.6), ResponseTime: aws.Float64(0.524), HasFault: aws.Bool(true),
		EntryPoint: &types.ServiceId{Name: aws.String("orders")}, Http: &types.Http{HttpStatus: aws.Int32(503), HttpMethod: aws.String("POST"), HttpURL: aws.String("https://orders.example.net/v2/orders")}},
	{Id: aws.String("1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b15"), StartTime: at(1758654624), Duration: aws.Float64(61), ResponseTime: aws.Float64(61.2), HasError: aws.Bool(true), HasThrottle: aws.Bool(true),
		EntryPoint: &types.ServiceId{Name: aws.String("a service with a long name")}, Http: &types.Http{HttpURL: aws.String("http://x/\x1b[2J\n")}},
	{Id: aws.String("1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b16"), StartTime: at(1758654623), EntryPoint: &types.ServiceId{Name: aws.String("orders")}, IsPartial: aws.Bool(true)},
	{Id: aws.String("1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b17"), StartTime: at(1758654622), Duration: aws.Float64(0.00004), IsPartial: aws.Bool(true), HasError: aws.Bool(true), Http: &types.Http{}},
	{},
}

func TestList(t *testing.T) {
	for name, screen := range map[string]terminal.Screen{"list": {}, "list-80": {Width: 80}, "list-colour": {Width: 130, Colour: true}} {
		var b bytes.Buffer
		l := show.NewList(&b, screen, time.UTC)
		for i := range listed {
			l.Add(&listed[i], i == 0)
		}
		golden(t, name, b.String())
		if screen.Width > 0 && !screen.Colour {
			checkWidth(t, name, b.String(), screen.Width, false)
		}
	}
}

// services are a map with a client, a call to a service that is not in the answer, and a service that nobody calls.
func services() []types.Service {
	ref := func(n int32) *int32 { return &n }
	stats := func(total, faults, errs, throttles int64) *types.EdgeStatistics {
		return &types.EdgeStatistics{TotalCount: &total, ErrorStatistics: &types.ErrorStatistics{OtherCount: &errs, ThrottleCount: &throttles},
			FaultStatistics: &types.FaultStatistics{TotalCount: &faults}}
	}
	node := func(e *types.EdgeStatistics) *types.ServiceStatistics {
		return &types.ServiceStatistics{TotalCount: e.TotalCount, ErrorStatistics: e.ErrorStatistics, FaultStatistics: e.FaultStatistics}
	}
	times := []types.HistogramEntry{{Value: 0.5, Count: 5}, {Value: 0.010, Count: 90}, {Value: 0.020, Count: 5}}
	return []types.Service{
		{ReferenceId: ref(0), Name: aws.String("idle"), Type: aws.String("AWS::EC2::Instance")},
		{ReferenceId: ref(1), Name: aws.String("orders"), Type: aws.String("client"), Edges: []types.Edge{{ReferenceId: ref(2), SummaryStatistics: stats(100, 1, 2, 0), ResponseTimeHistogram: times}}},
		{ReferenceId: ref(2), Name: aws.String("orders"), Type: aws.String("AWS::ECS::Fargate"), SummaryStatistics: node(stats(100, 1, 2, 0)), ResponseTimeHistogram: times,
			Edges: []types.Edge{{ReferenceId: ref(9), SummaryStatistics: stats(3, 0, 0, 0)}, {ReferenceId: ref(3), SummaryStatistics: stats(12345678, 0, 0, 1), ResponseTimeHistogram: times},
				{ReferenceId: ref(4), EdgeType: aws.String("link"), SummaryStatistics: stats(7, 0, 0, 0), ReceivedEventAgeHistogram: []types.HistogramEntry{{Value: 90, Count: 7}}}}},
		{ReferenceId: ref(3), Name: aws.String("https://sqs.us-east-1.amazonaws.com/111122223333/a-queue"), Type: aws.String("AWS::SQS::Queue"), SummaryStatistics: node(stats(12345678, 0, 0, 1)), ResponseTimeHistogram: times},
		{ReferenceId: ref(4), Name: aws.String("w\x1b[2Jorker"), SummaryStatistics: node(stats(2, 2, 0, 0)), Edges: []types.Edge{{ReferenceId: ref(2), SummaryStatistics: stats(2, 0, 2, 0)}}},
	}
}

func TestMap(t *testing.T) {
	for name, screen := range map[string]terminal.Screen{"map": {}, "map-80": {Width: 80}, "map-colour": {Width: 140, Colour: true}} {
		var b bytes.Buffer
		show.Map(&b, screen, services())
		golden(t, name, b.String())
		if screen.Width > 0 && !screen.Colour {
			checkWidth(t, name, b.String(), screen.Width, false)
		}
	}
}

func TestCaret(t *testing.T) {
	long := strings.Repeat("a", 100) + "!" + strings.Repeat("b", 100)
	for _, c := range []struct {
		expression string
		col        int
		want       string
	}{
		{"fault = ", 9, "  fault = \n          ^"},
		{"x > 5", 1, "  x > 5\n  ^"},
		{"注文 = x", 4, "  注文 = x\n       ^"},
		{"a\nb", 3, "  a b\n    ^"},
		{"x", 99, "  x\n   ^"},
		{long, 101, "  …" + strings.Repeat("a", 60) + "!" + strings.Repeat("b", 59) + "…\n" + strings.Repeat(" ", 63) + "^"},
	} {
		if got := show.Caret(c.expression, c.col); got != c.want {
			t.Errorf("Caret(%q, %d): got\n%s\nwant\n%s", c.expression, c.col, got, c.want)
		}
	}
}

func TestStats(t *testing.T) {
	for _, c := range []struct{ name, answer string }{{"stats-compared", "analyze-views"}, {"stats-none", "analyze-none"}} {
		b, err := os.ReadFile("../api/testdata/wire/" + c.answer + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var r rayapi.AnalyzeResponse
		if err := json.Unmarshal(b, &r); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		show.Stats(&out, terminal.Screen{}, &r, [2]string{"A", "B"})
		golden(t, c.name, out.String())
	}
}
