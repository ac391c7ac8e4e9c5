package console_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rayscope/rayscope/internal/console"
	"github.com/rayscope/rayscope/web"
)

const script = "console.log('light, light, light, light, light, light, light, light, light')"

func built() fstest.MapFS {
	return fstest.MapFS{
		"index.html":         {Data: []byte("<title>Rayscope</title>")},
		"placeholder.html":   {Data: []byte("not built")},
		"favicon.svg":        {Data: []byte("<svg/>")},
		"assets/app-1a2b.js": {Data: []byte(script)},
	}
}

func get(t *testing.T, c *console.Console, method, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPaths(t *testing.T) {
	c, err := console.New(built())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path, want, cache string // want "": not the console's
	}{
		{"/", "<title>Rayscope</title>", "no-cache"},
		{"/map", "<title>Rayscope</title>", "no-cache"},
		{"/traces", "<title>Rayscope</title>", "no-cache"},
		{"/trace/1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14", "<title>Rayscope</title>", "no-cache"},
		{"/start", "<title>Rayscope</title>", "no-cache"},
		{"/favicon.svg", "<svg/>", "no-cache"},
		{"/assets/app-1a2b.js", script, "public, max-age=31536000, immutable"},
		{"/assets/app-old.js", "", ""},
		{"/index.html", "", ""},
		{"/placeholder.html", "", ""},
		{"//map", "", ""},
		{"/TraceSummaries", "", ""},
		{"/rayscope/v1/info", "", ""},
	} {
		if got := c.Owns(tt.path); got != (tt.want != "") {
			t.Errorf("Owns(%s) = %t, want %t", tt.path, got, tt.want != "")
		}
		r := get(t, c, http.MethodGet, "http://127.0.0.1"+tt.path)
		if tt.want == "" {
			if r.StatusCode != http.StatusNotFound {
				t.Errorf("GET %s: got %d, want 404", tt.path, r.StatusCode)
			}
			continue
		}
		if got := body(t, r.Body); r.StatusCode != http.StatusOK || got != tt.want || r.Header.Get("Cache-Control") != tt.cache {
			t.Errorf("GET %s: got %d %q, %s; want 200 %q, %s", tt.path, r.StatusCode, got, r.Header.Get("Cache-Control"), tt.want, tt.cache)
		}
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		} {
			if got := r.Header.Get(header); !strings.HasPrefix(got, want) {
				t.Errorf("GET %s: header %s is %q, want %q", tt.path, header, got, want)
			}
		}
	}
}

func TestTransport(t *testing.T) {
	c, err := console.New(built())
	if err != nil {
		t.Fatal(err)
	}
	const asset = "/assets/app-1a2b.js"
	r := get(t, c, http.MethodGet, asset, "Accept-Encoding", "br, gzip")
	z, err := gzip.NewReader(r.Body)
	if err != nil || r.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("asked for gzip: encoding %q, error %v", r.Header.Get("Content-Encoding"), err)
	}
	if got := body(t, z); got != script {
		t.Errorf("unzipped: got %q, want %q", got, script)
	}
	if again := get(t, c, http.MethodGet, asset, "Accept-Encoding", "gzip", "If-None-Match", r.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("asked again with the ETag %s: got %d, want 304", r.Header.Get("ETag"), again.StatusCode)
	}
	if plain := get(t, c, http.MethodGet, asset, "If-None-Match", r.Header.Get("ETag")); plain.StatusCode != http.StatusOK {
		t.Errorf("asked for plain bytes with the ETag of the zipped ones: got %d, want 200", plain.StatusCode)
	}
	if head := get(t, c, http.MethodHead, asset); head.StatusCode != http.StatusOK || body(t, head.Body) != "" {
		t.Errorf("HEAD: got %d with a body, or not 200", head.StatusCode)
	}
}

func TestPlaceholder(t *testing.T) {
	files := built()
	delete(files, "index.html")
	c, err := console.New(files)
	if err != nil {
		t.Fatal(err)
	}
	if got := body(t, get(t, c, http.MethodGet, "/map").Body); got != "not built" {
		t.Errorf("without a build: got %q, want the placeholder", got)
	}
	if _, err := console.New(fstest.MapFS{}); err == nil {
		t.Error("no files at all: got no error")
	}
}

// The mock of the console sends the same policy, so that pages made with it work here.
func TestPolicyOfMock(t *testing.T) {
	source, err := os.ReadFile("../../web/mock/plugin.ts")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(source), "contentSecurityPolicy =\n")
	definition, _, ended := strings.Cut(rest, ";\n")
	if !found || !ended {
		t.Fatal("web/mock/plugin.ts has no contentSecurityPolicy")
	}
	var want strings.Builder
	for _, part := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(definition, -1) {
		want.WriteString(part[1])
	}
	c, err := console.New(built())
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, c, http.MethodGet, "/").Header.Get("Content-Security-Policy"); got != want.String() {
		t.Errorf("the policy differs from the mock's:\n got %s\nwant %s", got, want.String())
	}
}

// What is compiled in can be served, built or not.
func TestEmbedded(t *testing.T) {
	c, err := console.New(web.Files())
	if err != nil {
		t.Fatal(err)
	}
	r := get(t, c, http.MethodGet, "/")
	if got := body(t, r.Body); r.StatusCode != http.StatusOK || !strings.Contains(got, "Rayscope") {
		t.Errorf("GET /: got %d %.100q, want a page that names Rayscope", r.StatusCode, got)
	}
}
