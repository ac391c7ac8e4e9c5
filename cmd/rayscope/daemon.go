package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/rayscope/rayscope/internal/agent"
	"github.com/rayscope/rayscope/internal/cli"
)

func daemonCommand() cli.Command {
	return cli.Command{
		Name:    "daemon",
		Summary: "Run an X-Ray daemon that sends to a Rayscope, to AWS, or to both",
		About: "Runs beside applications in place of the X-Ray daemon, with its flags and its cfg.yaml. What their SDKs send to port 2000\n" +
			"goes to one endpoint or several; while one is away, documents wait in memory and in the spool. A program named xray that is\n" +
			"this one, or a link to it, needs no command: xray -o -n us-west-2. SIGHUP makes it read its settings again.",
		Example: "rayscope daemon --endpoint=http://127.0.0.1:1895 --endpoint=aws --spool-dir=/var/spool/rayscope\n" +
			"rayscope daemon -o -n us-west-2 -b 127.0.0.1:3000 -l debug",
		Settings: agent.Settings(),
		Run:      runDaemon,
	}
}

func runDaemon(ctx context.Context, v *cli.Values, s cli.Streams) error {
	if v.Switch("version", false) {
		_, err := fmt.Fprintln(s.Out, "Rayscope X-Ray daemon version:", version())
		return err
	}
	if err := v.Err(); err != nil {
		return err
	}
	reload := make(chan os.Signal, 1) // several that come while one is worked at are one
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)
	return agent.Run(ctx, agent.Options{
		Version: version(),
		Load:    func() (agent.Config, []string, error) { return agent.Load(v, agent.DefaultFiles()) },
		Env:     v.Env,
		Out:     s.Out,
		Err:     s.Err,
		Reload:  reload,
	})
}

// daemonNames are those of the X-Ray daemon's programs: who is called so is the daemon, so that start scripts need no change.
var daemonNames = []string{"xray", "xray_mac", "xray_windows"}

// arguments are those of the program, with the command that its name stands for.
func arguments(args []string) []string {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(args[0])), ".exe")
	if slices.Contains(daemonNames, name) {
		return append([]string{"daemon"}, args[1:]...)
	}
	return args[1:]
}
