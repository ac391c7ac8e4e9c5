package arrivals_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/arrivals"
	"github.com/rayscope/rayscope/internal/segment"
)

var start = time.Unix(1758654600, 0) // a multiple of arrivals.Span

// at is a time after the start.
func at(d time.Duration) segment.Time { return segment.TimeOf(start.Add(d)) }

var (
	udp    = arrivals.Sender{Door: arrivals.UDP}
	caller = arrivals.Sender{Door: arrivals.API, Address: "127.0.0.1", Agent: "aws-sdk/1"}
)

// parse is the digest of a document that ends at the time; more is put into it.
func parse(t testing.TB, name string, end segment.Time, more string) *segment.Digest {
	t.Helper()
	d := new(segment.Digest)
	doc := fmt.Sprintf(`{"trace_id":"1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14","id":"70de5b6f19ff9a0a","name":%q,"start_time":%f,"end_time":%f%s}`, name, end.Seconds()-1, end.Seconds(), more)
	if err := segment.Parse([]byte(doc), d); err != nil {
		t.Fatal(err)
	}
	return d
}

// take enters one document that is received at now and ended lag before.
func take(t testing.TB, b *arrivals.Book, from arrivals.Sender, now segment.Time, name string, lag segment.Time, more string) {
	t.Helper()
	b.Took(from, now, b.Note(nil, parse(t, name, now-lag, more), now, 300))
}

func TestWindows(t *testing.T) {
	b := arrivals.New(start)
	take(t, b, udp, at(time.Minute), "shop", segment.Second, `,"aws":{"xray":{"sampling_rule_name":"Default"},"ec2":{"instance_id":"i-1"}}`)
	take(t, b, caller, at(11*time.Minute), "shop", -5*segment.Second, `,"aws":{"ec2":{"instance_id":"i-1"}}`)
	take(t, b, caller, at(12*time.Minute), "stock", 61*segment.Second, `,"parent_id":"70de5b6f19ff9a0b"`)
	for _, c := range []struct {
		at   time.Duration
		want string
	}{
		{12 * time.Minute, "api:2 udp:1 | shop/i-1:2 roots 2 ruled 1 future 1 late 0 -5..1 | stock/:1 roots 0 ruled 0 future 0 late 1 61..61 | "},
		{20 * time.Minute, "api:2 udp:0 | shop/i-1:1 roots 1 ruled 0 future 1 late 0 -5..-5 | stock/:1 roots 0 ruled 0 future 0 late 1 61..61 | "},
		{30 * time.Minute, "api:0 udp:0 | "},
	} {
		r := b.Report(start.Add(c.at))
		var got strings.Builder
		for _, s := range r.Senders {
			fmt.Fprintf(&got, "%s:%d ", s.Door, s.Documents)
		}
		got.WriteString("| ")
		for _, s := range r.Services {
			fmt.Fprintf(&got, "%s/%s:%d roots %d ruled %d future %d late %d %v..%v | ", s.Name, s.Instance, s.Documents, s.Roots, s.Ruled, s.Future, s.Late,
				s.Least.Seconds(), s.Most.Seconds())
		}
		if got.String() != c.want {
			t.Errorf("after %v: got\n%s want\n%s", c.at, &got, c.want)
		}
		if d := r.Day; d.Documents != 3 || d.Bytes != 900 || d.Traces != 2 || d.Length != c.at {
			t.Errorf("after %v: the day is %+v, want 3 documents of 900 bytes and 2 traces", c.at, d)
		}
	}
	if d := b.Report(start.Add(30 * time.Hour)).Day; d.Documents != 0 {
		t.Errorf("after 30 hours: the day has %d documents, want 0", d.Documents)
	}
}

func TestRefusals(t *testing.T) {
	b := arrivals.New(start)
	b.Refuse(udp, at(0), &segment.Rejection{Code: segment.MissingName, ID: "70de5b6f19ff9a0a"}, 100)
	b.Refuse(udp, at(time.Second), &segment.Rejection{Code: segment.MissingName, ID: "hunter2 is my password"}, 90)
	b.Deny(caller, start.Add(2*time.Second), "SerializationException", "The body is not a JSON object.")
	b.Failed(errors.New("disk on fire"), at(time.Second))
	r := b.Report(start.Add(time.Minute))
	want := []arrivals.Refusal{
		{Sender: caller, Code: "SerializationException", Message: "The body is not a JSON object.", Count: 1, Last: at(2 * time.Second)},
		{Sender: udp, Code: "MissingName", Count: 2, Last: at(time.Second), Bytes: 90},
	}
	if fmt.Sprint(r.Refusals) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", r.Refusals, want)
	}
	if got := fmt.Sprint(r.Codes); got != "[{MissingName 2} {SerializationException 1}]" {
		t.Errorf("codes are %s", got)
	}
	if r.Failures != 1 || r.Failure == nil || r.Failure.Error.Error() != "disk on fire" {
		t.Errorf("got %d failures, the last %v", r.Failures, r.Failure)
	}
}

// However many send under however many names, the book is bounded and counts everything.
func TestBounds(t *testing.T) {
	b := arrivals.New(start)
	const n = 3000
	long := strings.Repeat("n", 190)
	for i := range n {
		from := arrivals.Sender{Door: arrivals.API, Address: fmt.Sprint("192.0.2.", i), Agent: strings.Repeat("a", 1000)}
		take(t, b, from, at(0), fmt.Sprint(long, i), 0, "")
		b.Refuse(from, at(time.Duration(i)), &segment.Rejection{Code: segment.ParseError}, 1)
	}
	r := b.Report(start)
	documents, services := int64(0), int64(0)
	for _, s := range r.Senders {
		documents += s.Documents
		if len(s.Agent) > 200 {
			t.Fatalf("an agent of %d bytes was kept", len(s.Agent))
		}
	}
	for _, s := range r.Services {
		services += s.Documents
	}
	if len(r.Senders) != 201 || len(r.Services) != 1001 || len(r.Refusals) != 50 || documents != n || services != n || r.Codes[0].Count != n {
		t.Errorf("got %d senders with %d documents, %d services with %d, %d refusals of %d; want 201, 1001, 50 and %d of all",
			len(r.Senders), documents, len(r.Services), services, len(r.Refusals), r.Codes[0].Count, n)
	}
	// When those have fallen silent there is room for others.
	take(t, b, caller, at(time.Hour), "new", 0, "")
	take(t, b, caller, at(time.Hour), "new", 0, "")
	if r := b.Report(start.Add(time.Hour)); len(r.Senders) > 2 || r.Services[0].Name == "" || r.Services[0].Documents > 2 {
		t.Errorf("an hour later: %d senders, services %+v", len(r.Senders), r.Services)
	}
}

// What is written on the way of documents costs no allocation.
func TestNoAllocations(t *testing.T) {
	b := arrivals.New(start)
	d := []*segment.Digest{parse(t, "shop", at(0), ""), parse(t, "stock", at(0), "")}
	notes := make([]arrivals.Note, 0, 50)
	rejection := &segment.Rejection{Code: segment.ParseError}
	if n := testing.AllocsPerRun(100, func() {
		notes = notes[:0]
		for i := range 50 {
			notes = b.Note(notes, d[i%2], at(time.Second), 1000)
		}
		b.Took(udp, at(time.Second), notes)
		b.Refuse(udp, at(time.Second), rejection, 10)
	}); n != 0 {
		t.Errorf("50 documents cost %v allocations, want 0", n)
	}
}

func BenchmarkTook50(b *testing.B) {
	book := arrivals.New(start)
	d := []*segment.Digest{parse(b, "shop", at(0), ""), parse(b, "stock", at(0), "")}
	notes := make([]arrivals.Note, 0, 50)
	b.ReportAllocs()
	for b.Loop() {
		notes = notes[:0]
		for i := range 50 {
			notes = book.Note(notes, d[i%2], at(time.Second), 1000)
		}
		book.Took(udp, at(time.Second), notes)
	}
}
