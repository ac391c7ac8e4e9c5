package agent

// What tests need to see.

var Defaults = defaults

// CheckFile reads a settings file as Load does, and says what is wrong with it.
func CheckFile(b []byte, strict bool) error {
	c := defaults()
	return problems(parseConfig(b, strict).apply(&c))
}
