package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/trace"
)

// patience bounds what the shop may take to do something on a laden machine.
const patience = 60 * time.Second

// A daemon notes the documents that come to its UDP port. Nothing answers at the TCP port, so local rules decide.
type daemon struct {
	conn net.PacketConn

	mu   sync.Mutex
	docs [][]byte
	more chan struct{} // has a value when there are more documents
}

func startDaemon(t *testing.T) *daemon {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{conn: conn, more: make(chan struct{}, 1)}
	t.Cleanup(func() { conn.Close() })
	go d.receive()
	return d
}

func (d *daemon) receive() {
	b := make([]byte, 64<<10)
	for {
		n, _, err := d.conn.ReadFrom(b)
		if err != nil {
			return
		}
		_, doc, _ := bytes.Cut(b[:n], []byte("\n"))
		d.mu.Lock()
		d.docs = append(d.docs, bytes.Clone(doc))
		d.mu.Unlock()
		select {
		case d.more <- struct{}{}:
		default:
		}
	}
}

// document is what these tests read of a segment, or of a subsegment.
type document struct {
	Name        string
	User        string
	Fault       bool
	Throttle    bool
	Annotations map[string]any
	Links       []json.RawMessage
	HTTP        struct{ Response struct{ Status int } }
	Cause       struct{ Exceptions []struct{ Message string } }
	Subsegments []document
}

func (d *document) find(name string) *document {
	for i := range d.Subsegments {
		if s := &d.Subsegments[i]; s.Name == name {
			return s
		}
	}
	return nil
}

// failure is the first message of the exceptions of d.
func (d *document) failure() string {
	if len(d.Cause.Exceptions) == 0 {
		return ""
	}
	return d.Cause.Exceptions[0].Message
}

func (d *daemon) all() [][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.docs)
}

// runUntil runs the shop until what came to the daemon is enough. The shop has to end without an error then.
func runUntil(t *testing.T, c Config, enough func(docs [][]byte) error) {
	t.Helper()
	d := startDaemon(t)
	var log bytes.Buffer
	c.Seed, c.Rate, c.Daemon, c.Directory = 1, DefaultRate, d.conn.LocalAddr().String(), t.TempDir()
	c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- Run(ctx, c) }()
	over := time.After(patience)
	for {
		select {
		case <-d.more:
			if enough(d.all()) != nil {
				continue
			}
		case err := <-done:
			t.Fatalf("the shop ended: %v", err)
		case <-over:
			t.Errorf("after %v: %v", patience, enough(d.all()))
		}
		break
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("the shop ends with %v", err)
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "level=WARN") && !strings.Contains(line, "sampling") {
			t.Errorf("the log has: %s", line)
		}
	}
}

// wantEdges is the map of the package comment. Links are added by those who read a store, so they are not here.
var wantEdges = []string{
	"api ▶ inventory", "api ▶ orders", "api ▶ users",
	"inventory ▶ shop.db",
	"notifications ▶ shop.db",
	"order-worker ▶ notifications", "order-worker ▶ order-worker", "order-worker ▶ shop.db",
	"orders ▶ " + queueURL, "orders ▶ inventory", "orders ▶ payments", "orders ▶ shop.db",
	"payments ▶ " + cardsHost,
	"users ▶ shop.db",
	"web ▶ api", "web ▶ web",
}

// edges are those of the map of the documents.
func edges(docs [][]byte) (list []string, err error) {
	traces := map[segment.TraceID]*trace.Assembler{}
	for _, doc := range docs {
		d := new(segment.Digest)
		if err := segment.Parse(bytes.Clone(doc), d); err != nil {
			return nil, fmt.Errorf("%w: %s", err, doc)
		}
		if traces[d.Trace] == nil {
			traces[d.Trace] = new(trace.Assembler)
			traces[d.Trace].Begin(d.Trace)
		}
		traces[d.Trace].AddDigest(d, d.Entities[0].Start)
	}
	var m servicemap.Map
	for _, a := range traces {
		if tr := a.Trace(); !tr.Partial() {
			m.Add(tr, 0, segment.TimeOf(time.Now().Add(time.Hour)))
		}
	}
	for _, n := range m.Sorted() {
		for _, to := range n.Targets() {
			list = append(list, fmt.Sprintf("%s ▶ %s", n.Service.Name, to.Name))
		}
	}
	slices.Sort(list)
	return list, nil
}

func TestMap(t *testing.T) {
	runUntil(t, Config{}, func(docs [][]byte) error {
		got, err := edges(docs)
		if err == nil && !slices.Equal(got, wantEdges) {
			err = fmt.Errorf("the edges are\n%q, want\n%q", got, wantEdges)
		}
		return err
	})
}

// The service processes of this test are this binary.
func TestMain(m *testing.M) {
	if name := os.Getenv("DEMO_TEST_SERVICE"); name != "" {
		if err := RunService(context.Background(), name, os.Stdin, os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, nil))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestProcesses(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/usr/bin/env"); err != nil {
		t.Skipf("there is no env to start a process with a variable: %v", err)
	}
	c := Config{Command: func(service string) []string { return []string{"/usr/bin/env", "DEMO_TEST_SERVICE=" + service, binary} }}
	runUntil(t, c, func(docs [][]byte) error {
		got, err := edges(docs)
		if err == nil && !slices.Equal(got, wantEdges) {
			err = fmt.Errorf("the edges are\n%q, want\n%q", got, wantEdges)
		}
		return err
	})
}

// Each trouble shows where it should, as what it should, and at whom.
func TestTroubles(t *testing.T) {
	for _, c := range []struct {
		spell spell
		want  string
		shows func(d *document) bool
	}{
		{throttling, "users answers 429", func(d *document) bool { return d.Name == "users" && d.Throttle && d.HTTP.Response.Status == 429 }},
		{stocktaking, "the lock of the database times out", func(d *document) bool {
			tx := d.find("transaction")
			return d.Name == "inventory" && tx != nil && strings.Contains(tx.failure(), "database is locked")
		}},
		{cardsHang, "payments gives up", func(d *document) bool {
			return d.Name == "payments" && d.HTTP.Response.Status == 504 && strings.Contains(d.failure(), "card processor gave no answer in 2s")
		}},
		{badRelease, "the new release fails", func(d *document) bool {
			p := d.find("price")
			return d.Name == "inventory" && d.Fault && d.Annotations["version"] == nextRelease && p != nil && strings.Contains(p.failure(), errNoPrice.Error())
		}},
	} {
		t.Run(c.spell.name, func(t *testing.T) {
			runUntil(t, Config{Into: c.spell.first}, func(docs [][]byte) error {
				found := false
				for _, doc := range docs {
					var d document
					if err := json.Unmarshal(doc, &d); err != nil {
						continue // a cause may be a reference
					}
					found = found || c.shows(&d)
					if d.Name == "payments" && d.Fault && d.Annotations["plan"] != hitPlan {
						t.Errorf("payments fails for the plan %v", d.Annotations["plan"])
					}
				}
				if !found {
					return fmt.Errorf("not seen: %s", c.want)
				}
				return nil
			})
		})
	}
}
