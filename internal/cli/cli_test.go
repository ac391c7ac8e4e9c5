package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/cli"
)

// program has a command "serve" that prints its settings, and one "version".
func program() *cli.Program {
	return &cli.Program{
		Name:    "rayscope",
		Summary: "Rayscope is a test.",
		Commands: []cli.Command{
			{
				Name: "serve", Summary: "Serve.", About: "Serve serves.", Example: "rayscope serve --port=1",
				Settings: []cli.Setting{
					{Name: "data-dir", Value: "DIR", Default: "/data", Help: "Where the data is."},
					{Name: "port", Value: "N", Default: "80", Help: "Number of\nthe port."},
					{Name: "daemon-listen", Value: "HOST:PORT", Default: "", Help: "Address."},
				},
				Run: func(_ context.Context, v *cli.Values, s cli.Streams) error {
					port := cli.Read(v, "port", strconv.Atoi)
					if v.Text("data-dir") == "" {
						v.Wrong("data-dir", errors.New("a directory is needed, for example /data"))
					}
					if err := v.Err(); err != nil {
						return err
					}
					fmt.Fprintf(s.Out, "%s given=%v port=%d daemon=%q", v.Text("data-dir"), v.Given("data-dir"), port, v.Text("daemon-listen"))
					return nil
				},
			},
			{
				Name: "find", Summary: "Find.", About: "Find finds.", Example: "rayscope find x", Args: "[WORD ...]",
				Settings: []cli.Setting{
					{Name: "all", Default: "not all", Help: "Find all."},
					{Name: "port", Value: "N", Default: "1", Help: "Port.", FlagOnly: true},
				},
				Run: func(_ context.Context, v *cli.Values, s cli.Streams) error {
					all := v.Switch("all", false)
					if err := v.Err(); err != nil {
						return err
					}
					fmt.Fprintf(s.Out, "%q all=%v port=%s", v.Args(), all, v.Text("port"))
					return nil
				},
			},
			{
				Name: "send", Summary: "Send.", About: "Send sends.", Example: "rayscope send -t x",
				Settings: []cli.Setting{
					{Name: "to", Short: "t", Value: "URL", Default: "home", Help: "Where to.", Repeat: true},
					{Name: "slow", Short: "s", Default: "fast", Help: "Slowly."},
					{Name: "size", Short: "n", Value: "N", Default: "1", Help: "Size."},
				},
				Run: func(_ context.Context, v *cli.Values, s cli.Streams) error {
					slow := v.Switch("slow", false)
					if err := v.Err(); err != nil {
						return err
					}
					fmt.Fprintf(s.Out, "%q by %s given=%v slow=%v size=%s", v.Texts("to"), v.Origin("to"), v.Given("to"), slow, v.Text("size"))
					return nil
				},
			},
			{Name: "version", Summary: "Say the version.", About: "Version says it.", Example: "rayscope version",
				Run: func(_ context.Context, _ *cli.Values, s cli.Streams) error {
					fmt.Fprint(s.Out, "v1")
					return nil
				}},
			{Name: "fail", Run: func(context.Context, *cli.Values, cli.Streams) error { return errors.New("disk on fire") }},
		},
	}
}

func TestRun(t *testing.T) {
	for _, c := range []struct {
		args string
		env  string // NAME=value, blank between
		out  string
		err  string
		code int
	}{
		{"serve", "", `/data given=false port=80 daemon=""`, "", 0},
		{"serve --data-dir=/x -port 81", "", `/x given=true port=81 daemon=""`, "", 0},
		{"serve", "RAYSCOPE_DATA_DIR=/e RAYSCOPE_PORT=82", `/e given=true port=82 daemon=""`, "", 0},
		{"serve --port=83", "RAYSCOPE_PORT=82", `/data given=false port=83 daemon=""`, "", 0},
		{"serve --port=83", "RAYSCOPE_PORT=x", `/data given=false port=83 daemon=""`, "", 0},
		{"serve --daemon-listen=", "RAYSCOPE_DAEMON_LISTEN=x", `/data given=false port=80 daemon=""`, "", 0},
		{"serve --port=x", "", "", `serve: --port "x": strconv.Atoi: parsing "x": invalid syntax`, 2},
		{"serve", "RAYSCOPE_PORT=x", "", `serve: --port "x" (from RAYSCOPE_PORT): strconv.Atoi: parsing "x": invalid syntax`, 2},
		{"serve --port=x --data-dir=", "", "", "serve: 2 settings cannot be used:\n" +
			`  --port "x": strconv.Atoi: parsing "x": invalid syntax` + "\n" +
			`  --data-dir "": a directory is needed, for example /data` + "\n" +
			`"rayscope help serve" explains the settings`, 2},
		{"serve --data-dri=/x", "", "", "serve: unknown flag --data-dri, did you mean --data-dir?", 2},
		{"serve --daemon=x", "", "", "serve: unknown flag --daemon, did you mean --daemon-listen?", 2},
		{"serve --colour", "", "", "serve: unknown flag --colour", 2},
		{"serve --port", "", "", "serve: flag needs an argument: -port", 2},
		{"serve now", "", "", `serve: unexpected argument "now": settings are given as --name=value`, 2},
		{"find a b", "", `["a" "b"] all=false port=1`, "", 0},
		{"find a --all b --port 2 c", "", `["a" "b" "c"] all=true port=2`, "", 0},
		{"find --all=false a -- --port b -- c", "RAYSCOPE_ALL=1 RAYSCOPE_PORT=3", `["a" "--port" "b" "--" "c"] all=false port=1`, "", 0},
		{"find -- -a", "RAYSCOPE_ALL=1", `["-a"] all=true port=1`, "", 0},
		{"find a --ball", "", "", "find: unknown flag --ball, did you mean --all?", 2},
		{"find", "RAYSCOPE_ALL=some", "", `find: --all "some" (from RAYSCOPE_ALL): true or false is needed`, 2},
		{"send", "", `["home"] by --to given=false slow=false size=1`, "", 0},
		{"send -s -t a --to=b -to c -n=2", "", `["a" "b" "c"] by --to given=true slow=true size=2`, "", 0},
		{"send -n 2 --size 3 -s=false", "RAYSCOPE_SLOW=true RAYSCOPE_TO=a,,b", `["a" "b"] by RAYSCOPE_TO given=true slow=false size=3`, "", 0},
		{"send --size 3 -n 2", "RAYSCOPE_TO=", `[""] by RAYSCOPE_TO given=true slow=false size=2`, "", 0},
		{"send -t x", "RAYSCOPE_TO=a,,b", `["x"] by --to given=true slow=false size=1`, "", 0},
		{"send -s=maybe", "", "", `send: --slow "maybe": true or false is needed`, 2},
		{"send -x", "", "", "send: unknown flag -x", 2},
		{"version", "", "v1", "", 0},
		{"--version", "", "v1", "", 0},
		{"version --x", "", "", "version: unknown flag -x", 2},
		{"sevre", "", "", `unknown command "sevre", did you mean serve?; "rayscope help" lists the commands`, 2},
		{"quux", "", "", `unknown command "quux"; "rayscope help" lists the commands`, 2},
		{"--port=1 serve", "", "", `a command comes before its flags: rayscope COMMAND --port=1; "rayscope help" lists the commands`, 2},
		{"help nothing", "", "", `unknown command "nothing"; "rayscope help" lists the commands`, 2},
		{"", "", "", "a command is needed", 2},
		{"fail", "", "", "fail: disk on fire", 1},
	} {
		out, err := run(c.args, c.env)
		if got := fmt.Sprint(err); out != c.out || got != c.err && !(err == nil && c.err == "") || cli.ExitCode(err) != c.code {
			t.Errorf("rayscope %s (%s): got %q, error %q, code %d; want %q, error %q, code %d",
				c.args, c.env, out, got, cli.ExitCode(err), c.out, c.err, c.code)
		}
	}
}

func run(args, env string) (out string, err error) {
	lookup := func(name string) (string, bool) {
		for _, e := range strings.Fields(env) {
			if n, v, _ := strings.Cut(e, "="); n == name {
				return v, true
			}
		}
		return "", false
	}
	var o, e bytes.Buffer
	err = program().Run(context.Background(), strings.Fields(args), lookup, cli.Streams{Out: &o, Err: &e})
	return o.String(), err
}

func TestHelp(t *testing.T) {
	list := `Rayscope is a test.

Usage: rayscope COMMAND [--setting=value ...]

Commands:
  serve      Serve.
  find       Find.
  send       Send.
  version    Say the version.
  fail       
  help       Explain a command: rayscope help COMMAND
`
	serve := `Serve serves.

Usage: rayscope serve [--setting=value ...]

Example:
  rayscope serve --port=1

Settings, in brackets the environment variables for them; a flag comes before its variable:
  --data-dir DIR  (RAYSCOPE_DATA_DIR)
      Where the data is.
      Default: /data
  --port N  (RAYSCOPE_PORT)
      Number of
      the port.
      Default: 80
  --daemon-listen HOST:PORT  (RAYSCOPE_DAEMON_LISTEN)
      Address.
      Default: ""
`
	find := `Find finds.

Usage: rayscope find [WORD ...] [--setting=value ...]

Example:
  rayscope find x

Settings, in brackets the environment variables for them; a flag comes before its variable:
  --all  (RAYSCOPE_ALL)
      Find all.
      Default: not all
  --port N
      Port.
      Default: 1
`
	send := `Send sends.

Usage: rayscope send [--setting=value ...]

Example:
  rayscope send -t x

Settings, in brackets the environment variables for them; a flag comes before its variable:
  -t, --to URL ...  (RAYSCOPE_TO)
      Where to.
      Default: home
  -s, --slow  (RAYSCOPE_SLOW)
      Slowly.
      Default: fast
  -n, --size N  (RAYSCOPE_SIZE)
      Size.
      Default: 1
`
	for args, want := range map[string]string{
		"help find": find, "help send": send,
		"help": list, "--help": list, "-h": list,
		"help serve": serve, "serve --help": serve, "serve -h": serve,
		"help version": "Version says it.\n\nUsage: rayscope version\n\nExample:\n  rayscope version\n",
	} {
		if got, err := run(args, ""); err != nil || got != want {
			t.Errorf("rayscope %s: got error %v and\n%s\nwant\n%s", args, err, got, want)
		}
	}
}
