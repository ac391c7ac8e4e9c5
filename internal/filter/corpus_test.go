package filter_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests got into testdata")

// A corpus is some traces by name, and whose they are.
type corpus struct {
	Account string
	Groups  map[string]string
	Traces  map[string][]json.RawMessage
}

func corpusFile(name string) string { return filepath.Join("testdata", "corpus", name) }

func readCorpus(tb testing.TB) *corpus {
	tb.Helper()
	b, err := os.ReadFile(corpusFile("traces.json"))
	if err != nil {
		tb.Fatal(err)
	}
	c := new(corpus)
	if err := json.Unmarshal(b, c); err != nil {
		tb.Fatal(err)
	}
	return c
}

// names of the traces, in order.
func (c *corpus) names() []string { return slices.Sorted(maps.Keys(c.Traces)) }

func (c *corpus) trace(tb testing.TB, name string) *trace.Trace {
	tb.Helper()
	var docs []string
	for _, d := range c.Traces[name] {
		docs = append(docs, string(d))
	}
	return assemble(tb, c.Account, docs...)
}

// env knows the corpus' groups.
func (c *corpus) env(tb testing.TB) *filter.Env {
	tb.Helper()
	groups := map[filter.GroupRef]*filter.Expression{{Name: "Default"}: filter.All()}
	for name, s := range c.Groups {
		groups[filter.GroupRef{Name: name}] = parse(tb, s)
	}
	return &filter.Env{Account: c.Account, Group: func(r filter.GroupRef) *filter.Expression { return groups[r] }}
}

// assemble puts documents of one trace together.
func assemble(tb testing.TB, account string, docs ...string) *trace.Trace {
	tb.Helper()
	a := &trace.Assembler{Account: account}
	for i, text := range docs {
		d := new(segment.Digest)
		if err := segment.Parse([]byte(text), d); err != nil {
			tb.Fatalf("parse %s: %v", text, err)
		}
		if i == 0 {
			a.Begin(d.Trace)
		}
		a.AddDigest(d, segment.Time(i))
	}
	return a.Trace()
}

func parse(tb testing.TB, s string) *filter.Expression {
	tb.Helper()
	x, err := filter.Parse(s)
	if err != nil {
		tb.Fatalf("parse %s: %v", s, err)
	}
	return x
}

// A row is one line of a table of the corpus: its number, an expression, what is expected.
type row struct{ number, expression, want string }

func readRows(tb testing.TB, name string) (rows []row) {
	tb.Helper()
	b, err := os.ReadFile(corpusFile(name))
	if err != nil {
		tb.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 3 {
			tb.Fatalf("%s: line %q has %d cells, want 3", name, line, len(cells))
		}
		rows = append(rows, row{cells[0], cells[1], cells[2]})
	}
	return rows
}

func TestCorpusIsWhole(t *testing.T) {
	for name, want := range map[string]int{"valid.tsv": 96, "invalid.tsv": 63} {
		rows := readRows(t, name)
		if len(rows) != want {
			t.Errorf("%s has %d rows, want %d", name, len(rows), want)
		}
		for i, r := range rows {
			if r.number != fmt.Sprint(i+1) {
				t.Errorf("%s: row %d has the number %s", name, i+1, r.number)
			}
		}
	}
}

func TestValid(t *testing.T) {
	c := readCorpus(t)
	env := c.env(t)
	matched := make(map[string][]string) // names of traces by expression
	rows := readRows(t, "valid.tsv")
	for _, name := range c.names() {
		tr := c.trace(t, name)
		for _, r := range rows {
			if parse(t, r.expression).Match(tr, env) {
				matched[r.expression] = append(matched[r.expression], name)
			}
		}
	}
	for _, r := range rows {
		got := strings.Join(matched[r.expression], " ")
		if got == "" {
			got = "-"
		}
		if got != r.want {
			t.Errorf("%s: %s matches %s, want %s", r.number, r.expression, got, r.want)
		}
	}
}

func TestCanonical(t *testing.T) {
	var lines strings.Builder
	for _, r := range readRows(t, "valid.tsv") {
		x := parse(t, r.expression)
		s := x.String()
		if again := parse(t, s).String(); again != s {
			t.Errorf("%s prints as %s, and that as %s", r.expression, s, again)
		}
		fmt.Fprintf(&lines, "%s\t%s\n", r.number, s)
	}
	golden(t, "canonical.tsv", lines.String())
}

func TestInvalid(t *testing.T) {
	var lines strings.Builder
	for _, r := range readRows(t, "invalid.tsv") {
		_, err := filter.Parse(r.expression)
		if err == nil {
			t.Errorf("%s: %s is taken", r.number, r.expression)
			continue
		}
		fmt.Fprintf(&lines, "%s\t%s\t%v\n", r.number, r.expression, err)
	}
	golden(t, "invalid.tsv", lines.String())
}

// golden compares with a file of the corpus, line by line.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(corpusFile(name), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(corpusFile(name))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(b), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(want) || line != want[i] {
			t.Errorf("%s, line %d:\n got %s\nwant %s", name, i+1, line, strings.Join(want[min(i, len(want)):min(i+1, len(want))], ""))
		}
	}
}
