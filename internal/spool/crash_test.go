package spool

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
)

// survivors are the entries that a spool on the disk hands out.
func survivors(t testing.TB, d disk) (docs []int, f *fixture) {
	t.Helper()
	f = newFixture(t, d)
	f.open()
	st, sum := f.Stats(), -f.dropped[Damaged] // what Open tells was never counted
	docs = f.drain()
	sum += f.dropped[Damaged]
	for _, n := range docs {
		sum += n
	}
	if sum != st.Documents {
		t.Fatalf("the spool said %d documents and handed out %d", st.Documents, sum)
	}
	if left := f.Stats(); left != (Stats{}) {
		t.Fatalf("an empty spool has %+v", left)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return docs, f
}

// TestKilled has the clock of a bubble, which stands: the sync once a second does not mix in. It takes kill -9 after every operation on the disk, and within every write.
func TestKilled(t *testing.T) { synctest.Test(t, testKilled) }

func testKilled(t *testing.T) {
	d := newMemDisk()
	f := newFixture(t, d)
	var acknowledged, begun, finished []int // appended; Done called; Done returned
	points := 0
	look := func(c *memDisk) {
		points++
		got, _ := survivors(t, c)
		for _, n := range acknowledged {
			if !slices.Contains(got, n) && !slices.Contains(begun, n) {
				t.Fatalf("point %d: entry %d is lost; there are %v", points, n, got)
			}
		}
		for _, n := range finished {
			if slices.Contains(got, n) {
				t.Fatalf("point %d: entry %d is back; there are %v", points, n, got)
			}
		}
		if !slices.IsSorted(got) {
			t.Fatalf("point %d: order %v", points, got)
		}
	}
	f.open()
	d.after = func(op, path string, part []byte) {
		look(d.killed())
		for _, cut := range []int{0, 1, 4, headLen - 1, headLen, headLen + 1, len(part) / 2, len(part) - 1} {
			if op == "writing" && len(part) > headLen { // an append, no mark
				c := d.killed()
				file := c.files[path]
				file.data = append(file.data[:len(file.data)-len(part)], part[:cut]...)
				look(c)
			}
		}
	}
	rng := rand.New(rand.NewPCG(3, 3))
	var leases []*Lease
	for n := 1; n <= 30; n++ {
		f.append(entry(n, 5000+rng.IntN(20_000)))
		acknowledged = append(acknowledged, n)
		if n%2 == 0 {
			leases = append(leases, f.next())
		}
		if n%5 == 0 {
			i := rng.IntN(len(leases))
			l := leases[i]
			leases = slices.Delete(leases, i, i+1)
			begun = append(begun, l.Entry().Documents)
			if err := l.Done(); err != nil {
				t.Fatal(err)
			}
			finished = append(finished, l.Entry().Documents)
		}
	}
	d.after = nil
	if points < 200 {
		t.Errorf("only %d points were looked at", points)
	}
}

// TestUnplugged takes the power away at random moments: what was synced is there, what was done before is not.
func TestUnplugged(t *testing.T) {
	for seed := range uint64(10) {
		d := newMemDisk()
		m := newModel(newFixture(t, d), seed)
		m.o.MaxBytes = 8 << 20
		m.open()
		synced, never := []int(nil), []int(nil) // alive at the last sync, done before it
		isDone := map[int]bool{}
		for range 150 {
			switch p := m.rng.IntN(100); {
			case p < 50:
				m.append()
			case p < 70:
				m.take()
			case p < 93:
				if n, l := m.some(); l != nil {
					if err := l.Done(); err != nil {
						t.Fatal(err)
					}
					m.forget(n)
					isDone[n] = true
				}
			default:
				if err := m.Sync(); err != nil {
					t.Fatal(err)
				}
				synced, never = slices.Clone(m.alive), nil
				for n := range isDone {
					never = append(never, n)
				}
			}
		}
		got, _ := survivors(t, d.unplugged(m.rng))
		for _, n := range synced {
			if !slices.Contains(got, n) && !isDone[n] {
				t.Fatalf("seed %d: entry %d was synced and is lost; there are %v", seed, n, got)
			}
		}
		for _, n := range never {
			if slices.Contains(got, n) {
				t.Fatalf("seed %d: entry %d was done before the last sync and is back", seed, n)
			}
		}
	}
}

// three is a disk with a file of three entries, its path, and where the records begin and end.
func three(t testing.TB) (d *memDisk, path string, at []int) {
	d = newMemDisk()
	f := newFixture(t, d)
	f.open()
	for n := 1; n <= 3; n++ {
		at = append(at, int(f.Stats().Bytes))
		f.append(entry(n*10, 40+n))
	}
	at = append(at, int(f.Stats().Bytes))
	path = f.active.path
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return d, path, at
}

// TestTorn cuts a file at every byte of its last record.
func TestTorn(t *testing.T) {
	d, path, at := three(t)
	for cut := at[2]; cut < at[3]; cut++ {
		c := d.killed()
		c.files[path].data = c.files[path].data[:cut]
		got, f := survivors(t, c)
		want := "map[damaged:30]"
		switch {
		case cut == at[2]:
			want = "map[]"
		case cut < at[2]+headLen:
			want = "map[damaged:1]" // nothing says how many there were
		}
		if !slices.Equal(got, []int{10, 20}) || f.drops() != want {
			t.Errorf("cut at %d: handed out %v, told %s, want 10, 20, %s", cut-at[2], got, f.drops(), want)
		}
	}
}

// TestRotten changes every byte of the second of three records: it alone is lost.
func TestRotten(t *testing.T) {
	d, path, at := three(t)
	for i := at[1]; i < at[2]; i++ {
		c := d.killed()
		c.files[path].data[i] ^= 0x10
		got, f := survivors(t, c)
		wantDocs, want := []int{10, 30}, "map[damaged:20]"
		switch {
		case i == at[1]+stateAt:
			wantDocs, want = []int{10, 20, 30}, "map[]" // a state that is none is waiting
		case i < at[1]+headLen:
			want = "map[damaged:1]"
		}
		if !slices.Equal(got, wantDocs) || f.drops() != want {
			t.Errorf("byte %d rotten: handed out %v, told %s, want %v, %s", i-at[1], got, f.drops(), wantDocs, want)
		}
	}
}

// TestRottenWhileOpen is damage after the entries were counted: told by the document.
func TestRottenWhileOpen(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(file *memFile, at []int)
		docs   []int
		want   string
	}{
		{"header", func(f *memFile, at []int) { f.data[at[1]] = 0 }, []int{10, 30}, "map[damaged:20]"},
		{"payload", func(f *memFile, at []int) { f.data[at[1]+headLen] ^= 1 }, []int{10, 30}, "map[damaged:20]"},
		{"cut in payload", func(f *memFile, at []int) { f.data = f.data[:at[3]-1] }, []int{10, 20}, "map[damaged:30]"},
		{"cut in header", func(f *memFile, at []int) { f.data = f.data[:at[2]+5] }, []int{10, 20}, "map[damaged:30]"},
		{"zeros", func(f *memFile, at []int) { clear(f.data) }, nil, "map[damaged:60]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, path, at := three(t)
			f := newFixture(t, d)
			f.open()
			tt.damage(d.files[path], at)
			if got := f.drain(); !slices.Equal(got, tt.docs) || f.drops() != tt.want {
				t.Errorf("handed out %v, told %s, want %v, %s", got, f.drops(), tt.docs, tt.want)
			}
			if st := f.Stats(); st != (Stats{}) {
				t.Errorf("left: %+v", st)
			}
		})
	}
}

// TestForeign has records that are whole, but not in their place: a copied block, or bytes of a sender.
func TestForeign(t *testing.T) {
	d, path, at := three(t)
	data := d.files[path].data
	second := slices.Clone(data[at[1]:at[2]])
	d.files[path].data = append(append(slices.Clone(data[:at[1]]), data[at[2]:]...), second...)
	if got, _ := survivors(t, d); !slices.Equal(got, []int{10}) {
		t.Errorf("handed out %v, want 10 only", got)
	}
}

func TestNewer(t *testing.T) {
	d, path, at := three(t)
	b := d.files[path].data[at[2]:]
	b[4] = version + 1
	sum := headerSum(b, place{1, int64(at[2])})
	b[crcAt], b[crcAt+1], b[crcAt+2], b[crcAt+3] = byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum)
	_, err := open(d, "spool", newFixture(t, d).o)
	want := "spool is of a newer version: spool/0000000000000001.spool has records that this version does not know: " +
		"run the version that wrote them, or choose another directory"
	if !errors.Is(err, ErrNewer) || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if len(d.locked) > 0 || fmt.Sprint(len(d.files[path].data)) == "0" {
		t.Error("a refused spool is still locked, or was changed")
	}
}
