package cli

import (
	"fmt"
	"io"
	"strings"
)

// help lists the commands.
func (p *Program) help(w io.Writer) {
	fmt.Fprintf(w, "%s\n\nUsage: %s COMMAND [--setting=value ...]\n\nCommands:\n", p.Summary, p.Name)
	for _, c := range p.Commands {
		if !c.Hidden {
			fmt.Fprintf(w, "  %-10s %s\n", c.Name, c.Summary)
		}
	}
	fmt.Fprintf(w, "  %-10s Explain a command: %s help COMMAND\n", "help", p.Name)
}

func (p *Program) helpOn(args []string, s Streams) error {
	if len(args) == 0 {
		p.help(s.Out)
		return nil
	}
	c, err := p.command(args[0])
	if err == nil {
		p.commandHelp(s.Out, c)
	}
	return err
}

func (p *Program) commandHelp(w io.Writer, c *Command) {
	fmt.Fprintf(w, "%s\n\nUsage: %s %s", c.About, p.Name, c.Name)
	if c.Args != "" {
		fmt.Fprintf(w, " %s", c.Args)
	}
	if len(c.Settings) > 0 {
		fmt.Fprint(w, " [--setting=value ...]")
	}
	fmt.Fprintf(w, "\n\nExample:\n  %s\n", strings.ReplaceAll(c.Example, "\n", "\n  "))
	if len(c.Settings) == 0 {
		return
	}
	fmt.Fprint(w, "\nSettings, in brackets the environment variables for them; a flag comes before its variable:\n")
	for _, s := range c.Settings {
		fmt.Fprintf(w, "  %s\n", p.usage(&s))
		fmt.Fprintf(w, "      %s\n", strings.ReplaceAll(s.Help, "\n", "\n      "))
		fmt.Fprintf(w, "      Default: %s\n", orNone(s.Default))
	}
}

// usage is how a setting is given.
func (p *Program) usage(s *Setting) string {
	u := "--" + s.Name
	if s.Short != "" {
		u = "-" + s.Short + ", " + u
	}
	if s.Value != "" {
		u += " " + s.Value
	}
	if s.Repeat {
		u += " ..."
	}
	if !s.FlagOnly {
		u += "  (" + p.Variable(s.Name) + ")"
	}
	return u
}

func orNone(s string) string {
	if s == "" {
		return `""`
	}
	return s
}
