package send

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func skipWithoutRefusals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not tell a writer that a datagram was refused; run this on Linux or macOS")
	}
}

// While nobody listens documents wait, but those that find it out; they come when the daemon is back.
func TestAwayAndBack(t *testing.T) {
	skipWithoutRefusals(t)
	address := nowhere(t)
	back := make(chan *listener, 1)
	var said journal
	s := sender(t, address, address, Options{Log: func(message string) {
		said.log(message)
		back <- listen(t, address) // the daemon starts when its absence has been noticed
	}})
	s.Send([]byte("lost"))
	flush(t, s)
	const docs = 500
	for n := range docs {
		s.Send(fmt.Append(nil, n))
	}
	daemon := <-back
	for n := range docs {
		if got, want := daemon.receive(), fmt.Sprint(n); got != want {
			t.Fatalf("received %s, want %s", got, want)
		}
	}
	flush(t, s)
	if got, want := s.Stats(), (Stats{Sent: docs + 1, Refused: 1}); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
	if got, want := said.all(), "nobody listens for X-Ray segments at udp "+address+"; start the daemon there, or set AWS_XRAY_DAEMON_ADDRESS"; got != want {
		t.Errorf("logged %q, want %q", got, want)
	}
}

// Nobody who wants to end has to wait for an absent daemon.
func TestFlushWhileAway(t *testing.T) {
	skipWithoutRefusals(t)
	var said journal
	s := sender(t, nowhere(t), "", Options{Log: said.log})
	const docs = 2000
	for range docs {
		s.Send([]byte("{}"))
	}
	flush(t, s)
	stats := s.Stats()
	if stats.Sent+stats.Dropped != docs || stats.Refused == 0 {
		t.Errorf("Stats() = %+v, want %d documents, some refused", stats, docs)
	}
	if lines := strings.Count(said.all(), "\n") + 1; lines != 1 {
		t.Errorf("logged %d lines for %d refusals, want 1:\n%s", lines, stats.Refused, said.all())
	}
}

// zone is a resolver with one name, and a clock that the test moves.
type zone struct {
	mu    sync.Mutex
	addrs []netip.Addr
	err   error
	asked int
	now   time.Time
}

func (z *zone) set(err error, addrs ...string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.addrs, z.err = nil, err
	for _, a := range addrs {
		z.addrs = append(z.addrs, netip.MustParseAddr(a))
	}
}

func (z *zone) resolve(_ context.Context, host string) ([]netip.Addr, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.asked++
	if host != "daemon.test" {
		return nil, fmt.Errorf("asked for %q", host)
	}
	return z.addrs, z.err
}

func (z *zone) clock() time.Time {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.now
}

func (z *zone) pass(d time.Duration) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.now = z.now.Add(d)
}

// twoDaemons listen on one port of two addresses.
func twoDaemons(t *testing.T) (a, b *listener, port string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("127.0.0.2 is an address of this machine on Linux only")
	}
	a = listen(t, "127.0.0.1:0")
	_, port, _ = strings.Cut(a.address(), ":")
	return a, listen(t, "127.0.0.2:"+port), port
}

func TestNameMoves(t *testing.T) {
	a, b, port := twoDaemons(t)
	z := &zone{now: time.Unix(1000, 0)}
	z.set(nil, "::ffff:127.0.0.1")
	s := sender(t, "daemon.test:"+port, "", Options{Resolve: z.resolve})
	s.link.clock = z.clock
	for _, step := range []struct {
		about  string
		before func()
		to     *listener
		asked  int
	}{
		{"at first", func() {}, a, 1},
		{"moved, too early to see", func() { z.set(nil, "127.0.0.2"); z.pass(lookupEvery - 1) }, a, 1},
		{"after a minute", func() { z.pass(1) }, b, 3}, // the look-up that saw it, and the one to connect
		{"name server away", func() { z.set(errors.New("away")); z.pass(lookupEvery) }, b, 4},
		{"an address more", func() { z.set(nil, "127.0.0.1", "127.0.0.2"); z.pass(lookupEvery) }, b, 5},
	} {
		step.before()
		s.Send([]byte(step.about))
		flush(t, s)
		if got := step.to.receive(); got != step.about {
			t.Errorf("%s: received %q", step.about, got)
		}
		if z.asked != step.asked {
			t.Errorf("%s: asked %d times, want %d", step.about, z.asked, step.asked)
		}
	}
}

// A name with two addresses, at the first of which nobody listens.
func TestNextAddress(t *testing.T) {
	a, b, port := twoDaemons(t)
	a.Close()
	z := &zone{}
	z.set(nil, "127.0.0.1", "127.0.0.2")
	s := sender(t, "daemon.test:"+port, "", Options{Resolve: z.resolve})
	s.Send([]byte("lost"))
	flush(t, s)
	s.Send([]byte("second"))
	if got := b.receive(); got != "second" {
		t.Errorf("received %q", got)
	}
}

func TestUnknownName(t *testing.T) {
	z := &zone{}
	var said journal
	z.set(errors.New("no such host"))
	s := sender(t, "daemon.test:2000", "", Options{Resolve: z.resolve, Log: said.log})
	const docs = 100
	for range docs {
		s.Send([]byte("{}"))
	}
	err := s.Flush(context.Background())
	if want := `X-Ray documents not sent: 100: resolve "daemon.test": no such host`; err == nil || err.Error() != want {
		t.Errorf("Flush: %v, want %s", err, want)
	}
	if got, want := s.Stats(), (Stats{Dropped: docs}); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
	if z.asked > 10 {
		t.Errorf("asked %d times for %d documents", z.asked, docs)
	}
	if want := `segments cannot be sent to the X-Ray daemon: resolve "daemon.test": no such host`; said.all() != want {
		t.Errorf("logged %q, want %q", said.all(), want)
	}
}

func TestAddresses(t *testing.T) {
	z := &zone{}
	for _, tt := range []struct {
		target string
		addrs  []string
		want   string
	}{
		{"127.0.0.9:2000", nil, "[127.0.0.9:2000] <nil>"},
		{"[fd00::1]:2000", nil, "[[fd00::1]:2000] <nil>"},
		{":2000", nil, "[127.0.0.1:2000] <nil>"},
		{"daemon.test:2000", []string{"::1", "127.0.0.2", "::2", "127.0.0.1"}, "[127.0.0.2:2000 127.0.0.1:2000 [::1]:2000 [::2]:2000] <nil>"},
		{"daemon.test:2000", nil, `[] resolve "daemon.test": no address`},
		{"daemon.test", nil, "[] address daemon.test: missing port in address"},
		{"daemon.test:x", nil, `[] port of "daemon.test:x": strconv.ParseUint: parsing "x": invalid syntax`},
	} {
		z.set(nil, tt.addrs...)
		l := link{resolve: z.resolve, clock: time.Now, target: tt.target}
		found, err := l.lookup(context.Background())
		if got := fmt.Sprint(found, " ", err); got != tt.want {
			t.Errorf("lookup of %s = %s, want %s", tt.target, got, tt.want)
		}
	}
}

func TestIPv6(t *testing.T) {
	if l, err := net.ListenPacket("udp6", "[::1]:0"); err != nil {
		t.Skipf("this machine has no IPv6 loopback: %v", err)
	} else {
		l.Close()
	}
	daemon := listen(t, "[::1]:0")
	s := sender(t, daemon.address(), "", Options{})
	s.Send([]byte("six"))
	if got := daemon.receive(); got != "six" {
		t.Errorf("received %q", got)
	}
}

func TestRedirect(t *testing.T) {
	skipWithoutRefusals(t)
	daemon := listen(t, "127.0.0.1:0")
	var s *Sender
	s = sender(t, nowhere(t), "", Options{Log: func(string) { s.Redirect(daemon.address(), "") }})
	s.Send([]byte("lost"))
	flush(t, s)
	s.Send([]byte("waits"))
	if got := daemon.receive(); got != "waits" {
		t.Errorf("received %q", got)
	}
}
