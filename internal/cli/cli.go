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
	"unicode"
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
	Hidden   bool // only the program itself calls it: it is not listed
	Run      func(context.Context, *Values, Streams) error
}

// A Setting is a flag that is also an environment variable.
type Setting struct {
	Name     string // "data-dir"
	Short    string // "d", for -d; empty: it has none
	Value    string // what stands for its value in the help: "DIR"; empty for a switch, which is "true" or "false"
	Default  string // of a switch: what holds when it is not given, in words
	Help     string
	Repeat   bool // may be given more than once; in the environment the values stand beside each other, with commas or blanks between
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
	return nil, Usagef("unknown command %q%s; %q lists the commands", name, DidYouMean(name, "", append(names, "help")), p.Name+" help")
}

// values reads arguments, flags and environment. flag.ErrHelp asks for help.
func (p *Program) values(c *Command, args []string, env Env) (*Values, error) {
	f := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	v := &Values{command: c.Name, program: p.Name, env: env, values: make(map[string]value, len(c.Settings))}
	flags := make(map[string]*texts, len(c.Settings))
	for _, s := range c.Settings {
		flags[s.Name] = s.define(f)
		v.values[s.Name] = p.standing(&s, env)
	}
	var err error
	if v.args, err = parse(f, args); err != nil {
		return nil, explain(err, c)
	}
	if c.Args == "" && len(v.args) > 0 {
		return nil, fmt.Errorf("unexpected argument %q: settings are given as --name=value", v.args[0])
	}
	for name, t := range flags {
		if len(t.given) > 0 {
			v.values[name] = value{texts: t.given, given: true}
		}
	}
	return v, nil
}

// standing is what holds for the setting unless a flag says otherwise: the environment variable, else the default.
func (p *Program) standing(s *Setting, env Env) value {
	if s.FlagOnly {
		return value{texts: []string{s.Default}}
	}
	text, ok := env(p.Variable(s.Name))
	switch {
	case !ok:
		return value{texts: []string{s.Default}}
	case s.Repeat:
		each := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
		if len(each) == 0 {
			each = []string{""}
		}
		return value{texts: each, given: true, variable: p.Variable(s.Name)}
	}
	return value{texts: []string{text}, given: true, variable: p.Variable(s.Name)}
}

// define adds the setting to the flags, under both names if it has two.
func (s *Setting) define(f *flag.FlagSet) *texts {
	t := &texts{repeat: s.Repeat, toggle: s.Value == ""}
	f.Var(t, s.Name, "")
	if s.Short != "" {
		f.Var(t, s.Short, "")
	}
	return t
}

// texts is a flag's values as they were given: one, the last, unless the setting is repeated.
type texts struct {
	given          []string
	repeat, toggle bool
}

func (t *texts) Set(s string) error {
	if !t.repeat {
		t.given = t.given[:0]
	}
	t.given = append(t.given, s)
	return nil
}

func (t *texts) String() string   { return strings.Join(t.given, ",") }
func (t *texts) IsBoolFlag() bool { return t.toggle }

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
	if len(name) == 1 { // every other letter is close to it
		return fmt.Errorf("unknown flag -%s", name)
	}
	return fmt.Errorf("unknown flag --%s%s", name, DidYouMean(name, "--", names))
}

// DidYouMean is ", did you mean ...?" with the name that is closest, if one is close.
func DidYouMean(name, prefix string, names []string) string {
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
