package header_test

import (
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray/header"
)

const traceparent = "00-66f1c0de0123456789abcdef01234567-0a1b2c3d4e5f6071-01"

func TestFromTraceParent(t *testing.T) {
	for _, c := range []struct {
		in       string
		decision header.SamplingDecision
	}{
		{traceparent, header.Sampled},
		{" " + traceparent + "\t", header.Sampled},
		{traceparent[:53] + "00", header.NotSampled},
		{traceparent[:53] + "ff", header.Sampled},
		{traceparent[:53] + "02", header.NotSampled}, // the flag for random ids
		{"cc" + traceparent[2:], header.Sampled},
		{"cc" + traceparent[2:] + "-what-comes-later", header.Sampled},
	} {
		h, ok := header.FromTraceParent(c.in)
		if !ok || h.TraceID != root || h.ParentID != parent || h.SamplingDecision != c.decision || h.AdditionalData == nil {
			t.Errorf("FromTraceParent(%q) = %+v, %v", c.in, h, ok)
		}
	}
}

func TestFromTraceParentInvalid(t *testing.T) {
	for _, in := range []string{
		"", "00", traceparent[:54], traceparent + "-more", traceparent + "0", "cc" + traceparent[2:] + "0",
		"ff" + traceparent[2:], "0g" + traceparent[2:], strings.ToUpper(traceparent),
		"00-" + strings.Repeat("0", 32) + "-" + parent + "-01",
		"00-66f1c0de0123456789abcdef01234567-0000000000000000-01",
		traceparent[:53] + "0x", strings.ReplaceAll(traceparent, "-", "_"),
	} {
		if h, ok := header.FromTraceParent(in); ok || h != nil {
			t.Errorf("FromTraceParent(%q) = %+v, %v, want nil, false", in, h, ok)
		}
	}
}

func TestTraceParent(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{plain, traceparent},
		{lambda, traceparent},
		{strings.Replace(plain, "abcdef", "ABCDEF", 1), traceparent},
		{strings.TrimSuffix(plain, "1") + "0", traceparent[:53] + "00"},
		{strings.TrimSuffix(plain, "1") + "?", traceparent[:53] + "00"},
		{"", ""},
		{"Root=" + root + ";Sampled=1", ""},
		{"Root=" + root + ";Parent=xyz", ""},
		{"Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0", ""}, // as of a trace that is not sampled
		{"Root=2" + root[1:] + ";Parent=" + parent, ""},
		{"Root=1-66f1c0de-0123456789abcdef0123456z;Parent=" + parent, ""},
	} {
		if got := header.FromString(c.in).TraceParent(); got != c.want {
			t.Errorf("TraceParent of %q = %q, want %q", c.in, got, c.want)
		}
	}
}

// FuzzFromTraceParent holds that what is accepted of version 00 is written again as it was, but for flags that X-Ray does not know.
func FuzzFromTraceParent(f *testing.F) {
	f.Add(traceparent)
	f.Add("cc" + traceparent[2:] + "-later")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		h, ok := header.FromTraceParent(s)
		if !ok {
			return
		}
		got := h.TraceParent()
		if want := strings.Trim(s, " \t"); len(got) != 55 || got[2:53] != want[2:53] {
			t.Errorf("%q comes back as %q", s, got)
		}
	})
}

// FuzzBothHeaders holds that a trace that comes in X-Ray's header and goes on in W3C's is the same trace, with the same decision.
func FuzzBothHeaders(f *testing.F) {
	for _, seed := range []string{plain, lambda, "Root=" + root, "Root=1-00000000-000000000000000000000000;Parent=0000000000000000", "Root=1-ABCDEF01-0123456789ABCDEF01234567;Parent=53995C3F42CD8AD8;Sampled=?"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h := header.FromString(s)
		text := h.TraceParent()
		if text == "" {
			return
		}
		back, ok := header.FromTraceParent(text)
		if !ok {
			t.Fatalf("%q becomes %q, which is not taken", s, text)
		}
		if !strings.EqualFold(back.TraceID, h.TraceID) || !strings.EqualFold(back.ParentID, h.ParentID) ||
			(back.SamplingDecision == header.Sampled) != (h.SamplingDecision == header.Sampled) {
			t.Errorf("%q becomes %q and comes back as %q", s, text, back)
		}
	})
}

func BenchmarkTraceParent(b *testing.B) {
	h := header.Parse(plain)
	b.ReportAllocs()
	for b.Loop() {
		written = h.TraceParent()
	}
}
