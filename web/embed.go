// Package web holds the built console. The folder dist is made by "make build" (Vite); without it only the placeholder
// page is embedded, so that the module compiles where there is no Node.js.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist gives the built files, index.html and assets/ at its top. A tree that was not built has placeholder.html alone.
func Dist() fs.FS {
	built, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // The path is a constant and valid.
	}
	return built
}
