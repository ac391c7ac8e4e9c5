//go:build !windows

package agent

import (
	"context"
	"runtime"

	"github.com/rayscope/rayscope/internal/cli"
)

// Install is for Windows: other systems have files for it.
func Install(*cli.Values, Config) error { return noService("install") }

// Remove is for Windows, as Install.
func Remove(*cli.Values) error { return noService("remove") }

// AsService runs nothing: only Windows starts services in a way that they must know of.
func AsService(context.Context, func(context.Context) error) (is bool, err error) { return false, nil }

func noService(verb string) error {
	use := "the supervisor of your system"
	switch runtime.GOOS {
	case "linux":
		use = "systemd (deploy/systemd, or the packages)"
	case "darwin":
		use = "launchd (deploy/launchd)"
	}
	return cli.Usagef("%s is for services of Windows: here use %s; docs/daemon.md says how", verb, use)
}
