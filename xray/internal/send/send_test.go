package send

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain fails the package if goroutines of it are left.
func TestMain(m *testing.M) {
	code := m.Run()
	if left := leftover(); code == 0 && left != "" {
		fmt.Fprintln(os.Stderr, "goroutines are left:\n"+left)
		code = 1
	}
	os.Exit(code)
}

// leftover is the stacks of goroutines of this package that do not end. They get a few seconds to do so.
func leftover() string {
	for deadline := time.Now().Add(5 * time.Second); ; runtime.Gosched() {
		var stacks strings.Builder
		if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
			return err.Error()
		}
		if !strings.Contains(stacks.String(), "(*Sender)") && !strings.Contains(stacks.String(), "(*poster)") {
			return ""
		}
		if time.Now().After(deadline) {
			return stacks.String()
		}
	}
}

// A listener is the daemon's UDP side.
type listener struct {
	*net.UDPConn
	t testing.TB
}

func listen(t testing.TB, address string) *listener {
	t.Helper()
	addr, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenUDP("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadBuffer(4 << 20); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &listener{conn, t}
}

func (l *listener) address() string { return l.LocalAddr().String() }

// receive is the document of the next datagram.
func (l *listener) receive() string {
	l.t.Helper()
	doc, err := l.next(10 * time.Second)
	if err != nil {
		l.t.Fatal(err)
	}
	return doc
}

func (l *listener) next(patience time.Duration) (string, error) {
	if err := l.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	datagram := make([]byte, 1<<16)
	n, err := l.Read(datagram)
	if err != nil {
		return "", err
	}
	doc, ok := strings.CutPrefix(string(datagram[:n]), Header)
	if !ok {
		return "", fmt.Errorf("datagram without header line: %.100q", datagram[:n])
	}
	return doc, nil
}

// sender is a Sender that is closed when the test ends.
func sender(t testing.TB, udp, tcp string, o Options) *Sender {
	s := New(udp, tcp, o)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = s.Close(ctx) // tests that care have closed it
	})
	return s
}

// nowhere is an address of this machine where nobody listens.
func nowhere(t testing.TB) string {
	l := listen(t, "127.0.0.1:0")
	defer l.Close()
	return l.address()
}

// journal collects what is logged.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) log(message string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, message)
}

func (j *journal) all() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, "\n")
}

func flush(t *testing.T, s *Sender) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestOrder(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	s := sender(t, daemon.address(), daemon.address(), Options{})
	const docs = 1000
	for i := range docs {
		s.Send(fmt.Appendf(nil, `{"n":%d}`, i))
		if i%100 == 99 {
			flush(t, s)
		}
	}
	for i := range docs {
		if got, want := daemon.receive(), fmt.Sprintf(`{"n":%d}`, i); got != want {
			t.Fatalf("datagram %d is %s, want %s", i, got, want)
		}
	}
	if got, want := s.Stats(), (Stats{Sent: docs}); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
}

// Without a flush documents leave by themselves.
func TestLinger(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	s := sender(t, daemon.address(), daemon.address(), Options{})
	for range 3 {
		s.Send([]byte("{}"))
		if got := daemon.receive(); got != "{}" {
			t.Fatalf("received %q", got)
		}
	}
}

func TestSizes(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	s := sender(t, daemon.address(), daemon.address(), Options{})
	for _, size := range []int{0, 1, 600, 1500, 9300, MaxDocument - 1, MaxDocument} {
		doc := strings.Repeat("x", size)
		s.Send([]byte(doc))
		if got := daemon.receive(); got != doc {
			t.Errorf("of %d bytes %d came", size, len(got))
		}
	}
}

// Send copies: the caller may use its memory again.
func TestCopies(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	s := sender(t, daemon.address(), daemon.address(), Options{})
	doc := []byte("first")
	s.Send(doc)
	copy(doc, "spoil")
	if got := daemon.receive(); got != "first" {
		t.Errorf("received %q, want first", got)
	}
}
