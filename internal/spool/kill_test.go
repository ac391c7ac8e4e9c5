package spool

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// childDir makes this test binary a process that uses the spool there until it is killed.
const childDir = "RAYSCOPE_TEST_SPOOL"

// TestKillProcess kills a process at work, six times on one spool: what it had acknowledged is there, in order, and what it had
// taken off is not.
func TestKillProcess(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		work(t, dir)
	}
	dir := t.TempDir()
	first, last := 0, 0 // acknowledged: taken off up to first, appended up to last
	for kill := range 6 {
		child := exec.Command(os.Args[0], "-test.run=^TestKillProcess$")
		child.Env = append(os.Environ(), childDir+"="+dir)
		child.Stderr = os.Stderr
		out := must(child.StdoutPipe())
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 1; lines.Scan(); n++ { // to the end of what it said
			var op string
			var entry int
			if _, err := fmt.Sscan(lines.Text(), &op, &entry); err != nil {
				break // a line that was cut off
			}
			if op == "appended" {
				last = entry
			} else {
				first = entry
			}
			if n == 100+37*kill {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := child.Wait(); err == nil {
			t.Fatal("the process ended by itself")
		}
		got := entriesOn(t, dir)
		// One more may have been appended, one more taken off, without a word.
		if len(got) == 0 || got[0] < first+1 || got[0] > first+2 || got[len(got)-1] < last || got[len(got)-1] > last+1 {
			t.Fatalf("kill %d: there are %v, want %d to %d", kill, got, first+1, last)
		}
		for i, n := range got {
			if n != got[0]+i {
				t.Fatalf("kill %d: there are %v, with a gap or out of order", kill, got)
			}
		}
	}
}

// entriesOn looks at a spool and changes nothing.
func entriesOn(t *testing.T, dir string) (docs []int) {
	s, err := Open(dir, Options{MaxBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range s.Stats().Entries {
		l, err := s.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		checkEntry(t, l.Entry())
		docs = append(docs, l.Entry().Documents)
	}
	return docs
}

// work appends three entries for two that it takes off, and says so, until it is killed.
func work(t *testing.T, dir string) {
	next := 1
	if there := entriesOn(t, dir); len(there) > 0 {
		next = there[len(there)-1] + 1
	}
	s, err := Open(dir, Options{MaxBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	for ; ; next++ {
		if err := s.Append(entry(next, 20_000)); err != nil {
			t.Fatal(err)
		}
		fmt.Println("appended", next)
		if next%3 == 0 {
			continue
		}
		l, err := s.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Done(); err != nil {
			t.Fatal(err)
		}
		fmt.Println("done", l.Entry().Documents)
	}
}
