package send

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"
)

func TestCloseSends(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	s := New(daemon.address(), "", Options{})
	s.Send([]byte("last"))
	for range 2 { // again, it has nothing to do
		if err := s.Close(context.Background()); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if got := daemon.receive(); got != "last" {
		t.Errorf("received %q", got)
	}
	s.Send([]byte("late"))
	s.Send(make([]byte, MaxDocument+1))
	if err := s.Flush(context.Background()); err != nil {
		t.Errorf("Flush after Close: %v", err)
	}
	if got, want := s.Stats(), (Stats{Sent: 1, Dropped: 1, TooLarge: 1}); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
}

func TestCloseUnused(t *testing.T) {
	s := New("127.0.0.1:2000", "127.0.0.1:2000", Options{})
	if err := s.Flush(context.Background()); err != nil {
		t.Errorf("Flush: %v", err)
	}
	if err := s.Close(context.Background()); err != nil {
		t.Errorf("Close: %v", err)
	}
	if got := s.Stats(); got != (Stats{}) {
		t.Errorf("Stats() = %+v, want none", got)
	}
}

// held is a resolver that holds the sender up until the test lets go or its context ends.
type held struct{ asked, release chan struct{} }

func hold() held { return held{make(chan struct{}, 1), make(chan struct{})} }

func (h held) resolve(ctx context.Context, _ string) ([]netip.Addr, error) {
	signal(h.asked)
	select {
	case <-h.release:
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A Close that cannot wait counts what it leaves behind.
func TestCloseInTime(t *testing.T) {
	h := hold()
	s := New("daemon.test:2000", "", Options{Resolve: h.resolve})
	const docs = 1000
	for range docs {
		s.Send([]byte("{}"))
	}
	<-h.asked
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Flush(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Flush with a cancelled context: %v", err)
	}
	if err := s.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close with a cancelled context: %v", err)
	}
	if got, want := s.Stats(), (Stats{Dropped: docs}); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
}

// Of what is too much, the newest is kept, in order, and every document is counted once.
func TestOverload(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	h := hold()
	_, port, err := splitPort(daemon)
	if err != nil {
		t.Fatal(err)
	}
	var said journal
	s := sender(t, "daemon.test:"+port, "", Options{Resolve: h.resolve, BufferBytes: 1, Log: said.log})
	const docs = 10_000
	for n := range docs {
		s.Send(fmt.Appendf(nil, "%600d", n))
	}
	<-h.asked
	early := s.Stats()
	close(h.release)
	_ = s.Flush(context.Background()) // says what was lost, as the log does
	stats := s.Stats()
	if stats.Dropped == 0 || stats.Sent+stats.Dropped != docs || early.Sent != 0 {
		t.Errorf("Stats() = %+v, before %+v, want %d documents, some dropped", stats, early, docs)
	}
	last := -1
	for range stats.Sent {
		n := receiveNumber(t, daemon)
		if n <= last {
			t.Fatalf("%d came after %d", n, last)
		}
		last = n
	}
	if last != docs-1 {
		t.Errorf("the last that came is %d, want %d", last, docs-1)
	}
	if said.all() == "" {
		t.Error("nothing was logged")
	}
}

func splitPort(l *listener) (host, port string, err error) {
	addr, err := netip.ParseAddrPort(l.address())
	return addr.Addr().String(), strconv.Itoa(int(addr.Port())), err
}

func receiveNumber(t *testing.T, l *listener) (n int) {
	t.Helper()
	doc := l.receive()
	if _, err := fmt.Sscan(doc, &n); err != nil {
		t.Fatalf("received %.20q: %v", doc, err)
	}
	return n
}

// All at once: whatever happens, each document is counted once.
func TestConcurrent(t *testing.T) {
	daemon, other := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	s := New(daemon.address(), nowhere(t), Options{BufferBytes: 1})
	const senders, docs = 8, 2000
	var all, flushers sync.WaitGroup
	for range senders {
		all.Go(func() {
			for n := range docs {
				s.Send(fmt.Appendf(nil, "%600d", n))
				if n%500 == 0 {
					s.Send(make([]byte, MaxDocument+1))
				}
			}
		})
	}
	for _, to := range []*listener{daemon, other} {
		flushers.Go(func() {
			for range 20 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
				_ = s.Flush(ctx) // in time or not
				cancel()
				s.Redirect(to.address(), nowhere(t))
				_ = s.Stats()
			}
		})
	}
	flushers.Wait()
	_ = s.Close(context.Background()) // while some still send
	all.Wait()
	stats := s.Stats()
	if got, want := stats.Sent+stats.Dropped, uint64(senders*docs); got != want {
		t.Errorf("%+v: sent and dropped are %d, want %d", stats, got, want)
	}
	if got, want := stats.TooLarge, uint64(senders*docs/500); got != want {
		t.Errorf("%+v: too large are %d, want %d", stats, got, want)
	}
}

func TestSendAllocatesNothing(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	s := sender(t, daemon.address(), "", Options{BufferBytes: 1})
	for range 5000 { // until the chunks are made
		s.Send(doc600)
	}
	if n := testing.AllocsPerRun(20_000, func() { s.Send(doc600) }); n != 0 {
		t.Errorf("Send allocates %v times", n)
	}
}

func TestQuiet(t *testing.T) {
	var said journal
	z := &zone{now: time.Unix(1000, 0)}
	q := &quiet{to: said.log, clock: z.clock}
	for range 3 {
		q.say("a %d", 1)
	}
	q.say("b")
	z.pass(quietTime - 1)
	q.say("a %d", 2)
	z.pass(1)
	q.say("a %d", 3)
	z.pass(quietTime)
	q.say("a %d", 4)
	if got, want := said.all(), "a 1\nb\na 3 (3 more since the last message)\na 4"; got != want {
		t.Errorf("logged\n%s\nwant\n%s", got, want)
	}
	(&quiet{clock: z.clock}).say("nobody listens")
}
