package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"time"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
	"github.com/rayscope/rayscope/internal/trace"
)

// A day is many traces of one document each, spread evenly over 24 hours, in a store of its own. Each customer has about
// a hundred of them.
type day struct {
	db     store.Store
	traces int
	from   segment.Time
}

const (
	dayLength   = 86_400 * segment.Second
	perCustomer = 100
)

// searchDay fills a store with a day, seals it, and searches it.
func searchDay(c config) (err error) {
	dir, err := os.MkdirTemp("", "rayscope-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a directory for temporary files: the system removes what is left
	db, err := pebble.Open(dir, pebble.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	end := segment.TimeOf(time.Now().Truncate(time.Minute).Add(-time.Minute))
	d := &day{db: db, traces: c.traces, from: end - dayLength}
	if err := d.fill(); err != nil {
		return err
	}
	if err := d.searches("unsealed", 3); err != nil {
		return err
	}
	if err := d.seal(); err != nil {
		return err
	}
	return d.searches("sealed", c.queries)
}

func (d *day) customers() int { return max(1, d.traces/perCustomer) }

// document is the i-th of the day. The customers are scattered: 7,919 is a prime.
func (d *day) document(b []byte, i int) []byte {
	start := d.from + segment.Time(int64(i)*int64(dayLength)/int64(d.traces))
	status := 200
	if i%100 == 7 {
		status = 503
	}
	return fmt.Appendf(b, `{"trace_id":"1-%08x-%024x","id":"%016x","name":"orders","origin":"AWS::ECS::Fargate","start_time":%f,"end_time":%f,"user":"u-%d",`+
		`"http":{"request":{"method":"POST","url":"https://orders.example.net/v2/orders","user_agent":"curl/8","client_ip":"198.51.100.7"},"response":{"status":%d}},`+
		`"annotations":{"customer":"c-%07d","plan":"%s"}}`,
		start.Floor(), i, i+1, start.Seconds(), (start + segment.Time(5_000+i%300*1_000)).Seconds(), i%1000, status,
		int64(i)*7919%int64(d.customers()), [...]string{"free", "team", "enterprise"}[i%3])
}

func (d *day) fill() error {
	const size = 1_000
	begin, cpu := time.Now(), ownCPU()
	records := make([]store.Record, 0, size)
	var digest segment.Digest
	for i := range d.traces {
		doc := d.document(nil, i)
		if err := segment.Parse(doc, &digest); err != nil {
			return err
		}
		own := digest.Own()
		records = append(records, store.Record{Trace: digest.Trace, Segment: own.ID, Complete: true, Received: own.End, Start: own.Start, End: own.End,
			Digest: digest.Append(nil), Document: doc})
		if len(records) == size || i == d.traces-1 {
			if err := d.db.Append(context.Background(), records); err != nil {
				return err
			}
			records = records[:0]
		}
	}
	row("append, one-document traces", d.traces, time.Since(begin).Seconds(), ownCPU()-cpu, "in batches of %d, the making of documents included", size)
	return nil
}

// seal seals every minute of the day with the facts of its traces.
func (d *day) seal() error {
	ctx := context.Background()
	last := store.Minute((d.from + dayLength).Floor() / 60)
	list, err := d.db.Unsealed(ctx, 0, last, 2*24*60)
	if err != nil {
		return err
	}
	begin, cpu := time.Now(), ownCPU()
	a := &trace.Assembler{Account: store.Account(0).String()}
	for _, u := range list {
		err := d.db.Seal(ctx, 0, u.Minute, func(traces iter.Seq2[*store.Trace, error], note func(fact.Fact)) ([]store.Part, error) {
			for stored, err := range traces {
				if err != nil {
					return nil, err
				}
				t, err := stored.Assemble(a, store.Forever)
				if err != nil {
					return nil, err
				}
				fact.Of(t, note)
			}
			return nil, nil
		})
		if err != nil {
			return fmt.Errorf("seal minute %d: %w", u.Minute, err)
		}
	}
	row("seal, traces", d.traces, time.Since(begin).Seconds(), ownCPU()-cpu, "%d minutes, facts only", len(list))
	return nil
}

// searches measures the first page of searches over the whole day: for what few traces have, one in a hundred has, and
// most have.
func (d *day) searches(state string, n int) error {
	rnd := rand.New(rand.NewPCG(seed, 3))
	env := &filter.Env{Account: store.Account(0).String()}
	q := query.New(d.db, time.Now)
	for _, c := range []struct {
		name       string
		expression func() string
	}{
		{"100 of all", func() string { return fmt.Sprintf(`annotation.customer = "c-%07d"`, rnd.IntN(d.customers())) }},
		{"1 %", func() string { return `service("orders") { fault }` }},
		{"a third", func() string { return `annotation.plan = "team"` }},
	} {
		err := latencies(state, ownCPU, "first page, found: "+c.name, n, func(int) error {
			x, err := filter.Parse(c.expression())
			if err != nil {
				return err
			}
			p, err := q.Summaries(context.Background(), query.SummaryQuery{Filter: x, Env: env,
				Window: store.Window{Axis: store.ByStart, From: d.from, To: d.from + dayLength}})
			if err == nil && len(p.Summaries) == 0 && p.Token == "" {
				return errors.New("nothing was found")
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
