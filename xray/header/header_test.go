package header_test

import (
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray/header"
)

const (
	root   = "1-66f1c0de-0123456789abcdef01234567"
	parent = "0a1b2c3d4e5f6071"
	plain  = "Root=" + root + ";Parent=" + parent + ";Sampled=1"
	lambda = plain + ";Lineage=a87bd80c:1|68fd508a:5|c512fbe3:2"
)

func TestFromString(t *testing.T) {
	none := map[string]string{}
	for _, c := range []struct {
		in   string
		want header.Header
	}{
		{"", header.Header{AdditionalData: none}},
		{";;= ;", header.Header{AdditionalData: map[string]string{"": ""}}},
		{"nonsense", header.Header{AdditionalData: none}},
		{plain, header.Header{TraceID: root, ParentID: parent, SamplingDecision: header.Sampled, AdditionalData: none}},
		{" Sampled=0 ;\tParent=" + parent + "; Root=" + root, header.Header{TraceID: root, ParentID: parent, SamplingDecision: header.NotSampled, AdditionalData: none}},
		{"Sampled=?", header.Header{SamplingDecision: header.Requested, AdditionalData: none}},
		{"Sampled=2", header.Header{AdditionalData: none}},
		{"Sampled=1;Sampled=", header.Header{AdditionalData: none}},
		{"Root=a;Root=b", header.Header{TraceID: "b", AdditionalData: none}},
		{"root=a;Rootless=b", header.Header{AdditionalData: map[string]string{"root": "a", "Rootless": "b"}}},
		{"Self=1-2-3;Root=" + root, header.Header{TraceID: root, AdditionalData: none}},
		{"Lineage=a:1|b=2;Root=r", header.Header{TraceID: "r", AdditionalData: map[string]string{"Lineage": "a:1|b=2"}}},
		{"Root=a\nX-Evil: 1;Parent=b", header.Header{ParentID: "b", AdditionalData: none}},
		{"Root=a" + strings.Repeat(";x=y", 3000) + ";Parent=b;Sampled=1", header.Header{TraceID: "a", ParentID: "b", SamplingDecision: header.Sampled, AdditionalData: none}},
		{"Root=" + strings.Repeat("a", 9000) + ";Sampled=0", header.Header{SamplingDecision: header.NotSampled, AdditionalData: none}},
	} {
		if got := header.FromString(c.in); !same(*got, c.want) || got.AdditionalData == nil {
			t.Errorf("FromString(%.100q) = %+v, want %+v", c.in, *got, c.want)
		}
	}
}

// same leaves the order of arrival out of the comparison.
func same(a, b header.Header) bool {
	return a.TraceID == b.TraceID && a.ParentID == b.ParentID && a.SamplingDecision == b.SamplingDecision && maps.Equal(a.AdditionalData, b.AdditionalData)
}

// TestEqual holds that users' tests may compare headers with literals, as far as the order of arrival does not matter.
func TestEqual(t *testing.T) {
	want := &header.Header{TraceID: root, ParentID: parent, SamplingDecision: header.Sampled,
		AdditionalData: map[string]string{"Lineage": "a87bd80c:1|68fd508a:5|c512fbe3:2"}}
	if got := header.FromString(lambda); !reflect.DeepEqual(got, want) {
		t.Errorf("FromString(%q) = %+v, want %+v", lambda, got, want)
	}
}

func TestString(t *testing.T) {
	added := *header.FromString("z=1;a=2;m=3")
	added.AdditionalData["y"] = "4"
	added.AdditionalData["b"] = "5"
	delete(added.AdditionalData, "a")
	for _, c := range []struct {
		in   header.Header
		want string
	}{
		{header.Header{}, ""},
		{header.Header{TraceID: root}, "Root=" + root},
		{header.Header{TraceID: root, SamplingDecision: header.Requested}, "Root=" + root + ";Sampled=?"},
		{header.Header{AdditionalData: map[string]string{"b": "2", "a": "1"}}, "a=1;b=2"},
		{*header.FromString("Lineage=x; Sampled=1; Parent=p; Root=r"), "Root=r;Parent=p;Sampled=1;Lineage=x"},
		{*header.FromString("z=1;Self=s;a=2;m=3;z=4"), "z=4;a=2;m=3"},
		{added, "z=1;m=3;b=5;y=4"},
	} {
		if got := c.in.String(); got != c.want {
			t.Errorf("String of %+v = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestAllocations(t *testing.T) {
	h := header.Parse(lambda)
	for _, c := range []struct {
		what string
		want float64
		do   func()
	}{
		{"Parse", 0, func() { parsed = header.Parse(plain) }},
		{"FromString", 2, func() { parsed = *header.FromString(plain) }}, // header and empty map
		{"String", 1, func() { written = h.String() }},
	} {
		if got := testing.AllocsPerRun(100, c.do); got > c.want {
			t.Errorf("%s: %v allocations, want %v at most", c.what, got, c.want)
		}
	}
}

// FuzzFromString holds that what is parsed is written as what parses equally, the order of pieces included.
func FuzzFromString(f *testing.F) {
	for _, seed := range []string{"", plain, lambda, "b=1;a=2;b=3", "Sampled=?;Self=x", "=;==;a", "Root=a\r\n;b=\x7f", "\u00a0a=b\u2003"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h := header.FromString(s)
		text := h.String()
		again := header.FromString(text)
		if len(s) <= 4<<10 && !same(*h, *again) { // what is written may be longer than what was read, by its semicolons
			t.Errorf("%q is parsed as %+v and written as %q, which is parsed as %+v", s, *h, text, *again)
		}
		if got := again.String(); got != text {
			t.Errorf("%q is written as %q, and that as %q", s, text, got)
		}
	})
}

var (
	parsed  header.Header
	written string
)

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct{ name, text string }{{"plain", plain}, {"lineage", lambda}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				parsed = header.Parse(c.text)
			}
		})
	}
}

func BenchmarkFromString(b *testing.B) {
	var h *header.Header
	b.ReportAllocs()
	for b.Loop() {
		h = header.FromString(plain)
	}
	parsed = *h
}

func BenchmarkString(b *testing.B) {
	for _, c := range []struct{ name, text string }{{"plain", plain}, {"lineage", lambda}} {
		b.Run(c.name, func(b *testing.B) {
			h := header.Parse(c.text)
			b.ReportAllocs()
			for b.Loop() {
				written = h.String()
			}
		})
	}
}
