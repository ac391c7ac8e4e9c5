package trace_test

import (
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

func TestSplit(t *testing.T) {
	of, err := segment.ParseTraceID("1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14")
	if err != nil {
		t.Fatal(err)
	}
	const (
		leaf = `{"id":"0000000000000003","name":"leaf <&>","start_time":1.50}`
		sub  = `{"id":"0000000000000002","name":"sub","start_time":1,"subsegments":[` + leaf + `]}`
		last = `{"id":"0000000000000004","name":"last","start_time":2}`
		root = `{"id":"0000000000000001","name":"root","start_time":1,"subsegments":[` + sub + `,` + last + `]}`

		own = `"trace_id":"1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14","type":"subsegment"`
	)
	for _, c := range []struct {
		name string
		text string
		max  int
		want []string // ids with documents
	}{
		{"short enough", root, len(root), []string{"0000000000000001 " + root}},
		{"one level", root, len(root) - 1, []string{
			`0000000000000001 {"id":"0000000000000001","name":"root","start_time":1}`,
			`0000000000000002 {"id":"0000000000000002","name":"sub","parent_id":"0000000000000001","start_time":1,"subsegments":[` + leaf + `],` + own + `}`,
			`0000000000000004 {"id":"0000000000000004","name":"last","parent_id":"0000000000000001","start_time":2,` + own + `}`,
		}},
		{"as far as it goes", root, 1, []string{
			`0000000000000001 {"id":"0000000000000001","name":"root","start_time":1}`,
			`0000000000000002 {"id":"0000000000000002","name":"sub","parent_id":"0000000000000001","start_time":1,` + own + `}`,
			`0000000000000003 {"id":"0000000000000003","name":"leaf <&>","parent_id":"0000000000000002","start_time":1.50,` + own + `}`,
			`0000000000000004 {"id":"0000000000000004","name":"last","parent_id":"0000000000000001","start_time":2,` + own + `}`,
		}},
	} {
		id, err := segment.ParseID("0000000000000001")
		if err != nil {
			t.Fatal(err)
		}
		docs, err := trace.Split(trace.Document{ID: id, JSON: c.text}, of, c.max)
		var got []string
		for _, d := range docs {
			got = append(got, d.ID.String()+" "+d.JSON)
		}
		if err != nil || strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s: got error %v and\n%s\nwant\n%s", c.name, err, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	for _, text := range []string{`{{`, `{"subsegments":[1]}`, `{"subsegments":[{"id":"x"}]}`} {
		if docs, err := trace.Split(trace.Document{JSON: text}, segment.TraceID{}, 1); err == nil {
			t.Errorf("Split(%s) = %v, want an error", text, docs)
		}
	}
}
