package relay

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// sample is a document as the SDK for Go writes it, of 1.2 KB.
var sample = []byte(`{"trace_id":"1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14","id":"a1f0c3d2e4b59687","name":"orders","start_time":1758654625.1234,` +
	`"end_time":1758654625.3456,"http":{"request":{"method":"POST","url":"https://shop.example.org/orders","client_ip":"203.0.113.7",` +
	`"user_agent":"Mozilla/5.0 (X11; Linux x86_64) \"quoted\""},"response":{"status":201,"content_length":482}},"aws":{"xray":{"sdk":` +
	`"X-Ray for Go","sdk_version":"1.8.5"}},"service":{"version":"2026.11","compiler":"gc","compiler_version":"go1.26"},"annotations":` +
	`{"customer":"c-4711","cart":3,"vip":true},"metadata":{"default":{"note":"` + strings.Repeat("café au lait, ", 8) + `"}},"subsegments":[{"id":"53995c3f42cd8ad8",` +
	`"name":"DynamoDB","namespace":"aws","start_time":1758654625.15,"end_time":1758654625.2,"aws":{"operation":"PutItem","region":"eu-central-1",` +
	`"table_name":"orders","request_id":"QPV8KQNVJDKTJJBM0J4DIEEB8BVV4KQNSO5AEMVJF66Q9ASUAAJG"}},{"id":"5a1f0c3d2e4b5968","name":"stock",` +
	`"namespace":"remote","start_time":1758654625.2,"end_time":1758654625.3,"http":{"request":{"method":"GET","url":"https://stock.example.org/items/9"},"response":{"status":200}}}]}`)

func checkString(t *testing.T, src []byte, room int) {
	t.Helper()
	const before = "[1,"
	got := appendString(append(make([]byte, 0, room), before...), src)
	var have, want string
	if !bytes.HasPrefix(got, []byte(before)) {
		t.Fatalf("appendString(%q) with room for %d = %q, does not begin with what was there", src, room, got)
	}
	if err := json.Unmarshal(got[len(before):], &have); err != nil {
		t.Fatalf("appendString(%q) with room for %d = %q: %v", src, room, got, err)
	}
	encoded, err := json.Marshal(string(src))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, &want); err != nil {
		t.Fatal(err)
	}
	if have != want {
		t.Errorf("appendString(%q) with room for %d means %q, want %q", src, room, have, want)
	}
}

func TestAppendString(t *testing.T) {
	texts := []string{"", "a", `"`, `\`, "\x00", "\x1f\x7f", "\b\f\n\r\t", "1234567", "12345678", "123456789", `1234567"`, `12345678"`, `""""""""""""""""`,
		"日本語のテキスト", "a\xffb", "\xff\xfe\xfd", "\xe6\x97", "\xed\xa0\x80", "\u2028", "\U0001f600", string(sample), strings.Repeat("é\"\\\x01", 50)}
	for _, text := range texts {
		for pad := range 9 { // each place in a word
			src := append(bytes.Repeat([]byte("x"), pad), text...)
			for _, room := range []int{0, 8, len(src), 2*len(src) + 16, 8*len(src) + 16} {
				checkString(t, src, room)
			}
		}
	}
}

// TestAppendStringBytes puts each byte in each place of a word.
func TestAppendStringBytes(t *testing.T) {
	for c := range 256 {
		for at := range 8 {
			src := []byte("abcdefghijklmnop")
			src[at] = byte(c)
			checkString(t, src, 64)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	f.Add(sample, 16)
	f.Add([]byte("\xff\"\\\n日本"), 300)
	f.Fuzz(func(t *testing.T, src []byte, room int) { checkString(t, src, max(0, min(room, 1<<16))) })
}

func BenchmarkAppendString(b *testing.B) {
	dst := make([]byte, 0, 4096)
	b.SetBytes(int64(len(sample)))
	b.ReportAllocs()
	for b.Loop() {
		dst = appendString(dst[:0], sample)
	}
}

// BenchmarkEncodingJSON is what BenchmarkAppendString is measured against.
func BenchmarkEncodingJSON(b *testing.B) {
	var dst bytes.Buffer
	enc := json.NewEncoder(&dst)
	enc.SetEscapeHTML(false)
	text := string(sample)
	b.SetBytes(int64(len(sample)))
	b.ReportAllocs()
	for b.Loop() {
		dst.Reset()
		if err := enc.Encode(text); err != nil {
			b.Fatal(err)
		}
	}
}
