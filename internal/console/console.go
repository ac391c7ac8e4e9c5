// Package console serves the web console: the pages of the application and their assets, as embedded by package web.
//
// The console shares its address with the API. Owns tells which GET paths are its own; the API decides about all others.
// Every page of the application is the same index.html, which is asked for afresh each time and costs a 304 when it is
// unchanged. Assets carry a hash of their content in their name, so browsers may keep them for ever.
package console

import (
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/rayscope/rayscope/web"
)

// contentSecurityPolicy lets the console load its own files and talk to its own server, and nothing else. Inline styles
// are allowed because Cloudscape and the map position elements with them; inline scripts are not.
const contentSecurityPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; object-src 'none'; " +
	"base-uri 'none'; frame-ancestors 'none'; form-action 'none'"

const (
	indexFile       = "index.html"
	placeholderFile = "placeholder.html"
	assetPrefix     = "/assets/"

	// cacheForever is for assets: their names change with their content. A year is the longest that caches honour.
	cacheForever = "public, max-age=31536000, immutable"
	// cacheChecked makes the browser ask whether its copy is still the newest.
	cacheChecked = "no-cache"
)

// pages are the paths of the application. It answers for what is below them too, with a page of its own saying that
// there is no such page.
var pages = []string{"/map", "/traces", "/trace", "/start"}

// Owns tells whether a GET or HEAD of the URL path belongs to the console.
func Owns(urlPath string) bool {
	return isPage(urlPath) || strings.HasPrefix(urlPath, assetPrefix) || isRootFile(urlPath)
}

func isPage(urlPath string) bool {
	if urlPath == "/" {
		return true
	}
	for _, page := range pages {
		if rest, ok := strings.CutPrefix(urlPath, page); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

func isRootFile(urlPath string) bool {
	return urlPath == "/favicon.svg" || urlPath == "/favicon.ico"
}

// Handler serves the embedded console. It answers GET and HEAD of the paths that Owns names, and 404 for others.
func Handler() http.Handler { return handlerOf(web.Dist()) }

func handlerOf(built fs.FS) http.Handler {
	return &handler{files: newFiles(built)}
}

type handler struct {
	files *files
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setSecurityHeaders(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the console only answers GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	name, caching := fileFor(r.URL.Path)
	file := h.files.open(name)
	if file == nil && name == indexFile {
		file = h.files.open(placeholderFile)
	}
	if file == nil {
		http.Error(w, "the console has no file "+path.Base(r.URL.Path), http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", caching)
	file.serve(w, r)
}

// fileFor names the file that answers a path, and how long browsers may keep it.
func fileFor(urlPath string) (name, caching string) {
	switch {
	case isPage(urlPath):
		return indexFile, cacheChecked
	case strings.HasPrefix(urlPath, assetPrefix):
		return strings.TrimPrefix(urlPath, "/"), cacheForever
	default:
		return strings.TrimPrefix(urlPath, "/"), cacheChecked
	}
}

func setSecurityHeaders(header http.Header) {
	header.Set("Content-Security-Policy", contentSecurityPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
}
