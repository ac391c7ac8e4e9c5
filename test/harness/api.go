package harness

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// client bounds every call: no answer takes ten seconds.
var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// Path is where an operation lives.
var Path = map[string]string{
	"BatchGetTraces":                 "/Traces",
	"CancelTraceRetrieval":           "/CancelTraceRetrieval",
	"CreateGroup":                    "/CreateGroup",
	"CreateSamplingRule":             "/CreateSamplingRule",
	"DeleteGroup":                    "/DeleteGroup",
	"DeleteResourcePolicy":           "/DeleteResourcePolicy",
	"DeleteSamplingRule":             "/DeleteSamplingRule",
	"GetEncryptionConfig":            "/EncryptionConfig",
	"GetGroup":                       "/GetGroup",
	"GetGroups":                      "/Groups",
	"GetIndexingRules":               "/GetIndexingRules",
	"GetInsight":                     "/Insight",
	"GetInsightEvents":               "/InsightEvents",
	"GetInsightImpactGraph":          "/InsightImpactGraph",
	"GetInsightSummaries":            "/InsightSummaries",
	"GetRetrievedTracesGraph":        "/GetRetrievedTracesGraph",
	"GetSamplingRules":               "/GetSamplingRules",
	"GetSamplingStatisticSummaries":  "/SamplingStatisticSummaries",
	"GetSamplingTargets":             "/SamplingTargets",
	"GetServiceGraph":                "/ServiceGraph",
	"GetTimeSeriesServiceStatistics": "/TimeSeriesServiceStatistics",
	"GetTraceGraph":                  "/TraceGraph",
	"GetTraceSegmentDestination":     "/GetTraceSegmentDestination",
	"GetTraceSummaries":              "/TraceSummaries",
	"ListResourcePolicies":           "/ListResourcePolicies",
	"ListRetrievedTraces":            "/ListRetrievedTraces",
	"ListTagsForResource":            "/ListTagsForResource",
	"PutEncryptionConfig":            "/PutEncryptionConfig",
	"PutResourcePolicy":              "/PutResourcePolicy",
	"PutTelemetryRecords":            "/TelemetryRecords",
	"PutTraceSegments":               "/TraceSegments",
	"StartTraceRetrieval":            "/StartTraceRetrieval",
	"TagResource":                    "/TagResource",
	"UntagResource":                  "/UntagResource",
	"UpdateGroup":                    "/UpdateGroup",
	"UpdateIndexingRule":             "/UpdateIndexingRule",
	"UpdateSamplingRule":             "/UpdateSamplingRule",
	"UpdateTraceSegmentDestination":  "/UpdateTraceSegmentDestination",
}

// A Caller makes calls of the X-Ray API through some client. Args are the operation's input; its times are strings as
// At makes them, which every client understands. A refusal is an *APIError. Pages is nil for callers that cannot page.
type Caller interface {
	Call(op string, args any) (json.RawMessage, error)
	Pages(op string, args any) ([]json.RawMessage, error)
}

// Args is the input of an operation.
type Args map[string]any

// At writes a time as an argument.
func At(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// An APIError is how the server refused a call.
type APIError struct {
	Type    string `json:"type"` // type of the client's error, if the client has types
	Code    string `json:"code"` // name of the X-Ray exception
	Message string `json:"message"`
	Status  int    `json:"status"` // HTTP; 0 if the client does not tell
}

func (e *APIError) Error() string {
	return fmt.Sprintf("%s (HTTP %d, %s): %s", e.Code, e.Status, e.Type, e.Message)
}

// Get calls an operation and decodes its result.
func Get[T any](c Caller, op string, args any) (result T, err error) {
	raw, err := c.Call(op, args)
	if err == nil {
		err = json.Unmarshal(raw, &result)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", op, err)
	}
	return result, err
}

// Call posts a call as plain JSON: a Server is a Caller without any client in between. It needs no more than the form of
// the wire, so times are sent as ISO-8601 strings.
func (s *Server) Call(op string, args any) (json.RawMessage, error) {
	body, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	resp, err := client.Post(s.URL+Path[op], "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, apiError(resp, answer)
	}
	return answer, nil
}

func apiError(resp *http.Response, body []byte) error {
	e := &APIError{Code: resp.Header.Get("X-Amzn-Errortype"), Status: resp.StatusCode}
	if err := json.Unmarshal(body, e); err != nil { // takes Message in any case
		return errors.Join(fmt.Errorf("an error that is not JSON (%s): %s", resp.Status, body), err)
	}
	return e
}

// Pages follows the tokens of a paged operation.
func (s *Server) Pages(op string, args any) (pages []json.RawMessage, err error) {
	input, ok := args.(Args)
	if !ok {
		return nil, fmt.Errorf("%T cannot carry a token; use Args", args)
	}
	token := ""
	for first := true; first || token != ""; first = false {
		page := Args{}
		for k, v := range input {
			page[k] = v
		}
		if !first {
			page["NextToken"] = token
		}
		raw, err := s.Call(op, page)
		if err != nil {
			return nil, err
		}
		var next struct{ NextToken string }
		if err := json.Unmarshal(raw, &next); err != nil {
			return nil, err
		}
		pages, token = append(pages, raw), next.NextToken
	}
	return pages, nil
}
