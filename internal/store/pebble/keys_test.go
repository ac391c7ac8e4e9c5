package pebble

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// TestKeyBytes holds the keys to the examples of docs/storage.md.
func TestKeyBytes(t *testing.T) {
	id, err := segment.ParseTraceID("1-5759e988-bd862e3fe1be46a994272793")
	if err != nil {
		t.Fatal(err)
	}
	r := store.Record{Account: 123456789012, Trace: id, Segment: segment.ID{0x53, 0x99, 0x5c, 0x3f, 0x42, 0xcd, 0x8a, 0xd8}, Complete: true, Received: 1465510280_123456}
	begun := r
	begun.Complete = false
	home := store.Home(0x5759e988)
	at := store.Position{Home: home, Trace: id}
	for _, x := range []struct {
		what string
		got  []byte
		want string
	}{
		{"digest", appendRow(nil, tagDigest, home, &r), "64 1cbe991a14 a8a61677 5759e988bd862e3fe1be46a994272793 53995c3f42cd8ad8 00 0534dfb3a95440"},
		{"document", appendRow(nil, tagDocument, home, &begun), "44 1cbe991a14 a8a61677 5759e988bd862e3fe1be46a994272793 53995c3f42cd8ad8 01 0534dfb3a95440"},
		{"activity", appendActivity(nil, r.Account, store.Activity{Axis: store.ByEnd, Slot: 2442517}, at), "61 1cbe991a14 02 8000000000254515 a8a61677 5759e988bd862e3fe1be46a994272793"},
		{"activity before 1970", appendActivity(nil, r.Account, store.Activity{Slot: -1}, at), "61 1cbe991a14 00 7fffffffffffffff a8a61677 5759e988bd862e3fe1be46a994272793"},
		{"locator", appendLocator(nil, r.Account, 2423, id), "6c 1cbe991a14 00000977 5759e988bd862e3fe1be46a994272793"},
		{"mark", appendMark(nil, r.Account, home.Minute()), "6d 1cbe991a14 00 fe8b4d2c"},
		{"sieve", appendMinute(nil, r.Account, rangeSieve, home.Minute()), "6d 1cbe991a14 02 fe8b4d2c"},
		{"chunk of the index", append(appendColumn(appendContent(nil, r.Account, home.Minute(), 1, kindIndex), columnKey{fact.Annotation, "order"}),
			appendValue(nil, fact.Value{String: "order-9"})...), "6d 1cbe991a14 01 fe8b4d2c 01 03 01 05 6f72646572 00 6f726465722d39"},
		{"head", appendContent(nil, r.Account, home.Minute(), 1, kindHead), "6d 1cbe991a14 01 fe8b4d2c 01 00"},
	} {
		want, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(x.want), []byte(" "), nil)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(x.got, want) {
			t.Errorf("%s: got %x, want %x", x.what, x.got, want)
		}
	}
	if w := weekOf(r.Received); w != 2423 {
		t.Errorf("got week %d, want 2423", w)
	}
}

func TestKeysReadBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		r := store.Record{Account: store.Account(rng.Uint64N(1e12)), Complete: rng.IntN(2) == 0, Received: segment.Time(rng.Int64N(int64(maxReceived) + 1))}
		for i := range r.Trace {
			r.Trace[i] = byte(rng.Uint32())
		}
		r.Segment = segment.ID(r.Trace[4:12])
		home, slot := store.Home(rng.Uint32()), rng.Int64()-rng.Int64()
		k := appendRow(nil, tagDigest, home, &r)
		if a, p := accountOf(k), positionOf(k[accountEnd:]); a != r.Account || p.Home != home || p.Trace != r.Trace {
			t.Fatalf("%x reads as account %d, %v; want %d, home %d, trace %s", k, a, p, r.Account, home, r.Trace)
		}
		if row := rowOf(k[prefixLen:]); row.Segment != r.Segment || row.Complete != r.Complete || row.Received != r.Received {
			t.Fatalf("%x reads as %v, want %v", k, row, r)
		}
		if got := slotOf(appendSlot(nil, r.Account, store.ByEnd, slot)); got != slot {
			t.Fatalf("got slot %d, want %d", got, slot)
		}
	}
}

// TestComparer checks what Pebble asks of a comparer: prefixes order keys before suffixes do, and the successor of a prefix
// is behind all that has it, and a prefix itself.
func TestComparer(t *testing.T) {
	id := segment.TraceID{0: 0x57, 15: 0xff}
	var keys [][]byte
	for _, tag := range []byte{tagDigest, tagDocument} {
		for _, h := range []store.Home{0, 1, 255, 0x5759e988, 1<<32 - 1} {
			p := appendPrefix(nil, tag, 123456789012, store.Position{Home: h, Trace: id})
			keys = append(keys, p, p[:7], appendRow(nil, tag, h, &store.Record{Account: 123456789012, Trace: id, Received: 5}),
				append(bytes.Clone(p), bytes.Repeat([]byte{0xff}, rowLen-prefixLen)...))
		}
	}
	keys = append(keys, appendLocator(nil, 1, 2, id), appendActivity(nil, 1, store.Activity{}, store.Position{Trace: id}))
	c := comparer
	for _, a := range keys {
		p := a[:c.Split(a)]
		if c.Split(p) != len(p) {
			t.Errorf("the prefix %x of %x is none", p, a)
		}
		next := c.ImmediateSuccessor(nil, p)
		if c.Split(next) != len(next) || c.Compare(next, a) <= 0 {
			t.Errorf("%x is not a prefix behind %x", next, a)
		}
		for _, b := range keys {
			q := b[:c.Split(b)]
			want := c.Compare(p, q)
			if want == 0 {
				want = bytes.Compare(a[len(p):], b[len(q):])
			}
			if got := c.Compare(a, b); got != want {
				t.Errorf("%x and %x: got %d, by prefix and suffix %d", a, b, got, want)
			}
			if s := c.Separator(nil, a, b); c.Compare(a, b) < 0 && (c.Compare(a, s) > 0 || c.Compare(s, b) >= 0) {
				t.Errorf("%x does not separate %x from %x", s, a, b)
			}
			if c.Compare(next, b) > 0 && c.Compare(p, q) < 0 {
				t.Errorf("%x lies between %x and its successor %x", q, p, next)
			}
		}
	}
}
