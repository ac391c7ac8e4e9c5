package checkup_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/arrivals"
	"github.com/rayscope/rayscope/internal/checkup"
	"github.com/rayscope/rayscope/internal/ingest"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

const account = 111122223333

// A bench is a room over a store of its own, with a clock that the test sets.
type bench struct {
	*testing.T
	room      *checkup.Room
	in        *ingest.Ingester
	book      *arrivals.Book
	settings  *settings.Settings
	sampler   *settings.Sampler
	now       time.Time
	info      rayapi.Info
	datagrams checkup.Datagrams
	stats     store.Stats
	usage     store.Usage
	fails     error
}

func (b *bench) Stats() store.Stats { return b.stats }

func (b *bench) Usage(context.Context, store.Account) (store.Usage, error) { return b.usage, nil }

// A failing is a store whose writes fail while the bench says so.
type failing struct {
	*pebble.Store
	b *bench
}

func (f failing) Append(ctx context.Context, rs []store.Record) error {
	if f.b.fails != nil {
		return f.b.fails
	}
	return f.Store.Append(ctx, rs)
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
	b := &bench{T: t, now: time.Unix(1758654600, 0), info: rayapi.Info{Listen: "127.0.0.1:1895", Daemon: "127.0.0.1:2000"}, datagrams: checkup.Datagrams{TCP: true}}
	b.stats = store.Stats{DiskBytes: 1e9, FreeBytes: 50e9}
	clock, log := func() time.Time { return b.now }, slog.New(slog.DiscardHandler)
	b.settings = settings.New(s, "eu-central-1", clock)
	if b.sampler, err = settings.NewSampler(t.Context(), b.settings, account, sampling.Default(0.05, 1), log); err != nil {
		t.Fatal(err)
	}
	b.book = arrivals.New(b.now)
	b.in = ingest.New(failing{s, b}, ingest.Options{Clock: clock, Registerer: prometheus.NewRegistry(), Logger: log, Book: b.book})
	b.room = checkup.New(checkup.Config{
		Account: account, Book: b.book, Query: query.New(s, clock), Settings: b.settings, Sampler: b.sampler, Disk: b, Retention: 30 * 24 * time.Hour, Now: clock,
		Info: func() rayapi.Info { return b.info },
		Datagrams: func() *checkup.Datagrams {
			if b.info.Daemon == "" {
				return nil
			}
			return &b.datagrams
		},
	})
	return b
}

// put sends a document that ends ago before now; more are its other members. Traces have the number of the trace in their id.
func (b *bench) put(trace, id int, name string, ago time.Duration, more string) {
	b.Helper()
	end := float64(b.now.Add(-ago).UnixMicro()) / 1e6
	if !strings.Contains(more, "in_progress") {
		more += fmt.Sprintf(`,"end_time":%f`, end)
	}
	doc := fmt.Sprintf(`{"trace_id":"1-%08x-%024x","id":"%016x","name":%q,"start_time":%f%s}`, b.now.Unix(), trace, id, name, end-.1, more)
	refused, err := b.in.Put(b.Context(), account, [][]byte{[]byte(doc)})
	if (err != nil) != (b.fails != nil) || len(refused) > 0 {
		b.Fatalf("put %s: refused %v, error %v", doc, refused, err)
	}
}

func (b *bench) pass(d time.Duration) { b.now = b.now.Add(d) }

// check is the answer to one question.
func (b *bench) check(id string) rayapi.Check {
	b.Helper()
	out, err := b.room.Checks(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range out.Checks {
		if c.Id == id {
			return c
		}
	}
	b.Fatalf("there is no check %q", id)
	return rayapi.Check{}
}

const remote = `,"subsegments":[{"id":"00000000000000aa","name":"stock.example.net:8080","namespace":"remote","start_time":1758654599,"end_time":1758654600}]`

func TestChecks(t *testing.T) {
	for _, c := range []struct {
		name, id string
		do       func(b *bench)
		state    string
		says     []string // parts of the sentence, the next step and the facts
	}{
		{"nothing", "arriving", func(b *bench) { b.pass(time.Minute) }, "attention", []string{"Nothing has arrived since the server was started, 60 s ago", "rayscope doctor --daemon=127.0.0.1:2000"}},
		{"daemon off", "arriving", func(b *bench) { b.info.Daemon = "" }, "attention", []string{"listener for X-Ray SDKs is off"}},
		{"sending", "arriving", func(b *bench) { b.put(1, 1, "shop", 0, ""); b.pass(3 * time.Second) }, "ok", []string{"1 document", "the last 3 s ago", "datagrams to 127.0.0.1:2000"}},
		{"only a probe", "arriving", func(b *bench) { b.put(1, 1, arrivals.Probe, 0, "") }, "attention", []string{"Nothing has arrived"}},
		{"stopped", "arriving", func(b *bench) { b.put(1, 1, "shop", 0, ""); b.pass(time.Hour) }, "attention", []string{"The last document came 60 min ago"}},

		{"no datagram", "datagrams", func(b *bench) {}, "unknown", []string{"No datagram has reached 127.0.0.1:2000"}},
		{"all read", "datagrams", func(b *bench) { b.datagrams.Received = 1200 }, "ok", []string{"All of 1,200 datagrams"}},
		{"dropped", "datagrams", func(b *bench) { b.datagrams.Received, b.datagrams.KernelDropped, b.datagrams.Spilled = 90, 10, 5 }, "problem",
			[]string{"Of 100 datagrams", "10 were dropped before", "5 because", "rmem_max"}},
		{"foreign", "datagrams", func(b *bench) {
			b.datagrams.Received = 9
			b.datagrams.Rejected = []checkup.Rejected{{Reason: "no_newline", Count: 7, From: "192.0.2.7:1234", Hint: "these are StatsD metrics"}}
		}, "attention", []string{"7 held no segment document", "no_newline: 7", "from 192.0.2.7:1234: these are StatsD metrics"}},

		{"in time", "clock", func(b *bench) { b.put(1, 1, "shop", 20*time.Millisecond, "") }, "ok", []string{"the quickest came 20 ms after its end"}},
		{"a little ahead", "clock", func(b *bench) { b.put(1, 1, "shop", -5*time.Second, `,"aws":{"ec2":{"instance_id":"i-7"}}`) }, "attention",
			[]string{"shop, instance i-7", "at least 5 s ahead: 1 of 1 document came from the future"}},
		{"far ahead", "clock", func(b *bench) { b.put(1, 1, "shop", -2*time.Hour, ""); b.put(2, 2, "stock", 0, "") }, "problem",
			[]string{"Of 2 services, 1 is ahead", "shop, datagrams to 127.0.0.1:2000", "at least 2 h ahead"}},
		{"behind", "clock", func(b *bench) {
			for i := range 5 {
				b.put(i, i+1, "shop", 10*time.Minute, "")
			}
		}, "attention", []string{"shop", "10 min behind, or its documents waited"}},
		{"one was late", "clock", func(b *bench) { b.put(1, 1, "shop", 10*time.Minute, ""); b.put(2, 2, "shop", 0, "") }, "ok", []string{"1 service fit"}},
		{"set right", "clock", func(b *bench) {
			b.put(1, 1, "shop", -time.Hour, "")
			b.pass(30 * time.Minute)
			b.put(2, 2, "shop", 0, "")
		}, "ok", []string{"1 service fit"}},

		{"nobody asked", "rules", func(b *bench) { b.put(1, 1, "shop", 0, "") }, "attention", []string{"none of 1 request traced lately names a rule", "curl -d '{}' http://127.0.0.1:2000/GetSamplingRules"}},
		{"asked", "rules", func(b *bench) {
			b.book.Asked("GetSamplingRules", b.now)
			b.put(1, 1, "shop", 0, `,"aws":{"xray":{"sampling_rule_name":"Default"}}`)
		}, "ok", []string{"100 % of the requests"}},
		{"TCP taken", "rules", func(b *bench) { b.datagrams.TCP = false }, "problem", []string{"Another process has the TCP port of 127.0.0.1:2000"}},

		{"no reports", "sampling", func(b *bench) {}, "unknown", []string{"Sampled=0"}},
		{"half", "sampling", func(b *bench) { b.sampled(1000, 50, 3) }, "ok", []string{"Of 1,000 requests", "53 (5 %)"}},
		{"starved", "sampling", func(b *bench) { b.sampled(1000, 0, 0) }, "problem", []string{"none of those that matched Default", `"RuleName":"Default"`, "http://127.0.0.1:1895"}},

		{"together", "connected", func(b *bench) {
			b.put(1, 1, "shop", 0, "")
			b.put(1, 2, "stock", 0, `,"parent_id":"0000000000000001"`)
			b.pass(2 * time.Minute)
		}, "ok", []string{"In 1 trace"}},
		{"too young", "connected", func(b *bench) { b.put(1, 2, "stock", 0, `,"parent_id":"0000000000000001"`); b.pass(30 * time.Second) }, "unknown", nil},
		{"orphan", "connected", func(b *bench) { b.put(1, 2, "stock", 0, `,"parent_id":"0000000000000001"`); b.pass(2 * time.Minute) }, "problem",
			[]string{"Of 1 trace", "stock", "names a parent that has not arrived, in 1 trace"}},
		{"orphan subsegment", "connected", func(b *bench) {
			b.put(1, 2, "orders", 0, `,"type":"subsegment","parent_id":"0000000000000001"`)
			b.pass(2 * time.Minute)
		}, "problem", []string{"subsegment orders", "its segment has not arrived"}},
		{"two beginnings", "connected", func(b *bench) { b.put(1, 1, "shop", 0, ""); b.put(1, 2, "stock", 0, ""); b.pass(2 * time.Minute) }, "problem",
			[]string{"begins a trace that has begun already"}},
		{"not passed on", "connected", func(b *bench) {
			b.put(1, 1, "shop", 0, remote)
			b.put(2, 2, "stock.example.net", 0, "")
			b.pass(2 * time.Minute)
		}, "attention",
			[]string{"1 service seems to be called without", "shop to stock.example.net", "X-Amzn-Trace-Id"}},

		{"left open", "closed", func(b *bench) { b.put(1, 1, "shop", 0, `,"in_progress":true`); b.pass(20 * time.Minute) }, "attention", []string{"shop", "in progress for over 10 minutes, in 1 trace"}},
		{"all closed", "closed", func(b *bench) {
			b.put(1, 1, "shop", 0, `,"in_progress":true`)
			b.put(1, 1, "shop", 0, "")
			b.pass(20 * time.Minute)
		}, "ok", []string{"In 1 trace"}},

		{"large", "size", func(b *bench) { b.put(1, 1, "shop", 0, `,"metadata":{"x":"`+strings.Repeat("m", 55_000)+`"}`) }, "attention", []string{"1 document", "shop"}},
		{"an address", "names", func(b *bench) { b.put(1, 1, "10.0.0.7", 0, "") }, "attention", []string{"1 is named after an address", "AWS_XRAY_TRACING_NAME"}},
		{"many names", "names", func(b *bench) {
			for i := range 301 {
				b.put(i, i+1, fmt.Sprint("order-", i), 0, "")
			}
		}, "attention", []string{"301 services"}},

		{"no daemons", "daemons", func(b *bench) {}, "ok", []string{"Programs on this machine need none"}},
		{"a daemon", "daemons", func(b *bench) { b.hear(settings.Telemetry{Received: 5, Sent: 5}) }, "ok", []string{"1 daemon reported"}},
		{"a silent daemon", "daemons", func(b *bench) { b.hear(settings.Telemetry{}); b.pass(time.Hour) }, "attention", []string{"node-7", "last heard 60 min ago", "1 has fallen silent"}},
		{"a losing daemon", "daemons", func(b *bench) {
			b.hear(settings.Telemetry{Received: 9, Spilled: 4, ConnectionErrors: settings.ConnectionErrors{Timeout: 1}})
		}, "problem", []string{"node-7", "4 segments dropped", "1 call failed"}},

		{"written", "store", func(b *bench) { b.put(1, 1, "shop", 0, "") }, "ok", []string{"1.0 GB are on disk"}},
		{"not written", "store", func(b *bench) { b.fails = errors.New("disk on fire"); b.put(1, 1, "shop", 0, "") }, "problem", []string{"disk on fire", "--retention"}},
		{"little room", "store", func(b *bench) { b.stats.FreeBytes = 1e9 }, "attention", []string{"only 1.0 GB are free"}},
		{"full soon", "store", func(b *bench) {
			b.usage = store.Usage{Documents: 20e9, Oldest: segment.TimeOf(b.now.Add(-24 * time.Hour))}
		}, "attention", []string{"A day of traces takes 20.0 GB and 50.0 GB are free: the disk is full in 2 days"}},
		{"room enough", "store", func(b *bench) {
			b.usage = store.Usage{Documents: 1e9, Oldest: segment.TimeOf(b.now.Add(-24 * time.Hour))}
		}, "ok", []string{"those of 30 days take 30.0 GB. There is room"}},
		{"reach", "reach", func(b *bench) {}, "ok", []string{"ssh -N -L 1895:127.0.0.1:1895", "rayscope daemon --endpoint"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			c.do(b)
			got := b.check(c.id)
			all := got.Sentence + "\n" + got.NextStep
			if got.Command != nil {
				all += "\n" + *got.Command
			}
			for _, f := range got.Facts {
				all += "\n" + f.Name + ": " + f.Value
			}
			if got.State != c.state {
				t.Errorf("state is %s, want %s; it says\n%s", got.State, c.state, all)
			}
			for _, part := range c.says {
				if !strings.Contains(all, part) {
					t.Errorf("it does not say %q but\n%s", part, all)
				}
			}
		})
	}
}

func (b *bench) sampled(requests, sampled, borrowed int) {
	b.Helper()
	targets, _, err := b.sampler.Targets(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if _, err := targets.Report(b.now, sampling.Report{Rule: "Default", Client: "c", Counts: sampling.Counts{Requests: requests, Sampled: sampled, Borrowed: borrowed}}); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) hear(t settings.Telemetry) {
	b.Helper()
	t.Time = b.now
	if err := b.settings.Hear(b.Context(), account, settings.Daemon{Host: "node-7", Records: []settings.Telemetry{t}}); err != nil {
		b.Fatal(err)
	}
}

// Every answer leads to a section of the documentation.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]bool{"": true}
	for line := range strings.Lines(string(text)) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			sections[strings.NewReplacer(" ", "-", ",", "", ":", "").Replace(strings.ToLower(strings.TrimSpace(title)))] = true
		}
	}
	out, err := newBench(t).room.Checks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range out.Checks {
		if !sections[c.Documentation] {
			t.Errorf("check %s leads to #%s of docs/troubleshooting.md, which is not there", c.Id, c.Documentation)
		}
	}
}

// What was dropped long ago is no news.
func TestNews(t *testing.T) {
	b := newBench(t)
	b.datagrams = checkup.Datagrams{Received: 100, KernelDropped: 10, TCP: true}
	if got := b.check("datagrams").State; got != "problem" {
		t.Errorf("at first the state is %s, want problem", got)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
		defer cancel()
		b.room.Run(ctx)
	})
	if got := b.check("datagrams").State; got != "ok" {
		t.Errorf("20 minutes later the state is %s, want ok", got)
	}
}
