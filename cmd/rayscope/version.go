package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/rayscope/rayscope/internal/cli"
)

// release is set by the linker for releases: -ldflags "-X main.release=v1.2.3".
var release string

func versionCommand() cli.Command {
	return cli.Command{
		Name:    "version",
		Summary: "Print the version",
		About:   "Prints the version of rayscope, the commit it was built from, the Go release and the platform.",
		Example: "rayscope version",
		Run: func(_ context.Context, _ *cli.Values, s cli.Streams) error {
			_, err := fmt.Fprintf(s.Out, "rayscope %s (%s, %s, %s/%s)\n", version(), commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// version is the release, else what Go knows of the module: "(devel)" in a checkout, a tag after go install.
func version() string {
	if release != "" {
		return release
	}
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "(devel)"
}

// commit is the commit of the checkout, with "+changes" if there were some.
func commit() string {
	id, changes := "commit unknown", ""
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return id
	}
	for _, s := range b.Settings {
		switch {
		case s.Key == "vcs.revision":
			id = "commit " + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changes = "+changes"
		}
	}
	return id + changes
}
