package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/ingest"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// A recorder is a store that remembers what was appended, with bytes of its own.
type recorder struct {
	mu      sync.Mutex // guards records and err
	records []store.Record
	err     error
}

func (r *recorder) Append(_ context.Context, records []store.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	for _, rec := range records {
		rec.Digest, rec.Document = bytes.Clone(rec.Digest), bytes.Clone(rec.Document)
		r.records = append(r.records, rec)
	}
	return nil
}

func (r *recorder) Trim(context.Context, segment.Time) error { return nil }

// A fixture is an Ingester with all that it stands on.
type fixture struct {
	*ingest.Ingester
	store   recorder
	metrics *prometheus.Registry
	log     bytes.Buffer
	now     time.Time
}

func newFixture() *fixture {
	f := &fixture{metrics: prometheus.NewRegistry(), now: time.Unix(1758654660, 123456789)}
	f.Ingester = ingest.New(&f.store, ingest.Options{
		Clock:      func() time.Time { return f.now },
		Registerer: f.metrics,
		Logger:     slog.New(slog.NewTextHandler(&f.log, nil)),
	})
	return f
}

const account store.Account = 123456789012

// document is the segment number i, which is not completed if end is empty.
func document(i int, end string) string {
	if end == "" {
		end = `"in_progress":true`
	} else {
		end = `"end_time":` + end
	}
	return fmt.Sprintf(`{"trace_id":"1-68d2f0a1-%024x","id":"%016x","name":"orders","user":"u%d","start_time":1758654625.25,%s}`, i, i, i, end)
}

func put(t *testing.T, f *fixture, docs ...string) []ingest.Refusal {
	t.Helper()
	refused, err := f.Put(t.Context(), account, split(docs))
	if err != nil {
		t.Fatal(err)
	}
	return refused
}

func split(docs []string) (b [][]byte) {
	for _, d := range docs {
		b = append(b, []byte(d))
	}
	return b
}

func TestPut(t *testing.T) {
	f := newFixture()
	first, second := document(1, "1758654626.5"), document(2, "")
	if refused := put(t, f, first, second); len(refused) != 0 {
		t.Fatalf("refused %v, want none", refused)
	}
	const received, start segment.Time = 1758654660_123456, 1758654625_250000
	for i, want := range []store.Record{
		{Account: account, Segment: segment.ID{7: 1}, Complete: true, Received: received, Start: start, End: 1758654626_500000, Document: []byte(first)},
		{Account: account, Segment: segment.ID{7: 2}, Complete: false, Received: received, Start: start, End: start, Document: []byte(second)},
	} {
		want.Trace = segment.TraceID{0: 0x68, 1: 0xd2, 2: 0xf0, 3: 0xa1, 15: byte(i + 1)}
		var d segment.Digest
		if err := segment.Parse(want.Document, &d); err != nil {
			t.Fatal(err)
		}
		want.Digest = d.Append(nil)
		if got := f.store.records[i]; fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("record %d: got\n%+v\nwant\n%+v", i, got, want)
		}
	}
}

func TestRefusedDoNotHinderTheRest(t *testing.T) {
	f := newFixture()
	noName := strings.Replace(document(4, "1758654626"), `"name":"orders",`, "", 1)
	refused := put(t, f, "{", document(1, "1758654626"), "{}", document(3, ""), noName, "{")
	want := []struct {
		index int
		code  segment.Code
		id    string
	}{{0, segment.ParseError, ""}, {2, segment.MissingID, ""}, {4, segment.MissingName, "0000000000000004"}, {5, segment.ParseError, ""}}
	if len(refused) != len(want) {
		t.Fatalf("got %d refusals, want %d: %v", len(refused), len(want), refused)
	}
	for i, w := range want {
		if got := refused[i]; got.Index != w.index || got.Reason.Code != w.code || got.Reason.ID != w.id {
			t.Errorf("refusal %d: got document %d, %s, id %q; want %d, %s, %q", i, got.Index, got.Reason.Code, got.Reason.ID, w.index, w.code, w.id)
		}
	}
	if n := len(f.store.records); n != 2 {
		t.Errorf("%d records were appended, want 2", n)
	}
	counted(t, f, "rayscope_ingest_refused_documents_total", "MissingId", 1)
	counted(t, f, "rayscope_ingest_refused_documents_total", "MissingName", 1)
	counted(t, f, "rayscope_ingest_refused_documents_total", "ParseError", 2)
	if got := strings.Count(f.log.String(), "document refused"); got != 3 {
		t.Errorf("the log has %d lines, want 3, one for each code:\n%s", got, &f.log)
	}
}

// counted checks a counter; code is its label, if it has one.
func counted(t *testing.T, f *fixture, name, code string, want float64) {
	t.Helper()
	families, err := f.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got float64
	for _, family := range families {
		for _, m := range family.Metric {
			if family.GetName() == name && (code == "" || m.Label[0].GetValue() == code) {
				got += m.Counter.GetValue()
			}
		}
	}
	if got != want {
		t.Errorf("%s %s: got %v, want %v", name, code, got, want)
	}
}

func TestNothingToAppend(t *testing.T) {
	f := newFixture()
	f.store.err = errors.New("append was called")
	put(t, f)
	put(t, f, "{")
}

func TestInvalidUTF8IsRepaired(t *testing.T) {
	f := newFixture()
	doc := strings.Replace(document(1, "1758654626"), "orders", "or\xffders", 1)
	if refused := put(t, f, doc); len(refused) != 0 {
		t.Fatalf("refused %v, want none", refused)
	}
	if got, want := string(f.store.records[0].Document), strings.Replace(doc, "\xff", "\ufffd", 1); got != want {
		t.Errorf("kept %q, want %q", got, want)
	}
}

func TestStoreErrors(t *testing.T) {
	f := newFixture()
	f.store.err = store.ErrFull
	refused, err := f.Put(t.Context(), account, split([]string{"{", document(1, "")}))
	if !errors.Is(err, store.ErrFull) || refused != nil {
		t.Errorf("got refusals %v, error %v; want none and %v", refused, err, store.ErrFull)
	}
	counted(t, f, "rayscope_ingest_append_errors_total", "", 1)
	counted(t, f, "rayscope_ingest_documents_total", "", 0)
	f.store.err = nil
	put(t, f, "{", document(1, ""))
	counted(t, f, "rayscope_ingest_refused_documents_total", "ParseError", 1)
	counted(t, f, "rayscope_ingest_documents_total", "", 1)
	counted(t, f, "rayscope_ingest_document_bytes_total", "", float64(len(document(1, ""))))
}

func TestReceiptNeverGoesBack(t *testing.T) {
	f := newFixture()
	start := f.now
	for i, c := range []struct {
		at   time.Duration // of the clock
		want time.Duration // of the receipt
	}{{0, 0}, {time.Second, time.Second}, {-time.Hour, time.Second}, {time.Second + time.Microsecond, time.Second + time.Microsecond}} {
		f.now = start.Add(c.at)
		put(t, f, document(i, ""))
		if got, want := f.store.records[i].Received, segment.TimeOf(start.Add(c.want)); got != want {
			t.Errorf("clock at %v: received %d, want %d", c.at, got, want)
		}
	}
}

func TestConcurrentPuts(t *testing.T) {
	const callers, calls = 8, 50
	f := newFixture()
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range calls {
				docs := split([]string{document(c*calls+i, "1758654626"), "{", document(c*calls+i, "")})
				if refused, err := f.Put(t.Context(), account, docs); err != nil || len(refused) != 1 {
					t.Errorf("got refusals %v, error %v; want one and none", refused, err)
				}
				for _, d := range docs { // they are ours again
					clear(d)
				}
			}
		})
	}
	wg.Wait()
	var d segment.Digest
	seen := map[segment.ID]int{}
	for _, r := range f.store.records {
		if err := d.Decode(r.Trace, r.Segment, r.Digest); err != nil {
			t.Fatal(err)
		}
		// A digest does not repeat the ids, but says who the user was.
		if want := fmt.Sprintf(`"id":"%s"`, r.Segment); !bytes.Contains(r.Document, []byte(want)) {
			t.Fatalf("record of segment %s has the document %s", r.Segment, r.Document)
		}
		if want := fmt.Sprintf(`"user":"%s"`, d.User); !bytes.Contains(r.Document, []byte(want)) {
			t.Fatalf("the document %s has the digest of user %s", r.Document, d.User)
		}
		seen[r.Segment]++
	}
	if len(seen) != callers*calls || len(f.store.records) != 2*callers*calls {
		t.Errorf("got %d records of %d segments, want %d of %d", len(f.store.records), len(seen), 2*callers*calls, callers*calls)
	}
}

// nowhere is a store that keeps nothing.
type nowhere struct{}

func (nowhere) Append(context.Context, []store.Record) error { return nil }
func (nowhere) Trim(context.Context, segment.Time) error     { return nil }

func BenchmarkPut50(b *testing.B) {
	in := ingest.New(nowhere{}, ingest.Options{Clock: time.Now, Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)})
	var docs [][]byte
	size := 0
	for i := range 50 {
		doc := strings.Replace(document(i, "1758654626"), "}", `,"metadata":{"x":"`+strings.Repeat("m", 1000)+`"}}`, 1)
		docs = append(docs, []byte(doc))
		size += len(doc)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if refused, err := in.Put(b.Context(), account, docs); err != nil || refused != nil {
			b.Fatal(refused, err)
		}
	}
}
