package filter_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/filter"
)

func TestExpect(t *testing.T) {
	for _, c := range []struct {
		text      string
		from      int
		written   string
		words     string // some of them
		not       string // none of these
		source    filter.Source
		attribute string
	}{
		{"", 0, "", "service edge responsetime rootcause.fault.service NOT", "AND name coverage annotation", filter.Keys, ""},
		{"resp", 0, "resp", "responsetime", "AND", filter.Keys, ""},
		{"ok ", 3, "", "AND OR = !=", "<", filter.NoSource, ""},
		{"ok AND ", 7, "", "fault", "AND", filter.Keys, ""},
		{"ok = ", 5, "", "true false", "fault", filter.NoSource, "ok"},
		{"responsetime ", 13, "", "> <= AND", "CONTAINS", filter.NoSource, ""},
		{"responsetime > ", 15, "", "", "AND", filter.NoSource, "responsetime"},
		{"http.status = 5", 14, "5", "", "AND", filter.Values, "http.status"},
		{"http.status = 500 ", 18, "", "AND OR", "=", filter.NoSource, ""},
		{`http.url CONTAINS "/or`, 18, "/or", "", "", filter.Values, "http.url"},
		{`user="a" `, 9, "", "AND", "", filter.NoSource, ""},
		{"url", 0, "url", "url.template", "AND", filter.Keys, ""},
		{"url.template ", 13, "", "= CONTAINS AND", "<", filter.NoSource, ""},
		{`url.template = "/or`, 15, "/or", "", "", filter.Values, "url.template"},
		{"exception = ", 12, "", "", "", filter.Values, "exception"},
		{`service() { exception = `, 24, "", "", "", filter.Values, "exception"},
		{"!(", 2, "", "fault", "", filter.Keys, ""},
		{"(ok)", 4, "", "AND", "", filter.NoSource, ""},
		{"annotation.pl", 0, "annotation.pl", "", "AND", filter.Keys, ""},
		{"annotation.plan ", 16, "", "= CONTAINS >= AND", "", filter.NoSource, ""},
		{"annotation.Plan = ", 18, "", "", "", filter.Values, "annotation.Plan"},
		{"annotation[", 11, "", "", "", filter.BareKeys, ""},
		{`annotation["a b`, 11, "a b", "", "", filter.BareKeys, ""},
		{`annotation["a b"] = `, 20, "", "", "", filter.Values, "annotation.a b"},
		{"service", 0, "service", "service", "", filter.Keys, ""},
		{"service(", 8, "", "id(", "", filter.Services, ""},
		{`service("pay`, 8, "pay", "id(", "", filter.Services, ""},
		{`service("pay") `, 15, "", "{ AND", "", filter.NoSource, ""},
		{`service("pay") { `, 17, "", "root inferred type", "service partial", filter.Keys, ""},
		{`service() { name = `, 19, "", "", "", filter.Services, "name"},
		{`service("pay") { fault } `, 25, "", "AND", "", filter.NoSource, ""},
		{`service("pay") { fault } AND `, 29, "", "service", "name", filter.Keys, ""},
		{`service(id(`, 11, "", "name: type:", "", filter.NoSource, ""},
		{`service(id(name: "`, 17, "", "", "", filter.Services, ""},
		{`edge("a", `, 10, "", "id(", "", filter.Services, ""},
		{`edge("a", "b") { `, 17, "", "throttle", "partial", filter.Keys, ""},
		{`edge("a", "b") { source.annotation.x = `, 39, "", "", "", filter.Values, "annotation.x"},
		{"rootcause.fault.service ", 24, "", "{", "AND", filter.NoSource, ""},
		{"rootcause.fault.service { ", 26, "", "name last", "message responsetime", filter.NoSource, ""},
		{"rootcause.fault.service { name = ", 33, "", "", "", filter.Services, "name"},
		{"rootcause.fault.exception { ", 28, "", "message", "coverage", filter.NoSource, ""},
		{"rootcause.responsetime.entity { ", 32, "", "coverage", "message", filter.NoSource, ""},
		{`group.name `, 11, "", "= !=", "CONTAINS", filter.NoSource, ""},
		{`group.name = "s`, 13, "s", "", "", filter.Groups, ""},
		{"nonsense ", 9, "", "", "AND", filter.NoSource, ""},
		{"ok & ", 5, "", "", "AND", filter.NoSource, ""},
		{"ok } ", 5, "", "", "AND", filter.NoSource, ""},
	} {
		got := filter.Expect(c.text)
		if got.From != c.from || got.Written != c.written || got.Source != c.source || c.source == filter.Values && got.Attribute != c.attribute {
			t.Errorf("%q: got from %d, written %q, source %d of %q; want %d, %q, %d of %q", c.text, got.From, got.Written, got.Source, got.Attribute, c.from, c.written, c.source, c.attribute)
		}
		for _, w := range strings.Fields(c.words) {
			if !slices.Contains(got.Words, w) {
				t.Errorf("%q: %s is missing in %q", c.text, w, got.Words)
			}
		}
		for _, w := range strings.Fields(c.not) {
			if slices.Contains(got.Words, w) {
				t.Errorf("%q: %s is in %q", c.text, w, got.Words)
			}
		}
	}
}

// What may stand at a place of a legal expression is never refused where it stands: the parser finds at most that it is not yet
// complete.
func TestExpectedWordsAreLegal(t *testing.T) {
	for _, text := range []string{"", "ok ", "ok AND ", "service() { ", "edge() { ", "responsetime ", "http.url ", "annotation.a ", "rootcause.fault.service { ",
		"rootcause.error.entity { ", "rootcause.error.exception { ", "rootcause.responsetime.entity { ", "service(", "service(id(", "group.name ", "ok = "} {
		for _, w := range filter.Expect(text).Words {
			_, err := filter.Parse(text + w)
			if e, ok := err.(*filter.Error); ok && e.Column != 0 && e.Column <= len([]rune(text)) {
				t.Errorf("%q: %q may not stand there: %v", text, w, err)
			}
			if err != nil && strings.Contains(err.Error(), "unknown") {
				t.Errorf("%q: %q is not known there: %v", text, w, err)
			}
		}
	}
}

func FuzzExpect(f *testing.F) {
	for _, s := range []string{"", `service("a") { fault`, `annotation["`, "edge(id(name:", "ok AND !(", "rootcause.fault.exception { message = \"", "}}}{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x := filter.Expect(s)
		if x.From < 0 || x.From > len(s) || !strings.HasSuffix(s, x.Written) {
			t.Errorf("%q: got from %d, written %q", s, x.From, x.Written)
		}
	})
}
