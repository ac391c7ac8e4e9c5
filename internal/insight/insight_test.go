package insight_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/cursor"
	"github.com/rayscope/rayscope/internal/insight"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
	"github.com/rayscope/rayscope/internal/trace"
)

const (
	account = store.Account(111122223333)
	other   = store.Account(999999999999)
	group   = "arn:aws:xray:eu-central-1:111122223333:group/Default"
)

const (
	minute = 60 * segment.Second
	day    = 24 * 60 * minute
)

// noon is when the tests begin.
var noon = segment.TimeOf(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))

// A bench is a room over a store of its own, with a clock that the test sets.
type bench struct {
	*testing.T
	store *pebble.Store
	room  *insight.Room
	now   segment.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	s, err := pebble.Open(t.TempDir(), pebble.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bench{T: t, store: s, now: noon}
	b.room = insight.New(s, func() time.Time { return b.now.Std() })
	return b
}

func id(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", n) }

// state is insight n with its event at the given minute after noon; it began at the minute n. End 0 is none.
func state(n, event, end int) insight.Insight {
	in := insight.Insight{
		ID: id(n), Group: "Default", GroupARN: group, RootCause: trace.Service{Name: "stock", Type: "AWS::EC2::Instance"}, Start: noon + segment.Time(n)*minute,
		Event: insight.Event{Time: noon + segment.Time(event)*minute, Summary: fmt.Sprintf("event at %d", event), Clients: insight.Impact{Faults: 41, OK: 359, Total: 400}},
	}
	if end != 0 {
		in.End = noon + segment.Time(end)*minute
	}
	return in
}

func (b *bench) record(list ...insight.Insight) {
	b.Helper()
	for _, in := range list {
		b.now = max(b.now, in.Time)
		if err := b.room.Record(b.Context(), account, in); err != nil {
			b.Fatal(err)
		}
	}
}

// list is the numbers of the insights of a query, with a slash between pages.
func (b *bench) list(q insight.Query) string {
	b.Helper()
	q.Account = account
	if q.GroupARN == "" {
		q.GroupARN = group
	}
	var pages []string
	for {
		list, next, err := b.room.List(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		var page []string
		for _, in := range list {
			page = append(page, strings.TrimLeft(in.ID[24:], "0"))
		}
		pages = append(pages, strings.Join(page, " "))
		if q.Token = next; next == "" {
			return strings.Join(pages, " / ")
		}
	}
}

func TestLifeOfAnInsight(t *testing.T) {
	b := newBench(t)
	if _, err := b.room.Get(t.Context(), account, id(1)); !errors.Is(err, insight.ErrUnknown) {
		t.Errorf("before: got %v, want ErrUnknown", err)
	}
	b.record(state(1, 4, 0), state(1, 9, 0))
	in, err := b.room.Get(t.Context(), account, id(1))
	if err != nil || !in.Active() || in.Recorded != 2 || in.Summary != "event at 9" || in.Clients.Faults != 41 || in.RootCause.Name != "stock" {
		t.Errorf("active: got %+v, %v; want the state of the second event", in, err)
	}
	if _, err := b.room.Get(t.Context(), other, id(1)); !errors.Is(err, insight.ErrUnknown) {
		t.Errorf("another account: got %v, want ErrUnknown", err)
	}
	b.record(state(1, 14, 14))
	if in, err = b.room.Get(t.Context(), account, id(1)); err != nil || in.Active() || in.Recorded != 3 {
		t.Errorf("closed: got %+v, %v", in, err)
	}
	events, next, err := b.room.Events(t.Context(), account, id(1), 50, "")
	if err != nil || next != "" || len(events) != 3 || events[0].Summary != "event at 14" || events[2].Summary != "event at 4" {
		t.Errorf("events: got %+v, %q, %v; want three, the newest first", events, next, err)
	}
	if err := b.room.Record(t.Context(), account, state(1, 15, 0)); !errors.Is(err, insight.ErrClosed) {
		t.Errorf("record after the end: got %v, want ErrClosed", err)
	}
}

func TestRecordRefuses(t *testing.T) {
	b := newBench(t)
	b.record(state(1, 5, 0))
	change := func(f func(*insight.Insight)) insight.Insight {
		in := state(1, 6, 0)
		f(&in)
		return in
	}
	for want, in := range map[string]insight.Insight{
		"not a UUID":              change(func(in *insight.Insight) { in.ID = "x" }),
		"names no group":          change(func(in *insight.Insight) { in.Group = "" }),
		"must start first":        change(func(in *insight.Insight) { in.Time = in.Start - 1 }),
		"ends at 1:":              change(func(in *insight.Insight) { in.End = 1 }),
		"1001 bytes":              change(func(in *insight.Insight) { in.Summary = strings.Repeat("x", 1001) }),
		"21 services":             change(func(in *insight.Insight) { in.Anomalous = make([]trace.Service, 21) }),
		"is not what it was":      change(func(in *insight.Insight) { in.Start++ }),
		"is before the last one,": state(1, 4, 0),
	} {
		if err := b.room.Record(t.Context(), account, in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	if in, err := b.room.Get(t.Context(), account, id(1)); err != nil || in.Recorded != 1 {
		t.Errorf("afterwards: got %+v, %v; want the one event that was right", in, err)
	}
}

func TestList(t *testing.T) {
	b := newBench(t)
	b.record(state(1, 2, 0), state(2, 3, 30), state(3, 9, 9), state(4, 5, 0), state(5, 6, 0))
	foreign := state(6, 7, 0)
	foreign.GroupARN = group + "/other"
	b.record(foreign)
	all := insight.Query{Active: true, Closed: true, From: noon - day, To: noon + day, Max: 100}
	change := func(f func(*insight.Query)) insight.Query {
		q := all
		f(&q)
		return q
	}
	for _, c := range []struct {
		name  string
		query insight.Query
		want  string
	}{
		{"all", all, "5 4 3 2 1"},
		{"pages of two", change(func(q *insight.Query) { q.Max = 2 }), "5 4 / 3 2 / 1"},
		{"pages of five", change(func(q *insight.Query) { q.Max = 5 }), "5 4 3 2 1"},
		{"active", change(func(q *insight.Query) { q.Closed = false }), "5 4 1"},
		{"closed", change(func(q *insight.Query) { q.Active = false }), "3 2"},
		{"window ends at the start", change(func(q *insight.Query) { q.To = noon + 3*minute }), "3 2 1"},
		{"window begins at the end", change(func(q *insight.Query) { q.From = noon + 30*minute }), "5 4 2 1"},
		{"window begins behind the end", change(func(q *insight.Query) { q.From = noon + 30*minute + 1 }), "5 4 1"},
		{"another group", change(func(q *insight.Query) { q.GroupARN = foreign.GroupARN }), "6"},
		{"a group without", change(func(q *insight.Query) { q.GroupARN = "arn" }), ""},
	} {
		if got := b.list(c.query); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// A page goes on where the one before ended, also when insights come and close in between.
func TestListWhileWritesGoOn(t *testing.T) {
	b := newBench(t)
	b.record(state(1, 1, 0), state(2, 2, 0), state(3, 3, 0))
	q := insight.Query{Account: account, GroupARN: group, Active: true, Closed: true, From: noon - day, To: noon + day, Max: 2}
	_, next, err := b.room.List(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	b.record(state(1, 9, 9), state(2, 10, 10), state(7, 12, 0))
	q.Token = next
	if got := b.list(q); got != "1" {
		t.Errorf("second page: got %q, want 1", got)
	}
	for name, change := range map[string]func(*insight.Query){
		"state":  func(q *insight.Query) { q.Closed = false },
		"window": func(q *insight.Query) { q.From++ },
		"group":  func(q *insight.Query) { q.GroupARN += "x" },
		"text":   func(q *insight.Query) { q.Token = "x" },
	} {
		changed := q
		change(&changed)
		if _, _, err := b.room.List(t.Context(), changed); !errors.Is(err, cursor.ErrToken) {
			t.Errorf("token with another %s: got %v, want ErrToken", name, err)
		}
	}
}

// Of a long insight the newest events are kept, and pages of them fit together while more come.
func TestEvents(t *testing.T) {
	b := newBench(t)
	const extra = 5
	for i := 1; i <= insight.MaxEvents+extra; i++ {
		b.record(state(1, i, 0))
	}
	var got []insight.Event
	for token, pages := "", 0; ; pages++ {
		list, next, err := b.room.Events(t.Context(), account, id(1), 300, token)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, list...)
		if token = next; next == "" {
			break
		}
		if pages == 0 {
			b.record(state(1, insight.MaxEvents+extra+1, 0)) // takes the place of the oldest
		}
		if _, _, err := b.room.Events(t.Context(), account, id(1), 300, next+"x"); !errors.Is(err, cursor.ErrToken) {
			t.Errorf("damaged token: got %v, want ErrToken", err)
		}
	}
	if len(got) != insight.MaxEvents-1 {
		t.Errorf("got %d events, want %d", len(got), insight.MaxEvents-1)
	}
	for i, e := range got {
		if want := fmt.Sprintf("event at %d", insight.MaxEvents+extra-i); e.Summary != want {
			t.Fatalf("event %d: got %q, want %q", i, e.Summary, want)
		}
	}
	if _, _, err := b.room.Events(t.Context(), account, id(2), 1, ""); !errors.Is(err, insight.ErrUnknown) {
		t.Errorf("events of an unknown insight: got %v, want ErrUnknown", err)
	}
}

// After 30 days nothing is told of an insight any more, and the next new one removes it.
func TestAge(t *testing.T) {
	b := newBench(t)
	b.record(state(1, 2, 0), state(1, 3, 3), state(2, 4, 0))
	b.now += 30*day + 5*minute
	for _, n := range []int{1, 2} {
		if _, err := b.room.Get(t.Context(), account, id(n)); !errors.Is(err, insight.ErrUnknown) {
			t.Errorf("old insight %d: got %v, want ErrUnknown", n, err)
		}
	}
	if got := b.list(insight.Query{Active: true, Closed: true, From: noon, To: b.now, Max: 9}); got != "" {
		t.Errorf("list of old insights: got %q, want none", got)
	}
	young := state(50_000, 50_001, 0)
	b.record(young)
	rows, err := b.store.Settings(t.Context(), account, "insight/")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 { // id, active, event
		t.Errorf("%d rows are left, want the 3 of the young insight: %+v", len(rows), rows)
	}
}

func TestAffected(t *testing.T) {
	service := func(name string) trace.Service { return trace.Service{Name: name} }
	m := &servicemap.Map{Nodes: map[trace.Service]*servicemap.Node{}}
	for _, call := range []string{"client>web", "web>orders", "web>search", "orders>stock", "orders>orders", "stock>db", "mail>db", "timer>mail"} {
		from, to, _ := strings.Cut(call, ">")
		for _, name := range []string{from, to} {
			if m.Nodes[service(name)] == nil {
				m.Nodes[service(name)] = &servicemap.Node{Service: service(name), Edges: map[trace.Service]*servicemap.Edge{}}
			}
		}
		m.Nodes[service(from)].Edges[service(to)] = new(servicemap.Edge)
	}
	for _, c := range []struct {
		root      string
		anomalous []string
		want      string
	}{
		{"stock", nil, "client orders stock web"},
		{"stock", []string{"orders", "mail"}, "client mail orders stock timer web"},
		{"client", nil, "client"},
		{"gone", []string{"search"}, "client search web"},
		{"gone", nil, ""},
	} {
		in := insight.Insight{RootCause: service(c.root)}
		for _, a := range c.anomalous {
			in.Anomalous = append(in.Anomalous, service(a))
		}
		var got []string
		for _, n := range in.Affected(m) {
			got = append(got, n.Service.Name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("root cause %s, anomalous %v: got %q, want %q", c.root, c.anomalous, got, c.want)
		}
	}
}

func TestParseID(t *testing.T) {
	for s, want := range map[string]string{
		"5B0F6C1E-8a2d-4c37-9e51-2f7d4a6b8c90": "5b0f6c1e-8a2d-4c37-9e51-2f7d4a6b8c90", "": "", "5b0f6c1e8a2d4c379e512f7d4a6b8c90": "",
		"5b0f6c1e-8a2d-4c37-9e51-2f7d4a6b8c9": "", "{5b0f6c1e-8a2d-4c37-9e51-2f7d4a6b8c90}": "", "5b0f6c1e-8a2d-4c37-9e51-2f7d4a6b8c90\n": "",
	} {
		if got, err := insight.ParseID(s); got != want || (err == nil) != (want != "") {
			t.Errorf("ParseID(%q) = %q, %v; want %q", s, got, err, want)
		}
	}
}
