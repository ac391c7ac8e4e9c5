package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// minuteAt is the minute of an instant.
func minuteAt(at segment.Time) store.Minute { return store.Home(at.Floor()).Minute() }

// listing is a derive whose one part, of kind 1, lists the traces of the minute.
func listing(traces iter.Seq2[*store.Trace, error], _ func(fact.Fact)) ([]store.Part, error) {
	var data []byte
	for t, err := range traces {
		if err != nil {
			return nil, err
		}
		data = fmt.Appendf(data, "%s %d\n", t.ID, len(t.Rows))
	}
	return []store.Part{{Kind: 1, Key: []byte("listing"), Data: data}}, nil
}

func (f *fixture) seal(a store.Account, m store.Minute, derive store.Derive) {
	f.Helper()
	if err := f.store.Seal(f.ctx, a, m, derive); err != nil {
		f.Fatalf("Seal of minute %d: %v", m, err)
	}
}

// unsealed lists the unsealed minutes as distances from noon's.
func (f *fixture) unsealed(a store.Account) (list []int) {
	f.Helper()
	got, err := f.store.Unsealed(f.ctx, a, minuteAt(noon+day), 1000)
	if err != nil {
		f.Fatalf("Unsealed: %v", err)
	}
	for _, u := range got {
		list = append(list, int(u.Minute)-int(minuteAt(noon)))
	}
	return list
}

// parts lists the parts of the kind in the two hours about noon: "minute key data".
func (f *fixture) parts(a store.Account, kind byte) (list []string) {
	f.Helper()
	for p, err := range f.store.Parts(f.ctx, a, kind, minuteAt(noon-hour), minuteAt(noon+hour)) {
		if err != nil {
			f.Fatalf("after %d parts: %v", len(list), err)
		}
		if p.Kind != kind {
			f.Errorf("got a part of kind %d, want %d", p.Kind, kind)
		}
		name := fmt.Sprintf("%+d", int(p.Minute)-int(minuteAt(noon)))
		if p.Key != nil || p.Data != nil {
			name += fmt.Sprintf(" %s %s", p.Key, p.Data)
		}
		list = append(list, name)
	}
	return list
}

func (f *fixture) equal(what string, got, want any) {
	f.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		f.Errorf("%s: got %s, want %s", what, g, w)
	}
}

func sealListed(f *fixture) {
	a, b, c := sdkID(noon, 1), sdkID(noon+2*second, 2), sdkID(noon-2*minute, 3)
	f.append(record(a, 1, noon), record(b, 1, noon+2*second), record(b, 2, noon+2*second), record(c, 1, noon-2*minute))
	f.equal("Unsealed", f.unsealed(alice), []int{0, -2})
	f.equal("Unsealed of nobody", f.unsealed(bob), []int{})
	f.equal("Parts of nothing sealed", f.parts(alice, 1), []string{})
	f.seal(alice, minuteAt(noon), listing)
	f.equal("Unsealed", f.unsealed(alice), []int{-2})
	f.equal("Parts", f.parts(alice, 1), []string{fmt.Sprintf("+0 listing %s 2\n%s 1\n", b, a)})
	f.equal("Parts of another kind", f.parts(alice, 2), []string{"+0"})
	f.equal("Parts of another account", f.parts(bob, 1), []string{})
	f.seal(alice, minuteAt(noon-2*minute), listing)
	f.equal("Unsealed", f.unsealed(alice), []int{})
	f.equal("Parts of another kind", f.parts(alice, 0), []string{"+0", "-2"})
}

func unsealedBounds(f *fixture) {
	for n := range 5 {
		at := noon + segment.Time(n)*minute
		f.append(record(sdkID(at, 1), 1, at))
	}
	late := record(sdkID(noon, 1), 2, noon)
	late.Received = noon + hour
	f.append(filled(late), record(sdkID(noon, 2), 1, noon))
	for _, x := range []struct {
		last  segment.Time
		limit int
		want  []int
	}{{day, 2, []int{4, 3}}, {3 * minute, 2, []int{3, 2}}, {0, 9, []int{0}}, {-minute, 9, nil}, {day, 0, nil}} {
		got, err := f.store.Unsealed(f.ctx, alice, minuteAt(noon+x.last), x.limit)
		if err != nil {
			f.Fatal(err)
		}
		var minutes []int
		for _, u := range got {
			minutes = append(minutes, int(u.Minute)-int(minuteAt(noon)))
			if want := late.Received; u.Minute == minuteAt(noon) && u.Touched != want {
				f.Errorf("noon was touched at %d, want %d", u.Touched, want)
			}
		}
		f.equal(fmt.Sprintf("the first %d up to %d", x.limit, x.last), minutes, x.want)
	}
}

func accountsListed(f *fixture) {
	accounts := func(want ...store.Account) {
		f.Helper()
		got, err := f.store.Accounts(f.ctx)
		if err != nil {
			f.Fatal(err)
		}
		if !slices.Equal(got, want) {
			f.Errorf("got accounts %v, want %v", got, want)
		}
	}
	accounts()
	r := record(sdkID(noon, 1), 1, noon)
	f.append(r)
	accounts(alice)
	r.Account = bob
	f.append(r)
	accounts(alice, bob)
	f.trim(noon + day)
	accounts()
}

func sealBroken(f *fixture) {
	a, b := sdkID(noon, 1), sdkID(noon+minute, 2)
	f.append(record(a, 1, noon), record(b, 1, noon+minute))
	f.seal(alice, minuteAt(noon), listing)
	f.seal(alice, minuteAt(noon+minute), listing)
	f.append(record(a, 1, noon)) // a repeat says nothing new: the seal may hold or not
	f.append(record(b, 2, noon+minute))
	if got := f.unsealed(alice); !slices.Contains(got, 1) {
		f.Errorf("Unsealed: got %v, want minute 1 among them", got)
	}
	for _, p := range f.parts(alice, 1) {
		if p[:2] == "+1" {
			f.Errorf("got part %q of a minute whose seal is broken", p)
		}
	}
	f.seal(alice, minuteAt(noon+minute), listing)
	f.equal("Parts", f.parts(alice, 1)[0], fmt.Sprintf("+1 listing %s 2\n", b))
}

func sealUnsettled(f *fixture) {
	a, late, other := record(sdkID(noon, 1), 1, noon), record(sdkID(noon, 2), 1, noon), record(sdkID(noon+minute, 3), 1, noon+minute)
	f.append(a)
	meanwhile := func(rs ...store.Record) store.Derive {
		return func(traces iter.Seq2[*store.Trace, error], note func(fact.Fact)) ([]store.Part, error) {
			p, err := listing(traces, note)
			f.append(rs...)
			return p, err
		}
	}
	if err := f.store.Seal(f.ctx, alice, minuteAt(noon), meanwhile(late)); !errors.Is(err, store.ErrUnsettled) {
		f.Errorf("a record came meanwhile: got error %v, want %v", err, store.ErrUnsettled)
	}
	f.equal("Parts", f.parts(alice, 1), []string{})
	f.equal("Unsealed", f.unsealed(alice), []int{0})
	f.seal(alice, minuteAt(noon), meanwhile(other))
	f.equal("Parts", f.parts(alice, 1), []string{fmt.Sprintf("+0 listing %s 1\n%s 1\n", a.Trace, late.Trace)})
}

// sealTrimmed removes a minute, and cuts another one in two.
func sealTrimmed(f *fixture) {
	for n := range uint64(5) {
		at := noon + segment.Time(n)*30*second
		f.append(record(sdkID(at, n), n, at))
	}
	for m := range segment.Time(3) {
		f.seal(alice, minuteAt(noon+m*minute), noting)
	}
	f.trim(noon + minute + 20*second)
	f.equal("Unsealed", f.unsealed(alice), []int{1})
	f.equal("Parts", f.parts(alice, 2), []string{"+2"})
	f.seal(alice, minuteAt(noon+minute), noting)
	f.equal("Parts", f.parts(alice, 1)[1], fmt.Sprintf("+1 listing %s 1\n", sdkID(noon+90*second, 3)))
	f.trim(noon + hour)
	f.equal("Parts of nothing", f.parts(alice, 1), []string{})
	f.equal("Unsealed of nothing", f.unsealed(alice), []int{})
	// What comes again is a minute of its own.
	f.append(record(sdkID(noon, 7), 7, noon))
	f.equal("Unsealed", f.unsealed(alice), []int{0})
	f.seal(alice, minuteAt(noon), noting)
	f.equal("Parts", f.parts(alice, 1), []string{fmt.Sprintf("+0 listing %s 1\n", sdkID(noon, 7))})
}

func sealFailed(f *fixture) {
	f.append(record(sdkID(noon, 1), 1, noon), record(sdkID(noon, 2), 1, noon))
	broken := errors.New("broken")
	for what, derive := range map[string]store.Derive{
		"an error": func(iter.Seq2[*store.Trace, error], func(fact.Fact)) ([]store.Part, error) { return nil, broken },
		"traces left": func(traces iter.Seq2[*store.Trace, error], _ func(fact.Fact)) ([]store.Part, error) {
			for _, err := range traces {
				return nil, err
			}
			return nil, nil
		},
		"a note before the first trace": func(traces iter.Seq2[*store.Trace, error], note func(fact.Fact)) ([]store.Part, error) {
			note(fact.Fact{Field: fact.Is, Value: text(fact.OK)})
			return listing(traces, note)
		},
	} {
		err := f.store.Seal(f.ctx, alice, minuteAt(noon), derive)
		if err == nil || what == "an error" && err != broken {
			f.Errorf("%s: got error %v", what, err)
		}
		f.equal("Unsealed after "+what, f.unsealed(alice), []int{0})
	}
	c, cancel := context.WithCancel(f.ctx)
	cancel()
	if err := f.store.Seal(c, alice, minuteAt(noon), listing); !errors.Is(err, context.Canceled) {
		f.Errorf("cancelled: got error %v, want %v", err, context.Canceled)
	}
	f.seal(alice, minuteAt(noon), listing)
	if err := f.store.Seal(f.ctx, alice, minuteAt(noon), func(iter.Seq2[*store.Trace, error], func(fact.Fact)) ([]store.Part, error) { return nil, broken }); err != broken {
		f.Errorf("an error, of a minute that is sealed: got %v, want %v", err, broken)
	}
	f.equal("Parts of the earlier seal", len(f.parts(alice, 1)), 1)
}

func partsInOrder(f *fixture) {
	f.append(record(sdkID(noon, 1), 1, noon), record(sdkID(noon+minute, 1), 1, noon+minute))
	made := func(version string) store.Derive {
		return func(traces iter.Seq2[*store.Trace, error], note func(fact.Fact)) ([]store.Part, error) {
			if _, err := listing(traces, note); err != nil {
				return nil, err
			}
			return []store.Part{
				{Kind: 3, Key: []byte("b"), Data: []byte(version)}, {Kind: 4, Key: []byte("a"), Data: []byte("other")},
				{Kind: 3, Key: []byte("a\x00"), Data: bytes.Repeat([]byte(version), 300_000)}, {Kind: 3, Key: []byte("a"), Data: nil}, {Kind: 3},
			}, nil
		}
	}
	f.seal(alice, minuteAt(noon), made("x"))
	f.seal(alice, minuteAt(noon+minute), made("x"))
	var got []string
	for p, err := range f.store.Parts(f.ctx, alice, 3, 0, 1<<32-1) {
		if err != nil {
			f.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d %q %d %.1s", p.Minute-minuteAt(noon), p.Key, len(p.Data), p.Data))
		if len(got) == 1 { // what is written now is not seen
			f.seal(alice, minuteAt(noon), made("y"))
			f.append(record(sdkID(noon, 2), 1, noon))
		}
	}
	var want []string
	for _, m := range []int{1, 0} {
		for _, p := range []string{`"" 0 `, `"a" 0 `, `"a\x00" 300000 x`, `"b" 1 x`} {
			want = append(want, fmt.Sprintf("%d %s", m, p))
		}
	}
	if !slices.Equal(got, want) {
		f.Errorf("got parts %q, want %q", got, want)
	}
	for _, err := range f.store.Parts(f.ctx, alice, 3, 0, 1<<32-1) {
		if err != nil {
			f.Error(err)
		}
		break // leaves the sequence early
	}
	f.equal("of no minutes", len(f.parts(alice, 9)), 1)
}

func partsRefused(f *fixture) {
	f.append(record(sdkID(noon, 1), 1, noon))
	for what, parts := range map[string][]store.Part{
		"a long key": {{Key: make([]byte, store.MaxPartKey+1)}},
		"equal keys": {{Kind: 1, Key: []byte("a")}, {Kind: 2, Key: []byte("a")}, {Kind: 1, Key: []byte("a")}},
	} {
		err := f.store.Seal(f.ctx, alice, minuteAt(noon), func(traces iter.Seq2[*store.Trace, error], note func(fact.Fact)) ([]store.Part, error) {
			_, err := listing(traces, note)
			return parts, err
		})
		if err == nil {
			f.Errorf("%s: sealed", what)
		}
	}
	f.equal("Unsealed", f.unsealed(alice), []int{0})
}
