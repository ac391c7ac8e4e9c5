package console

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

var script = strings.Repeat("console.log('a script long enough to be worth compressing');\n", 40)

// built is what a build leaves behind, in small.
func built() fstest.MapFS {
	return fstest.MapFS{
		"index.html":          {Data: []byte("<!doctype html><title>Rayscope</title>")},
		"placeholder.html":    {Data: []byte("run make build")},
		"favicon.svg":         {Data: []byte("<svg/>")},
		"assets/main-1a2b.js": {Data: []byte(script)},
		"assets/font-3c.bin":  {Data: bytes.Repeat([]byte{0}, 4096)},
	}
}

func get(t *testing.T, h http.Handler, method, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	all, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("read body: %v", err)
	}
	return string(all)
}

func TestOwns(t *testing.T) {
	for _, tt := range []struct {
		path string
		want bool
	}{
		{"/", true},
		{"/map", true},
		{"/map/x", true},
		{"/traces", true},
		{"/trace/1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14", true},
		{"/trace", true},
		{"/start", true},
		{"/assets/main-1a2b.js", true},
		{"/favicon.svg", true},
		{"/favicon.ico", true},
		{"/Traces", false},
		{"/TraceSummaries", false},
		{"/tracesuffix", false},
		{"/mapper", false},
		{"/assets", false},
		{"/healthz", false},
		{"/metrics", false},
		{"/rayscope/v1/info", false},
		{"", false},
	} {
		if got := Owns(tt.path); got != tt.want {
			t.Errorf("Owns(%q) = %v, want %v", tt.path, got, tt.want)
		}
	}
}

func TestServe(t *testing.T) {
	h := handlerOf(built())
	for _, tt := range []struct {
		method, path string
		status       int
		contentType  string
		caching      string
		contains     string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", cacheChecked, "Rayscope"},
		{"GET", "/map", 200, "text/html; charset=utf-8", cacheChecked, "Rayscope"},
		{"GET", "/trace/1-0-0", 200, "text/html; charset=utf-8", cacheChecked, "Rayscope"},
		{"HEAD", "/start", 200, "text/html; charset=utf-8", cacheChecked, ""},
		{"GET", "/assets/main-1a2b.js", 200, "text/javascript; charset=utf-8", cacheForever, "console.log"},
		{"GET", "/assets/font-3c.bin", 200, "application/octet-stream", cacheForever, "\x00"},
		{"GET", "/favicon.svg", 200, "image/svg+xml", cacheChecked, "<svg/>"},
		{"GET", "/favicon.ico", 404, "text/plain; charset=utf-8", "", "favicon.ico"},
		{"GET", "/assets/missing.js", 404, "text/plain; charset=utf-8", "", "missing.js"},
		{"GET", "/assets/", 404, "text/plain; charset=utf-8", "", ""},
		{"GET", "/assets/../index.html", 404, "text/plain; charset=utf-8", "", ""},
		{"POST", "/map", 405, "text/plain; charset=utf-8", "", "GET and HEAD"},
	} {
		got := get(t, h, tt.method, tt.path)
		text := body(t, got)
		if got.StatusCode != tt.status || got.Header.Get("Content-Type") != tt.contentType || got.Header.Get("Cache-Control") != tt.caching {
			t.Errorf("%s %s = %d %q %q, want %d %q %q", tt.method, tt.path, got.StatusCode, got.Header.Get("Content-Type"),
				got.Header.Get("Cache-Control"), tt.status, tt.contentType, tt.caching)
		}
		if !strings.Contains(text, tt.contains) {
			t.Errorf("%s %s says %q, want it to contain %q", tt.method, tt.path, text, tt.contains)
		}
		if tt.method == "HEAD" && text != "" {
			t.Errorf("HEAD %s has a body of %d bytes, want none", tt.path, len(text))
		}
	}
}

func TestSecurityHeadersOnEveryAnswer(t *testing.T) {
	h := handlerOf(built())
	want := map[string]string{
		"Content-Security-Policy": contentSecurityPolicy,
		"X-Content-Type-Options":  "nosniff",
		"Referrer-Policy":         "no-referrer",
		"X-Frame-Options":         "DENY",
	}
	for _, path := range []string{"/", "/assets/main-1a2b.js", "/assets/missing.js"} {
		got := get(t, h, "GET", path)
		for name, value := range want {
			if got.Header.Get(name) != value {
				t.Errorf("GET %s: %s is %q, want %q", path, name, got.Header.Get(name), value)
			}
		}
	}
}

// TestPolicyIsTheOneOfTheMock keeps browser tests against the mock as strict as the server.
func TestPolicyIsTheOneOfTheMock(t *testing.T) {
	source, err := os.ReadFile("../../web/mock/plugin.ts")
	if err != nil {
		t.Fatalf("read the mock: %v", err)
	}
	definition := regexp.MustCompile(`(?s)contentSecurityPolicy =(.*?);\n\n`).FindSubmatch(source)
	if definition == nil {
		t.Fatal("the mock has no constant contentSecurityPolicy")
	}
	var policy strings.Builder
	for _, part := range regexp.MustCompile(`"([^"]*)"`).FindAllSubmatch(definition[1], -1) {
		policy.Write(part[1])
	}
	if policy.String() != contentSecurityPolicy {
		t.Errorf("the mock's policy is\n%s\nwant\n%s", policy.String(), contentSecurityPolicy)
	}
}

func TestGzip(t *testing.T) {
	h := handlerOf(built())
	for _, tt := range []struct {
		path, accept string
		want         bool
	}{
		{"/assets/main-1a2b.js", "gzip, deflate, br", true},
		{"/assets/main-1a2b.js", "br;q=1.0, GZIP;q=0.5", true},
		{"/assets/main-1a2b.js", "gzip;q=0", false},
		{"/assets/main-1a2b.js", "", false},
		{"/assets/font-3c.bin", "gzip", false}, // not text
		{"/favicon.svg", "gzip", false},        // too small
	} {
		got := get(t, h, "GET", tt.path, "Accept-Encoding", tt.accept)
		if zipped := got.Header.Get("Content-Encoding") == "gzip"; zipped != tt.want {
			t.Errorf("GET %s with Accept-Encoding %q: gzip is %v, want %v", tt.path, tt.accept, zipped, tt.want)
		}
	}
	zipped, err := gzip.NewReader(get(t, h, "GET", "/assets/main-1a2b.js", "Accept-Encoding", "gzip").Body)
	if err != nil {
		t.Fatalf("open gzip: %v", err)
	}
	if plain, err := io.ReadAll(zipped); err != nil || string(plain) != script {
		t.Errorf("unzipped script has %d bytes and error %v, want %d bytes", len(plain), err, len(script))
	}
}

func TestUnchangedIsNotSentAgain(t *testing.T) {
	h := handlerOf(built())
	for _, accept := range []string{"", "gzip"} {
		first := get(t, h, "GET", "/assets/main-1a2b.js", "Accept-Encoding", accept)
		tag := first.Header.Get("ETag")
		for _, header := range []string{tag, `"other", W/` + tag, "*"} {
			got := get(t, h, "GET", "/assets/main-1a2b.js", "Accept-Encoding", accept, "If-None-Match", header)
			if got.StatusCode != http.StatusNotModified || body(t, got) != "" {
				t.Errorf("If-None-Match %s with Accept-Encoding %q = %d, want 304 without a body", header, accept, got.StatusCode)
			}
		}
		if got := get(t, h, "GET", "/assets/main-1a2b.js", "Accept-Encoding", accept, "If-None-Match", `"other"`); got.StatusCode != 200 {
			t.Errorf("If-None-Match of other content = %d, want 200", got.StatusCode)
		}
	}
	plain := get(t, h, "GET", "/assets/main-1a2b.js").Header.Get("ETag")
	if zipped := get(t, h, "GET", "/assets/main-1a2b.js", "Accept-Encoding", "gzip").Header.Get("ETag"); zipped == plain {
		t.Errorf("both encodings have the tag %s, want two", plain)
	}
}

func TestPlaceholderWhenNotBuilt(t *testing.T) {
	files := built()
	delete(files, "index.html")
	got := get(t, handlerOf(files), "GET", "/map")
	if text := body(t, got); got.StatusCode != 200 || !strings.Contains(text, "make build") {
		t.Errorf("GET /map = %d %q, want 200 and the words \"make build\"", got.StatusCode, text)
	}
}

// TestEmbedded asks the real tree, built or not, for a page.
func TestEmbedded(t *testing.T) {
	got := get(t, Handler(), "GET", "/")
	if text := body(t, got); got.StatusCode != 200 || !strings.Contains(text, "Rayscope") {
		t.Errorf("GET / = %d %q, want 200 and a page that names Rayscope", got.StatusCode, text)
	}
}

func TestManyAtOnce(t *testing.T) {
	h := handlerOf(built())
	done := make(chan string)
	for range 16 {
		go func() { done <- get(t, h, "GET", "/assets/main-1a2b.js", "Accept-Encoding", "gzip").Header.Get("ETag") }()
	}
	first := <-done
	for range 15 {
		if tag := <-done; tag != first || tag == "" {
			t.Errorf("one of many answers has the tag %q, another %q", tag, first)
		}
	}
}
