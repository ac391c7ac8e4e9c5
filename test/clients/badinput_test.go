package clients

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// TestBadDatagrams sends what is no datagram of an SDK to the daemon's port. Each is counted under its reason, and the good
// one behind them is stored.
func TestBadDatagrams(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	at := time.Now()
	doc := harness.Segment(harness.NewTraceID(at), at, time.Millisecond, nil)
	header := harness.DaemonHeader
	noise := make([]byte, 4000)
	rand.NewChaCha8([32]byte{1}).Read(noise)
	const rejected, refused = "rayscope_daemon_rejected_datagrams_total", "rayscope_ingest_refused_documents_total"
	tests := []struct {
		what          string
		payload       string
		metric, label string
	}{
		{"no header", doc, rejected, `reason="no_newline"`},
		{"no body", header, rejected, `reason="empty_body"`},
		{"a header cut short", header[:20] + "\n" + doc, rejected, `reason="bad_header"`},
		{"version 2", `{"format":"json","version":2}` + "\n" + doc, rejected, `reason="bad_header"`},
		{"another format", `{"format":"xml","version":1}` + "\n" + doc, rejected, `reason="bad_header"`},
		{"a header that is a list", "[]\n" + doc, rejected, `reason="bad_header"`},
		{"one byte", "{", rejected, `reason="no_newline"`},
		{"noise", strings.ReplaceAll(string(noise), "\n", " "), rejected, `reason="no_newline"`},
		{"noise behind a header", header + string(noise), refused, `code="ParseError"`},
		{"half a document", header + doc[:len(doc)/2], refused, `code="ParseError"`},
		{"two documents", header + doc + doc, refused, `code="ParseError"`},
		{"a document without an id", header + `{"name":"x"}`, refused, `code="MissingId"`},
		{"brackets, 30,000 deep", header + strings.Repeat("[", 30_000), refused, `code="ParseError"`},
		{"all that fits a datagram", header + strings.Repeat(" ", 65_507-len(header)), refused, `code="ParseError"`},
	}
	for _, tt := range tests {
		before := server.Metric(t, tt.metric, tt.label)
		if err := server.Datagram(tt.payload); err != nil {
			t.Fatal(err)
		}
		harness.Eventually(t, visible, func() error {
			if n := server.Metric(t, tt.metric, tt.label) - before; n != 1 {
				return fmt.Errorf("%s: %s{%s} moved by %v, want 1", tt.what, tt.metric, tt.label, n)
			}
			return nil
		})
	}
	if err := server.Datagram(header + doc); err != nil {
		t.Fatal(err)
	}
	d, err := harness.ParseDocument(doc)
	if err != nil {
		t.Fatal(err)
	}
	awaitTraces(t, server, []string{d.TraceID}, 1)
}

// TestBadDocuments offers one document for every reason to refuse one, each between good ones, in a single call.
func TestBadDocuments(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	at := time.Now()
	trace := harness.NewTraceID(at)
	// bad is a good segment with one thing wrong.
	bad := func(members harness.Args) string { return harness.Segment(trace, at, time.Millisecond, members) }
	const id = "00000000000000aa"
	nested := harness.Args{"id": "00000000000000cc", "start_time": harness.Seconds(at), "end_time": harness.Seconds(at)} // without a name
	tests := []struct {
		what, document string
		id             string // empty: null
		code           string
		message        string // empty: the segment's usual one
	}{
		{"half a document", bad(nil)[:60], "", "ParseError", ""},
		{"not JSON", "segment", "", "ParseError", ""},
		{"nothing", "", "", "ParseError", ""},
		{"a list", "[]", "", "ParseError", "Invalid entity."},
		{"an unknown type", bad(harness.Args{"id": id, "type": "span"}), id, "UnknownType", ""},
		{"no id", bad(harness.Args{"id": nil}), "", "MissingId", ""},
		{"an id that is no hex", bad(harness.Args{"id": "zz000000000000aa"}), "zz000000000000aa", "InvalidId", ""},
		{"no name", bad(harness.Args{"id": id, "name": nil}), id, "MissingName", ""},
		{"an empty name", bad(harness.Args{"id": id, "name": ""}), id, "MissingName", ""},
		{"no trace id", bad(harness.Args{"id": id, "trace_id": nil}), id, "MissingTraceId", ""},
		{"a trace id of another form", bad(harness.Args{"id": id, "trace_id": "1-2-3"}), id, "InvalidTraceId", ""},
		{"no start", bad(harness.Args{"id": id, "start_time": nil}), id, "MissingStartTime", ""},
		{"in progress with an end", bad(harness.Args{"id": id, "in_progress": true}), id, "InProgressSegmentHasEndTime", ""},
		{"no end", bad(harness.Args{"id": id, "end_time": nil}), id, "MissingEndTime", ""},
		{"a subsegment in progress with an end", bad(harness.Args{"id": id, "type": "subsegment", "parent_id": id, "in_progress": true}), id,
			"InProgressSubsegmentHasEndTime", "Invalid subsegment. ErrorCode: InProgressSubsegmentHasEndTime, Cause: null"},
		{"a subsegment without a parent", bad(harness.Args{"id": id, "type": "subsegment"}), id, "MissingParentId", "Invalid subsegment. ErrorCode: MissingParentId, Cause: null"},
		{"a parent that is no id", bad(harness.Args{"id": id, "parent_id": "mother"}), id, "InvalidParentId", ""},
		{"a bad subsegment inside", bad(harness.Args{"id": id, "subsegments": []harness.Args{nested}}), id, "MissingName",
			"Invalid subsegment. ErrorCode: MissingName, Cause: null"},
		{"more than 1 MiB", bad(harness.Args{"id": id, "user": strings.Repeat("u", 1<<20)}), id, "InvalidSegment", ""},
		{"brackets, 30,000 deep", strings.Repeat("[", 30_000), "", "ParseError", ""},
	}
	var documents []string
	for _, tt := range tests {
		documents = append(documents, tt.document, harness.Segment(trace, at, time.Millisecond, nil))
	}
	before := server.Metric(t, "rayscope_ingest_refused_documents_total")
	got, err := harness.Get[harness.Unprocessed](server, "PutTraceSegments", harness.Args{"TraceSegmentDocuments": documents})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.UnprocessedTraceSegments) != len(tests) {
		t.Fatalf("%d documents were refused, want %d: %+v", len(got.UnprocessedTraceSegments), len(tests), got)
	}
	for i, tt := range tests {
		u := got.UnprocessedTraceSegments[i]
		if tt.message == "" {
			tt.message = "Invalid segment. ErrorCode: " + tt.code
		}
		gotID := ""
		if u.Id != nil {
			gotID = *u.Id
		}
		if gotID != tt.id || (u.Id == nil) != (tt.id == "") || u.ErrorCode != tt.code || u.Message != tt.message {
			t.Errorf("%s: refused as %q, %s, %q, want %q, %s, %q", tt.what, gotID, u.ErrorCode, u.Message, tt.id, tt.code, tt.message)
		}
	}
	if n := server.Metric(t, "rayscope_ingest_refused_documents_total") - before; n != float64(len(tests)) {
		t.Errorf("/metrics counts %v refused documents, want %d", n, len(tests))
	}
	awaitTraces(t, server, []string{trace}, len(tests)) // the good ones
}

// TestBadRequests posts what no client would.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	huge := `{"TraceSegmentDocuments":["` + strings.Repeat("a", 9<<20) + `"]}`
	tests := []struct {
		what, method, path, encoding, body string
		status                             int
		code                               string
	}{
		{"broken JSON", "POST", "/TraceSegments", "", `{"TraceSegmentDocuments":["`, 400, "SerializationException"},
		{"not JSON", "POST", "/TraceSummaries", "", "StartTime=1", 400, "SerializationException"},
		{"a list", "POST", "/TraceSummaries", "", "[]", 400, ""},
		{"a wrong type", "POST", "/Traces", "", `{"TraceIds":"1-2-3"}`, 400, "InvalidRequestException"},
		{"a wrong type deep inside", "POST", "/TraceSegments", "", `{"TraceSegmentDocuments":[{"id":1}]}`, 400, "InvalidRequestException"},
		{"a time that is none", "POST", "/ServiceGraph", "", `{"StartTime":"yesterday","EndTime":1}`, 400, ""},
		{"a time beyond all calendars", "POST", "/ServiceGraph", "", `{"StartTime":1e300,"EndTime":1e301}`, 400, "InvalidRequestException"},
		{"no body where one is needed", "POST", "/TraceSegments", "", "", 400, "InvalidRequestException"},
		{"no window", "POST", "/TraceSummaries", "", "{}", 400, "InvalidRequestException"},
		{"brackets, 100,000 deep", "POST", "/TraceSegments", "", strings.Repeat("[", 100_000), 400, ""},
		{"a body over the limit", "POST", "/TraceSegments", "", huge, 400, "InvalidRequestException"},
		{"a body over the limit when unpacked", "POST", "/TraceSegments", "gzip", zipped(huge), 400, "InvalidRequestException"},
		{"a body that is not packed", "POST", "/TraceSegments", "gzip", "{}", 400, "SerializationException"},
		{"an unknown packing", "POST", "/TraceSegments", "br", "{}", 400, "SerializationException"},
		{"an unknown path", "POST", "/TraceSegment", "", "{}", 404, "UnknownOperationException"},
		{"a wrong method", "PUT", "/TraceSegments", "", "{}", 404, "UnknownOperationException"},
		{"an operation got", "GET", "/ServiceGraph", "", "", 404, "UnknownOperationException"},
	}
	for _, tt := range tests {
		before := server.Metric(t, "rayscope_api_requests_total", `result="`+tt.code)
		req, err := http.NewRequest(tt.method, server.URL+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		if tt.encoding != "" {
			req.Header.Set("Content-Encoding", tt.encoding)
		}
		checkRefused(t, tt.what, req, tt.status, tt.code)
		if n := server.Metric(t, "rayscope_api_requests_total", `result="`+tt.code) - before; n != 1 {
			t.Errorf("%s: rayscope_api_requests_total moved by %v, want 1", tt.what, n)
		}
	}
	server.MustServe(t)
}

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, s); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// checkRefused demands an error in the form of the wire: name in the header, sentence in the body.
func checkRefused(t *testing.T, what string, req *http.Request, status int, code string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	defer resp.Body.Close()
	var body struct{ Message string }
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Errorf("%s: the answer %s is not JSON: %v", what, resp.Status, err)
	}
	got := resp.Header.Get("X-Amzn-Errortype")
	if resp.StatusCode != status || got == "" || code != "" && got != code {
		t.Errorf("%s: got %s %s %q, want %d %s", what, resp.Status, got, body.Message, status, code)
	}
	if body.Message == "" || resp.Header.Get("X-Amzn-Requestid") == "" || resp.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s: message %q, headers %v", what, body.Message, resp.Header)
	}
}

// TestLenience sends what clients do send, though it is not in the book.
func TestLenience(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	at := time.Now()
	document, err := json.Marshal(harness.Args{"TraceSegmentDocuments": []string{harness.Segment(harness.NewTraceID(at), at, 0, nil)}, "Unknown": 1, "Nothing": nil})
	if err != nil {
		t.Fatal(err)
	}
	window := fmt.Sprintf(`{"StartTime":%d,"EndTime":%d.5,"NextToken":null}`, at.Unix()-60, at.Unix())
	for _, tt := range []struct{ what, path, encoding, contentType, body string }{
		{"no body at all", "/GetSamplingRules", "", "", ""},
		{"a null", "/GetSamplingRules", "", "", `{"NextToken": null}`},
		{"no content type", "/TraceSegments", "", "", string(document)},
		{"an old content type", "/TraceSegments", "", "application/x-amz-json-1.1", string(document)},
		{"a packed body", "/TraceSegments", "gzip", "application/json", zipped(string(document))},
		{"whole and broken seconds", "/ServiceGraph", "", "application/json", window},
		{"a time in milliseconds", "/SamplingTargets", "", "application/json", `{"SamplingStatisticsDocuments":[{"RuleName":"Default",
			"ClientID":"7f3a0c19d5e24b6880aa91c2","Timestamp":1758654660123,"RequestCount":1,"SampledCount":1}]}`},
	} {
		req, err := http.NewRequest(http.MethodPost, server.URL+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", tt.contentType)
		if tt.contentType == "" {
			req.Header.Del("Content-Type")
		}
		if tt.encoding != "" {
			req.Header.Set("Content-Encoding", tt.encoding)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: got %s %s (%v), want 200", tt.what, resp.Status, answer, err)
		}
	}
}

// TestForeignPages makes requests as a web page of another site would have a browser on this machine make them. The daemon's port is
// known by many names, those of containers for example, so its host is not looked at.
func TestForeignPages(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	daemon := "http://" + server.Daemon
	for _, tt := range []struct{ what, address, header, value string }{
		{"a name that was made to resolve to loopback", server.URL, "Host", "attacker.example"},
		{"a script of another site", server.URL, "Sec-Fetch-Site", "cross-site"},
		{"a script of another site in an older browser", server.URL, "Origin", "https://attacker.example"},
		{"a script of another site", daemon, "Sec-Fetch-Site", "cross-site"},
		{"a script of another site in an older browser", daemon, "Origin", "https://attacker.example"},
	} {
		req, err := http.NewRequest(http.MethodPost, tt.address+"/GetSamplingRules", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "text/plain")
		req.Header.Set(tt.header, tt.value)
		req.Host = req.Header.Get("Host") // empty: that of the URL
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Body.Close(); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s at %s: got %s, want 403", tt.what, tt.address, resp.Status)
		}
	}
}
