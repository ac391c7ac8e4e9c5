package xray_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/xray"
)

// A daemon is a UDP socket. Datagrams are read as they come, as the system keeps few.
type daemon struct {
	t     *testing.T
	conn  *net.UDPConn
	grams chan []byte
}

func newDaemon(t *testing.T) *daemon {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{t, conn, make(chan []byte, 1000)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for buffer := make([]byte, 64<<10); ; {
			n, err := conn.Read(buffer)
			if err != nil {
				return // closed below
			}
			d.grams <- bytes.Clone(buffer[:n])
		}
	}()
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	return d
}

func (d *daemon) addr() *net.UDPAddr { return d.conn.LocalAddr().(*net.UDPAddr) }

// next returns the document of the next datagram.
func (d *daemon) next() document {
	d.t.Helper()
	var gram []byte
	select {
	case gram = <-d.grams:
	case <-time.After(20 * time.Second):
		d.t.Fatal("no datagram came")
	}
	first, text, _ := bytes.Cut(gram, []byte("\n"))
	var h struct {
		Format  string
		Version int
	}
	if err := json.Unmarshal(first, &h); err != nil || h.Format != "json" || h.Version != 1 {
		d.t.Fatalf("header line: got %s, want format json and version 1", first)
	}
	check(d.t, text)
	var doc document
	if err := json.Unmarshal(text, &doc); err != nil {
		d.t.Fatal(err)
	}
	return doc
}

// emitting returns a context whose segments are sent to d.
func emitting(t *testing.T, d *daemon, c xray.Config) (context.Context, *xray.DefaultEmitter) {
	t.Helper()
	e, err := xray.NewDefaultEmitter(d.addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	c.Emitter, c.SamplingStrategy = e, decided(true)
	return configured(t, c), e
}

func TestDefaultEmitter(t *testing.T) {
	d := newDaemon(t)
	ctx, e := emitting(t, d, xray.Config{ServiceVersion: "7.3.0"})
	ctx, s := xray.BeginSegment(ctx, "r")
	_, c := xray.BeginSubsegment(ctx, "c")
	c.Close(errors.New("x"))
	s.Close(nil)
	got := d.next()
	if got.tree() != "r(c)" || !got.Subsegments[0].Fault {
		t.Errorf("got %s, want r(c) with a fault of c", got.tree())
	}
	if sdk, _ := got.AWS["xray"].(map[string]any); sdk["sdk"] != xray.SDKType || sdk["sampling_rule_name"] != everything {
		t.Errorf("aws: got %v, want the SDK and the rule", got.AWS)
	}
	if got.Service["version"] != "7.3.0" || got.Service["runtime"] != "gc" {
		t.Errorf("service: got %v, want version and runtime", got.Service)
	}
	other := newDaemon(t)
	e.RefreshEmitterWithAddress(other.addr())
	_, s = xray.BeginSegment(ctx, "elsewhere")
	s.Close(nil)
	if got := other.next(); got.Name != "elsewhere" {
		t.Errorf("got %s, want elsewhere", got.Name)
	}
}

func TestZeroEmitter(t *testing.T) {
	var e xray.DefaultEmitter
	_, s := xray.BeginSegment(configured(t, xray.Config{Emitter: &e, SamplingStrategy: decided(true)}), "r")
	s.Close(nil)
	e.Emit(nil)
	e.RefreshEmitterWithAddress(nil)
	if err := errors.Join(e.Flush(t.Context()), e.Close(t.Context())); err != nil {
		t.Error(err)
	}
}

// TestLargeTree splits a tree over several datagrams, whose size the system bounds; together they have each segment once, below its parent.
func TestLargeTree(t *testing.T) {
	tests := []struct {
		name           string
		children, deep int // children of the root, and levels below each
		bytes          int // of metadata in each segment
		documents      int // at least
	}{
		{"wide", 12, 0, 8_000, 3},
		{"deep", 1, 17, 10_000, 3},
		{"both", 3, 5, 10_000, 3},
		{"nearly full", 2, 0, 32_000, 1},
		{"large leaves", 2, 0, 60_000, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDaemon(t)
			ctx, _ := emitting(t, d, xray.Config{})
			ctx, root := xray.BeginSegment(ctx, "r")
			parents := map[string]string{root.ID: ""}
			filler := strings.Repeat("x", tt.bytes)
			for i := range tt.children {
				open := []*xray.Segment{}
				below, parent := ctx, root.ID
				for range tt.deep + 1 {
					var s *xray.Segment
					below, s = xray.BeginSubsegment(below, fmt.Sprintf("c%d", i))
					if err := s.AddMetadata("filler", filler); err != nil {
						t.Fatal(err)
					}
					parents[s.ID], parent = parent, s.ID
					open = append(open, s)
				}
				for i := range open {
					open[len(open)-1-i].Close(nil)
				}
			}
			root.Close(nil)
			documents := 0
			for n := len(parents); len(parents) > 0; documents++ {
				doc := d.next()
				if doc.TraceID != root.TraceID {
					t.Errorf("trace: got %s, want %s", doc.TraceID, root.TraceID)
				}
				claim(t, parents, doc, doc.ParentID)
				if documents > n {
					t.Fatalf("still missing: %v", parents)
				}
			}
			if documents < tt.documents {
				t.Errorf("got %d documents, want %d at least", documents, tt.documents)
			}
		})
	}
}

// claim takes d and what is below it off parents, which must say the same of their places.
func claim(t *testing.T, parents map[string]string, d document, parent string) {
	t.Helper()
	if want, ok := parents[d.ID]; !ok || want != parent {
		t.Errorf("segment %s %s: got parent %q, want %q, once", d.Name, d.ID, parent, want)
	}
	delete(parents, d.ID)
	for _, c := range d.Subsegments {
		claim(t, parents, c, d.ID)
	}
}

// never is a strategy of a program that streams nothing, and counts how often it was asked.
type never struct {
	*xray.DefaultStreamingStrategy
	asked int
}

func (n *never) RequiresStreaming(*xray.Segment) bool { n.asked++; return false }

// above is one that wants less to be held than the default.
type above struct{ *xray.DefaultStreamingStrategy }

func (a above) RequiresStreaming(s *xray.Segment) bool {
	return a.DefaultStreamingStrategy.RequiresStreaming(s)
}

func TestStreamingStrategies(t *testing.T) {
	two, err := xray.NewDefaultStreamingStrategyWithMaxSubsegmentCount(2)
	if err != nil {
		t.Fatal(err)
	}
	none := &never{DefaultStreamingStrategy: two}
	tests := []struct {
		name     string
		strategy xray.StreamingStrategy
		want     string
	}{
		{"default of two", two, "c c r(c c)"},
		{"never", none, "r(c c c c)"},
		{"one that embeds the default", above{two}, "c c r(c c)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDaemon(t)
			ctx, _ := emitting(t, d, xray.Config{StreamingStrategy: tt.strategy})
			ctx, root := xray.BeginSegment(ctx, "r")
			for range 4 {
				_, c := xray.BeginSubsegment(ctx, "c")
				c.Close(nil)
			}
			root.Close(nil)
			var got []string
			for range strings.Count(tt.want, " ") + 1 {
				if got = append(got, d.next().tree()); strings.HasPrefix(got[len(got)-1], "r") {
					break
				}
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if none.asked == 0 {
		t.Error("the program's own strategy was not asked")
	}
	if _, err := xray.NewDefaultStreamingStrategyWithMaxSubsegmentCount(0); err == nil {
		t.Error("a strategy that holds nothing: got no error, want one")
	}
}

// bad is an emitter that panics.
type bad struct{}

func (bad) Emit(*xray.Segment)                     { panic("bad emitter") }
func (bad) RefreshEmitterWithAddress(*net.UDPAddr) {}

func TestEmitterThatPanics(t *testing.T) {
	_, s := xray.BeginSegment(configured(t, xray.Config{Emitter: bad{}, SamplingStrategy: decided(true)}), "r")
	s.Close(nil)
	if !s.TryLock() {
		t.Error("the segment is still locked")
	}
}
