package trace_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

const id = "1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14"

// A doc is a document and when it was received.
type doc struct {
	received segment.Time
	text     string
}

// seg is a complete segment "name" with id, from start to end seconds after an epoch; extra is more members.
func seg(entity, name string, start, end float64, extra string) string {
	return fmt.Sprintf(`{"trace_id":"%s","id":"%s","name":"%s","start_time":%.3f,"end_time":%.3f%s}`,
		id, entity, name, 1758654600+start, 1758654600+end, comma(extra))
}

// sub is a subsegment, nested or independent as extra says.
func sub(entity, name string, start, end float64, extra string) string {
	return strings.Replace(seg(entity, name, start, end, extra), `"trace_id":"`+id+`",`, "", 1)
}

func under(parent string) string {
	return `"type":"subsegment","trace_id":"` + id + `","parent_id":"` + parent + `"`
}

func comma(s string) string {
	if s == "" {
		return ""
	}
	return "," + s
}

const (
	s1 = "a100000000000001"
	s2 = "a200000000000002"
	x1 = "b100000000000001"
	x2 = "b200000000000002"
	x3 = "b300000000000003"
)

// assemble puts documents together by way of their binary digests, as reading from the store does.
func assemble(t testing.TB, docs ...doc) *trace.Trace {
	t.Helper()
	tid, err := segment.ParseTraceID(id)
	if err != nil {
		t.Fatal(err)
	}
	a := new(trace.Assembler)
	a.Begin(tid)
	for _, d := range docs {
		var g segment.Digest
		if err := segment.Parse([]byte(d.text), &g); err != nil {
			t.Fatalf("parse %s: %v", d.text, err)
		}
		if err := a.Add(g.Own().ID, d.received, g.Append(nil)); err != nil {
			t.Fatal(err)
		}
	}
	return a.Trace()
}

// show draws the tree: each entity in its enclosing one, with what matters for assembly.
func show(t *trace.Trace) string {
	var b strings.Builder
	var draw func(parent int32, depth int)
	draw = func(parent int32, depth int) {
		for i := range t.Entities {
			e := &t.Entities[i]
			if e.Parent != parent {
				continue
			}
			fmt.Fprintf(&b, "%s%s", strings.Repeat("  ", depth), e.Name)
			if e.Caller != trace.None {
				fmt.Fprintf(&b, " called by %s", t.Entities[e.Caller].Name)
			}
			for _, f := range []struct {
				on   bool
				word string
			}{{e.Orphan, "orphan"}, {!e.Complete(), "open"}, {e.Infers(), "infers"}, {e.Index == t.Root, "root"}} {
				if f.on {
					b.WriteString(" " + f.word)
				}
			}
			b.WriteString("\n")
			draw(e.Index, depth+1)
		}
	}
	draw(trace.None, 0)
	return b.String()
}

func TestAssemble(t *testing.T) {
	remote := `"namespace":"remote"`
	root := func(subs ...string) string {
		return seg(s1, "web", 0, 1, `"subsegments":[`+strings.Join(subs, ",")+`]`)
	}
	open := strings.Replace(strings.Replace(root(sub(x1, "early", 0, 1, "")), `"end_time":1758654601.000,`, `"in_progress":true,`, 1), `"end_time":1758654601.000}]`, `"in_progress":true}]`, 1)
	for _, c := range []struct {
		about string
		docs  []doc
		want  string
	}{
		{"a call and the callee's segment", []doc{{1, root(sub(x1, "call", 0, .5, remote))}, {2, seg(s2, "api", .1, .4, `"parent_id":"`+x1+`"`)}},
			"web root\n  call\napi called by call\n"},
		{"a call whose callee does not report", []doc{{1, root(sub(x1, "call", 0, .5, remote))}}, "web root\n  call infers\n"},
		{"local work infers nothing", []doc{{1, root(sub(x1, "work", 0, .5, ""))}}, "web root\n  work\n"},
		{"an open call infers nothing yet", []doc{{1, root(strings.Replace(sub(x1, "call", 0, .5, remote), `"end_time":1758654600.500`, `"in_progress":true`, 1))}},
			"web root\n  call open\n"},
		{"independent subsegments nest at any depth", []doc{{3, sub(x3, "leaf", .2, .3, under(x2))}, {2, sub(x2, "twig", .1, .4, under(x1))}, {1, root(sub(x1, "branch", 0, .5, ""))}},
			"web root\n  branch\n    twig\n      leaf\n"},
		{"orphans", []doc{{1, sub(x2, "lost", .1, .2, under(x1))}, {2, seg(s2, "api", .1, .4, `"parent_id":"`+x3+`"`)}}, "lost orphan\napi orphan\n"},
		{"a cycle of parents is cut", []doc{{1, sub(x1, "hen", 0, 1, under(x2))}, {2, sub(x2, "egg", 0, 1, under(x1))}}, "hen orphan\n  egg\n"},
		{"a subsegment under itself", []doc{{1, sub(x1, "ouroboros", 0, 1, under(x1))}}, "ouroboros orphan\n"},
		{"completion replaces the open state as a whole", []doc{{1, open}, {2, root(sub(x2, "late", 0, .5, ""))}}, "web root\n  late\n"},
		{"the open state may come later", []doc{{1, root(sub(x2, "late", 0, .5, ""))}, {2, open}}, "web root\n  late\n"},
		{"only open", []doc{{1, open}}, "web open root\n  early open\n"},
		{"the first completion wins", []doc{{2, seg(s1, "second", 0, 1, "")}, {1, seg(s1, "first", 0, 1, "")}}, "first root\n"},
		{"nested here, complete on its own there", []doc{{1, root(strings.Replace(sub(x1, "open", 0, .5, ""), `"end_time":1758654600.500`, `"in_progress":true`, 1))},
			{2, sub(x1, "done", 0, .5, under(s1)+`,"subsegments":[`+sub(x2, "deep", 0, .1, "")+`]`)}}, "web root\n  done\n    deep\n"},
		{"two roots: the earlier is the one", []doc{{1, seg(s2, "later", .5, 1, "")}, {2, seg(s1, "sooner", .1, 1, "")}}, "later\nsooner root\n"},
		{"a segment under a segment", []doc{{1, root()}, {2, seg(s2, "api", .1, .4, `"parent_id":"`+s1+`"`)}}, "web root\napi called by web\n"},
	} {
		t.Run(c.about, func(t *testing.T) {
			if got := show(assemble(t, c.docs...)); got != c.want {
				t.Errorf("got:\n%swant:\n%s", got, c.want)
			}
		})
	}
}

// In whichever order documents are read, the trace is the same.
func TestOrderDoesNotMatter(t *testing.T) {
	docs := []doc{
		{1, seg(s1, "web", 0, 1, `"user":"ann","annotations":{"a":1,"b":"x"},"subsegments":[`+sub(x1, "call", 0, .5, `"namespace":"remote"`)+`]`)},
		{2, seg(s2, "api", .1, .4, `"parent_id":"`+x1+`","user":"bob","annotations":{"a":2}`)},
		{3, sub(x2, "late", .2, 1.7, under(s2))},
		{3, seg(s2, "api", .1, .4, `"parent_id":"`+x1+`"`)},
	}
	want := assemble(t, docs...).Summary()
	sortLists(want)
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		rnd.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
		got := assemble(t, docs...).Summary()
		sortLists(got)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("order %v:\ngot  %+v\nwant %+v", docs, got, want)
		}
	}
	if want.Revision != 3 || want.Duration != 1_700_000 || want.ResponseTime != 1_000_000 {
		t.Errorf("revision %d, duration %d, response time %d; want 3, 1.7 s, 1 s", want.Revision, want.Duration, want.ResponseTime)
	}
}

func sortLists(s *trace.Summary) {
	slices.Sort(s.Users)
	slices.SortFunc(s.Services, func(a, b trace.Service) int { return strings.Compare(a.Name+a.Type, b.Name+b.Type) })
	for _, a := range s.Annotations {
		slices.SortFunc(a.Values, func(a, b segment.Annotation) int { return int(a.Number - b.Number) })
	}
}

func TestSummaryFlags(t *testing.T) {
	for _, c := range []struct {
		about, extra           string
		fault, error, throttle bool
	}{
		{"nothing", ``, false, false, false},
		{"flags", `"fault":true,"error":true`, true, true, false},
		{"a throttle is no error", `"error":true,"throttle":true`, false, false, true},
		{"status 429", `"http":{"response":{"status":429}}`, false, false, true},
		{"status 404", `"http":{"response":{"status":404}}`, false, true, false},
		{"status 503 and flag error", `"error":true,"http":{"response":{"status":503}}`, true, true, false},
		{"a failure below a root that survived", `"subsegments":[` + sub(x1, "call", 0, .1, `"fault":true`) + `]`, false, false, false},
	} {
		s := assemble(t, doc{1, seg(s1, "web", 0, 1, c.extra)}).Summary()
		if s.Fault != c.fault || s.Error != c.error || s.Throttle != c.throttle {
			t.Errorf("%s: got fault %t, error %t, throttle %t; want %t, %t, %t", c.about, s.Fault, s.Error, s.Throttle, c.fault, c.error, c.throttle)
		}
	}
}

func TestPartial(t *testing.T) {
	for _, c := range []struct {
		about string
		docs  []doc
		want  bool
	}{
		{"complete", []doc{{1, seg(s1, "web", 0, 1, "")}}, false},
		{"open", []doc{{1, strings.Replace(seg(s1, "web", 0, 1, ""), `"end_time":1758654601.000`, `"in_progress":true`, 1)}}, true},
		{"orphan", []doc{{1, seg(s1, "web", 0, 1, "")}, {1, seg(s2, "api", 0, 1, `"parent_id":"`+x1+`"`)}}, true},
		{"promise", []doc{{1, seg(s1, "web", 0, 1, `"subsegments":[`+sub(x1, "call", 0, 1, `"namespace":"remote","http":{"request":{"traced":true}}`)+`]`)}}, true},
	} {
		if got := assemble(t, c.docs...).Partial(); got != c.want {
			t.Errorf("%s: got partial %t, want %t", c.about, got, c.want)
		}
	}
}

func BenchmarkAssemble(b *testing.B) {
	texts := []string{
		seg(s1, "web", 0, 1, `"origin":"AWS::EC2::Instance","http":{"request":{"method":"GET","url":"http://shop/cart"},"response":{"status":200}},"subsegments":[`+sub(x1, "call", 0, .5, `"namespace":"remote"`)+`]`),
		seg(s2, "api", .1, .4, `"parent_id":"`+x1+`","annotations":{"tenant":"blue"},"subsegments":[`+sub(x2, "DynamoDB", .1, .2, `"namespace":"aws","aws":{"operation":"GetItem","table_name":"carts"}`)+`]`),
	}
	var digests [][]byte
	var owns []segment.ID
	for _, s := range texts {
		var d segment.Digest
		if err := segment.Parse([]byte(s), &d); err != nil {
			b.Fatal(err)
		}
		digests, owns = append(digests, d.Append(nil)), append(owns, d.Own().ID)
	}
	tid, _ := segment.ParseTraceID(id)
	a := new(trace.Assembler)
	b.ReportAllocs()
	for b.Loop() {
		a.Begin(tid)
		for i := range digests {
			if err := a.Add(owns[i], 1, digests[i]); err != nil {
				b.Fatal(err)
			}
		}
		a.Trace()
	}
}
