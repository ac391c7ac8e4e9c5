package uplink_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/uplink"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 5000, time.UTC)

const asJSON = "application/json"

// batch is a request as relay makes it.
var batch = uplink.Request{Path: "/TraceSegments", ContentType: asJSON, Body: []byte(`{"TraceSegmentDocuments":["{}"]}`)}

// serve starts a server, and gives an uplink to it.
func serve(t *testing.T, h http.HandlerFunc, change ...func(*uplink.Config)) (*uplink.Uplink, *httptest.Server) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return to(t, s.URL, change...), s
}

func to(t *testing.T, url string, change ...func(*uplink.Config)) *uplink.Uplink {
	t.Helper()
	transport, err := uplink.NewTransport("", false, none)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	c := uplink.Config{URL: url, Client: &http.Client{Transport: transport}, UserAgent: "test/1", Now: func() time.Time { return noon }}
	for _, f := range change {
		f(&c)
	}
	u, err := uplink.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// none is an empty environment.
func none(string) (string, bool) { return "", false }

// failure is the error of a call that must fail.
func failure(t *testing.T, u *uplink.Uplink, r uplink.Request) *uplink.Error {
	t.Helper()
	a, err := u.Post(t.Context(), r)
	var e *uplink.Error
	if !errors.As(err, &e) {
		t.Fatalf("got answer %+v and error %v, want an *Error", a, err)
	}
	return e
}

func TestPost(t *testing.T) {
	var got *http.Request
	var body string
	_, s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got, body = r, string(b)
		w.Header().Set("Content-Type", asJSON)
		io.WriteString(w, `{"UnprocessedTraceSegments":[]}`)
	})
	u := to(t, s.URL+"/base/")
	if want := s.URL + "/base"; u.Name() != want {
		t.Errorf("name: got %q, want %q", u.Name(), want)
	}
	a, err := u.Post(t.Context(), batch)
	if err != nil || a.Status != 200 || string(a.Body) != `{"UnprocessedTraceSegments":[]}` || a.Header.Get("Content-Type") != asJSON {
		t.Fatalf("got answer %+v, error %v; want the server's", a, err)
	}
	h := got.Header
	if got.Method != "POST" || got.URL.Path != "/base/TraceSegments" || body != string(batch.Body) || h.Get("Content-Type") != asJSON ||
		h.Get("User-Agent") != "test/1" || h.Get("X-Amzn-Xray-Timestamp") != "1795348800.000005000" {
		t.Errorf("got %s %s %q with %v, want the request", got.Method, got.URL, body, h)
	}
	for _, name := range []string{"X-Idempotency-Key", "Accept-Encoding", "Authorization"} {
		if v, there := h[name]; there {
			t.Errorf("got header %s: %q, want none", name, v)
		}
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name, kind  string
		status      int
		header      string // name: value; name: value
		body        string
		text        string // # stands for the endpoint
		hint        string // part of it
		after       time.Duration
		contentType string // of the request; empty: JSON
	}{
		{name: "throttled", kind: "throttled", status: 429, header: "x-amzn-ErrorType: ThrottledException; Retry-After: 7", body: `{"Message":"Rate exceeded"}`,
			text: "#: throttled: status 429 ThrottledException: Rate exceeded", hint: "quota", after: 7 * time.Second},
		{name: "throttled as 400", kind: "throttled", status: 400, body: `{"__type":"com.amazonaws.xray#ThrottlingException","message":"Rate exceeded"}`,
			text: "#: throttled: status 400 ThrottlingException: Rate exceeded", hint: "quota"},
		{name: "throttled by nobody in particular", kind: "throttled", status: 429, header: "Retry-After: Sun, 22 Nov 2026 12:01:00 GMT", text: "#: throttled: status 429",
			after: time.Minute - 5*time.Microsecond},
		{name: "long pause", kind: "failing", status: 503, header: "Retry-After: 99999", text: "#: endpoint fails: status 503", after: uplink.MaxRetryAfter},
		{name: "pause in the past", kind: "failing", status: 503, header: "Retry-After: Sun, 22 Nov 2026 11:01:00 GMT", text: "#: endpoint fails: status 503"},
		{name: "page with 502", kind: "failing", status: 502, header: "Content-Type: text/html", body: "<html>", text: "#: endpoint fails: status 502", hint: "own log"},
		{name: "refused", kind: "refused", status: 400, header: "x-amzn-errortype: InvalidRequestException:http://internal", body: `{"Message":"too\nmany"}`,
			text: "#: request refused: status 400 InvalidRequestException: too", hint: "never"},
		{name: "refused OTLP", kind: "refused", status: 400, header: "Content-Type: application/x-protobuf", body: "\x08\x03", text: "#: request refused: status 400", contentType: "application/x-protobuf"},
		{name: "page with 400", kind: "foreign", status: 400, header: "Content-Type: text/html", body: "<html>The plain HTTP request was sent to HTTPS port",
			text: `#: not an X-Ray API: status 400: text/html, begins with "<html>The plain HTTP request was sent to HTTPS port"`, hint: "URL"},
		{name: "too large", kind: "too_large", status: 413, header: "Content-Type: text/html", body: "<html>", text: "#: request too large: status 413", hint: "4 MiB"},
		{name: "denied", kind: "denied", status: 403, header: "x-amzn-ErrorType: AccessDeniedException", body: `{"Message":"User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: xray:PutTraceSegments"}`,
			text: "#: permission denied: status 403 AccessDeniedException: User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: xray:PutTraceSegments", hint: "AWSXRayDaemonWriteAccess"},
		{name: "denied without a code", kind: "denied", status: 403, header: "Content-Type: application/json", body: `{}`, text: "#: permission denied: status 403"},
		{name: "page with 403", kind: "foreign", status: 403, header: "Content-Type: text/plain", body: "go away", text: `#: not an X-Ray API: status 403: text/plain, begins with "go away"`},
		{name: "unsigned", kind: "unidentified", status: 403, header: "x-amzn-ErrorType: MissingAuthenticationTokenException", body: `{"message":"Missing Authentication Token"}`,
			text: "#: caller not identified: status 403 MissingAuthenticationTokenException: Missing Authentication Token", hint: "--sign=true"},
		{name: "unknown", kind: "unidentified", status: 403, body: `{"code":"UnrecognizedClientException"}`, text: "#: caller not identified: status 403 UnrecognizedClientException", hint: "credentials"},
		{name: "401", kind: "unidentified", status: 401, text: "#: caller not identified: status 401"},
		{name: "signature", kind: "unidentified", status: 403, header: "x-amzn-ErrorType: InvalidSignatureException",
			body: "{\"message\":\"The request signature we calculated does not match.\\n\\nThe Canonical String\\nx-amz-security-token:tokentoken\"}",
			text: "#: caller not identified: status 403 InvalidSignatureException: The request signature we calculated does not match.", hint: "--region"},
		{name: "quoted request", kind: "unidentified", status: 403, header: "x-amzn-ErrorType: IncompleteSignatureException",
			body: `{"message":"needs more. Authorization=AWS4-HMAC-SHA256 Credential=AKID/2026/x, Signature=00ff00; X-Amz-Security-Token: \"tokentoken\""}`,
			text: `#: caller not identified: status 403 IncompleteSignatureException: needs more. Authorization=AWS4-HMAC-SHA256 Credential=***, Signature=***; X-Amz-Security-Token: "***"`},
		{name: "clock", kind: "skewed", status: 403, header: "x-amzn-ErrorType: InvalidSignatureException", body: `{"message":"Signature expired: a is now earlier than b"}`,
			text: "#: signature's time refused: status 403 InvalidSignatureException: Signature expired: a is now earlier than b", hint: "clock"},
		{name: "future", kind: "skewed", status: 400, header: "x-amzn-ErrorType: RequestTimeTooSkewed", text: "#: signature's time refused: status 400 RequestTimeTooSkewed"},
		{name: "redirect", kind: "foreign", status: 302, header: "Location: https://login.example.com/a?token=b; Content-Type: text/html", body: "<a>",
			text: `#: not an X-Ray API: status 302: redirects to https://login.example.com, text/html, begins with "<a>"`},
		{name: "not found", kind: "foreign", status: 404, header: "Content-Type: text/plain", body: strings.Repeat("\x00ä", 90),
			text: `#: not an X-Ray API: status 404: text/plain, begins with "` + strings.Repeat("ä ", 33) + `..."`},
		{name: "log-in page", kind: "foreign", status: 200, header: "Content-Type: text/html", body: "{", text: `#: not an X-Ray API: status 200: text/html, begins with "{"`},
		{name: "empty success", kind: "foreign", status: 200, header: "Content-Type: text/plain", text: `#: not an X-Ray API: status 200: text/plain`},
		{name: "proxy wants a password", kind: "unreachable", status: 407, text: "#: not reachable: status 407", hint: "--proxy-address"},
		{name: "slow upload", kind: "timeout", status: 408, text: "#: no answer in time: status 408"},
		{name: "new operation", kind: "foreign", status: 404, header: "x-amzn-ErrorType: UnknownOperationException; Content-Type: application/json", body: `{}`,
			text: `#: not an X-Ray API: status 404 UnknownOperationException: application/json, begins with "{}"`, hint: "old"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				for h := range strings.SplitSeq(c.header, "; ") {
					name, value, _ := strings.Cut(h, ": ")
					w.Header().Set(name, value)
				}
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			})
			r := batch
			if c.contentType != "" {
				r.ContentType = c.contentType
			}
			e := failure(t, u, r)
			if want := strings.ReplaceAll(c.text, "#", u.Name()); e.Kind.String() != c.kind || e.Error() != want || e.RetryAfter != c.after {
				t.Errorf("got %v, wait %v, error\n%s\nwant %s, wait %v, error\n%s", e.Kind, e.RetryAfter, e, c.kind, c.after, want)
			}
			if !strings.Contains(e.Hint(), c.hint) || e.Hint() == "" {
				t.Errorf("got hint %q, want one with %q", e.Hint(), c.hint)
			}
			if want := c.kind != "refused" && c.kind != "too_large"; e.Temporary() != want {
				t.Errorf("temporary: got %v, want %v", e.Temporary(), want)
			}
		})
	}
}

// What comes without JSON is taken as it is where no JSON was asked for.
func TestBinaryAnswer(t *testing.T) {
	u, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/x-protobuf") })
	a, err := u.Post(t.Context(), uplink.Request{Path: "/v1/traces", ContentType: "application/x-protobuf", Body: []byte{10, 0}})
	if err != nil || a.Status != 200 || len(a.Body) != 0 {
		t.Errorf("got %+v, error %v; want an empty answer", a, err)
	}
}

func TestHugeAnswer(t *testing.T) {
	u, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", asJSON)
		for chunk := []byte(strings.Repeat("{", 1<<20)); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	e := failure(t, u, batch)
	if want := "answer is longer than 8 MiB"; e.Kind != uplink.Foreign || e.Err == nil || e.Err.Error() != want || len(e.Error()) > 400 {
		t.Errorf("got %v %v, want foreign: %s", e.Kind, e, want)
	}
}

func TestContext(t *testing.T) {
	// A server notices that a client is gone only once it has read the body.
	hang := func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	u, _ := serve(t, hang)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := u.Post(ctx, batch); err != context.DeadlineExceeded {
		t.Errorf("deadline of the caller: got %v, want its error", err)
	}
	u, _ = serve(t, hang, func(c *uplink.Config) { c.Timeout = time.Millisecond })
	if e := failure(t, u, batch); e.Kind != uplink.TimedOut || !errors.Is(e, context.DeadlineExceeded) {
		t.Errorf("own deadline: got %v %v, want timeout", e.Kind, e)
	}
}

func TestNewRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "must begin with http:// or https://",
		"traces:2000":          "must begin with",
		"ftp://x":              "must begin with",
		"https://":             "needs a host",
		"http://:80":           "needs a host",
		"http://x?a=b":         "query",
		"http://x?":            "query",
		"http://x#a":           "fragment",
		"http://me:geheim@x":   `"http://***x" must not hold a user name or password`,
		"http://me:geheim@x:y": `"http://***x:y" is no URL`,
	} {
		if _, err := uplink.New(uplink.Config{URL: in}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: got error %v, want one with %q", in, err, want)
		}
	}
}

// Calls at the same time share connections, headers and credentials: the race detector watches.
func TestConcurrent(t *testing.T) {
	u, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if b, err := io.ReadAll(r.Body); err != nil || string(b) != string(batch.Body) || r.Header.Get("Authorization") == "" {
			t.Errorf("got %q, error %v; want the signed batch", b, err)
		}
		ok(w)
	}, signed(t, keys))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if _, err := u.Post(t.Context(), batch); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// An answer that comes before the body was read is an answer.
func TestEarlyAnswer(t *testing.T) {
	u, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusRequestEntityTooLarge) })
	r := batch
	r.Body = make([]byte, 8<<20)
	// The server closes on who goes on sending: what of the two the client notices first is chance.
	if e := failure(t, u, r); e.Kind != uplink.TooLarge && e.Kind != uplink.Unreachable {
		t.Errorf("got %v, want too large", e)
	}
}

// answers is a transport that always gives the same answer.
type answers struct{ http.Response }

func (a *answers) RoundTrip(*http.Request) (*http.Response, error) { return &a.Response, nil }

func FuzzAnswer(f *testing.F) {
	for _, seed := range []struct {
		status         int
		kind, code, at string
		body           string
	}{
		{200, asJSON, "", "", "{}"}, {200, "text/html", "", "", "<html>"}, {403, asJSON, "ExpiredTokenException:http://x", "", `{"message":"x\r\ny"}`},
		{429, asJSON, "", "17", `{"__type":"a#ThrottledException","Message":5}`}, {302, "", "", "http://a:b@c/", ""}, {400, "\xff", "#", "-1", `{"code":3,"message":"\u2028Signature=abc"}`},
	} {
		f.Add(seed.status, seed.kind, seed.code, seed.at, seed.body)
	}
	f.Fuzz(func(t *testing.T, status int, kind, code, at, body string) {
		h := http.Header{"Content-Type": {kind}, "X-Amzn-Errortype": {code}, "Retry-After": {at}, "Location": {at}, "Date": {at}}
		transport := &answers{http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1}}
		u, err := uplink.New(uplink.Config{URL: "http://x.test", Client: &http.Client{Transport: transport}})
		if err != nil {
			t.Fatal(err)
		}
		a, err := u.Post(t.Context(), batch)
		var e *uplink.Error
		if !errors.As(err, &e) {
			if err != nil || status/100 != 2 || string(a.Body) != body || !strings.HasPrefix(strings.TrimSpace(body), "{") {
				t.Errorf("got %+v, error %v; want an error", a, err)
			}
			return
		}
		text := e.Error()
		if len(text) > 1024 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(text) {
			t.Errorf("got error %q, want one short line", text)
		}
		if e.Hint() == "" || e.RetryAfter < 0 || e.RetryAfter > uplink.MaxRetryAfter || strings.HasPrefix(e.Kind.String(), "kind ") {
			t.Errorf("got %+v, want its members in their bounds", e)
		}
	})
}
