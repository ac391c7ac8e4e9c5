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
			"this one, or a link to it, needs no command: xray -o -n us-west-2. SIGHUP makes it read its settings again.\n\n" +
			"check asks the daemon that runs with the same settings, by --admin-listen, how it is, and ends with 1 if it is not well. install makes\n" +
			"a Windows service that starts with the flags beside it, remove ends and removes that.",
		Example: "rayscope daemon --endpoint=http://127.0.0.1:1895 --endpoint=aws --spool-dir=/var/spool/rayscope\n" +
			"rayscope daemon -o -n us-west-2 -b 127.0.0.1:3000 -l debug",
		Args:     "[check | install | remove]",
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
	switch args := v.Args(); len(args) {
	case 0:
		return superviseDaemon(ctx, v, s)
	case 1:
		return daemonVerb(ctx, args[0], v, s)
	default:
		return cli.Usagef("unexpected argument %q beside %s", args[1], args[0])
	}
}

// daemonVerb does something about a daemon that is another process, or will be.
func daemonVerb(ctx context.Context, verb string, v *cli.Values, s cli.Streams) error {
	c, _, err := agent.Load(v, agent.DefaultFiles())
	switch {
	case verb == "remove": // whatever its settings
		return agent.Remove(v)
	case verb != "check" && verb != "install":
		return cli.Usagef("unexpected argument %q: nothing, check, install or remove may stand beside the flags, which begin with a dash", verb)
	case err != nil:
		return err
	case verb == "check":
		return agent.Check(ctx, c, s.Out)
	}
	return agent.Install(v, c)
}

// superviseDaemon runs the daemon, as a service if Windows has started it as one.
func superviseDaemon(ctx context.Context, v *cli.Values, s cli.Streams) error {
	reload := make(chan os.Signal, 1) // several that come while one is worked at are one
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)
	run := func(ctx context.Context) error {
		return agent.Run(ctx, agent.Options{
			Version: version(),
			Load:    func() (agent.Config, []string, error) { return agent.Load(v, agent.DefaultFiles()) },
			Env:     v.Env,
			Out:     s.Out,
			Err:     s.Err,
			Reload:  reload,
		})
	}
	if is, err := agent.AsService(ctx, run); is || err != nil {
		return err
	}
	return run(ctx)
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
