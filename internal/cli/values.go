package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Values are the settings of one call. Reading one that is wrong is noted; Err reports all of them.
type Values struct {
	program, command string
	values           map[string]value
	args             []string
	env              Env
	wrong            []string
}

type value struct {
	texts    []string // one at least; more only of a setting that may be repeated
	given    bool     // by flag or variable; else it is the default
	variable string   // that gave it
}

// Env looks up an environment variable that is nobody's setting, such as HOME.
func (v *Values) Env(name string) (string, bool) { return v.env(name) }

// Given tells whether the setting was given, by flag or by environment variable.
func (v *Values) Given(name string) bool { return v.get(name).given }

// Args are the arguments that are no settings, in their order.
func (v *Values) Args() []string { return v.args }

// Text is the setting as it was given.
func (v *Values) Text(name string) string { return v.get(name).texts[0] }

// Texts is a setting that may be repeated, each as it was given.
func (v *Values) Texts(name string) []string { return v.get(name).texts }

// Origin is where the setting comes from, for messages: "--port", or the name of its environment variable.
func (v *Values) Origin(name string) string {
	if x := v.get(name); x.variable != "" {
		return x.variable
	}
	return "--" + name
}

// Read is the setting as parse reads it. An error is noted, and the zero value returned.
func Read[T any](v *Values, name string, parse func(string) (T, error)) T {
	t, err := parse(v.Text(name))
	if err != nil {
		v.Wrong(name, err)
		var zero T
		return zero
	}
	return t
}

// Switch is whether the switch is on: as given, else otherwise.
func (v *Values) Switch(name string, otherwise bool) bool {
	if !v.Given(name) {
		return otherwise
	}
	return Read(v, name, func(s string) (bool, error) {
		on, err := strconv.ParseBool(s)
		if err != nil {
			return false, errors.New("true or false is needed")
		}
		return on, nil
	})
}

// Wrong notes that a setting cannot be used; err states the rule and the next step.
func (v *Values) Wrong(name string, err error) {
	from := ""
	if x := v.get(name); x.variable != "" {
		from = " (from " + x.variable + ")"
	}
	v.wrong = append(v.wrong, fmt.Sprintf("--%s %q%s: %v", name, v.Text(name), from, err))
}

// Err is a UsageError with everything that was noted; nil if nothing was.
func (v *Values) Err() error {
	switch n := len(v.wrong); n {
	case 0:
		return nil
	case 1:
		return Usagef("%s", v.wrong[0])
	default:
		return Usagef("%d settings cannot be used:\n  %s\n%q explains the settings", n, strings.Join(v.wrong, "\n  "), v.program+" help "+v.command)
	}
}

// get panics for a name that the command does not have: that is a mistake in the program.
func (v *Values) get(name string) value {
	x, ok := v.values[name]
	if !ok {
		panic("command " + v.command + " has no setting " + name)
	}
	return x
}
