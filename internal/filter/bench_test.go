package filter_test

import (
	"fmt"
	"testing"

	"github.com/rayscope/rayscope/internal/filter"
)

// questions are one for each kind of predicate.
var questions = []struct{ name, expression string }{
	{"ok", `ok`},
	{"responsetime", `responsetime > 2`},
	{"url", `http.url BEGINSWITH "https://shop."`},
	{"user", `user = "bob"`},
	{"annotation", `annotation.tenant = "red"`},
	{"service", `service("orders") { fault }`},
	{"edge", `edge("web", "stock") { throttle }`},
	{"group", `group.name = "slow" AND user = "bob"`},
	{"mixed", `service("orders") { responsetime > 9 } AND (fault OR throttle) AND !partial`},
	{"template", `url.template = "/orders/{id}"`},
	{"exception", `exception = "ValueError: bad sku"`},
	{"rootcause", `rootcause.fault.service { name = "stock" }`},
}

func BenchmarkParse(b *testing.B) {
	for _, q := range questions {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := filter.Parse(q.expression); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMatch asks about a trace of two segments with two calls.
func BenchmarkMatch(b *testing.B) {
	c := readCorpus(b)
	tr, env := c.trace(b, "T3"), c.env(b)
	for _, q := range questions {
		b.Run(q.name, func(b *testing.B) {
			x := parse(b, q.expression)
			b.ReportAllocs()
			for b.Loop() {
				x.Match(tr, env)
			}
		})
	}
}

// BenchmarkMatchLarge asks about a trace of 10,001 segments: the cost has to grow with them, not with their square.
func BenchmarkMatchLarge(b *testing.B) {
	docs := []string{caller}
	for i := range 10_000 {
		docs = append(docs, fmt.Sprintf(`{%s%s"id":"00000000001%05x","parent_id":"0000000000000002","name":"x","annotations":{"a":1}}`, inTrace, whole, i))
	}
	tr, env := assemble(b, own, docs...), groupsOf(b, own, nil)
	for _, q := range []struct{ name, expression string }{
		{"service", `service() { annotation.a = 2 }`},
		{"exceptions", `service() { exception = "a" }`},
		{"edge", `edge() { source.annotation.a = 2 OR destination.annotation.a = 2 }`},
	} {
		b.Run(q.name, func(b *testing.B) {
			x := parse(b, q.expression)
			b.ReportAllocs()
			for b.Loop() {
				x.Match(tr, env)
			}
		})
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	c := readCorpus(t)
	env := c.env(t)
	for _, name := range c.names() {
		tr := c.trace(t, name)
		for _, q := range questions {
			if q.name == "rootcause" {
				continue // makes lists
			}
			x := parse(t, q.expression)
			if n := testing.AllocsPerRun(10, func() { x.Match(tr, env) }); n != 0 {
				t.Errorf("%s: %s allocates %v times", name, q.expression, n)
			}
		}
	}
}
