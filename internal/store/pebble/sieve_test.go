package pebble

import (
	"fmt"
	"testing"

	"github.com/rayscope/rayscope/internal/fact"
)

// sieveOf is the sieve of a minute whose traces have so many orders each with a number of its own.
func sieveOf(orders int) sieve {
	n := newNotes()
	for i := range orders {
		n.add(uint32(i), &fact.Fact{Field: fact.Annotation, Key: "order", Value: fact.Value{String: fmt.Sprint("order-", i)}})
		n.add(uint32(i), &fact.Fact{Field: fact.Status, Value: fact.Value{Kind: fact.Number, Number: float64(200 + i%3)}})
	}
	return newSieve(n.sorted())
}

func asked(s sieve, conditions ...fact.Condition) bool {
	return s.lets(newLookups([]fact.Clause{conditions}).clauses)
}

func order(op fact.Op, name string) fact.Condition {
	return fact.Condition{Field: fact.Annotation, Key: "order", Op: op, Value: fact.Value{String: name}}
}

// What is there is always let through; what is not, once in a hundred.
func TestSieve(t *testing.T) {
	const orders = 5000
	s := sieveOf(orders)
	if want := (orders + 3 + 2) * sieveBits / 8; len(s) < want || len(s) > want+1 {
		t.Errorf("got %d bytes, want %d", len(s), want)
	}
	wrong := 0
	for i := range orders {
		if !asked(s, order(fact.Equal, fmt.Sprint("order-", i))) {
			t.Fatalf("order-%d is held back", i)
		}
		if asked(s, order(fact.Equal, fmt.Sprint("other-", i))) {
			wrong++
		}
	}
	if wrong == 0 || wrong > orders/50 {
		t.Errorf("%d of %d that are not there are let through, want about 1 %%", wrong, orders)
	}
	for _, x := range []struct {
		about string
		got   bool
		want  bool
	}{
		{"a column that is there, by part of a value", asked(s, order(fact.Contains, "no such")), true},
		{"a column that is not there", asked(s, fact.Condition{Field: fact.User, Op: fact.Set}), false},
		{"a key that is not there", asked(s, fact.Condition{Field: fact.Annotation, Key: "tenant", Op: fact.Set}), false},
		{"a number", asked(s, fact.Condition{Field: fact.Status, Op: fact.Equal, Value: fact.Value{Kind: fact.Number, Number: 202}}), true},
		{"one of two", asked(s, order(fact.Equal, "none"), order(fact.Equal, "order-7")), true},
		{"neither of two", asked(s, order(fact.Equal, "none"), fact.Condition{Field: fact.User, Op: fact.Set}), false},
		{"an empty clause", asked(s), false},
		{"both clauses", s.lets(newLookups([]fact.Clause{{order(fact.Equal, "order-1")}, {order(fact.Equal, "none")}}).clauses), false},
		{"of a minute without facts", asked(sieveOf(0), order(fact.Set, "")), false},
	} {
		if x.got != x.want {
			t.Errorf("%s: got %t, want %t", x.about, x.got, x.want)
		}
	}
}

// A sieve of a huge minute stays small and lets more through.
func TestSieveIsBounded(t *testing.T) {
	s := sieveOf(200_000)
	if len(s) != maxSieve {
		t.Errorf("got %d bytes, want %d", len(s), maxSieve)
	}
	if !asked(s, order(fact.Equal, "order-199999")) {
		t.Error("what is there is held back")
	}
}

// TestSieveBytes holds the bits to docs/storage.md, by which the value was computed apart from this code.
func TestSieveBytes(t *testing.T) {
	n := newNotes()
	n.add(0, &fact.Fact{Field: fact.User, Value: fact.Value{String: "alice"}})
	if got := fmt.Sprintf("%x", newSieve(n.sorted())); got != "2499cb" {
		t.Errorf("got %s", got)
	}
}
