package api_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/rayscope/rayscope/internal/rayapi"
)

// services are those of an answer, as JSON.
func services(t *testing.T, answer []byte) []byte {
	t.Helper()
	var out struct{ Services json.RawMessage }
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	return out.Services
}

// The map of an expression has the shape of the service graph: without one it is the same, with a group's it is the group's.
func TestGraph(t *testing.T) {
	b := newBench(t)
	b.shop(120)
	b.ok("/CreateGroup", `{"GroupName":"gold","FilterExpression":"annotation.plan = \"gold\""}`)
	const times = `{"StartTime":1758654600,"EndTime":1758654960`
	golden(t, "graph", b.ok(rayapi.GraphPath, times+`,"FilterExpression":"fault AND annotation.plan = \"gold\""}`))
	golden(t, "graph-none", b.ok(rayapi.GraphPath, times+`,"FilterExpression":"throttle"}`))
	all, gold := b.ok("/ServiceGraph", times+`}`), b.ok("/ServiceGraph", times+`,"GroupName":"gold"}`)
	for _, c := range []struct {
		members string
		want    []byte
	}{
		{``, all}, {`,"GroupName":"gold"`, gold}, {`,"FilterExpression":"annotation.plan = \"gold\""`, gold}, {`,"FilterExpression":"group.name = \"gold\""`, gold},
	} {
		if got := services(t, b.ok(rayapi.GraphPath, times+c.members+`}`)); !bytes.Equal(got, services(t, c.want)) {
			t.Errorf("%s: got %s, want %s", c.members, got, services(t, c.want))
		}
	}
	if bytes.Equal(services(t, all), services(t, gold)) {
		t.Error("the group has all traces: nothing was compared")
	}
}
