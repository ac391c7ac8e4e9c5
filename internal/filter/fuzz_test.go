package filter_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// FuzzParse holds texts to this: what is refused has a column within it, what is taken prints as an equal expression.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"valid.tsv", "invalid.tsv"} {
		for _, r := range readRows(f, name) {
			f.Add(r.expression)
		}
	}
	for seed := range uint64(50) {
		f.Add(newMaker(seed).expression("", 4))
	}
	f.Add(strings.Repeat("ok ", 1365)) // prints longer than it may be read
	f.Add(strings.Repeat("!(!ok ok)", 400) + " http.status=12345e20 duration<1e5")
	f.Fuzz(func(t *testing.T, s string) {
		x, err := filter.Parse(s)
		if err != nil {
			var e *filter.Error
			if !errors.As(err, &e) || e.Column < 0 || e.Column > utf8.RuneCountInString(s)+1 || e.Message == "" || !utf8.ValidString(e.Message) {
				t.Fatalf("%q is refused with %#v", s, err)
			}
			return
		}
		printed := x.String()
		again, err := filter.Parse(printed)
		if err != nil {
			t.Fatalf("%q prints as %q: %v", s, printed, err)
		}
		if !reflect.DeepEqual(x, again) {
			t.Fatalf("%q prints as %q, which is another expression: %q", s, printed, again)
		}
		if again.String() != printed {
			t.Fatalf("%q prints as %q, and that as %q", s, printed, again)
		}
	})
}

// FuzzMatch asks expressions about documents, one in each line: no question may panic, and hints leave nothing out.
func FuzzMatch(f *testing.F) {
	c := readCorpus(f)
	env := groupsOf(f, c.Account, map[string]string{"a": `fault OR user = "a"`, "b": `group.name = "a"`, "loop": `ok OR group.name = "loop"`, "slow": "responsetime > 2"})
	rows := readRows(f, "valid.tsv")
	for i, name := range c.names() {
		var docs []string
		for _, d := range c.Traces[name] {
			docs = append(docs, string(d))
		}
		for j := i; j < len(rows); j += len(c.Traces) {
			f.Add(strings.Join(docs, "\n"), rows[j].expression)
		}
	}
	for seed := range uint64(50) {
		m := newMaker(seed)
		f.Add(strings.Join(m.documents(), "\n"), m.expression("", 4))
	}
	f.Fuzz(func(t *testing.T, docs, s string) {
		x, err := filter.Parse(s)
		if err != nil {
			return
		}
		tr := assembleAny(c.Account, docs)
		if tr == nil {
			return
		}
		got := x.Match(tr, env)
		if got && !holds(tr, x.Where(env)) {
			t.Fatalf("%q matches, but its hints %s do not hold", s, show(x.Where(env)))
		}
		if again := parse(t, x.String()).Match(tr, env); again != got {
			t.Fatalf("%q is %t, but printed as %q it is %t", s, got, x, again)
		}
	})
}

// assembleAny puts together what of the lines are documents of the first one's trace; nil if there are none.
func assembleAny(account, lines string) *trace.Trace {
	a := &trace.Assembler{Account: account}
	var first segment.TraceID
	n := 0
	for line := range strings.Lines(lines) {
		d := new(segment.Digest)
		if segment.Parse([]byte(line), d) != nil {
			continue
		}
		if n == 0 {
			first = d.Trace
			a.Begin(first)
		}
		if d.Trace == first {
			a.AddDigest(d, segment.Time(n))
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return a.Trace()
}
