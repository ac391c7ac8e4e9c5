package xray_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/xray"
)

// names returns the trees of documents, apart by blanks, in the order of their texts.
func names(docs []document) string {
	list := trees(docs)
	slices.Sort(list)
	return strings.Join(list, " ")
}

// A program runs steps such as "begin root, begin a in root, close a": what tests of order look like.
type program struct {
	t    *testing.T
	ctx  context.Context
	rec  *recorder
	ctxs map[string]context.Context
	segs map[string]*xray.Segment
}

func newProgram(t *testing.T) *program {
	ctx, rec := recording(t)
	return &program{t: t, ctx: ctx, rec: rec, ctxs: map[string]context.Context{}, segs: map[string]*xray.Segment{}}
}

// run runs the steps "+root", "a<root" for begin, "-a" for close, "!a" for CloseAndStream and "x a<root" for RemoveSubsegment.
func (p *program) run(steps string) {
	p.t.Helper()
	for _, step := range strings.Fields(steps) {
		name := step[1:]
		switch step[0] {
		case '+':
			p.ctxs[name], p.segs[name] = xray.BeginSegment(p.ctx, name)
		case '-':
			p.segs[name].Close(nil)
		case '!':
			p.segs[name].CloseAndStream(nil)
		case '/':
			child, parent, _ := strings.Cut(name, "<")
			if !p.segs[parent].RemoveSubsegment(p.segs[child]) {
				p.t.Errorf("remove %s from %s: got false, want true", child, parent)
			}
		default:
			child, parent, _ := strings.Cut(step, "<")
			p.ctxs[child], p.segs[child] = xray.BeginSubsegment(p.ctxs[parent], child)
		}
	}
}

func TestOrders(t *testing.T) {
	tests := []struct{ name, steps, want string }{
		{"root alone", "+r -r", "r"},
		{"children first", "+r a<r b<a -b -a -r", "r(a(b))"},
		{"root first", "+r a<r b<a -r -a -b", "r(a(b))"},
		{"parent before child", "+r a<r b<a -a -b -r", "r(a(b))"},
		{"closed twice", "+r a<r -a -a -r -r", "r(a)"},
		{"child of a closed one", "+r a<r -a b<a -r -b", "r(a(b))"},
		{"child of a sent one", "+r -r a<r b<a -a -b", "a(b) r"},
		{"open child holds back", "+r a<r -r", ""},
		{"streamed", "+r a<r b<r !a -b -r", "a r(b)"},
		{"streamed with open child", "+r a<r b<a !a -r -b", "a(b…) b r"},
		{"streamed last", "+r a<r -r !a", "a r"},
		{"streamed root", "+r a<r -a !r", "r(a)"},
		{"removed open", "+r a<r b<a /a<r -b -a -r", "r"},
		{"removed closed", "+r a<r b<a -b -a /a<r -r", "r"},
		{"removed last", "+r a<r b<r -b -r /a<r", "r(b)"},
		{"middle of three removed", "+r a<r b<r c<r -a -b -c /b<r -r", "r(a c)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newProgram(t)
			p.run(tt.steps)
			docs := p.rec.take(t)
			if got := names(docs); got != tt.want {
				t.Errorf("%s: got %q, want %q", tt.steps, got, tt.want)
			}
			p.checkApart(docs)
		})
	}
}

// checkApart checks what documents below a root need.
func (p *program) checkApart(docs []document) {
	p.t.Helper()
	for _, d := range docs {
		if d.Name == "r" {
			continue
		}
		if d.Type != "subsegment" || d.TraceID != p.segs["r"].TraceID || d.ParentID == "" || d.ParentID == d.ID {
			p.t.Errorf("document of %s: got type %q, trace %q, parent %q; want a subsegment of trace %q", d.Name, d.Type, d.TraceID, d.ParentID, p.segs["r"].TraceID)
		}
	}
}

func TestCancelledContext(t *testing.T) {
	tests := []struct{ name, before, after, want string }{
		{"cancelled before close", "+r a<r", "-r", "r(a…)"},
		{"child closed afterwards", "+r a<r", "-r -a", "a r(a…)"},
		{"below an open child", "+r a<r b<a c<b -c -b", "-r -a", "a b(c) r(a…)"},
		{"nothing open", "+r a<r -a", "-r", "r(a)"},
		{"root open", "+r a<r", "-a", ""},
		{"child of a child sent in progress", "+r a<r", "-r b<a -b -a", "a b r(a…)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newProgram(t)
			ctx, cancel := context.WithCancel(p.ctx)
			p.ctx = ctx
			p.run(tt.before)
			cancel()
			p.run(tt.after)
			docs := p.rec.take(t)
			if got := names(docs); got != tt.want {
				t.Errorf("%s, cancel, %s: got %q, want %q", tt.before, tt.after, got, tt.want)
			}
			p.checkApart(docs)
		})
	}
}

func TestCancelledAfterClose(t *testing.T) {
	p := newProgram(t)
	sent := make(chan *xray.Segment, 1)
	ctx, err := xray.ContextWithConfig(p.ctx, xray.Config{Emitter: channel(sent), SamplingStrategy: decided(true)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	p.ctx = ctx
	p.run("+r a<r -r")
	select {
	case s := <-sent:
		t.Fatalf("before the context is cancelled: got %s, want nothing", s.Name)
	default:
	}
	cancel()
	if s := <-sent; s.Name != "r" {
		t.Errorf("got %s, want r", s.Name)
	}
}

// A child that nobody closes holds its tree up for half a minute.
func TestPatience(t *testing.T) {
	for _, tt := range []struct {
		name, before, after string
		wait                time.Duration
		want                string
	}{
		{"not yet", "+r a<r -r", "", 29 * time.Second, ""},
		{"in time", "+r a<r -r", "-a", 29 * time.Second, "r(a)"},
		{"forgotten", "+r a<r b<r -b -r", "", 30 * time.Second, "r(a… b)"},
		{"late", "+r a<r b<a -b -r", "-a", 31 * time.Second, "a b r(a…)"},
		{"root open", "+r a<r", "", time.Hour, ""},
		{"root late", "+r a<r -a", "-r", time.Hour, "r(a)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for kind, derive := range map[string]func(context.Context) context.Context{
				"never cancelled":   context.WithoutCancel,
				"not yet cancelled": func(ctx context.Context) context.Context { return ctx },
				"cancelled afterwards": func(ctx context.Context) context.Context {
					ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
					t.Cleanup(cancel)
					return ctx
				},
			} {
				synctest.Test(t, func(t *testing.T) {
					p := newProgram(t)
					p.ctx = derive(p.ctx)
					p.run(tt.before)
					<-time.After(tt.wait)
					synctest.Wait()
					p.run(tt.after)
					docs := p.rec.take(t)
					if got := names(docs); got != tt.want {
						t.Errorf("%s: %s, %s, %s: got %q, want %q", kind, tt.before, tt.wait, tt.after, got, tt.want)
					}
					p.checkApart(docs)
					<-time.After(time.Hour)
					synctest.Wait()
					if tt.want != "" && len(p.rec.take(t)) != 0 {
						t.Errorf("%s: something was sent later", kind)
					}
				})
			}
		})
	}
}

func TestStreaming(t *testing.T) {
	p := newProgram(t)
	p.run("+r")
	for i := range 25 {
		p.run(fmt.Sprintf("s%d<r -s%d", i, i))
	}
	docs := p.rec.take(t)
	if got, want := names(docs), "s20 s21 s22 s23 s24"; got != want {
		t.Errorf("while running: got %q, want %q", got, want)
	}
	p.checkApart(docs)
	p.run("-r")
	if docs = p.rec.take(t); len(docs) != 1 || len(docs[0].Subsegments) != 20 {
		t.Errorf("at the end: got %q, want the root with 20 subsegments", trees(docs))
	}
}

func TestStreamingTakesWholeSubtrees(t *testing.T) {
	p := newProgram(t)
	p.run("+r a<r")
	for i := range 20 {
		p.run(fmt.Sprintf("s%d<a -s%d", i, i))
	}
	if docs := p.rec.take(t); len(docs) != 0 {
		t.Fatalf("with 20 held: got %q, want nothing", trees(docs))
	}
	p.run("-a")
	docs := p.rec.take(t)
	if len(docs) != 1 || docs[0].Name != "a" || len(docs[0].Subsegments) != 20 || docs[0].ParentID != p.segs["r"].ID {
		t.Errorf("got %q, want a with 20 subsegments, below r", trees(docs))
	}
}

// TestManySubsegments holds the tree of a long request to a bounded size.
func TestManySubsegments(t *testing.T) {
	const n = 100_000
	c := new(counter)
	ctx := configured(t, xray.Config{Emitter: c, SamplingStrategy: decided(true)})
	ctx, root := xray.BeginSegment(ctx, "r")
	for range n {
		_, s := xray.BeginSubsegment(ctx, "s")
		s.Close(nil)
	}
	if got, want := c.documents, n-20; got != want {
		t.Errorf("sent while running: got %d, want %d", got, want)
	}
	root.Close(nil)
	if got, want := c.documents, n-20+1; got != want {
		t.Errorf("sent: got %d, want %d", got, want)
	}
}

// TestManySubsegmentsMemory holds that a request with 100,000 subsegments needs the memory of a few, also while one of them is open.
func TestManySubsegmentsMemory(t *testing.T) {
	const n, most = 100_000, 4 << 20 // bytes; all of them would take 50 MB and more
	ctx := configured(t, xray.Config{Emitter: new(counter), SamplingStrategy: decided(true)})
	ctx, root := xray.BeginSegment(ctx, "r")
	_, open := xray.BeginSubsegment(ctx, "open")
	before := inUse()
	for range n {
		_, s := xray.BeginSubsegment(ctx, "s")
		if err := s.AddMetadata("k", "a value of some length"); err != nil {
			t.Fatal(err)
		}
		s.Close(nil)
	}
	if grown := int64(inUse()) - int64(before); grown > most {
		t.Errorf("%d subsegments take %d bytes, want %d at most", n, grown, most)
	}
	open.Close(nil)
	root.Close(nil)
}

// inUse is the bytes of the heap that are reachable.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestConcurrency adds to one tree from many goroutines, which close in any order, also after the root.
func TestConcurrency(t *testing.T) {
	const workers, each = 16, 50
	ctx, rec := recording(t)
	ctx, root := xray.BeginSegment(ctx, "r")
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := range each {
				sub, s := xray.BeginSubsegment(ctx, "s")
				_, inner := xray.BeginSubsegment(sub, "i")
				for _, add := range []error{root.AddAnnotation("k", i), root.AddMetadata("k", []int{i}), s.AddAnnotation("w", w), root.AddError(errors.New("x"))} {
					if add != nil {
						t.Error(add)
					}
				}
				s.Close(nil)
				if i == each/2 && w == 0 {
					root.Close(nil)
				}
				inner.Close(errors.New("late"))
			}
		})
	}
	all.Wait()
	seen := map[string]int{}
	for _, d := range rec.take(t) {
		count(seen, d)
	}
	if len(seen) != 2*workers*each+1 {
		t.Errorf("got %d segments, want %d", len(seen), 2*workers*each+1)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("segment %s: sent %d times, want once", id, n)
		}
	}
}

func count(seen map[string]int, d document) {
	seen[d.ID]++
	for _, c := range d.Subsegments {
		count(seen, c)
	}
}

// TestNoGoroutines begins and closes segments under contexts that can be cancelled, some with an open child, which is awaited.
func TestNoGoroutines(t *testing.T) {
	base := configured(t, xray.Config{Emitter: new(counter), SamplingStrategy: decided(true)})
	ctx, cancel := context.WithCancel(base)
	defer cancel()
	before := runtime.NumGoroutine()
	var open []*xray.Segment
	for range 1000 {
		ctx, s := xray.BeginSegment(ctx, "r")
		_, c := xray.BeginSubsegment(ctx, "c")
		s.Close(nil)
		open = append(open, c)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("got %d goroutines, want the %d from before", after, before)
	}
	for _, c := range open {
		c.Close(nil)
	}
}
