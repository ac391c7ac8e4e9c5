package relay

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/spool"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// TestMetricsFromTheStart lists every metric that is there before anything has happened.
func TestMetricsFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		r := start(Options{Endpoints: []Endpoint{{Uplink: newEndpoint("a")}}, Registerer: registry})
		got := series(t, registry)
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
		golden := filepath.Join("testdata", "metrics.golden")
		if *rewrite {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("metrics are\n%swant\n%s(-rewrite if this is meant)", got, want)
		}
	})
}

// series is a line for each series: name, labels and, value or, of a histogram, count.
func series(t *testing.T, from prometheus.Gatherer) string {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range families {
		for _, m := range f.Metric {
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			value := m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			lines = append(lines, fmt.Sprintf("%s{%s} %v\n", f.GetName(), strings.Join(labels, ","), value))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// TestReload starts a second Relay beside the first: counters go on, gauges tell of the newer one.
func TestReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		e := newEndpoint("a")
		first := start(Options{Endpoints: []Endpoint{{Uplink: e}}, Registerer: registry})
		put(t, first, docs(0, 50)...)
		pass(0)
		second := start(Options{Endpoints: []Endpoint{{Uplink: e}}, Registerer: registry, Memory: 12345})
		if err := stop(t, first, time.Second); err != nil {
			t.Error(err)
		}
		put(t, second, docs(50, 60)...)
		pass(maxAge)
		got := series(t, registry)
		for _, want := range []string{"rayscope_relay_sent_documents_total{endpoint=a} 60\n", "rayscope_relay_queue_limit_bytes{endpoint=a} 12345\n"} {
			if !strings.Contains(got, want) {
				t.Errorf("metrics after a reload lack %sthey are\n%s", want, got)
			}
		}
		if err := stop(t, second, time.Second); err != nil {
			t.Error(err)
		}
		if got := series(t, registry); strings.Contains(got, "queue_limit") {
			t.Errorf("gauges of a Relay that is closed:\n%s", got)
		}
	})
}

// TestSpoolDrops counts what a spool gives up, before the Relay is there and after.
func TestSpoolDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var drops Drops
		drops.Count(3, spool.Damaged)
		s, err := spool.Open(t.TempDir(), spool.Options{MaxBytes: 64 << 20, MaxAge: time.Hour, Now: time.Now, Dropped: drops.Count})
		if err != nil {
			t.Fatal(err)
		}
		e := newEndpoint("a")
		e.obey(away().rule)
		r := start(Options{Endpoints: []Endpoint{{Uplink: e, Spool: s, Drops: &drops}}})
		put(t, r, docs(0, 1000)...)
		pass(2 * time.Hour)
		put(t, r, docs(1000, 1050)...)
		pass(2 * maxPause)
		c := r.Counts()[0]
		if kept := uint64(s.Stats().Documents); c.Spilled+kept != 3+1050 || kept < 50 || kept > 50+DefaultUploads*maxDocuments+50 {
			t.Errorf("spilled %d, kept %d; want 1053 together, and the 50 new ones kept and those held in memory at most", c.Spilled, kept)
		}
		if err := stop(t, r, time.Second); err != nil {
			t.Error(err)
		}
		closeSpool(t, s)
	})
}
