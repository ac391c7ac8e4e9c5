package clients

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
	"github.com/rayscope/rayscope/test/shop"
)

var outage = flag.Duration("outage", 5*time.Second, "how long TestOutage stops the server while daemons go on to receive")

// behind is the server as SDKs see it whose daemon is a process of its own.
func behind(d *harness.Daemon, s *harness.Server) *harness.Server {
	through := *s
	through.Daemon = d.Address
	return &through
}

// TestSDKsBehindDaemon passes traces through all SDKs, each of which sends to a stand-alone daemon and takes its rules from there.
func TestSDKsBehindDaemon(t *testing.T) {
	for name, sdks := range map[string][]string{
		"python-node-go-java": {"python", "node", "go-v1", "java"},
		"go-v2":               {"go-v2", "go-v2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := harness.Start(t)
			daemon := harness.StartDaemon(t, "--endpoint", server.URL)
			begin := time.Now()
			chain := startChain(t, behind(daemon, server), sdks...)
			checkChain(t, server, begin, chain, shop.Buy(t, chain[0], ordersInRow))
			if n := server.Metric(t, "rayscope_daemon_datagrams_total"); n != 0 {
				t.Errorf("the server got %v datagrams: they were to go to the daemon", n)
			}
			checkNoLoss(t, daemon)
		})
	}
}

// checkNoLoss looks at every place in a daemon where a document can get lost.
func checkNoLoss(t *testing.T, d *harness.Daemon) {
	t.Helper()
	for _, lost := range []string{
		"rayscope_daemon_kernel_dropped_datagrams_total", "rayscope_daemon_rejected_datagrams_total", "rayscope_daemon_spilled_datagrams_total",
		"rayscope_relay_refused_documents_total", "rayscope_relay_spilled_documents_total",
	} {
		if n := d.Metric(t, lost); n != 0 {
			t.Errorf("%s is %v, want 0", lost, n)
		}
	}
}

// The load of TestOutage, far below what a daemon takes: it is to last for minutes.
const (
	loadTraces  = 10 // a second
	loadInTrace = 40 // documents
)

// settled bounds the wait until a daemon has sent what it spooled.
const settled = 60 * time.Second

// TestOutage stops the server while an SDK and other programs go on to send to a stand-alone daemon, which spools. When the server is
// back, everything arrives, and nothing of it twice.
func TestOutage(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	daemon := harness.StartDaemon(t, "--endpoint", server.URL, "--spool-dir", t.TempDir())
	through := behind(daemon, server)
	service := shop.Start(t, through, "shop", "python", nil)
	shop.Buy(t, service, ordersInRow) // the SDK has its rules now

	stop := make(chan struct{})
	var traces []string
	var orders []shop.Order
	var running sync.WaitGroup
	running.Go(func() { traces = load(t, daemon, stop) })
	running.Go(func() { orders = buyUntil(t, service, stop) })
	const around = time.Second
	<-time.After(around)
	if code := server.Stop(t); code != 0 {
		t.Errorf("the server ended with code %d", code)
	}
	<-time.After(*outage)
	server.Restart(t)
	<-time.After(around)
	close(stop)
	running.Wait()

	harness.Eventually(t, settled, func() error {
		if n := daemon.Metric(t, "rayscope_relay_spool_documents"); n != 0 {
			return fmt.Errorf("%v documents wait in the spool", n)
		}
		return nil
	})
	awaitTraces(t, server, orderedTraces(t, orders), 1)
	for trace := range slices.Values(awaitTraces(t, server, traces, loadInTrace)) {
		checkOnce(t, trace)
	}
	t.Logf("%d traces of %d documents and %d orders, %v without the server", len(traces), loadInTrace, len(orders), *outage)
	checkNoLoss(t, daemon)
}

// load sends traces to the daemon, each document in a datagram, until the stop. It returns their ids.
func load(t *testing.T, d *harness.Daemon, stop <-chan struct{}) (traces []string) {
	conn, err := net.Dial("udp", d.Address)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer conn.Close()
	tick := time.NewTicker(time.Second / loadTraces)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return traces
		case at := <-tick.C:
			trace := harness.NewTraceID(at)
			for range loadInTrace {
				if _, err := io.WriteString(conn, harness.DaemonHeader+harness.Segment(trace, at, time.Millisecond, nil)); err != nil {
					t.Errorf("send a datagram: %v", err)
					return traces
				}
			}
			traces = append(traces, trace)
		}
	}
}

// buyUntil places orders one after the other until the stop.
func buyUntil(t *testing.T, service *shop.Service, stop <-chan struct{}) (orders []shop.Order) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return orders
		case <-tick.C:
			o, err := service.Get("/buy")
			if err != nil {
				t.Error(err)
				return orders
			}
			orders = append(orders, o)
		}
	}
}

// orderedTraces are the traces of the orders, which the SDK has sampled throughout: the rules that it had hold on.
func orderedTraces(t *testing.T, orders []shop.Order) []string {
	t.Helper()
	ids := map[string]bool{}
	for _, o := range orders {
		if !o.Sampled {
			t.Errorf("order %s was not sampled", o.Trace)
			continue
		}
		ids[o.Trace] = true
	}
	if len(ids) < 10 {
		t.Errorf("only %d orders were sampled: there was no load", len(ids))
	}
	return slices.Sorted(maps.Keys(ids))
}

func checkOnce(t *testing.T, trace harness.Trace) {
	t.Helper()
	docs, err := trace.Documents()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, d := range docs {
		if seen[d.ID] {
			t.Errorf("trace %s has document %s twice", trace.Id, d.ID)
		}
		seen[d.ID] = true
	}
}
