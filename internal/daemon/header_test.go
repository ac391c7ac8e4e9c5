package daemon

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestDocument(t *testing.T) {
	for _, c := range []struct {
		datagram, doc string
		why           reason
	}{
		{"{\"format\":\"json\",\"version\":1}\n{}", "{}", good},
		{"{\"format\": \"json\", \"version\": 1}\n{}", "{}", good},
		{"{\"version\":1,\"format\":\"json\"}\n{}", "{}", good},
		{" { \"format\" :\t\"JSON\" , \"version\" : 1 } \r\n{}", "{}", good},
		{"{\"format\":\"json\",\"version\":1,\"agent\":{\"x\":[1]}}\n{}", "{}", good},
		{"{\"format\":\"json\",\"version\":1}\n{}\n{}\n", "{}\n{}\n", good},
		{"{\"format\":\"json\",\"version\":1}\n\n", "\n", good},
		{"", "", noNewline},
		{"{\"format\":\"json\",\"version\":1}", "", noNewline},
		{"{\"format\":\"json\",\"version\":1}\n", "", emptyBody},
		{"{\"version\":1,\"format\":\"json\"}\n", "", emptyBody},
		{"\n{}", "", badHeader},
		{"{}\n{}", "", badHeader},
		{"null\n{}", "", badHeader},
		{"{\"format\":\"json\"}\n{}", "", badHeader},
		{"{\"version\":1}\n{}", "", badHeader},
		{"{\"format\":\"xml\",\"version\":1}\n{}", "", badHeader},
		{"{\"format\":\"json\",\"version\":2}\n{}", "", badHeader},
		{"{\"format\":\"json\",\"version\":1.5}\n{}", "", badHeader},
		{"{\"format\":\"json\",\"version\":\"1\"}\n{}", "", badHeader},
		{"{\"format\":\"json\",\"version\":1}}\n{}", "", badHeader},
		{"{\"format\":\"json\",\"version\":1\n{}", "", badHeader},
		{"\x00\x01\x02\n\xff", "", badHeader},
		{"{\"format\":\"json\",\"version\":1" + strings.Repeat(" ", maxHeader) + "}\n{}", "", badHeader},
		{"{\"format\":\"json\",\"version\":1}\nT1SCgA=", "", otlp},
		{"{\"version\":1,\"format\":\"json\"}\nT1UCgA=", "", otlp},
		{"{\"format\":\"json\",\"version\":1}\nM1CgA=", "", metricsBody},
		{"{\"format\":\"json\",\"version\":1}\n" + strings.Repeat("x", MaxDatagram), "", truncated},
	} {
		doc, why := document([]byte(c.datagram), false)
		if string(doc) != c.doc || why != c.why {
			t.Errorf("document(%.60q) = %.60q, %q; want %.60q, %q", c.datagram, doc, why, c.doc, c.why)
		}
	}
}

func TestDocumentOfOTLP(t *testing.T) {
	for body, want := range map[string]reason{"T1SCgA=": good, "T1UCgA=": good, "M1CgA=": metricsBody, "": emptyBody} {
		doc, why := document([]byte(header+body), true)
		if why != want || (why == good && string(doc) != body) {
			t.Errorf("document of body %q = %q, %q; want %q", body, doc, why, want)
		}
	}
}

func TestHint(t *testing.T) {
	for _, c := range []struct{ datagram, want string }{
		{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "this is HTTP"},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "this is HTTP"},
		{"POST /TraceSegments HTTP/1.1", "this is HTTP"},
		{"GETTING THERE", "has no line feed"},
		{"web.hits:1|c", "StatsD"},
		{"web.time:320.5|ms|@0.1\nweb.hits:-1|g\n", "StatsD"},
		{"web.hits:1|c|#env:x", "StatsD"},
		{"a|b", "has no line feed"},
		{`{"id":"70de5b6f19ff9a0a","trace_id":"1-66f1c0de-0123456789abcdef01234567"}`, "before the document"},
		{"{\n  \"name\": \"shop\",\n  \"id\": \"70de5b6f19ff9a0a\"\n}", "before the document"},
		{"", "has no line feed"},
		{"\x82\x21\x01", "has no line feed"},
		{"\n{}", "first line"},
		{"{\"format\":\"json\",\"version\":2}\n{}", "first line"},
		{header, "sent the header alone"},
		{header + "T1SCgA=", "OTLP comes with a later release"},
		{header + "M1CgA=", "OTEL_AWS_APPLICATION_SIGNALS_ENABLED=false"},
		{header + strings.Repeat("x", MaxDatagram), "subsegment documents"},
	} {
		_, why := document([]byte(c.datagram), false)
		if got := hint(why, []byte(c.datagram)); !strings.Contains(got, c.want) {
			t.Errorf("hint for %.60q (%v): got %q, want it to say %q", c.datagram, why, got, c.want)
		}
	}
}

// What is taken is the rest of the datagram behind its first newline, and nothing else.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{"{\"format\":\"json\",\"version\":1}\n{}", "{\"version\": 1, \"format\": \"JSON\"}\n{}\n", "\n", "{", "T1S", header + "T1S", header + "M1"} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, datagram []byte, takesOTLP bool) {
		doc, why := document(datagram, takesOTLP)
		if (why == good) != (doc != nil) {
			t.Fatalf("document(%q) = %q, %q; want one of both", datagram, doc, why)
		}
		if hint(good, datagram) != "" || (why != good && hint(why, datagram) == "") {
			t.Fatalf("hint(%v, %q) = %q, want one for what is rejected only", why, datagram, hint(why, datagram))
		}
		header, rest, found := bytes.Cut(datagram, []byte{'\n'})
		if found && goodHeader(header) && !standardGoodHeader(header) {
			t.Fatalf("goodHeader(%q) = true, and encoding/json disagrees", header)
		}
		if doc == nil {
			return
		}
		if !bytes.Equal(doc, rest) || !goodHeader(header) {
			t.Fatalf("document(%q) = %q, want %q behind a good header", datagram, doc, rest)
		}
	})
}

// standardGoodHeader is goodHeader by means of the standard library, as the X-Ray daemon does it.
func standardGoodHeader(b []byte) bool {
	var h struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	return len(b) <= maxHeader && json.Unmarshal(b, &h) == nil && strings.EqualFold(h.Format, "json") && h.Version == 1
}

func BenchmarkDocument(b *testing.B) {
	body := strings.Repeat("x", 1200)
	for name, datagram := range map[string]string{
		"compact":   string(compactHeader) + body,
		"other":     "{\"version\":1,\"format\":\"json\"}\n" + body,
		"no header": body,
		"bad JSON":  strings.Repeat("[", maxHeader) + "\n" + body,
		"hostile":   "{\"a\":[" + strings.Repeat("{},", maxHeader/3-4) + "{}]}\n" + body,
	} {
		b.Run(name, func(b *testing.B) {
			datagram := []byte(datagram)
			b.ReportAllocs()
			for b.Loop() {
				document(datagram, false)
			}
		})
	}
}
