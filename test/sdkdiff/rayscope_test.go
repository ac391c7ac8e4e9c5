package sdkdiff

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/test/harness"
)

// TestSameInRayscope gives what both SDKs send to a server each, and compares the traces that it
// answers.
// The server mends much by itself, so that differences which are listed need not show.
func TestSameInRayscope(t *testing.T) {
	for _, tt := range []struct {
		program string
		ports   []string
		listed  []difference
	}{
		{"webshop", []string{"FRONT", "STOCK", "NOBODY"}, webshopDifferences},
		{"jobs", nil, jobsDifferences},
	} {
		t.Run(tt.program, func(t *testing.T) {
			t.Parallel()
			listed := slices.Concat(everywhere, failing, tt.listed)
			for i := range listed {
				listed[i].sometimes = true
			}
			aws := inRayscope(t, harness.GoProgram(t, tt.program), tt.ports)
			ours := inRayscope(t, harness.MigratedProgram(t, tt.program), tt.ports)
			compare(t, aws, ours, listed)
		})
	}
}

// inRayscope is what a server tells of a program's traces.
func inRayscope(t *testing.T, program string, ports []string) facts {
	t.Helper()
	docs, words := documents(t, program, ports)
	server := harness.Start(t)
	var texts, ids []string
	for _, d := range docs {
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
		if id, _ := d["trace_id"].(string); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if err := harness.Put(server, texts...); err != nil {
		t.Fatal(err)
	}
	var found []document
	for five := range slices.Chunk(ids, 5) {
		got, err := harness.Get[harness.Traces](server, "BatchGetTraces", harness.Args{"TraceIds": five})
		if err != nil || len(got.UnprocessedTraceIds) > 0 || len(got.Traces) != len(five) {
			t.Fatalf("%d of %d traces, unprocessed %q: %v", len(got.Traces), len(five), got.UnprocessedTraceIds, err)
		}
		for _, trace := range got.Traces {
			for _, s := range trace.Segments {
				var d document
				if err := json.Unmarshal([]byte(s.Document), &d); err != nil {
					t.Fatal(err)
				}
				if d["inferred"] == nil { // follows from the call
					found = append(found, d)
				}
			}
		}
	}
	if len(found) < len(ids) {
		t.Fatalf("%d documents of %d traces", len(found), len(ids))
	}
	slices.SortStableFunc(found, func(a, b document) int { return strings.Compare(fmt.Sprint(a["trace_id"]), fmt.Sprint(b["trace_id"])) })
	return told(found, words)
}
