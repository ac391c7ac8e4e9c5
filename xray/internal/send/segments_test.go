package send

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	for _, c := range []struct {
		lengths string // of documents
		want    string // and of datagrams, how many at once
	}{
		{"5", "1"},
		{"5 5 5", "3"},
		{"5 5 4 4", "3 1"},
		{"5 6 6 1", "1 3"},
		{"1 2 3", "1 1 1"},
		{"3 2 1", "2 1"},
		{strings.Repeat("7 ", 70), "32 32 6"},
		{"30000 30000 30000", "2 1"},
		{"40000 40000 3", "1 2"},
	} {
		b := buffer{limit: 3}
		for _, field := range strings.Fields(c.lengths) {
			n := 0
			if _, err := fmt.Sscan(field, &n); err != nil {
				t.Fatal(err)
			}
			b.put(bytes.Repeat([]byte("x"), n))
		}
		var got []string
		chunk := b.take(true)
		for i := 0; i < len(chunk.ends); {
			n, size := chunk.run(i)
			if first := len(chunk.datagrams(i, 1)); first != size {
				t.Errorf("%s: the size of run %d is %d, want %d", c.lengths, len(got), size, first)
			}
			got = append(got, fmt.Sprint(n))
			i += n
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("documents of %s bytes: got runs of %s, want %s", c.lengths, got, c.want)
		}
	}
}

// connected is a link whose system can cut.
func connected(t *testing.T, target string) *link {
	t.Helper()
	l := &link{clock: time.Now}
	if err := l.write(context.Background(), target, []byte(Header+"first")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.drop)
	if l.cuts == 0 {
		t.Skip("this system takes datagrams one by one: run this on Linux 4.18 or later")
	}
	return l
}

func TestWriteRun(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	l := connected(t, daemon.address())
	if done, err := l.writeRun(daemon.address(), []byte(Header+"aa"+Header+"bb"+Header+"c"), len(Header)+2); !done || err != nil {
		t.Fatalf("writeRun: %v, %v", done, err)
	}
	for _, want := range []string{"first", "aa", "bb", "c"} {
		if got := daemon.receive(); got != want {
			t.Errorf("received %q, want %q", got, want)
		}
	}
	for _, refused := range []struct {
		target string
		size   int
	}{{daemon.address(), 1}, {"127.0.0.1:1", 100}} { // far too many pieces; another daemon
		if done, err := l.writeRun(refused.target, make([]byte, 1000), refused.size); done || err != nil {
			t.Errorf("writeRun to %s of size %d: %v, %v, want that it is not done", refused.target, refused.size, done, err)
		}
	}
	if l.cuts != 0 {
		t.Errorf("up to %d bytes are cut, want none after a size of 1 was refused", l.cuts)
	}
}

func TestWriteRunRefused(t *testing.T) {
	skipWithoutRefusals(t)
	target := nowhere(t)
	l := connected(t, target)
	if done, err := l.writeRun(target, make([]byte, 200), 100); done || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("writeRun after a refusal: %v, %v, want that", done, err)
	}
	if l.cuts == 0 {
		t.Error("nothing is cut any more, want that a refusal says nothing about that")
	}
}

// Many documents of one length, and of others, arrive one by one and in order.
func TestRunsArrive(t *testing.T) {
	daemon := listen(t, "127.0.0.1:0")
	s := sender(t, daemon.address(), "", Options{})
	const docs = 600
	for n := range docs {
		s.Send(fmt.Appendf(nil, "%0*d", 3+n/100%3, n))
	}
	flush(t, s)
	for n := range docs {
		if got, want := daemon.receive(), fmt.Sprintf("%0*d", 3+n/100%3, n); got != want {
			t.Fatalf("received %q, want %q", got, want)
		}
	}
	if got, want := s.Stats(), (Stats{Sent: docs}); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
}
