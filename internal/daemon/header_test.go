package daemon

import (
	"bytes"
	"strings"
	"testing"
)

func TestDocument(t *testing.T) {
	for _, c := range []struct{ datagram, doc, reason string }{
		{"{\"format\":\"json\",\"version\":1}\n{}", "{}", ""},
		{"{\"format\": \"json\", \"version\": 1}\n{}", "{}", ""},
		{"{\"version\":1,\"format\":\"json\"}\n{}", "{}", ""},
		{" { \"format\" :\t\"JSON\" , \"version\" : 1 } \r\n{}", "{}", ""},
		{"{\"format\":\"json\",\"version\":1,\"agent\":{\"x\":[1]}}\n{}", "{}", ""},
		{"{\"format\":\"json\",\"version\":1}\n{}\n{}\n", "{}\n{}\n", ""},
		{"{\"format\":\"json\",\"version\":1}\n\n", "\n", ""},
		{"", "", rejectedNoNewline},
		{"{\"format\":\"json\",\"version\":1}", "", rejectedNoNewline},
		{"{\"format\":\"json\",\"version\":1}\n", "", rejectedEmpty},
		{"{\"version\":1,\"format\":\"json\"}\n", "", rejectedEmpty},
		{"\n{}", "", rejectedHeader},
		{"{}\n{}", "", rejectedHeader},
		{"null\n{}", "", rejectedHeader},
		{"{\"format\":\"json\"}\n{}", "", rejectedHeader},
		{"{\"version\":1}\n{}", "", rejectedHeader},
		{"{\"format\":\"xml\",\"version\":1}\n{}", "", rejectedHeader},
		{"{\"format\":\"json\",\"version\":2}\n{}", "", rejectedHeader},
		{"{\"format\":\"json\",\"version\":1.5}\n{}", "", rejectedHeader},
		{"{\"format\":\"json\",\"version\":\"1\"}\n{}", "", rejectedHeader},
		{"{\"format\":\"json\",\"version\":1}}\n{}", "", rejectedHeader},
		{"{\"format\":\"json\",\"version\":1\n{}", "", rejectedHeader},
		{"\x00\x01\x02\n\xff", "", rejectedHeader},
		{"{\"format\":\"json\",\"version\":1" + strings.Repeat(" ", maxHeader) + "}\n{}", "", rejectedHeader},
		{"{\"format\":\"json\",\"version\":1}\nT1SCgA=", "", rejectedOTLP},
		{"{\"version\":1,\"format\":\"json\"}\nT1UCgA=", "", rejectedOTLP},
		{"{\"format\":\"json\",\"version\":1}\n" + strings.Repeat("x", MaxDatagram), "", rejectedTruncated},
	} {
		doc, reason := document([]byte(c.datagram))
		if string(doc) != c.doc || reason != c.reason {
			t.Errorf("document(%.60q) = %.60q, %q; want %.60q, %q", c.datagram, doc, reason, c.doc, c.reason)
		}
	}
}

// What is taken is the rest of the datagram behind its first newline, and nothing else.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{"{\"format\":\"json\",\"version\":1}\n{}", "{\"version\": 1, \"format\": \"JSON\"}\n{}\n", "\n", "{", "T1S"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, datagram []byte) {
		doc, reason := document(datagram)
		if (reason == "") != (doc != nil) {
			t.Fatalf("document(%q) = %q, %q; want one of both", datagram, doc, reason)
		}
		header, rest, _ := bytes.Cut(datagram, []byte{'\n'})
		if doc == nil {
			return
		}
		if !bytes.Equal(doc, rest) || !goodHeader(header) {
			t.Fatalf("document(%q) = %q, want %q behind a good header", datagram, doc, rest)
		}
	})
}

func BenchmarkDocument(b *testing.B) {
	for name, header := range map[string]string{
		"compact": string(compactHeader),
		"other":   "{\"version\":1,\"format\":\"json\"}\n",
	} {
		datagram := []byte(header + strings.Repeat("x", 1200))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, reason := document(datagram); reason != "" {
					b.Fatal(reason)
				}
			}
		})
	}
}
