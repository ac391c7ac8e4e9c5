package crypt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
)

func testKey(t testing.TB, fill byte) *Key {
	t.Helper()
	k, err := NewKey(bytes.Repeat([]byte{fill}, KeyLen))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func testCodec(t testing.TB) *codec {
	t.Helper()
	c, err := newCodec()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The test vectors of the specification of XAES-256-GCM.
func TestXAES(t *testing.T) {
	const nonce = "ABCDEFGHIJKLMNOPQRSTUVWX"
	for _, c := range []struct {
		key        byte
		additional string
		want       string
	}{
		{1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"},
		{3, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"},
	} {
		aead, err := testKey(t, c.key).aead([]byte(nonce))
		if err != nil {
			t.Fatal(err)
		}
		got := hex.EncodeToString(aead.Seal(nil, []byte(nonce)[12:], []byte("XAES-256-GCM"), []byte(c.additional)))
		if got != c.want {
			t.Errorf("key %02x..., additional %q: got %s, want %s", c.key, c.additional, got, c.want)
		}
	}
}

var here = place{account: 111122223333, trace: segment.TraceID{1, 2, 3}, segment: segment.ID{4, 5}}

// sample is a document as SDKs send them.
const sample = `{"trace_id":"1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14","id":"a1f0c3d2e4b59687","name":"orders","start_time":1758654625.118,"end_time":1758654625.642,` +
	`"origin":"AWS::ECS::Fargate","http":{"request":{"method":"POST","url":"https://orders.example.net/v2/orders","user_agent":"curl/8","client_ip":"198.51.100.7"},` +
	`"response":{"status":503,"content_length":71}},"annotations":{"tenant":"blue","items":3},"subsegments":[{"id":"b7c6d5e4f3a29180","name":"DynamoDB",` +
	`"start_time":1758654625.130,"end_time":1758654625.142,"namespace":"aws","aws":{"operation":"GetItem","table_name":"carts","request_id":"R1"}}]}`

func seal(t testing.TB, c *codec, k *Key, p place, doc string) []byte {
	t.Helper()
	b, err := c.seal([]byte("before"), new(scratch), k, p, []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	sealed, found := bytes.CutPrefix(b, []byte("before"))
	if !found {
		t.Fatalf("seal changed what was there before: %q", b)
	}
	return sealed
}

func TestRoundTrip(t *testing.T) {
	c, k := testCodec(t), testKey(t, 7)
	random := make([]byte, 64<<10)
	for i := range random {
		random[i] = byte(rand.Uint32())
	}
	var s scratch
	for _, doc := range []string{sample, "", "{}", strings.Repeat("x", maxPlain), string(random)} {
		sealed := seal(t, c, k, here, doc)
		if !isEncrypted(sealed) || isEncrypted([]byte(doc)) && doc[:1] == "{" {
			t.Errorf("document of %d bytes: encrypted %t, want true", len(doc), isEncrypted(sealed))
		}
		got, err := c.open(&s, k, here, sealed)
		if err != nil || string(got) != doc {
			t.Errorf("document of %d bytes: got %d bytes, %v", len(doc), len(got), err)
		}
		if len(doc) > 100 && bytes.Contains(sealed, []byte(doc[10:20])) {
			t.Errorf("document of %d bytes: a part of it can be read", len(doc))
		}
	}
	if bytes.Equal(seal(t, c, k, here, sample), seal(t, c, k, here, sample)) {
		t.Error("a document encrypts to the same bytes twice: the nonce is not random")
	}
}

// Whatever is changed, in the document or about its place, is found out.
func TestDamage(t *testing.T) {
	c, k := testCodec(t), testKey(t, 7)
	sealed := seal(t, c, k, here, sample)
	var s scratch
	for i := range sealed {
		damaged := bytes.Clone(sealed)
		damaged[i] ^= 1 << (i % 8)
		want := ErrDamaged
		if i >= 1 && i < headLen {
			want = ErrKey
		}
		if doc, err := c.open(&s, k, here, damaged); !errors.Is(err, want) {
			t.Errorf("byte %d changed: got %q, %v; want %v", i, doc, err, want)
		}
		if doc, err := c.open(&s, k, here, sealed[:max(1, i)]); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut at byte %d: got %q, %v; want ErrDamaged", i, doc, err)
		}
	}
	for name, p := range map[string]place{
		"account": {here.account + 1, here.trace, here.segment},
		"trace":   {here.account, segment.TraceID{9}, here.segment},
		"segment": {here.account, here.trace, segment.ID{9}},
	} {
		if doc, err := c.open(&s, k, p, sealed); !errors.Is(err, ErrDamaged) {
			t.Errorf("moved to another %s: got %q, %v; want ErrDamaged", name, doc, err)
		}
	}
}

func TestWrongKey(t *testing.T) {
	c := testCodec(t)
	sealed := seal(t, c, testKey(t, 7), here, sample)
	wrong := testKey(t, 8)
	for _, k := range []*Key{wrong, nil} {
		if doc, err := c.open(new(scratch), k, here, sealed); !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), testKey(t, 7).ID()) {
			t.Errorf("got %q, %v; want ErrKey with the id of the key that is needed", doc, err)
		}
	}
	wrong.id = testKey(t, 7).id // ids of two keys might be equal
	if doc, err := c.open(new(scratch), wrong, here, sealed); !errors.Is(err, ErrDamaged) {
		t.Errorf("another key with the same id: got %q, %v; want ErrDamaged", doc, err)
	}
}

// A document that would be larger than any that is taken in is not decompressed.
func TestBomb(t *testing.T) {
	c, k := testCodec(t), testKey(t, 7)
	if doc, err := c.open(new(scratch), k, here, seal(t, c, k, here, strings.Repeat("x", 4*maxPlain))); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %d bytes, %v; want ErrDamaged", len(doc), err)
	}
}

// Plain documents are told from encrypted ones by their first byte, whatever JSON text begins with.
func TestIsEncrypted(t *testing.T) {
	for data, want := range map[string]bool{"{}": false, " {}": false, "\t{}": false, "\n{}": false, "\r\n{}": false, "": false, "\x01": true, "\x02later": true} {
		if got := isEncrypted([]byte(data)); got != want {
			t.Errorf("isEncrypted(%q) = %t, want %t", data, got, want)
		}
	}
}

// Whatever bytes are opened: no panic, and a document only if they were sealed.
func FuzzOpen(f *testing.F) {
	c, k := testCodec(f), testKey(f, 7)
	f.Add([]byte{form}, false)
	f.Add(seal(f, c, k, here, sample), false)
	f.Add([]byte("\x28\xb5\x2f\xfd not zstd"), true)
	f.Add(c.encoder.EncodeAll([]byte(sample), nil), true)
	f.Fuzz(func(t *testing.T, data []byte, authentic bool) {
		if authentic { // sealed by us, but not compressed by us
			nonce := make([]byte, nonceLen)
			aead, err := k.aead(nonce)
			if err != nil {
				t.Fatal(err)
			}
			head := append([]byte{form}, k.id[:]...)
			data = aead.Seal(append(bytes.Clone(head), nonce...), nonce[12:], data, here.additional(head))
		}
		if len(data) == 0 {
			return
		}
		doc, err := c.open(new(scratch), k, here, data)
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrKey) {
			t.Errorf("open %x: got %v, want ErrDamaged or ErrKey", data, err)
		}
		if err == nil && len(doc) > maxPlain {
			t.Errorf("open %x: got %d bytes, want at most %d", data, len(doc), maxPlain)
		}
	})
}

func BenchmarkSeal1KB(b *testing.B) {
	c, k := testCodec(b), testKey(b, 7)
	doc, dst, s := []byte(sample), []byte(nil), new(scratch)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if dst, err = c.seal(dst[:0], s, k, here, doc); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(dst))/float64(len(doc)), "stored/plain")
}

func BenchmarkOpen1KB(b *testing.B) {
	c, k := testCodec(b), testKey(b, 7)
	sealed, s := seal(b, c, k, here, sample), new(scratch)
	b.SetBytes(int64(len(sample)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.open(s, k, here, sealed); err != nil {
			b.Fatal(err)
		}
	}
}
