package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/rayapi"
)

// get asks one of the operations that have no body.
func (b *bench) get(path string) []byte {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.api.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		b.t.Fatalf("GET %s: got %d %s", path, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func TestChecks(t *testing.T) {
	b := newBench(t)
	golden(t, "checks-none", b.get(rayapi.ChecksPath))
	golden(t, "storage", b.get(rayapi.StoragePath))

	b.put(fixture(t, "worked.json"))
	b.ok("/TraceSegments", segments(`{"id":"70de5b6f19ff9a0a","secret":"hunter2"}`, `{"id":"my password","name":"x"}`))
	b.post("/TraceSegments", `{"TraceSegmentDocuments":["{}",7]}`)
	b.ok("/GetSamplingRules", "{}")
	b.now = b.now.Add(5 * time.Minute)
	got := b.get(rayapi.ChecksPath)
	golden(t, "checks", got)
	for _, secret := range []string{"hunter2", "my password"} {
		if strings.Contains(string(got), secret) {
			t.Errorf("the answer shows %q of a document", secret)
		}
	}

	b.now = b.now.Add(15 * time.Minute)
	b.put(strings.Replace(fixture(t, "worked.json"), workedID, "1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b15", -1))
	var out rayapi.StorageResponse
	if err := json.Unmarshal(b.get(rayapi.StoragePath), &out); err != nil || out.DocumentsPerDay == nil || *out.DocumentsPerDay < 143 || *out.DocumentsPerDay > 145 {
		t.Errorf("two documents in 20 minutes: got %+v a day, %v, want 144", out.DocumentsPerDay, err)
	}
}
