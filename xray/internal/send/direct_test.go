package send

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A program that ends right after Send has sent the document, as long as it sends few.
func TestDirect(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	z := &zone{now: time.Unix(1000, 0)}
	s := sender(t, daemon.address(), "", Options{})
	s.link.clock = z.clock
	total := 0
	for _, window := range []int{1, maxDirect, maxDirect} {
		for range window {
			s.Send(fmt.Append(nil, total))
			total++
			if got, want := s.Stats(), (Stats{Sent: uint64(total)}); got != want {
				t.Fatalf("right after document %d: Stats() = %+v, want %+v", total, got, want)
			}
		}
		z.pass(directWindow)
	}
	for want := range total {
		if got := receiveNumber(t, daemon); got != want {
			t.Fatalf("received %d, want %d", got, want)
		}
	}
}

// When they become many the goroutine takes over, and hands back when nothing has come for a while. The order stays.
func TestDirectAndBack(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	z := &zone{now: time.Unix(1000, 0)}
	s := sender(t, daemon.address(), "", Options{})
	s.link.clock = z.clock
	total := 0
	for round := range 3 {
		for range 5 * maxDirect {
			s.Send(fmt.Append(nil, total))
			total++
		}
		if sent := s.Stats().Sent; round == 0 && sent < maxDirect {
			t.Errorf("of the first %d documents %d were sent at once, want %d", total, sent, maxDirect)
		}
		flush(t, s)
		z.pass(directWindow)
	}
	for want := range total {
		if got := receiveNumber(t, daemon); got != want {
			t.Fatalf("received %d, want %d", got, want)
		}
	}
	if got, want := s.Stats(), (Stats{Sent: uint64(total)}); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
}

// Send itself never looks up a name.
func TestDirectWithName(t *testing.T) {
	h := hold()
	s := New("daemon.test:2000", "", Options{Resolve: h.resolve})
	s.Send([]byte("{}")) // the resolver does not answer
	<-h.asked
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Close(ctx); err == nil || !strings.Contains(err.Error(), "close the way to X-Ray daemon at daemon.test:2000") {
		t.Errorf("Close: %v", err)
	}
	if got, want := s.Stats(), (Stats{Dropped: 1}); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
}
