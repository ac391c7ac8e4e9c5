// Command rayscope is the server and its tools. It parses what it was called with, builds the rooms and runs them.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/rayscope/rayscope/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // from the first signal on the next one ends the process at once
	err := program().Run(ctx, arguments(os.Args), os.LookupEnv, cli.Streams{Out: os.Stdout, Err: os.Stderr})
	if err != nil {
		fmt.Fprintln(os.Stderr, "rayscope:", err)
	}
	os.Exit(cli.ExitCode(err))
}

func program() *cli.Program {
	return &cli.Program{
		Name:    "rayscope",
		Summary: "Rayscope is a self-hosted distributed tracing system that speaks AWS X-Ray.",
		Commands: []cli.Command{
			serveCommand(), demoCommand(), demoServiceCommand(), daemonCommand(),
			tracesCommand(), traceCommand(), mapCommand(), statsCommand(), tailCommand(), doctorCommand(), versionCommand(),
		},
	}
}
