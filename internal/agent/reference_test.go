package agent_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"regexp"
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

// help is a metric of ours in the answer of /metrics, with what it says of itself.
var help = regexp.MustCompile(`(?m)^# HELP (rayscope_\w+) (.*)$`)

// row is one of the table of metrics: name, help, what to do.
var row = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (.*) \\| (.*) \\|$")

// TestMetricsReference keeps the table of metrics in docs/daemon.md complete: names and meanings are those that a daemon which runs
// gives, what to do is written by hand.
func TestMetricsReference(t *testing.T) {
	e := newEndpoint(t)
	r := start(t, config(e.URL))
	defer r.stop()
	resp, err := http.Post("http://"+r.at.TCP+"/GetSamplingRules", "", nil) // calls are counted from the first on
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	_, metrics := get(t, "http://"+r.at.Admin+"/metrics")

	b, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	before, is, after := between(t, string(b), "metrics:", "/metrics")
	toDo := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(is, -1) {
		toDo[m[1]] = m[3]
	}
	var want strings.Builder
	want.WriteString("| metric | what it is | what to do |\n| --- | --- | --- |\n")
	for _, m := range help.FindAllStringSubmatch(metrics, -1) {
		fmt.Fprintf(&want, "| `%s` | %s | %s |\n", m[1], m[2], toDo[m[1]])
		if strings.TrimSpace(toDo[m[1]]) == "" {
			t.Errorf("docs/daemon.md does not say what to do about %s", m[1])
		}
	}
	if *rewrite {
		if err := os.WriteFile(referencePage, []byte(before+want.String()+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if is != want.String() {
		t.Errorf("docs/daemon.md does not say what the metrics are; run: go test ./internal/agent -run TestMetricsReference -rewrite\ngot\n%s\nwant\n%s", is, &want)
	}
}

// A daemon that runs is found well by the check.
func TestCheckRunning(t *testing.T) {
	r := start(t, config(newEndpoint(t).URL))
	defer r.stop()
	var out strings.Builder
	if err := agent.Check(context.Background(), agent.Config{Admin: r.at.Admin}, &out); err != nil || out.String() != "ok\n" {
		t.Errorf("got %q, %v, want ok", &out, err)
	}
}
