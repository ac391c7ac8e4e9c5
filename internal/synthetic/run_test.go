package synthetic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// wire is a daemon's end of the socket: it notes when each datagram came, and fails as it is told.
type wire struct {
	mu   sync.Mutex
	got  []arrival
	fail func(n int) error // of the nth write, counted from 0
}

type arrival struct {
	at    time.Time
	bytes []byte
}

func (w *wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.got)
	w.got = append(w.got, arrival{time.Now(), bytes.Clone(b)})
	if w.fail != nil {
		if err := w.fail(n); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// playFor runs the shop for a while of the bubble's time.
func playFor(t *testing.T, d time.Duration, c Config, w *wire) (log string) {
	t.Helper()
	var text bytes.Buffer
	c.Logger = slog.New(slog.NewTextHandler(&text, nil))
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := c.play(ctx, w); err != nil {
		t.Fatalf("play: %v", err)
	}
	return text.String()
}

// ends is when a document says that it was finished, or begun if it is in progress.
func ends(t *testing.T, a arrival) (when time.Time, inProgress bool) {
	t.Helper()
	if !bytes.HasPrefix(a.bytes, []byte("{\"format\":\"json\",\"version\":1}\n{")) {
		t.Fatalf("datagram without a header: %s", a.bytes)
	}
	key := []byte(`"end_time":`)
	if inProgress = bytes.Contains(a.bytes, []byte(`"in_progress":true`)); inProgress {
		key = []byte(`"start_time":`)
	}
	_, rest, _ := bytes.Cut(a.bytes, key) // the document's own is the first
	seconds, err := strconv.ParseFloat(string(rest[:bytes.IndexAny(rest, ",}")]), 64)
	if err != nil {
		t.Fatalf("%v: %s", err, a.bytes)
	}
	return time.UnixMicro(int64(math.Round(seconds * 1e6))), inProgress
}

func TestDocumentsAreSentAtTheirTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w wire
		const long = 630 * time.Second // as long as the load takes to repeat
		log := playFor(t, long, Config{Address: "a:1", Rate: DefaultRate}, &w)
		for _, a := range w.got {
			at, inProgress := ends(t, a)
			if late := a.at.Sub(at); !inProgress && (late < 0 || late > 20*time.Millisecond) || inProgress && (late < time.Second || late > 1020*time.Millisecond) {
				t.Fatalf("sent %v after its time: %s", late, a.bytes)
			}
		}
		if n := float64(len(w.got)) / long.Seconds() / DefaultRate; n < 4 || n > documentsPerRequest {
			t.Errorf("%d datagrams in %v, which is %.1f a request", len(w.got), long, n)
		}
		if strings.Contains(log, "past is sent") {
			t.Errorf("without backfill, the log says:\n%s", log)
		}
	})
}

// The past is sent first: what ended before the shop opened, at its pace, as if it had been sent then. The rest
// follows at its time.
func TestBackfill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := time.Now()
		var w wire
		log := playFor(t, 30*time.Second, Config{Address: "a:1", Rate: DefaultRate, Backfill: DefaultBackfill}, &w)
		var last time.Time
		past := 0
		for i, a := range w.got {
			at, inProgress := ends(t, a)
			if inProgress {
				at = at.Add(announceAfter * time.Microsecond)
			}
			if at.Before(opened.Add(-DefaultBackfill)) || at.After(a.at) {
				t.Fatalf("at %v, with a backfill from %v on, is sent: %s", a.at, opened.Add(-DefaultBackfill), a.bytes)
			}
			if at.Before(last.Add(-flush * time.Microsecond)) {
				t.Fatalf("out of order, behind one of %v: %s", last, a.bytes)
			}
			last = at
			if at.Before(opened) {
				past++
			}
			if i >= backfillPace+2*burst && a.at.Sub(w.got[i-backfillPace-2*burst].at) < time.Second {
				t.Fatalf("more than %d datagrams in a second", backfillPace)
			}
		}
		if past < 4000 {
			t.Errorf("%d datagrams of the past, want those of 3 minutes at %d requests a second", past, DefaultRate)
		}
		if caughtUp := w.got[past].at.Sub(opened); caughtUp > 5*time.Second {
			t.Errorf("the past took %v", caughtUp)
		}
		if !strings.Contains(log, "past is sent") {
			t.Errorf("the log does not tell that the past is sent:\n%s", log)
		}
	})
}

func TestBackfillIsBoundedAtHighRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := time.Now()
		var w wire
		playFor(t, 3*time.Second, Config{Address: "a:1", Rate: 2000, Backfill: MaxBackfill}, &w)
		first, _ := ends(t, w.got[0])
		if age := opened.Sub(first); age > backfillRequests/2000*time.Second {
			t.Errorf("the first document is %v old, want at most %d requests' worth", age, backfillRequests)
		}
		end, _ := ends(t, w.got[len(w.got)-1])
		if late := w.got[len(w.got)-1].at.Sub(end); late > time.Second {
			t.Errorf("after 3 s the shop is still %v behind", late)
		}
	})
}

func TestStopsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]Config{
			"waiting":     {Address: "a:1", Rate: MinRate},
			"backfilling": {Address: "a:1", Rate: DefaultRate, Backfill: DefaultBackfill},
		} {
			begin := time.Now()
			playFor(t, 1234*time.Millisecond, c, &wire{})
			if took := time.Since(begin); took != 1234*time.Millisecond {
				t.Errorf("%s: stopped after %v, want 1.234s", name, took)
			}
		}
	})
}

// A closed port refuses every other datagram. It is told once, and its end once.
func TestRefusedDatagrams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := &net.OpError{Op: "write", Net: "udp", Err: syscall.ECONNREFUSED}
		w := wire{fail: func(n int) error {
			if n < 1000 && n%2 == 1 {
				return refused
			}
			return nil
		}}
		log := playFor(t, 2*time.Minute, Config{Address: "a:1", Rate: DefaultRate}, &w)
		if n := strings.Count(log, "does not take"); n != 1 {
			t.Errorf("the outage is told %d times:\n%s", n, log)
		}
		if n := strings.Count(log, "takes documents again"); n != 1 {
			t.Errorf("its end is told %d times:\n%s", n, log)
		}
		if len(w.got) < 2000 {
			t.Errorf("%d datagrams in 2 minutes", len(w.got))
		}
	})
}

func TestSocketGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wire{fail: func(n int) error {
			if n == 10 {
				return net.ErrClosed
			}
			return nil
		}}
		c := Config{Address: "a:1", Rate: DefaultRate}
		if err := c.play(t.Context(), &w); !errors.Is(err, net.ErrClosed) {
			t.Errorf("play = %v, want %v", err, net.ErrClosed)
		}
	})
}

// A machine that slept goes on with the present.
func TestSkipsWhatWasMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const away = time.Hour
		w := wire{fail: func(n int) error {
			if n == 100 {
				time.Sleep(away) // sleeps in synctest's time
			}
			return nil
		}}
		log := playFor(t, away+2*time.Minute, Config{Address: "a:1", Rate: DefaultRate}, &w)
		for _, a := range w.got[102:] {
			if at, inProgress := ends(t, a); !inProgress && a.at.Sub(at) > away+maxBehind {
				t.Fatalf("sent at %v: %s", a.at, a.bytes)
			}
		}
		if n := strings.Count(log, "was away"); n != 1 {
			t.Errorf("the pause is told %d times:\n%s", n, log)
		}
		if n := len(w.got); n > 2*120*DefaultRate*documentsPerRequest {
			t.Errorf("%d datagrams in 2 minutes of being awake", n)
		}
	})
}

func TestPendingIsBounded(t *testing.T) {
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, nil))
	p := player{shop: New(1, DefaultRate), log: log, pending: make(queue, maxPending+1)}
	for range 3 {
		p.serve(0, 0)
	}
	if len(p.pending) != maxPending+1 || p.leftOut != 3 || p.request != 3 || strings.Count(text.String(), "left out") != 1 {
		t.Errorf("%d pending, %d of %d requests left out, want %d and 3 of 3. Log:\n%s", len(p.pending), p.leftOut, p.request, maxPending+1, &text)
	}
}

func TestConfigIsRefused(t *testing.T) {
	for _, tt := range []struct {
		config Config
		want   []string
	}{
		{Config{Address: "localhost", Rate: 8}, []string{`address "localhost" is not a host and port`}},
		{Config{Address: "127.0.0.1:2000"}, []string{"rate 0 is not in the range of 0.01 to 10000"}},
		{Config{Address: "127.0.0.1:2000", Rate: 1e6, Backfill: time.Hour}, []string{"rate 1e+06", "backfill 1h0m0s is not in the range of 0s to 15m0s"}},
	} {
		err := Run(t.Context(), tt.config)
		for _, want := range tt.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Run(%+v) = %v, want %q", tt.config, err, want)
			}
		}
	}
}

// Over a real socket, to a daemon that is there and then is not.
func TestRun(t *testing.T) {
	daemon, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- Run(ctx, Config{Address: daemon.LocalAddr().String(), Rate: 100, Backfill: time.Minute})
	}()
	b := make([]byte, 64<<10)
	for i := range 200 {
		n, _, err := daemon.ReadFrom(b)
		if err != nil {
			t.Fatal(err)
		}
		if head, body, ok := bytes.Cut(b[:n], []byte{'\n'}); !ok || string(head) != `{"format":"json","version":1}` || !json.Valid(body) {
			t.Fatalf("datagram %d: %s", i, b[:n])
		}
	}
	daemon.Close()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run = %v, want no error when it is stopped", err)
	}
}

func ExampleConfig_Validate() {
	c := Config{Address: "127.0.0.1:2000", Rate: -1}
	fmt.Println(c.Validate())
	// Output: rate -1 is not in the range of 0.01 to 10000 requests a second, for example 8
}
