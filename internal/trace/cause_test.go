package trace_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// showCauses writes each cause on a line: "client" if it is impacting, then the services, inferred ones in parentheses,
// each with its path; "!" marks remote entities, "=" coverage, braces the exceptions.
func showCauses(list []trace.Cause) string {
	var b strings.Builder
	for _, c := range list {
		if c.ClientImpacting {
			b.WriteString("client ")
		}
		for i, s := range c.Services {
			if i > 0 {
				b.WriteString(" -> ")
			}
			if s.Inferred {
				fmt.Fprintf(&b, "(%s %s)", s.Service.Name, s.Service.Type)
			} else {
				fmt.Fprintf(&b, "%s", s.Service.Name)
			}
			var path []string
			for _, e := range s.Path {
				path = append(path, showEntity(e))
			}
			fmt.Fprintf(&b, "[%s]", strings.Join(path, " "))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func showEntity(e trace.CauseEntity) string {
	s := e.Name
	if e.Remote {
		s += "!"
	}
	if e.Coverage != 0 {
		s += fmt.Sprintf("=%.4g", e.Coverage)
	}
	for _, x := range e.Exceptions {
		s += fmt.Sprintf("{%s: %s}", x.Type, x.Message)
	}
	return s
}

// Parts of documents.
const (
	fault  = `"fault":true`
	remote = `"namespace":"remote"`
)

func nested(subs ...string) string { return `"subsegments":[` + strings.Join(subs, ",") + `]` }

func join(members ...string) string { return strings.Join(members, ",") }

// exception is a cause with one exception; its id is 16 times the digit.
func exception(digit, kind string) string {
	return fmt.Sprintf(`"cause":{"exceptions":[{"id":"%s","type":"%s","message":"m"}]}`, strings.Repeat(digit, 16), kind)
}

func reference(digit string) string { return `"cause":"` + strings.Repeat(digit, 16) + `"` }

func called(parent string) string { return `"parent_id":"` + parent + `"` }

func TestFailureCauses(t *testing.T) {
	const s3 = "a300000000000003"
	for _, c := range []struct {
		about string
		docs  []string
		want  string // of faults
	}{
		{"no failure", []string{seg(s1, "web", 0, 1, exception("1", "Handled"))}, ""},
		{"a flag explains nothing", []string{seg(s1, "web", 0, 1, join(fault, nested(sub(x1, "work", 0, 1, fault))))}, ""},
		{"a status counts as a flag", []string{seg(s1, "web", 0, 1, join(`"http":{"response":{"status":500}}`, exception("1", "Boom")))}, "client web[web{Boom: m}]\n"},
		{"the root's own exception", []string{seg(s1, "web", 0, 1, join(fault, exception("1", "Boom")))}, "client web[web{Boom: m}]\n"},
		{"the deepest exception, with those on the way to it", []string{seg(s1, "web", 0, 1, join(fault, exception("1", "Outer"), nested(
			sub(x1, "work", 0, 1, join(fault, exception("2", "Inner"), nested(sub(x2, "flagged only", 0, 1, fault)))))))},
			"client web[web{Outer: m} work{Inner: m}]\n"},
		{"a failed call infers its callee", []string{seg(s1, "web", 0, 1, join(fault, nested(sub(x1, "api.local", 0, 1, join(remote, fault)))))},
			"client web[web api.local!] -> (api.local remote)[api.local]\n"},
		{"a resource by its name and type", []string{seg(s1, "web", 0, 1, join(fault, nested(sub(x1, "DynamoDB", 0, 1,
			join(`"namespace":"aws","aws":{"operation":"GetItem","table_name":"carts"}`, fault)))))},
			"client web[web DynamoDB!] -> (carts AWS::DynamoDB::Table)[DynamoDB]\n"},
		{"an AWS service without a resource", []string{seg(s1, "web", 0, 1, join(fault, nested(sub(x1, "KMS", 0, 1, join(`"namespace":"aws"`, fault)))))},
			"client web[web KMS!] -> (KMS AWS::KMS)[KMS]\n"},
		{"an open call infers nobody", []string{seg(s1, "web", 0, 1, join(fault, nested(
			strings.Replace(sub(x1, "api.local", 0, 1, join(remote, fault)), `"end_time":1758654601.000`, `"in_progress":true`, 1))))}, ""},
		{"the call wins over the caller's exception", []string{seg(s1, "web", 0, 1, join(fault, exception("1", "Outer"), nested(
			sub(x1, "api.local", 0, 1, join(remote, fault, exception("2", "Timeout"))))))},
			"client web[web{Outer: m} api.local!{Timeout: m}] -> (api.local remote)[api.local]\n"},
		{"the call wins over exceptions in its own subsegments", []string{seg(s1, "web", 0, 1, join(fault, nested(
			sub(x1, "KMS", 0, 1, join(`"namespace":"aws"`, fault, nested(sub(x2, "attempt", 0, 1, join(fault, exception("2", "Reset")))))))))},
			"client web[web KMS!] -> (KMS AWS::KMS)[KMS]\n"},
		{"a call within a call leads further", []string{seg(s1, "web", 0, 1, join(fault, nested(
			sub(x1, "retry", 0, 1, join(remote, fault, nested(sub(x2, "try", 0, 1, join(remote, fault)))))))),
			seg(s2, "api", .1, .9, join(called(x2), fault, exception("2", "Boom")))},
			"client web[web retry! try!] -> api[api{Boom: m}]\n"},
		{"a callee that reports", []string{seg(s1, "web", 0, 1, join(fault, nested(sub(x1, "api.local", 0, 1, join(remote, fault))))),
			seg(s2, "api", .1, .9, join(called(x1), fault, exception("2", "Boom")))},
			"client web[web api.local!] -> api[api{Boom: m}]\n"},
		{"a callee that reports no failure: the caller's exception", []string{seg(s1, "web", 0, 1, join(fault, nested(
			sub(x1, "api.local", 0, 1, join(remote, fault, exception("1", "Timeout")))))), seg(s2, "api", .1, .9, called(x1))},
			"client web[web api.local!{Timeout: m}]\n"},
		{"a callee that reports a flag only", []string{seg(s1, "web", 0, 1, join(fault, nested(sub(x1, "api.local", 0, 1, join(remote, fault))))),
			seg(s2, "api", .1, .9, join(called(x1), fault))}, ""},
		{"a local subsegment that called a reporting service", []string{seg(s1, "web", 0, 1, join(fault, nested(sub(x1, "by hand", 0, 1, fault)))),
			seg(s2, "api", .1, .9, join(called(x1), fault, exception("2", "Boom")))},
			"client web[web by hand!] -> api[api{Boom: m}]\n"},
		{"a segment under a segment", []string{seg(s1, "fn", 0, 1, fault), seg(s2, "fn", 0, 1, join(called(s1), `"origin":"AWS::Lambda::Function"`, fault, exception("2", "Boom")))},
			"client fn[fn] -> fn[fn{Boom: m}]\n"},
		{"three services", []string{seg(s1, "web", 0, 1, join(fault, nested(sub(x1, "api.local", 0, 1, join(remote, fault))))),
			seg(s2, "api", .1, .9, join(called(x1), fault, nested(sub(x2, "db@host", .1, .8, join(remote, fault, exception("2", "Gone"), `"sql":{}`)))))},
			"client web[web api.local!] -> api[api db@host!{Gone: m}] -> (db@host Database::SQL)[db@host]\n"},
		{"a reference to the branch that owns the exception", []string{seg(s1, "web", 0, 1, join(fault, reference("2"), nested(
			sub(x1, "one", 0, .4, join(fault, exception("1", "Handled"))), sub(x2, "two", .4, 1, join(fault, exception("2", "Boom"))))))},
			"client web[web two{Boom: m}]\n"},
		{"a reference through what did not fail", []string{seg(s1, "web", 0, 1, join(fault, reference("2"), nested(
			sub(x1, "calm", 0, .4, nested(sub(x2, "two", .4, 1, exception("2", "Boom")))))))}, "client web[web calm two{Boom: m}]\n"},
		{"a reference into another service", []string{seg(s1, "web", 0, 1, join(fault, reference("2"), nested(
			sub(x1, "api.local", 0, 1, join(remote, fault)), sub(x3, "other", 0, 1, join(remote, fault))))),
			seg(s2, "api", .1, .9, join(called(x1), fault, exception("2", "Boom")))},
			"client web[web api.local!] -> api[api{Boom: m}]\n"},
		{"a reference that nobody owns", []string{seg(s1, "web", 0, 1, join(fault, reference("9")))}, ""},
		{"a reference that nobody owns leaves the children", []string{seg(s1, "web", 0, 1, join(fault, reference("9"), nested(sub(x1, "one", 0, .4, join(fault, exception("1", "Boom"))))))},
			"client web[web one{Boom: m}]\n"},
		{"a reference to a sibling's exception is that sibling's cause", []string{seg(s1, "web", 0, 1, join(fault, nested(
			sub(x1, "one", 0, .4, join(fault, exception("1", "Boom"))), sub(x2, "two", .4, 1, join(fault, reference("1"))))))},
			"client web[web one{Boom: m}]\n"},
		{"detached: the caller did not fail", []string{seg(s1, "web", 0, 1, nested(sub(x1, "api.local", 0, 1, join(remote, fault)))),
			seg(s2, "api", .1, .9, join(called(x1), fault, exception("2", "Boom")))},
			"api[api{Boom: m}]\n"},
		{"detached: the caller failed for another reason", []string{seg(s1, "web", 0, 1, join(fault, exception("1", "Other"), nested(sub(x1, "api.local", 0, 1, remote)))),
			seg(s2, "api", .1, .9, join(called(x1), fault, exception("2", "Boom")))},
			"client web[web{Other: m}]\napi[api{Boom: m}]\n"},
		{"a failed call under a root that survived, nobody reporting", []string{seg(s1, "web", 0, 1, nested(sub(x1, "api.local", 0, 1, join(remote, fault))))}, ""},
		{"an orphan", []string{seg(s2, "api", 0, 1, join(called(x1), fault, exception("2", "Boom")))}, "api[api{Boom: m}]\n"},
		{"two causes, in the order of time", []string{seg(s1, "web", 0, 1, join(fault, nested(
			sub(x1, "late", .5, .9, join(fault, exception("1", "B"))), sub(x2, "early", .1, .4, join(fault, exception("2", "A"))))))},
			"client web[web early{A: m}]\nclient web[web late{B: m}]\n"},
		{"equal paths are one", []string{seg(s1, "web", 0, 1, join(fault, nested(sub(x1, "api.local", 0, .3, join(remote, fault)), sub(x2, "api.local", .3, .6, join(remote, fault)))))},
			"client web[web api.local!] -> (api.local remote)[api.local]\n"},
		{"independent subsegments", []string{seg(s1, "web", 0, 1, fault), sub(x1, "late", .5, .9, join(under(s1), fault, exception("1", "B")))},
			"client web[web late{B: m}]\n"},
		{"segments that call each other in a circle", []string{
			seg(s1, "a", 0, 1, join(called(x2), fault, nested(sub(x1, "call b", 0, 1, join(remote, fault))))),
			seg(s2, "b", 0, 1, join(called(x1), fault, exception("1", "B"), nested(sub(x2, "call a", 0, 1, join(remote, fault)))))}, ""},
		{"a reference into a circle ends", []string{
			seg(s1, "a", 0, 1, join(called(x3), fault, reference("3"), nested(sub(x1, "call b", 0, 1, join(remote, fault))))),
			seg(s2, "b", 0, 1, join(called(x1), nested(sub(x2, "calm", 0, 1, nested(sub(x3, "call a", 0, 1, join(remote, fault, exception("3", "C")))))))),
			seg(s3, "c", 0, 1, "")},
			"a[a call b!] -> b[b calm call a!{C: m}]\n"},
	} {
		t.Run(c.about, func(t *testing.T) {
			var docs []doc
			for _, text := range c.docs {
				docs = append(docs, doc{1, text})
			}
			if got := showCauses(assemble(t, docs...).Causes(trace.CauseFault)); got != c.want {
				t.Errorf("got:\n%swant:\n%s", got, c.want)
			}
		})
	}
}

// Faults and errors are looked for apart; throttles are errors here.
func TestFailureKinds(t *testing.T) {
	for _, c := range []struct{ extra, faults, errors string }{
		{join(fault, exception("1", "X")), "client web[web{X: m}]\n", ""},
		{join(`"error":true`, exception("1", "X")), "", "client web[web{X: m}]\n"},
		{join(`"throttle":true`, exception("1", "X")), "", "client web[web{X: m}]\n"},
		{join(`"http":{"response":{"status":404}}`, exception("1", "X")), "", "client web[web{X: m}]\n"},
		{join(fault, nested(sub(x1, "api.local", 0, 1, join(remote, `"error":true`)))), "", ""},
		{join(`"error":true`, nested(sub(x1, "api.local", 0, 1, join(remote, `"http":{"response":{"status":429}}`)))), "", "client web[web api.local!] -> (api.local remote)[api.local]\n"},
	} {
		tr := assemble(t, doc{1, seg(s1, "web", 0, 1, c.extra)})
		faults, errors := showCauses(tr.Causes(trace.CauseFault)), showCauses(tr.Causes(trace.CauseError))
		if faults != c.faults || errors != c.errors {
			t.Errorf("%s: got faults %q, errors %q; want %q, %q", c.extra, faults, errors, c.faults, c.errors)
		}
	}
}

func TestResponseTimeCauses(t *testing.T) {
	for _, c := range []struct {
		about string
		docs  []string
		want  string
	}{
		{"no child", []string{seg(s1, "web", 0, 1, "")}, ""},
		{"exactly half is refused", []string{seg(s1, "web", 0, 1, nested(sub(x1, "work", 0, .5, "")))}, ""},
		{"three quarters are taken", []string{seg(s1, "web", 0, 1, nested(sub(x1, "work", 0, .75, "")))}, "client web[web=1 work=0.75]\n"},
		{"all of it", []string{seg(s1, "web", 0, 1, nested(sub(x1, "work", 0, 1, "")))}, "client web[web=1 work=1]\n"},
		{"what ran on without the root is passed over", []string{seg(s1, "web", 0, 1, nested(sub(x1, "work", 0, .75, ""), sub(x2, "mail", 0, 3, "")))},
			"client web[web=1 work=0.75]\n"},
		{"the longest of two", []string{seg(s1, "web", 0, 1, nested(sub(x1, "short", 0, .6, ""), sub(x2, "long", 0, .7, "")))}, "client web[web=1 long=0.7]\n"},
		{"half of the root's, not of the parent's", []string{seg(s1, "web", 0, 1, nested(sub(x1, "work", 0, .8, nested(sub(x2, "half", 0, .45, "")))))},
			"client web[web=1 work=0.8]\n"},
		{"an inferred callee", []string{seg(s1, "web", 0, 1, nested(sub(x1, "DynamoDB", 0, .75, `"namespace":"aws","aws":{"operation":"Scan","table_name":"carts"}`)))},
			"client web[web=1 DynamoDB!=0.75] -> (carts AWS::DynamoDB::Table)[DynamoDB=0.75]\n"},
		{"the callee took the time, not what the client did meanwhile", []string{seg(s1, "web", 0, 1, nested(
			sub(x1, "KMS", 0, .75, join(`"namespace":"aws"`, nested(sub(x2, "attempt", 0, .75, ""))))))},
			"client web[web=1 KMS!=0.75] -> (KMS AWS::KMS)[KMS=0.75]\n"},
		{"a callee that reports", []string{seg(s1, "web", 0, 1, nested(sub(x1, "api.local", 0, .9, remote))),
			seg(s2, "api", .1, .8, join(called(x1), nested(sub(x2, "think", .1, .7, ""))))},
			"client web[web=1 api.local!=0.9] -> api[api=0.7 think=0.6]\n"},
		{"a callee that reports, not the wait for it", []string{seg(s1, "web", 0, 1, nested(
			sub(x1, "api.local", 0, .9, join(remote, nested(sub(x2, "response", 0, .9, "")))))), seg(s2, "api", .1, .8, called(x1))},
			"client web[web=1 api.local!=0.9] -> api[api=0.7]\n"},
		{"the net took the time", []string{seg(s1, "web", 0, 1, nested(sub(x1, "api.local", 0, .9, remote))), seg(s2, "api", .1, .2, called(x1))},
			"client web[web=1 api.local!=0.9]\n"},
		{"a segment under a segment", []string{seg(s1, "fn", 0, 1, ""), seg(s2, "fn", 0, .75, called(s1))}, "client fn[fn=1] -> fn[fn=0.75]\n"},
		{"no root", []string{seg(s2, "api", 0, 1, join(called(x3), nested(sub(x1, "work", 0, .75, ""))))}, ""},
		{"an open root", []string{strings.Replace(seg(s1, "web", 0, 1, nested(sub(x1, "work", 0, .75, ""))), `"end_time":1758654601.000`, `"in_progress":true`, 1)}, ""},
		{"a root that took no time", []string{seg(s1, "web", 0, 0, nested(sub(x1, "work", 0, 0, "")))}, ""},
	} {
		t.Run(c.about, func(t *testing.T) {
			var docs []doc
			for _, text := range c.docs {
				docs = append(docs, doc{1, text})
			}
			if got := showCauses(assemble(t, docs...).Causes(trace.CauseResponseTime)); got != c.want {
				t.Errorf("got:\n%swant:\n%s", got, c.want)
			}
		})
	}
}

// The example that the fact sheets work through.
func TestCausesOfWorkedExample(t *testing.T) {
	b, err := os.ReadFile("../api/testdata/worked.json")
	if err != nil {
		t.Fatal(err)
	}
	tr := assemble(t, doc{1, strings.ReplaceAll(string(b), "\n", " ")})
	for _, c := range []struct {
		kind trace.CauseKind
		want string
	}{
		{trace.CauseFault, "client orders[orders stock.example.net!{StockError: no answer}] -> (stock.example.net remote)[stock.example.net]\n"},
		{trace.CauseError, ""},
		{trace.CauseResponseTime, "client orders[orders=1 stock.example.net!=0.9351] -> (stock.example.net remote)[stock.example.net=0.9351]\n"},
	} {
		if got := showCauses(tr.Causes(c.kind)); got != c.want {
			t.Errorf("kind %d: got:\n%swant:\n%s", c.kind, got, c.want)
		}
	}
}

// A summary outlives the digests that the assembler overwrites with the next trace.
func TestSummaryOwnsItsCauses(t *testing.T) {
	text := []byte(seg(s1, "web", 0, 1, join(fault, nested(sub(x1, "api.local", 0, .9, join(remote, fault, exception("1", "Boom")))))))
	var d segment.Digest
	if err := segment.Parse(text, &d); err != nil {
		t.Fatal(err)
	}
	digest := d.Append(nil)
	a := new(trace.Assembler)
	a.Begin(d.Trace)
	if err := a.Add(d.Own().ID, 1, digest); err != nil {
		t.Fatal(err)
	}
	s := a.Trace().Summary()
	clear(digest)
	a.Begin(d.Trace)
	var other segment.Digest
	if err := segment.Parse([]byte(seg(s1, "other", 0, 1, exception("2", "Other"))), &other); err != nil {
		t.Fatal(err)
	}
	if err := a.Add(other.Own().ID, 1, other.Append(nil)); err != nil {
		t.Fatal(err)
	}
	got := showCauses(s.FaultCauses) + showCauses(s.ErrorCauses) + showCauses(s.ResponseTimeCauses)
	want := "client web[web api.local!{Boom: m}] -> (api.local remote)[api.local]\n" +
		"client web[web=1 api.local!=0.9] -> (api.local remote)[api.local=0.9]\n"
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// A hostile trace: whatever its shape, there are at most MaxCauses causes, and finding them ends. The shapes are such that a
// search that visits an entity once for each way to it would not.
func TestCausesOfHostileTraces(t *testing.T) {
	name := func(i int) string { return fmt.Sprintf("%016x", i+1) }
	many := func(n int, each func(i int) string) (docs []doc) {
		for i := range n {
			docs = append(docs, doc{1, each(i)})
		}
		return docs
	}
	const n = 10_000
	for _, c := range []struct {
		about string
		docs  []doc
		want  int
	}{
		{"wide, all different", append(many(n, func(i int) string {
			return sub(name(i), fmt.Sprint("call ", i), 0, 1, join(under(s1), remote, fault))
		}), doc{1, seg(s1, "web", 0, 1, fault)}), trace.MaxCauses},
		{"wide, all the same", append(many(n, func(i int) string {
			return sub(name(i), "call", 0, 1, join(under(s1), remote, fault))
		}), doc{1, seg(s1, "web", 0, 1, fault)}), 1},
		{"wide, segments detached", many(n, func(i int) string {
			return seg(name(i), fmt.Sprint("s", i), 0, 1, join(called("f000000000000000"), fault, exception("1", "Boom")))
		}), trace.MaxCauses},
		{"deep segments, exceptions everywhere", many(n, func(i int) string {
			return seg(name(i), fmt.Sprint("s", i), 0, 1, join(`"parent_id":"`+name(i-1)+`"`, fault, exception("1", "Boom")))
		}), 1},
		{"deep subsegments, each refers to the last", append(many(n, func(i int) string {
			cause := reference("1")
			if i == 400 {
				cause = exception("1", "Boom")
			}
			return sub(name(i+1), "s", 0, 1, join(under(name(i)), fault, cause))
		}), doc{1, seg(name(0), "web", 0, 1, fault)}), 1},
		{"one circle", many(n, func(i int) string {
			return seg(name(i), "s", 0, 1, join(`"parent_id":"`+name((i+1)%n)+`"`, fault, exception("1", "Boom")))
		}), 0},
	} {
		t.Run(c.about, func(t *testing.T) {
			tr := assemble(t, c.docs...)
			if got := len(tr.Causes(trace.CauseFault)); got != c.want {
				t.Errorf("got %d causes, want %d", got, c.want)
			}
			if got := len(tr.Causes(trace.CauseError)); got != 0 {
				t.Errorf("got %d causes of errors, want none", got)
			}
			if got := len(tr.Causes(trace.CauseResponseTime)); got > 1 {
				t.Errorf("got %d causes of the response time, want one at most", got)
			}
		})
	}
}

// Without a failed segment there is nothing to look for: no allocation.
func TestNoFailureCostsNothing(t *testing.T) {
	tr := assemble(t, doc{1, seg(s1, "web", 0, 1, nested(sub(x1, "api.local", 0, .3, join(remote, fault, exception("1", "Boom")))))})
	for kind, name := range map[trace.CauseKind]string{trace.CauseFault: "fault", trace.CauseError: "error", trace.CauseResponseTime: "response time"} {
		if n := testing.AllocsPerRun(100, func() { tr.Causes(kind) }); n != 0 {
			t.Errorf("%s: %g allocations, want 0", name, n)
		}
	}
}

func BenchmarkCauses(b *testing.B) {
	ok := []doc{{1, seg(s1, "web", 0, 1, nested(sub(x1, "api.local", 0, .4, remote)))}, {1, seg(s2, "api", .1, .3, called(x1))}}
	failed := []doc{{1, seg(s1, "web", 0, 1, join(fault, reference("2"), nested(sub(x1, "api.local", 0, .9, join(remote, fault)))))},
		{1, seg(s2, "api", .1, .8, join(called(x1), fault, nested(sub(x2, "db@host", .1, .7, join(remote, fault, exception("2", "Gone"))))))}}
	for _, c := range []struct {
		name string
		docs []doc
		kind trace.CauseKind
	}{
		{"ok/fault", ok, trace.CauseFault}, {"ok/time", ok, trace.CauseResponseTime},
		{"failed/fault", failed, trace.CauseFault}, {"failed/time", failed, trace.CauseResponseTime},
	} {
		b.Run(c.name, func(b *testing.B) {
			tr := assemble(b, c.docs...)
			b.ReportAllocs()
			for b.Loop() {
				tr.Causes(c.kind)
			}
		})
	}
}
