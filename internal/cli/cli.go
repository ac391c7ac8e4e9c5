// Package cli is the command line: commands with settings that come from flags, environment variables and defaults, in
// that order of precedence, with help and with errors that say what to do.
//
// The flag package does the parsing. This package adds the environment (--data-dir is also RAYSCOPE_DATA_DIR), reads
// every setting as text first, so that one run reports all that is wrong, and suggests what may have been meant.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Program is a set of commands.
type Program struct {
	Name     string // "rayscope": also, in upper case, the prefix of environment variables
	Summary  string // what it is, one sentence
	Commands []Command
}

// A Command is one verb of the program.
type Command struct {
	Name     string
	Summary  string // one line, for the list of commands
	About    string // paragraphs for its own help
	Example  string
	Args     string // what may stand beside the settings, for the help: "[EXPR]"; empty: nothing
	Settings []Setting
	Run      func(context.Context, *Values, Streams) error
}

// A Setting is a flag that is also an environment variable.
type Setting struct {
	Name     string // "data-dir"
	Value    string // what stands for its value in the help: "DIR"; empty for a switch, which is "true" or "false"
	Default  string // of a switch: what holds when it is not given, in words
	Help     string
	FlagOnly bool // the environment variable of this name belongs to another command and means something else there
}

// Streams is where a command writes: data to Out, talk to Err.
type Streams struct {
	Out, Err io.Writer
}

// A UsageError says that the program was called wrongly.
type UsageError struct{ err error }

func (e *UsageError) Error() string { return e.err.Error() }
func (e *UsageError) Unwrap() error { return e.err }

// Usagef makes a UsageError.
func Usagef(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// Exit codes.
const (
	ExitOK     = 0
	ExitFailed = 1
	ExitUsage  = 2
)

// ExitCode is what the process ends with after err.
func ExitCode(err error) int {
	switch usage := (*UsageError)(nil); {
	case err == nil:
		return ExitOK
	case errors.As(err, &usage):
		return ExitUsage
	}
	return ExitFailed
}

// Env looks an environment variable up, as os.LookupEnv does.
type Env func(name string) (string, bool)

// Run runs the command that args name, args being without the program's own name.
func (p *Program) Run(ctx context.Context, args []string, env Env, s Streams) error {
	if len(args) == 0 {
		p.help(s.Err)
		return Usagef("a command is needed")
	}
	switch name := args[0]; name {
	case "-h", "-help", "--help":
		p.help(s.Out)
		return nil
	case "help":
		return p.helpOn(args[1:], s)
	case "-version", "--version":
		args = []string{"version"}
	}
	c, err := p.command(args[0])
	if err != nil {
		return err
	}
	v, err := p.values(c, args[1:], env)
	switch {
	case errors.Is(err, flag.ErrHelp):
		p.commandHelp(s.Out, c)
		return nil
	case err != nil:
		return Usagef("%s: %w", c.Name, err)
	}
	if err := c.Run(ctx, v, s); err != nil {
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	return nil
}

func (p *Program) command(name string) (*Command, error) {
	for i := range p.Commands {
		if p.Commands[i].Name == name {
			return &p.Commands[i], nil
		}
	}
	var names []string
	for _, c := range p.Commands {
		names = append(names, c.Name)
	}
	if strings.HasPrefix(name, "-") {
		return nil, Usagef("a command comes before its flags: %s COMMAND %s; %q lists the commands", p.Name, name, p.Name+" help")
	}
	return nil, Usagef("unknown command %q%s; %q lists the commands", name, didYouMean(name, "", append(names, "help")), p.Name+" help")
}

// values reads arguments, flags and environment. flag.ErrHelp asks for help.
func (p *Program) values(c *Command, args []string, env Env) (*Values, error) {
	f := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	v := &Values{command: c.Name, program: p.Name, env: env, values: make(map[string]value, len(c.Settings))}
	for _, s := range c.Settings {
		s.define(f)
		v.values[s.Name] = value{text: s.Default}
		if s.FlagOnly {
			continue
		}
		if text, ok := env(p.Variable(s.Name)); ok {
			v.values[s.Name] = value{text: text, given: true, variable: p.Variable(s.Name)}
		}
	}
	var err error
	if v.args, err = parse(f, args); err != nil {
		return nil, explain(err, c)
	}
	if c.Args == "" && len(v.args) > 0 {
		return nil, fmt.Errorf("unexpected argument %q: settings are given as --name=value", v.args[0])
	}
	f.Visit(func(f *flag.Flag) { v.values[f.Name] = value{text: f.Value.String(), given: true} })
	return v, nil
}

// define adds the setting to the flags.
func (s *Setting) define(f *flag.FlagSet) {
	if s.Value == "" {
		f.Bool(s.Name, false, "")
		return
	}
	f.String(s.Name, s.Default, "")
}

// parse reads flags and gives back the arguments between and behind them; behind "--" everything is an argument.
func parse(f *flag.FlagSet, args []string) (others []string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		rest := f.Args()
		if n := len(args) - len(rest); len(rest) == 0 || n > 0 && args[n-1] == "--" {
			return append(others, rest...), nil
		}
		others, args = append(others, rest[0]), rest[1:]
	}
}

// Variable is the environment variable of a setting.
func (p *Program) Variable(setting string) string {
	return strings.ToUpper(p.Name + "_" + strings.ReplaceAll(setting, "-", "_"))
}

// explain adds to the flag package's error for an unknown flag what may have been meant.
func explain(err error, c *Command) error {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		return err
	}
	var names []string
	for _, s := range c.Settings {
		names = append(names, s.Name)
	}
	return fmt.Errorf("unknown flag --%s%s", name, didYouMean(name, "--", names))
}

// didYouMean is ", did you mean ...?" with the name that is closest, if one is close.
func didYouMean(name, prefix string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	best := slices.MinFunc(names, func(a, b string) int { return distance(name, a) - distance(name, b) })
	// Beyond a third of its letters a name is another word; two are swapped easily. A name that was cut short is meant all the same.
	if d := distance(name, best); d > max(2, len(best)/3) {
		i := slices.IndexFunc(names, func(n string) bool { return len(name) > 1 && strings.HasPrefix(n, name) })
		if i < 0 {
			return ""
		}
		best = names[i]
	}
	return fmt.Sprintf(", did you mean %s%s?", prefix, best)
}

// distance is the number of letters to insert, remove or change to get from a to b.
func distance(a, b string) int {
	const longest = 64 // no name is; a long argument is not worth the time
	if len(a) > longest {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left, diagonal := i+1, row[0]
		row[0] = left
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			left, diagonal = min(left+1, row[j+1]+1, diagonal+cost), row[j+1]
			row[j+1] = left
		}
	}
	return row[len(b)]
}
