package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestEndpoint(t *testing.T) {
	r, err := newRing(1200, time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	e := newEndpoint()
	post := func(path, authorization, body string) int {
		request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		request.Header.Set("Authorization", authorization)
		answer := httptest.NewRecorder()
		e.ServeHTTP(answer, request)
		return answer.Code
	}
	batch := func(from, to uint64) string {
		var in struct{ TraceSegmentDocuments []string }
		for n := from; n < to; n++ {
			in.TraceSegmentDocuments = append(in.TraceSegmentDocuments, strings.TrimPrefix(string(r.next(n)), datagramHeader))
		}
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, tt := range []struct {
		path, authorization, body string
		want                      int
	}{
		{"/TraceSegments", "AWS4-HMAC-SHA256 ...", batch(0, 50), http.StatusOK},
		{"/TraceSegments", "AWS4-HMAC-SHA256 ...", batch(40, 60), http.StatusOK}, // ten came before
		{"/TraceSegments", "", batch(60, 61), http.StatusOK},
		{"/TraceSegments", "AWS4-HMAC-SHA256 ...", batch(maxDatagrams, maxDatagrams+1), http.StatusBadRequest},
		{"/TraceSegments", "AWS4-HMAC-SHA256 ...", batch(0, 1)[:80], http.StatusBadRequest},
		{"/TraceSegments", "AWS4-HMAC-SHA256 ...", `{"TraceSegmentDocuments":[]}`, http.StatusBadRequest},
		{"/TelemetryRecords", "AWS4-HMAC-SHA256 ...", `{}`, http.StatusOK},
		{"/Traces", "AWS4-HMAC-SHA256 ...", `{}`, http.StatusNotFound},
	} {
		if got := post(tt.path, tt.authorization, tt.body); got != tt.want {
			t.Errorf("POST %s %.80s is answered %d, want %d", tt.path, tt.body, got, tt.want)
		}
	}
	if want := (arrivals{Documents: 61, Twice: 10, Requests: 6, Unsigned: 1}); e.arrivals != want {
		t.Errorf("arrivals are %+v, want %+v", e.arrivals, want)
	}
}
