package agent_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/agent"
	"github.com/rayscope/rayscope/internal/cli"
)

const referencePage = "../../docs/daemon.md"

// between cuts a page at two lines: what comes before and with the first, what stands between, the second and what follows.
func between(t *testing.T, page, first, last string) (before, middle, after string) {
	t.Helper()
	before, rest, ok := strings.Cut(page, "<!-- "+first)
	line, rest, ok2 := strings.Cut(rest, "\n")
	middle, after, ok3 := strings.Cut(rest, "<!-- "+last)
	if !ok || !ok2 || !ok3 {
		t.Fatalf("%s has no lines that begin with <!-- %s and <!-- %s", referencePage, first, last)
	}
	return before + "<!-- " + first + line + "\n", middle, "<!-- " + last + after
}

// settingsTable is the table of settings for people.
func settingsTable() string {
	program := cli.Program{Name: "rayscope"}
	var b strings.Builder
	b.WriteString("| flag | key in cfg.yaml | variable | default | meaning |\n| --- | --- | --- | --- | --- |\n")
	keys := agent.SettingKeys()
	for i, s := range agent.Settings() {
		name, key, variable := "`--"+s.Name+"`", "", ""
		if s.Short != "" {
			name = "`-" + s.Short + "`, " + name
		}
		if s.Value != "" {
			name += " " + strings.ReplaceAll(s.Value, "|", `\|`)
		}
		if keys[i] != "" {
			key = "`" + keys[i] + "`"
		}
		if !s.FlagOnly {
			variable = "`" + program.Variable(s.Name) + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, key, variable, s.Default, strings.ReplaceAll(s.Help, "\n", " "))
	}
	return b.String()
}

// TestReference keeps the table of settings in docs/daemon.md what the settings are.
func TestReference(t *testing.T) {
	b, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	before, is, after := between(t, string(b), "settings:", "/settings")
	if *rewrite {
		is = settingsTable()
		if err := os.WriteFile(referencePage, []byte(before+is+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if is != settingsTable() {
		t.Error("docs/daemon.md does not say what the settings are; run: go test ./internal/agent -run TestReference -rewrite")
	}
}
