package api_test

import (
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// retrieve starts a retrieval and waits until it is complete.
func (b *bench) retrieve(body string) (token string) {
	b.t.Helper()
	var started struct{ RetrievalToken string }
	if err := json.Unmarshal(b.ok("/StartTraceRetrieval", body), &started); err != nil {
		b.t.Fatal(err)
	}
	for b.t.Context().Err() == nil {
		var out struct{ RetrievalStatus string }
		if err := json.Unmarshal(b.ok("/ListRetrievedTraces", `{"RetrievalToken":"`+started.RetrievalToken+`"}`), &out); err != nil {
			b.t.Fatal(err)
		}
		if out.RetrievalStatus == "COMPLETE" {
			break
		}
		runtime.Gosched()
	}
	return started.RetrievalToken
}

func TestRetrieval(t *testing.T) {
	b := newBench(t)
	b.put(fixture(t, "worked.json"), `{"trace_id":"1-68d2f0a2-000000000000000000000001","id":"0000000000000001","name":"mailer","start_time":1758654626,"end_time":1758654627,
		"links":[{"trace_id":"`+workedID+`","id":"a1f0c3d2e4b59687"}]}`)
	token := b.retrieve(`{"TraceIds":["` + workedID + `","1-68d2f0a2-000000000000000000000001"],"StartTime":1758654000,"EndTime":1758657200}`)
	golden(t, "retrieved-traces", b.ok("/ListRetrievedTraces", `{"RetrievalToken":"`+token+`","TraceFormat":"XRAY"}`))
	golden(t, "retrieved-graph", b.ok("/GetRetrievedTracesGraph", `{"RetrievalToken":"`+token+`"}`))
	golden(t, "retrieval-cancelled", b.ok("/CancelTraceRetrieval", `{"RetrievalToken":"`+token+`"}`))
	golden(t, "retrieved-traces-cancelled", b.ok("/ListRetrievedTraces", `{"RetrievalToken":"`+token+`"}`))
	golden(t, "retrieved-graph-cancelled", b.ok("/GetRetrievedTracesGraph", `{"RetrievalToken":"`+token+`"}`))
}

func TestRetrievalErrors(t *testing.T) {
	b := newBench(t)
	b.refused(
		refusal{"/StartTraceRetrieval", ``, 400, "InvalidRequestException", "TraceIds is empty"},
		refusal{"/StartTraceRetrieval", `{"TraceIds":[` + strings.Repeat(`"x",`, 100) + `"x"]}`, 400, "InvalidRequestException", "TraceIds has 101 ids, at most 100"},
		refusal{"/StartTraceRetrieval", `{"TraceIds":["x"],"StartTime":1,"EndTime":2}`, 400, "InvalidRequestException", "Invalid trace id x: incorrect id format"},
		refusal{"/StartTraceRetrieval", `{"TraceIds":["` + workedID + `","` + workedID + `"]}`, 400, "InvalidRequestException", "duplicate"},
		refusal{"/StartTraceRetrieval", `{"TraceIds":["` + workedID + `"]}`, 400, "InvalidRequestException", "StartTime is missing"},
		refusal{"/StartTraceRetrieval", `{"TraceIds":["` + workedID + `"],"StartTime":1}`, 400, "InvalidRequestException", "EndTime is missing"},
		refusal{"/StartTraceRetrieval", `{"TraceIds":["` + workedID + `"],"StartTime":2,"EndTime":1}`, 400, "InvalidRequestException", "End time cannot be earlier"},
		refusal{"/StartTraceRetrieval", `{"TraceIds":"` + workedID + `"}`, 400, "InvalidRequestException", "TraceIds"},
		refusal{"/ListRetrievedTraces", `{}`, 400, "InvalidRequestException", "RetrievalToken is missing"},
		refusal{"/ListRetrievedTraces", `{"RetrievalToken":"` + strings.Repeat("x", 1021) + `"}`, 400, "InvalidRequestException", "at most 1020"},
		refusal{"/ListRetrievedTraces", `{"RetrievalToken":"x"}`, 404, "ResourceNotFoundException", "Trace retrieval not found"},
		refusal{"/ListRetrievedTraces", `{"RetrievalToken":"x","TraceFormat":"OTEL"}`, 400, "InvalidRequestException", "TraceFormat OTEL is not supported yet"},
		refusal{"/ListRetrievedTraces", `{"RetrievalToken":"x","TraceFormat":"XML"}`, 400, "InvalidRequestException", `TraceFormat "XML" is not known`},
		refusal{"/ListRetrievedTraces", `{"RetrievalToken":"x","NextToken":"y"}`, 400, "InvalidRequestException", "Invalid token"},
		refusal{"/GetRetrievedTracesGraph", ``, 400, "InvalidRequestException", "RetrievalToken is missing"},
		refusal{"/GetRetrievedTracesGraph", `{"RetrievalToken":"x"}`, 404, "ResourceNotFoundException", "Trace retrieval not found"},
		refusal{"/CancelTraceRetrieval", ``, 400, "InvalidRequestException", "RetrievalToken is missing"},
		refusal{"/CancelTraceRetrieval", `{"RetrievalToken":"x"}`, 404, "ResourceNotFoundException", "Trace retrieval not found"},
	)
	w := b.post("/CancelTraceRetrieval", `{"RetrievalToken":"gone"}`)
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `"ResourceName":"gone"`) {
		t.Errorf("got %d %s, want 404 with the token as ResourceName", w.Code, w.Body)
	}
}

// A refusal is a request with the error that must answer it.
type refusal struct {
	path, body string
	status     int
	name       string
	message    string // part of it
}

// refused sends requests, each of which must be refused as it says.
func (b *bench) refused(list ...refusal) {
	b.t.Helper()
	for _, c := range list {
		w := b.post(c.path, c.body)
		var out struct{ Message string }
		err := json.Unmarshal(w.Body.Bytes(), &out)
		if w.Code != c.status || w.Header().Get("x-amzn-ErrorType") != c.name || !strings.Contains(out.Message, c.message) || err != nil {
			b.t.Errorf("POST %s %.80s:\n got %d %s %q %v\nwant %d %s with %q", c.path, c.body, w.Code, w.Header().Get("x-amzn-ErrorType"), out.Message, err, c.status, c.name, c.message)
		}
	}
}
