// Package console serves the web console: one page for all its routes, and the assets that the page asks for.
//
// The console is a thin client of the API on the same origin. Its pages may load nothing from elsewhere and be framed by
// nobody, which the headers of every answer say.
package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
)

// Names of the files that are no assets. Without a build there is the placeholder alone.
const (
	indexFile       = "index.html"
	placeholderFile = "placeholder.html"
)

// assets is the folder of files whose names change with their content.
const assets = "assets/"

// routes are the first parts of the paths that the page itself takes apart.
var routes = []string{
	"", "map", "traces", "trace", "trace-file", "compare", "analytics", "insights", "groups", "sampling", "settings", "check", "start",
}

// policy lets the page use what comes from its own origin. Cloudscape and the charts set styles on elements.
const policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
	"connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"

// A Console answers GET and HEAD for the paths that it owns. It is an http.Handler, safe for concurrent use.
type Console struct {
	files map[string]source // by path without the leading slash
	page  source
}

// A source reads, hashes and compresses a file when it is first asked for, and keeps it: a start costs nothing, and a
// server whose console nobody opens holds none of it.
type source func() (*file, error)

type file struct {
	kind, hash string
	cache      string
	plain      []byte
	zipped     []byte // nil where compression gains nothing
}

// New serves the files of a built console, or the placeholder if there is no more.
func New(files fs.FS) (*Console, error) {
	c := &Console{files: make(map[string]source)}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		c.files[name] = sync.OnceValues(func() (*file, error) { return load(files, name) })
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the console: %w", err)
	}
	if c.page = c.files[indexFile]; c.page == nil {
		c.page = c.files[placeholderFile]
	}
	if c.page == nil {
		return nil, errors.New("read the console: neither " + indexFile + " nor " + placeholderFile + " is there")
	}
	delete(c.files, indexFile)
	delete(c.files, placeholderFile)
	return c, nil
}

func load(files fs.FS, name string) (*file, error) {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	f := &file{kind: kindOf(name), hash: fmt.Sprintf("%x", sha256.Sum256(b))[:16], cache: "no-cache", plain: b}
	if strings.HasPrefix(name, assets) {
		f.cache = "public, max-age=31536000, immutable" // a year: another content has another name
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := io.Copy(w, bytes.NewReader(b)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if z.Len() < len(b) {
		f.zipped = z.Bytes()
	}
	return f, nil
}

// kinds are named here because the tables of operating systems differ, and browsers run no script that came as text/plain.
var kinds = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

func kindOf(name string) string {
	if kind, ok := kinds[path.Ext(name)]; ok {
		return kind
	}
	return "application/octet-stream"
}

// Owns tells whether a path belongs to the console.
func (c *Console) Owns(p string) bool { return c.find(p) != nil }

func (c *Console) find(p string) source {
	name := strings.TrimPrefix(p, "/")
	if f := c.files[name]; f != nil {
		return f
	}
	if first, _, _ := strings.Cut(name, "/"); slices.Contains(routes, first) && !strings.HasPrefix(name, "/") {
		return c.page
	}
	return nil
}

func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	read := c.find(r.URL.Path)
	if read == nil {
		http.NotFound(w, r)
		return
	}
	f, err := read()
	if err != nil {
		http.Error(w, fmt.Sprintf("read %s: %v", r.URL.Path, err), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", f.cache)
	h.Set("Vary", "Accept-Encoding")
	body, etag := f.plain, `"`+f.hash+`"`
	zipped := f.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	if zipped {
		body, etag = f.zipped, `"`+f.hash+`-gzip"` // other bytes: a cache must not mix them up
	}
	h.Set("ETag", etag)
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if zipped {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Type", f.kind)
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client is gone: nobody is left to tell
	}
}
