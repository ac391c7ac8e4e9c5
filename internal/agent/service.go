package agent

import (
	"path/filepath"
	"strings"

	"github.com/rayscope/rayscope/internal/cli"
)

// ServiceName is what AWS' documentation names the Windows service of its daemon.
const ServiceName = "AWSXRayDaemon"

// serviceArguments are what the service starts with: the command and the flags that were given. Its working directory is another one, so
// paths become absolute; it has no console, so that the log gets a file if it has none.
func serviceArguments(v *cli.Values, c Config, logFile string) ([]string, error) {
	args := []string{"daemon"}
	for _, f := range v.Flags() {
		name, value, _ := strings.Cut(strings.TrimPrefix(f, "--"), "=")
		switch name {
		case "service-name":
			continue
		case "config", "log-file", "spool-dir":
			if value == "" {
				continue
			}
			path, err := filepath.Abs(value)
			if err != nil {
				return nil, err
			}
			f = "--" + name + "=" + path
		}
		args = append(args, f)
	}
	if c.Log.File == "" {
		args = append(args, "--log-file="+logFile)
	}
	return args, nil
}
