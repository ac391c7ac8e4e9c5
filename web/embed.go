// Package web holds the built console, so that the binary is all there is to install. Without a build it holds the
// placeholder page alone, and `go build ./...` works without Node.js.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files are the built console: index.html with its assets, or no more than placeholder.html.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is a constant
	}
	return files
}
