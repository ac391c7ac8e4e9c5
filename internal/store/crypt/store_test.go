package crypt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/crypt"
	"github.com/rayscope/rayscope/internal/store/pebble"
	"github.com/rayscope/rayscope/internal/store/storetest"
)

const (
	account = store.Account(111122223333)
	other   = store.Account(999999999999)
	now     = 1758654600 * segment.Second
)

func key(t testing.TB, fill byte) *crypt.Key {
	t.Helper()
	k, err := crypt.NewKey(bytes.Repeat([]byte{fill}, crypt.KeyLen))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func always(context.Context, store.Account) (bool, error) { return true, nil }
func never(context.Context, store.Account) (bool, error)  { return false, nil }

func engine(t testing.TB) *pebble.Store {
	t.Helper()
	s, err := pebble.Open(t.TempDir(), pebble.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func open(t testing.TB, e store.Store, k *crypt.Key, wanted crypt.Wanted) *crypt.Store {
	t.Helper()
	s, err := crypt.Open(t.Context(), e, k, wanted, account)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// An engine with encryption in front of it keeps the contract.
func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, engine(t), key(t, 1), always) }, storetest.Options{Operations: 300})
}

var id = segment.TraceID{0x68, 0xd2, 0xf0, 0x88, 1}

// record is the document number n of the trace.
func record(a store.Account, n byte, doc string) store.Record {
	return store.Record{Account: a, Trace: id, Segment: segment.ID{n}, Complete: true, Received: now, Start: now, End: now, Digest: []byte("digest"), Document: []byte(doc)}
}

func put(t testing.TB, s store.Store, rs ...store.Record) {
	t.Helper()
	if err := s.Append(t.Context(), rs); err != nil {
		t.Fatal(err)
	}
}

// documents are those of the trace, in the order of their numbers.
func documents(t testing.TB, s store.Store, a store.Account) (list []string, truncated bool, err error) {
	t.Helper()
	for tr, err := range s.Documents(t.Context(), a, id) {
		if err != nil {
			return nil, false, err
		}
		for _, r := range tr.Rows {
			list = append(list, string(r.Data))
		}
		truncated = tr.Truncated
	}
	return list, truncated, nil
}

// wants fails unless the documents of the account are those.
func wants(t testing.TB, s store.Store, a store.Account, want ...string) {
	t.Helper()
	if got, _, err := documents(t, s, a); err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("account %s: got documents %q, %v; want %q", a, got, err, want)
	}
}

const secret = `{"name":"secret secret secret"}`

// A trace has documents of times with and without encryption; another account never wanted it.
func TestMixedTrace(t *testing.T) {
	e := engine(t)
	on := false
	s := open(t, e, key(t, 1), func(_ context.Context, a store.Account) (bool, error) { return on && a == account, nil })
	put(t, s, record(account, 1, "{1}"), record(other, 1, "{o1}"))
	on = true
	put(t, s, record(account, 2, secret), record(other, 2, "{o2}"), record(account, 3, " {3}"))
	on = false
	put(t, s, record(account, 4, "{4}"))
	wants(t, s, account, "{1}", secret, " {3}", "{4}")
	wants(t, s, other, "{o1}", "{o2}")

	raw, _, err := documents(t, e, account)
	if err != nil {
		t.Fatal(err)
	}
	for i, encrypted := range []bool{false, true, true, false} {
		if got := raw[i][0] == 1; got != encrypted || encrypted && strings.Contains(raw[i], "secret") {
			t.Errorf("document %d is kept as %q, want encrypted: %t", i+1, raw[i], encrypted)
		}
	}

	// Digests stay as they are.
	for tr, err := range e.Digests(t.Context(), account, id) {
		if err != nil || string(tr.Rows[1].Data) != "digest" {
			t.Errorf("digest: got %q, %v; want it as it was given", tr.Rows[1].Data, err)
		}
	}
}

// What is encrypted is never read, or written on top of, with the wrong key or none.
func TestKeyIsNeeded(t *testing.T) {
	e := engine(t)
	put(t, open(t, e, key(t, 1), always), record(account, 1, secret))
	for name, k := range map[string]*crypt.Key{"no key": nil, "another key": key(t, 2)} {
		_, err := crypt.Open(t.Context(), e, k, never, account)
		if !errors.Is(err, crypt.ErrKey) || !strings.Contains(err.Error(), key(t, 1).ID()) {
			t.Errorf("%s: got %v, want ErrKey with the id of the key that is needed", name, err)
		}
	}
	wants(t, open(t, e, key(t, 1), never), account, secret)
}

func TestKeyIsNeededBeforeTheFirstDocument(t *testing.T) {
	e := engine(t)
	if _, err := crypt.Open(t.Context(), e, nil, always, account); !errors.Is(err, crypt.ErrKey) {
		t.Errorf("an account wants encryption and there is no key: got %v, want ErrKey", err)
	}
	// A key that has not been used yet may be exchanged.
	put(t, open(t, e, key(t, 1), never), record(account, 1, "{1}"))
	put(t, open(t, e, key(t, 2), always), record(account, 2, secret))
	wants(t, open(t, e, key(t, 2), never), account, "{1}", secret)
}

// Of two servers that open one engine with different keys only the first encrypts.
func TestTwoKeysAtOnce(t *testing.T) {
	e := engine(t)
	first, twin, second := open(t, e, key(t, 1), always), open(t, e, key(t, 1), always), open(t, e, key(t, 2), always)
	put(t, first, record(account, 1, "{1}"))
	put(t, twin, record(account, 2, "{2}"))
	if err := second.Append(t.Context(), []store.Record{record(account, 3, "{3}")}); !errors.Is(err, crypt.ErrKey) {
		t.Errorf("a second key: got %v, want ErrKey", err)
	}
	wants(t, first, account, "{1}", "{2}")
}

func TestWantedFails(t *testing.T) {
	e, broken := engine(t), errors.New("disk on fire")
	fails := func(context.Context, store.Account) (bool, error) { return true, broken }
	s := open(t, e, key(t, 1), fails)
	if err := s.Append(t.Context(), []store.Record{record(account, 1, secret)}); !errors.Is(err, broken) {
		t.Errorf("got %v, want the error of the settings", err)
	}
	if _, err := crypt.Open(t.Context(), e, nil, fails, account); !errors.Is(err, broken) {
		t.Errorf("open: got %v, want the error of the settings", err)
	}
	wants(t, e, account)
}

// A document that was changed on the disk ends the reading with an error that says which one.
func TestDamagedDocument(t *testing.T) {
	e := engine(t)
	s := open(t, e, key(t, 1), always)
	put(t, s, record(account, 1, "{1}"), record(account, 2, secret))
	raw, _, err := documents(t, e, account)
	if err != nil {
		t.Fatal(err)
	}
	put(t, e, record(account, 3, raw[1])) // in another place
	if got, _, err := documents(t, s, account); !errors.Is(err, crypt.ErrDamaged) || !strings.Contains(err.Error(), "segment 0300000000000000 of trace "+id.String()) {
		t.Errorf("got %q, %v; want ErrDamaged with the segment and the trace", got, err)
	}
}

// The bound of a trace holds for plain bytes: encrypted ones are fewer.
func TestTraceIsBounded(t *testing.T) {
	e := engine(t)
	s := open(t, e, key(t, 1), always)
	doc := "{" + strings.Repeat("x", 1<<20-2) + "}"
	var rs []store.Record
	for n := range byte(66) {
		rs = append(rs, record(account, n, doc))
	}
	put(t, s, rs...)
	got, truncated, err := documents(t, s, account)
	if err != nil || len(got) != 64 || !truncated {
		t.Errorf("got %d documents of 1 MB, truncated %t, %v; want the first 64, truncated", len(got), truncated, err)
	}
}

func TestParseKey(t *testing.T) {
	want := key(t, 0xa7).ID()
	for _, good := range []string{
		strings.Repeat("a7", 32), strings.Repeat("A7", 32) + "\n", "  " + strings.Repeat("a7", 32) + "\r\n",
		"p6enp6enp6enp6enp6enp6enp6enp6enp6enp6enp6c=", "p6enp6enp6enp6enp6enp6enp6enp6enp6enp6enp6c\n",
	} {
		if k, err := crypt.ParseKey([]byte(good)); err != nil || k.ID() != want {
			t.Errorf("ParseKey(%q): got %v, want key %s", good, err, want)
		}
	}
	for _, bad := range []string{"", "a7", strings.Repeat("a7", 31), strings.Repeat("a7", 33), strings.Repeat("a7", 64), strings.Repeat("g7", 32), "p6enp6enp6c=", strings.Repeat("a", 1<<20)} {
		k, err := crypt.ParseKey([]byte(bad))
		if err == nil {
			t.Errorf("ParseKey(%.40q) = key %s, want an error", bad, k.ID())
		} else if len(bad) > 8 && strings.Contains(err.Error(), bad[:8]) {
			t.Errorf("ParseKey(%.40q): the error tells the key: %v", bad, err)
		}
	}
}

func TestReadKeyFile(t *testing.T) {
	write := func(mode os.FileMode, text string) string {
		name := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		return name
	}
	good := strings.Repeat("a7", 32) + "\n"
	for _, mode := range []os.FileMode{0o600, 0o400} {
		if k, err := crypt.ReadKeyFile(write(mode, good)); err != nil || k.ID() != key(t, 0xa7).ID() {
			t.Errorf("mode %04o: got %v, want the key", mode, err)
		}
	}
	if runtime.GOOS != "windows" {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o644, 0o660, 0o620} {
			name := write(mode, good)
			if _, err := crypt.ReadKeyFile(name); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("mode %04o", mode)) || !strings.Contains(err.Error(), "chmod 600 "+name) {
				t.Errorf("mode %04o: got %v, want an error with the mode and what to do", mode, err)
			}
		}
	}
	if _, err := crypt.ReadKeyFile(write(0o600, "secret")); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a file without a key: got %v, want an error that does not tell what is in it", err)
	}
	if _, err := crypt.ReadKeyFile(filepath.Join(t.TempDir(), "gone")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: got %v, want %v", err, os.ErrNotExist)
	}
}

// BenchmarkAppend50 is a full batch of a daemon on its way through, to an engine that keeps nothing.
func BenchmarkAppend50(b *testing.B) {
	for name, wanted := range map[string]crypt.Wanted{"encrypted": always, "plain": never} {
		b.Run(name, func(b *testing.B) {
			s := open(b, hole{engine(b)}, key(b, 1), wanted)
			var rs []store.Record
			for n := range byte(50) {
				rs = append(rs, record(account, n, `{"name":"orders","http":{"request":{"method":"POST","url":"https://orders.example.net/v2/orders"}}`+strings.Repeat(" ", 900)+"}"))
			}
			b.ReportAllocs()
			for b.Loop() {
				put(b, s, rs...)
			}
		})
	}
}

// A hole takes documents and forgets them.
type hole struct{ store.Store }

func (hole) Append(context.Context, []store.Record) error { return nil }
