package daemon

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// Whatever else comes to the port is rejected, counted by reason, and said with what to do; documents among it arrive.
func TestMalformedDatagrams(t *testing.T) {
	t.Parallel()
	const header = harness.DaemonHeader
	bad := map[string][]string{
		"no_newline": {"", "x", `{"id":"1"}`, strings.TrimSuffix(header, "\n"), string(make([]byte, 65_000))},
		"bad_header": {"\n{}", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "shop.orders:1|c\nshop.carts:2|c", `{"format":"json","version":2}` + "\n{}", strings.Repeat("[", 10_000) + "\n{}"},
		"empty_body": {header},
	}
	e := harness.StartEndpoint(t)
	d := harness.StartDaemon(t, "--endpoint", e.URL)
	docs := documents(10)
	conn, err := net.Dial("udp", d.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, datagrams := range bad {
		for _, text := range datagrams {
			if _, err := conn.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	send(t, d, docs)
	delivered(t, d, e, docs)
	for reason, datagrams := range bad {
		if got := d.Metric(t, "rayscope_daemon_rejected_datagrams_total", label("reason", reason)); got != float64(len(datagrams)) {
			t.Errorf("%v datagrams rejected as %s, want %d", got, reason, len(datagrams))
		}
	}
	if err := d.Says("datagram rejected reason=no_newline", "datagram rejected reason=bad_header", "datagram rejected reason=empty_body", "hint="); err != nil {
		t.Error(err)
	}
	stop(t, d)
}

// A flood of whatever is in the way while it lasts, and harms nothing: the memory stays bounded, the log small, and the
// documents that come afterwards arrive.
func TestHostileFlood(t *testing.T) {
	t.Parallel()
	e := harness.StartEndpoint(t)
	d := harness.StartDaemon(t, "--endpoint", e.URL, "--buffer-memory", "8")
	until := time.Now().Add(2 * time.Second)
	var flood sync.WaitGroup
	for range 3 {
		flood.Go(func() {
			if err := pour(d.Address, until); err != nil {
				t.Error(err)
			}
		})
	}
	flood.Wait()
	settle(t, d)
	docs := documents(200)
	send(t, d, docs)
	harness.Eventually(t, patience, func() error { return e.Missing(docs) })
	received, rejected := d.Metric(t, "rayscope_daemon_datagrams_total"), d.Metric(t, "rayscope_daemon_rejected_datagrams_total")
	if rejected < 1000 || received < rejected {
		t.Errorf("%v datagrams received and %v rejected: there was no flood", received, rejected)
	}
	if bytes := d.Metric(t, "process_resident_memory_bytes"); bytes > 120<<20 {
		t.Errorf("the daemon takes %.0f MB", bytes/(1<<20))
	}
	if log := d.LogSize(t); log > 100_000 {
		t.Errorf("the log has %d bytes after a flood of two seconds", log)
	}
	stop(t, d)
}

// settle waits until what the flood left in the socket and in memory is worked off: nothing waits, and nothing was received for
// ten looks, a third of a second.
func settle(t *testing.T, d *harness.Daemon) {
	t.Helper()
	const looks = 10
	last, same := -1.0, 0
	harness.Eventually(t, patience, func() error {
		received, waiting := d.Metric(t, "rayscope_daemon_datagrams_total"), d.Metric(t, "rayscope_relay_queue_bytes")
		if same++; received != last || waiting > 0 {
			last, same = received, 0
		}
		if same < looks {
			return fmt.Errorf("%v datagrams received so far, %v bytes wait", received, waiting)
		}
		return nil
	})
}

// pour sends datagrams of random bytes and of random documents as fast as it can.
func pour(address string, until time.Time) error {
	conn, err := net.Dial("udp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	random := rand.New(rand.NewPCG(rand.Uint64(), 0))
	b := make([]byte, 60_000)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	for i := 0; time.Now().Before(until); i++ {
		datagram := b[:random.IntN(len(b))]
		if i%4 == 0 {
			datagram = append([]byte(harness.DaemonHeader), datagram...)
		}
		if _, err := conn.Write(datagram); err != nil {
			return fmt.Errorf("datagram %d: %w", i, err)
		}
	}
	return nil
}
