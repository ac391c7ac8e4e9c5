package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/rayscope/rayscope/internal/rayapi"
)

func (b *bench) targets() []byte {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.api.ServeHTTP(w, httptest.NewRequest(http.MethodGet, rayapi.TargetsPath, nil))
	if w.Code != http.StatusOK {
		b.t.Fatalf("GET %s: got %d %s", rayapi.TargetsPath, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func TestTargets(t *testing.T) {
	b := newBench(t)
	golden(t, "targets-none", b.targets())
	b.ok("/CreateGroup", `{"GroupName":"gold","FilterExpression":"annotation.plan = \"gold\""}`)
	golden(t, "target-set", b.ok(rayapi.TargetsPath, `{"GroupName":"gold","Availability":99.99,"ResponseTime":0.3}`))
	b.ok(rayapi.TargetsPath, `{"Availability":99,"ResponseTime":2}`)
	golden(t, "targets", b.targets())
	b.refused(
		refusal{rayapi.TargetsPath, `{"ResponseTime":1}`, 400, "InvalidRequestException", "Availability is missing"},
		refusal{rayapi.TargetsPath, `{"Availability":99}`, 400, "InvalidRequestException", "ResponseTime is missing. Send the seconds that 95 % of"},
		refusal{rayapi.TargetsPath, `{"Availability":100,"ResponseTime":1}`, 400, "InvalidRequestException", "Availability is 100, it must be from 0 to 99.999"},
		refusal{rayapi.TargetsPath, `{"GroupName":"gone","Availability":99,"ResponseTime":1}`, 400, "InvalidRequestException", "Group not found"},
	)
}
