package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/trace"
)

const own = "111122223333"

func TestSelectorOfNode(t *testing.T) {
	for _, c := range []struct {
		selector string
		node     trace.Service
		want     bool
	}{
		{`service("a")`, trace.Service{Name: "a", Type: "t"}, true},
		{`service("a")`, trace.Service{Name: "A"}, false},
		{`service(id(name: "a"))`, trace.Service{Name: "a", Type: "client"}, true},
		{`service(id(name: "a", type: "t"))`, trace.Service{Name: "a", Type: "t", Account: "444455556666"}, true},
		{`service(id(name: "a", type: "t"))`, trace.Service{Name: "a"}, false},
		{`service(id(type: "t"))`, trace.Service{Name: "b", Type: "t"}, true},
		{`service(id(type: ""))`, trace.Service{Name: "b"}, true},
		{`service(id(account.id: "111122223333"))`, trace.Service{Name: "b"}, true},
		{`service(id(account.id: "111122223333"))`, trace.Service{Name: "b", Account: own}, true},
		{`service(id(account.id: "111122223333"))`, trace.Service{Name: "b", Account: "444455556666"}, false},
		{`service(id(account.id: "444455556666"))`, trace.Service{Name: "b", Account: "444455556666"}, true},
		{`service(id(account.id: "444455556666"))`, trace.Service{Name: "b"}, false},
	} {
		s := parseSelector(t, c.selector)
		if got := s.Node(c.node, own); got != c.want || s.IsEdge() {
			t.Errorf("%s: %v is %t, want %t", c.selector, c.node, got, c.want)
		}
		if s.Edge(c.node, c.node, own) {
			t.Errorf("%s means an edge", c.selector)
		}
	}
}

func TestSelectorOfEdge(t *testing.T) {
	a, b := trace.Service{Name: "a", Type: "client"}, trace.Service{Name: "b"}
	for _, c := range []struct {
		selector string
		from, to trace.Service
		want     bool
	}{
		{`edge("a", "b")`, a, b, true},
		{`edge("a", "b")`, b, a, false},
		{`edge(id(type: "client"), id(name: "b"))`, a, b, true},
		{`edge(id(type: "client"), id(name: "b"))`, b, b, false},
	} {
		s := parseSelector(t, c.selector)
		if got := s.Edge(c.from, c.to, own); got != c.want || !s.IsEdge() {
			t.Errorf("%s: %v to %v is %t, want %t", c.selector, c.from, c.to, got, c.want)
		}
		if s.Node(c.from, own) {
			t.Errorf("%s means a node", c.selector)
		}
	}
}

func TestSelectorByID(t *testing.T) {
	for s, want := range map[string]bool{
		`service("a")`: false, `service(id(name: "a"))`: true, `edge("a", "b")`: false, `edge(id(name: "a"), "b")`: false,
		`edge(id(name: "a"), id(name: "b"))`: true,
	} {
		c := parseSelector(t, s)
		if got := c.ByID(); got != want {
			t.Errorf("%s: got %t, want %t", s, got, want)
		}
		if got := c.String(); got != s {
			t.Errorf("%s prints as %s", s, got)
		}
	}
}

func TestSelectorErrors(t *testing.T) {
	for _, c := range []struct{ selector, want string }{
		{" ", "selector is empty: want service(...) or edge(..., ...)"},
		{`ok`, "col 1: want service(...) or edge(..., ...), found 'ok'"},
		{`service()`, "col 9: want a name or id(...), found ')'"},
		{`edge()`, "col 6: want a name or id(...), found ')'"},
		{`edge("a")`, "col 9: want ',': edge takes none or two names or id(...), found ')'"},
		{`service("a") { ok }`, "col 14: want the end, as a selector is one service(...) or edge(..., ...) without braces, found '{'"},
		{`service("a") OR service("b")`, "col 14: want the end, as a selector is one service(...) or edge(..., ...) without braces, found 'OR'"},
		{`!service("a")`, "col 1: want service(...) or edge(..., ...), found '!'"},
		{`service("` + strings.Repeat("ü", 489) + `")`, ""},
		{`service("` + strings.Repeat("ü", 490) + `")`, "selector of 501 characters: at most 500 are allowed"},
	} {
		_, err := filter.ParseSelector(c.selector)
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%.60s\n got %s\nwant %s", c.selector, got, c.want)
		}
	}
}

func parseSelector(t *testing.T, s string) *filter.Selector {
	t.Helper()
	c, err := filter.ParseSelector(s)
	if err != nil {
		t.Fatalf("parse %s: %v", s, err)
	}
	return c
}
