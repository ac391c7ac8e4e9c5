package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/trace"
)

// holds tells whether the trace has what the clauses say, as an index would find it.
func holds(t *trace.Trace, clauses []fact.Clause) bool {
	var facts []fact.Fact
	fact.Of(t, func(f fact.Fact) { facts = append(facts, f) })
	for _, clause := range clauses {
		if !holdsOne(facts, clause) {
			return false
		}
	}
	return true
}

func holdsOne(facts []fact.Fact, clause fact.Clause) bool {
	for i := range clause {
		for _, f := range facts {
			if f.Field == clause[i].Field && f.Key == clause[i].Key && clause[i].Holds(f.Value) {
				return true
			}
		}
	}
	return false
}

// TestWhereLeavesNothingOut asks random expressions about random traces: what matches has to have what Where says.
func TestWhereLeavesNothingOut(t *testing.T) {
	c := readCorpus(t)
	env := groupsOf(t, c.Account, map[string]string{"a": `fault OR user = "a"`, "b": `group.name = "a" service("b")`, "loop": `ok group.name = "loop"`})
	matches, pruned := 0, 0
	for seed := range uint64(2000) {
		m := newMaker(seed)
		tr := assemble(t, c.Account, m.documents()...)
		for range 20 {
			s := m.expression("", m.IntN(4))
			x := parse(t, s)
			match, has := x.Match(tr, env), holds(tr, x.Where(env))
			switch {
			case match && !has:
				t.Fatalf("seed %d: %s matches, but its hints %s do not hold", seed, s, show(x.Where(env)))
			case match:
				matches++
			case !has:
				pruned++
			}
		}
	}
	if matches < 1000 || pruned < 1000 {
		t.Errorf("%d matches and %d pruned: the traces and expressions do not meet", matches, pruned)
	}
}

func TestWhereOfCorpus(t *testing.T) {
	c := readCorpus(t)
	env := c.env(t)
	for _, name := range c.names() {
		tr := c.trace(t, name)
		for _, r := range readRows(t, "valid.tsv") {
			if x := parse(t, r.expression); x.Match(tr, env) && !holds(tr, x.Where(env)) {
				t.Errorf("%s matches %s, but its hints %s do not hold", r.expression, name, show(x.Where(env)))
			}
		}
	}
}

// groupsOf is an Env with groups by name; each can be found by its name as an ARN, too.
func groupsOf(tb testing.TB, account string, expressions map[string]string) *filter.Env {
	tb.Helper()
	groups := map[string]*filter.Expression{"Default": filter.All()}
	for name, s := range expressions {
		groups[name] = parse(tb, s)
	}
	return &filter.Env{Account: account, Group: func(r filter.GroupRef) *filter.Expression { return groups[r.Name+r.ARN] }}
}

// show writes clauses down: conditions with | between them, clauses with &.
func show(clauses []fact.Clause) string {
	fields := [...]string{fact.Annotation: "annotation", fact.Service: "service", fact.FaultIn: "faultin", fact.ErrorIn: "errorin",
		fact.ThrottleIn: "throttlein", fact.Is: "is", fact.Status: "status", fact.Method: "method", fact.URL: "url", fact.User: "user",
		fact.ResponseTime: "responsetime", fact.Duration: "duration"}
	ops := [...]string{fact.Equal: "=", fact.NotEqual: "!=", fact.Less: "<", fact.LessOrEqual: "<=", fact.Greater: ">",
		fact.GreaterOrEqual: ">=", fact.Contains: "~", fact.BeginsWith: "^", fact.EndsWith: "$"}
	var all []string
	for _, clause := range clauses {
		var any []string
		for _, c := range clause {
			s := fields[c.Field]
			if c.Key != "" {
				s += "." + c.Key
			}
			switch {
			case c.Op == fact.Set:
			case c.Value.Kind == fact.Number:
				s += ops[c.Op] + fmt.Sprint(c.Value.Number)
			case c.Value.Kind == fact.Bool:
				s += ops[c.Op] + fmt.Sprint(c.Value.Bool)
			default:
				s += ops[c.Op] + c.Value.String
			}
			any = append(any, s)
		}
		if len(any) == 0 {
			any = []string{"never"}
		}
		all = append(all, strings.Join(any, "|"))
	}
	return strings.Join(all, " & ")
}

func TestWhere(t *testing.T) {
	env := groupsOf(t, "111122223333", map[string]string{"slow": "responsetime > 2", "loop": `user = "a" group.name = "loop"`})
	wide := "user = \"0\""
	for i := range 200 {
		wide += fmt.Sprintf(" OR user = \"%d\"", i)
	}
	for _, c := range []struct{ expression, want string }{
		{`ok`, `is=ok`},
		{`!ok`, ``},
		{`fault = false`, ``},
		{`error OR throttle`, `is=error|is=throttle`},
		{`partial inferred`, `is=partial & is=inferred`},
		{`responsetime > 2`, `responsetime>=2`},
		{`responsetime >= 2.1 AND responsetime < 3.3`, `responsetime>=2 & responsetime<=3.25`},
		{`responsetime = 0.3`, `responsetime=0.28125`},
		{`duration != 3`, `duration`},
		{`http.status != 200 http.method = "GET" http.url ENDSWITH "x"`, `status!=200 & method=GET & url$x`},
		{`http.useragent = "x"`, ``},
		{`url.template = "/orders/{id}/lines"`, `url~/orders/`},
		{`url.template BEGINSWITH "/or"`, `url~/or`},
		{`url.template ENDSWITH "id}/lines"`, `url~/lines`},
		{`url.template ENDSWITH "d}"`, `url`},
		{`url.template CONTAINS "lines"`, `url~lines`},
		{`url.template CONTAINS "d"`, `url`},
		{`url.template CONTAINS "d}/l"`, `url`},
		{`url.template = "/"`, `url`},
		{`url.template != "/a"`, `url`},
		{`service("a") { url.template = "/a" }`, `service=a`},
		{`exception = "a"`, ``},
		{`service("a") { exception = "b" }`, `service=a`},
		{`user CONTAINS "al"`, `user~al`},
		{`annotation.a`, `annotation.a`},
		{`annotation.a = true OR annotation[b.c] > 3`, `annotation.a=true|annotation.b.c>3`},
		{`!(annotation.a OR annotation.b)`, ``},
		{`!(!fault OR !user)`, `is=fault & user`},
		{`!(!fault !user)`, `is=fault|user`},
		{`user = "a" OR ok`, `user=a|is=ok`},
		{`user = "a" OR http.useragent`, ``},
		{`(fault service("a")) OR (ok user = "u")`, `service=a|user=u`},
		{`service()`, ``},
		{`service("a")`, `service=a`},
		{`service("a") { fault }`, `faultin=a`},
		{`service("a") { fault OR error OR throttle }`, `faultin=a|errorin=a|throttlein=a`},
		{`service("a") { responsetime > 1 }`, `service=a`},
		{`service() { fault }`, `faultin`},
		{`service(id(type: "remote")) { throttle and inferred }`, `throttlein & is=inferred`},
		{`service(id(type: "x", name: "a")) { error !fault }`, `errorin=a`},
		{`service() { name BEGINSWITH "a" }`, `service^a`},
		{`service("a") { annotation.k = 1 user = "u" }`, `service=a & annotation.k=1 & user=u`},
		{`service("a") { ok } OR service("b") { ok }`, `service=a|service=b`},
		{`edge("a", id(name: "b"))`, `service=a & service=b`},
		{`edge() { fault }`, ``},
		{`edge("a", id(type: "t")) { source.annotation.k = 1 }`, `service=a & annotation.k=1`},
		{`rootcause.fault.service { name = "a" }`, `service=a & faultin`},
		{`rootcause.error.exception { name = "a" }`, `errorin|throttlein`},
		{`rootcause.responsetime.entity { name = "a" }`, `responsetime`},
		{`rootcause.json = #[{"Services":[{"Name":"a"},{}]},{"Services":[{"Name":"b"}]}]`, `service=a & service=b`},
		{`rootcause.json != #[{"Services":[{"Name":"a"}]}]`, ``},
		{`group.name = "slow" user = "a"`, `responsetime>=2 & user=a`},
		{`group.name != "slow"`, ``},
		{`group.name = "Default"`, ``},
		{`group.name = "nosuch"`, `never`},
		{`group.name != "nosuch"`, `never`},
		{`group.name = "nosuch" OR fault`, `is=fault`},
		{`group.name = "loop"`, `user=a`},
		{`fault OR fault`, `is=fault`},
		{wide, ``},
	} {
		if got := show(parse(t, c.expression).Where(env)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.expression, got, c.want)
		}
	}
	if got := filter.All().Where(env); got != nil {
		t.Errorf("everything has the hints %s", show(got))
	}
}
