package daemon

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// smallDisk is a directory that holds so many bytes at most.
func smallDisk(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes))
	if errors.Is(err, syscall.EPERM) {
		t.Skipf("needs root, to mount a small disk: %v; run the tests as root", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// With a full disk under the spool the daemon goes on in memory, says so, and delivers all that it did not count as lost.
func TestDiskIsFull(t *testing.T) {
	t.Parallel()
	e := harness.StartEndpoint(t)
	e.Down()
	d := harness.StartDaemon(t, "--endpoint", e.URL, "--spool-dir", smallDisk(t, 4<<20), "--buffer-memory", "6")
	now := time.Now()
	const n = 1000 // 20 MB
	docs := make([]string, n)
	for i := range docs {
		// Random text, so that no compression makes room.
		text := strings.Builder{}
		for text.Len() < 20_000 {
			text.WriteString(harness.NewID())
		}
		docs[i] = harness.Segment(harness.NewTraceID(now), now, time.Millisecond, harness.Args{"metadata": harness.Args{"default": text.String()}})
	}
	for i := range 100 {
		send(t, d, docs[10*i:10*i+10])
	}
	harness.Eventually(t, patience, func() error {
		return atLeast(d.Metric(t, "rayscope_relay_spool_errors_total"), 1, "failed writes to the spool")
	})
	if err := d.Says("cannot write to the spool", "no space left on device", "check the free space of the disk of --spool-dir"); err != nil {
		t.Error(err)
	}
	e.Up(t)
	harness.Eventually(t, patience, func() error {
		taken, spilled := len(e.Taken()), d.Metric(t, "rayscope_relay_spilled_documents_total")+d.Metric(t, "rayscope_daemon_spilled_datagrams_total")
		if float64(taken)+spilled != n {
			return fmt.Errorf("%d documents taken and %v counted as spilled, want %d together", taken, spilled, n)
		}
		return nil
	})
	if taken := len(e.Taken()); taken < n/5 {
		t.Errorf("only %d documents of %d arrived; the disk alone holds more", taken, n)
	}
	// The disk is free again, and the spool in use.
	e.Down()
	more := documents(100)
	spooled := d.Metric(t, "rayscope_relay_spooled_documents_total")
	send(t, d, more)
	harness.Eventually(t, patience, func() error {
		return atLeast(d.Metric(t, "rayscope_relay_spooled_documents_total"), spooled+100, "documents spooled")
	})
	e.Up(t)
	harness.Eventually(t, patience, func() error { return e.Missing(more) })
	stop(t, d)
}
