package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// leastGzip is the size in bytes below which compressing saves nothing worth a header.
const leastGzip = 1024

// types names the content types of what Vite builds: the tables of the operating system differ between machines.
var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".ico":   "image/x-icon",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

// files prepares each built file when it is first asked for and keeps what it made. It is bounded by what is embedded.
type files struct {
	built fs.FS

	mu    sync.Mutex
	ready map[string]func() *file // Prepares once; nil when there is no such file.
}

func newFiles(built fs.FS) *files {
	return &files{built: built, ready: map[string]func() *file{}}
}

// open gives the named file, or nil when the build has none.
func (f *files) open(name string) *file {
	if info, err := fs.Stat(f.built, name); err != nil || info.IsDir() {
		return nil // Also keeps names that do not exist out of the map.
	}
	f.mu.Lock()
	prepare, known := f.ready[name]
	if !known {
		prepare = sync.OnceValue(func() *file { return f.prepare(name) })
		f.ready[name] = prepare
	}
	f.mu.Unlock()
	return prepare()
}

func (f *files) prepare(name string) *file {
	content, err := fs.ReadFile(f.built, name)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(content)
	made := &file{plain: content, tag: hex.EncodeToString(sum[:12]), contentType: typeOf(name)}
	if len(content) >= leastGzip && compressible(made.contentType) {
		made.zipped = gzipped(content)
	}
	return made
}

// file is one built file, ready to be sent.
type file struct {
	plain       []byte
	zipped      []byte // nil when compressing does not pay.
	tag         string // Hash of the content, for the entity tag.
	contentType string
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	body, tag := f.plain, `"`+f.tag+`"`
	if f.zipped != nil {
		header.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			body, tag = f.zipped, `"`+f.tag+`-gzip"`
			header.Set("Content-Encoding", "gzip")
		}
	}
	header.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", f.contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	// A failed write means that the browser went away; there is nobody to tell.
	_, _ = w.Write(body)
}

func typeOf(name string) string {
	if known, ok := types[path.Ext(name)]; ok {
		return known
	}
	return "application/octet-stream"
}

func compressible(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || contentType == "image/svg+xml" || contentType == "application/json"
}

func gzipped(content []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	// Writes to a buffer do not fail.
	_, _ = w.Write(content)
	_ = w.Close()
	return bytes.Clone(out.Bytes())
}

// acceptsGzip reads Accept-Encoding as far as it matters: gzip is named and not refused by a zero weight.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		weight, found := strings.CutPrefix(strings.TrimSpace(params), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !found || err != nil || q > 0
	}
	return false
}

// matches tells whether If-None-Match names the tag. Weak tags compare equal, as HTTP wants it for GET.
func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == tag || part == "*" {
			return true
		}
	}
	return false
}
