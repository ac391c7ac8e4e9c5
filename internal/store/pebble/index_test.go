package pebble

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rayscope/rayscope/internal/fact"
)

// TestValueOrder checks that encoded values are in the order of the values, and read back.
func TestValueOrder(t *testing.T) {
	numbers := []float64{math.Inf(-1), -1e300, -2, -1.5, -math.SmallestNonzeroFloat64, 0, math.SmallestNonzeroFloat64, 1, 1.5, 2, 1e300, math.Inf(1)}
	values := []fact.Value{{String: ""}, {String: "\x00"}, {String: "a"}, {String: "a\x00"}, {String: "ab"}, {String: "b"}, {String: "\xff"}}
	for _, n := range numbers {
		values = append(values, fact.Value{Kind: fact.Number, Number: n})
	}
	values = append(values, fact.Value{Kind: fact.Bool}, fact.Value{Kind: fact.Bool, Bool: true})
	for i, v := range values {
		for j, w := range values {
			if got := bytes.Compare(appendValue(nil, v), appendValue(nil, w)); got != cmp.Compare(i, j) {
				t.Errorf("%v and %v compare as %d, want %d", v, w, got, cmp.Compare(i, j))
			}
		}
		if got, err := valueOf(appendValue(nil, v)); err != nil || got != v {
			t.Errorf("%v reads back as %v, error %v", v, got, err)
		}
	}
	if minus := (fact.Value{Kind: fact.Number, Number: math.Copysign(0, -1)}); !bytes.Equal(appendValue(nil, minus), appendValue(nil, fact.Value{Kind: fact.Number})) {
		t.Error("the negative zero is encoded as another number than zero")
	}
}

// TestPostings writes sets of every density and reads them back.
func TestPostings(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	forms := map[byte]bool{}
	for _, share := range []float64{0, 0.0001, 0.01, 0.1, 0.125, 0.3, 0.9, 1} {
		for _, n := range []uint64{1, 7, 64, 65, 1000, 20_000} {
			var g gathering
			want := set(nil).sized(n)
			for i := range n {
				if rng.Float64() < share || i == n/2 {
					g.add(uint32(i))
					g.add(uint32(i))
					if err := want.put(i); err != nil {
						t.Fatal(err)
					}
				}
			}
			b := g.append(nil)
			p, rest, err := cutPostings(append(b, "rest"...))
			if err != nil || string(rest) != "rest" {
				t.Fatalf("%g of %d: rest %q, error %v", share, n, rest, err)
			}
			forms[p.form] = true
			got := set(nil).sized(n)
			if err := got.add(p); err != nil || !slices.Equal(got, want) {
				t.Errorf("%g of %d: got other ordinals than were written, error %v", share, n, err)
			}
			if limit := int(n)/8 + 6; len(b) > limit {
				t.Errorf("%g of %d: takes %d bytes, want at most %d", share, n, len(b), limit)
			}
			if err := set(nil).sized(n / 2).add(p); share == 1 && n >= 1000 && err == nil {
				t.Errorf("%g of %d: read into a smaller minute", share, n)
			}
		}
	}
	if len(forms) != 3 {
		t.Errorf("only the forms %v were written", forms)
	}
}

func TestSetNext(t *testing.T) {
	s := set(nil).sized(200)
	members := []uint64{0, 1, 63, 64, 130, 199}
	for _, m := range members {
		if err := s.put(m); err != nil {
			t.Fatal(err)
		}
	}
	var got []uint64
	for n, ok := s.next(0); ok; n, ok = s.next(n + 1) {
		got = append(got, n)
	}
	if !slices.Equal(got, members) {
		t.Errorf("got %v, want %v", got, members)
	}
	if err := s.put(256); err == nil {
		t.Error("an ordinal behind the last was put in")
	}
}

// FuzzChunk reads chunks of the index as they may be on a damaged disk. What can be written reads back.
func FuzzChunk(f *testing.F) {
	c := &column{}
	for i := range 300 {
		v := valueNotes{value: string(appendValue(nil, fact.Value{String: fmt.Sprint("value ", i)}))}
		for n := range i%70 + 1 {
			v.add(uint32(n * (i%9 + 1)))
		}
		c.values = append(c.values, v)
	}
	if err := c.chunks(func(last string, chunk []byte) error {
		f.Add(bytes.Clone(chunk))
		return nil
	}); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{0, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	conditions := []fact.Condition{{Op: fact.Set}, {Op: fact.Contains, Value: fact.Value{String: "7"}}, {Op: fact.Less, Value: fact.Value{Kind: fact.Number, Number: 1}}}
	f.Fuzz(func(t *testing.T, chunk []byte) {
		ls := &lookups{one: set(nil).sized(1000)}
		for i := range conditions {
			l := newLookup(&conditions[i])
			if _, err := ls.addChunk(chunk, &l); err != nil && err != errChunk && err != errPostings {
				t.Errorf("got error %v", err)
			}
		}
	})
}
