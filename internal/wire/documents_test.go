package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDocuments(t *testing.T) {
	fifty := strings.Repeat(`"{}",`, 49) + `"{}"`
	for _, c := range []struct {
		body string
		want []string
		name string // of the error
		says string // the error's text has this
	}{
		{body: ``},
		{body: `{}`},
		{body: `{"TraceSegmentDocuments":null}`},
		{body: `{"TraceSegmentDocuments":[]}`},
		{body: `{"TraceSegmentDocuments":["{\"id\":\"a\"}","x"]}`, want: []string{`{"id":"a"}`, `x`}},
		{body: ` { "Other" : {"a":[1]} , "TraceSegmentDocuments" : [ "\u00e9\n\\\/" , "" ] , "More" : null } `, want: []string{"é\n\\/", ""}},
		{body: `{"TraceSegmentDocuments":["a","b"],"TraceSegmentDocuments":["c"]}`, want: []string{"c"}},
		{body: `{"TraceSegmentDocuments":[` + fifty + `]}`, want: slices.Repeat([]string{"{}"}, 50)},

		{body: `{"TraceSegmentDocuments":[` + fifty + `,"x"]}`, name: "InvalidRequestException", says: "has 51 documents, at most 50"},
		{body: `{"TraceSegmentDocuments":"{}"}`, name: "InvalidRequestException", says: "TraceSegmentDocuments has the wrong type: a string"},
		{body: `{"TraceSegmentDocuments":{}}`, name: "InvalidRequestException", says: "an object was found"},
		{body: `{"TraceSegmentDocuments":["a",{"id":1},2]}`, name: "InvalidRequestException", says: "TraceSegmentDocuments[1] has the wrong type: an object"},
		{body: `{"TraceSegmentDocuments":[null]}`, name: "InvalidRequestException", says: "TraceSegmentDocuments[0] has the wrong type: null"},
		{body: `{"TraceSegmentDocuments":["a",-1.5]}`, name: "InvalidRequestException", says: "[1] has the wrong type: a number"},
		{body: `{"TraceSegmentDocuments":["a",true`, name: "SerializationException", says: "byte 34"},
		{body: `{"TraceSegmentDocuments":["a`, name: "SerializationException", says: "closing quote"},
		{body: `{"TraceSegmentDocuments":["\q"]}`, name: "SerializationException", says: "an escape"},
		{body: `{"TraceSegmentDocuments":["a"]} x`, name: "SerializationException", says: "byte 32"},
		{body: `[]`, name: "SerializationException", says: "not a JSON object"},
		{body: `   `, name: "SerializationException", says: "not a JSON object"},
		{body: strings.Repeat(`{"a":`, 1e5), name: "SerializationException", says: "levels of nesting"},
	} {
		docs, err := new(Documents).Read([]byte(c.body))
		var e *Error
		if c.name == "" && err != nil || c.name != "" && (!errors.As(err, &e) || e.Name != c.name || !strings.Contains(e.Message, c.says)) {
			t.Errorf("%.100s: error %v, want %s that says %q", c.body, err, c.name, c.says)
		}
		if got := texts(docs); !slices.Equal(got, c.want) {
			t.Errorf("%.100s: documents %q, want %q", c.body, got, c.want)
		}
	}
}

func texts(docs [][]byte) (s []string) {
	for _, d := range docs {
		s = append(s, string(d))
	}
	return s
}

// body is a request with n documents.
func body(t testing.TB, n int, doc string) []byte {
	var in struct{ TraceSegmentDocuments []string }
	in.TraceSegmentDocuments = slices.Repeat([]string{doc}, n)
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// document is one of about 1.2 KB.
func document() string {
	var subs []string
	for i := range 3 {
		subs = append(subs, fmt.Sprintf(`{"id":"b7c6d5e4f3a2918%d","name":"stock.example.net","namespace":"remote","start_time":1758654625.13,"end_time":1758654625.142,`+
			`"http":{"request":{"method":"GET","url":"https://stock.example.net/sku/9"},"response":{"status":200,"content_length":58}}}`, i))
	}
	return `{"trace_id":"1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14","id":"a1f0c3d2e4b59687","name":"orders","start_time":1758654625.118,"end_time":1758654625.642,` +
		`"origin":"AWS::ECS::Fargate","user":"u-4711","http":{"request":{"method":"POST","url":"https://orders.example.net/v2/orders","user_agent":"curl/8"},"response":{"status":200}},` +
		`"annotations":{"tenant":"blue","items":3},"subsegments":[` + strings.Join(subs, ",") + `]}`
}

// A batch that is used again takes no memory from the heap, and its documents are those of the last body.
func TestDocumentsReuse(t *testing.T) {
	var b Documents
	large, small := body(t, 50, document()), body(t, 1, "{}")
	for _, in := range [][]byte{large, small, large} {
		docs, err := b.Read(in)
		if err != nil {
			t.Fatal(err)
		}
		var want struct{ TraceSegmentDocuments []string }
		if err := json.Unmarshal(in, &want); err != nil {
			t.Fatal(err)
		}
		if got := texts(docs); !slices.Equal(got, want.TraceSegmentDocuments) {
			t.Errorf("documents %.200q, want %.200q", got, want.TraceSegmentDocuments)
		}
	}
	if n := testing.AllocsPerRun(20, func() { _, _ = b.Read(large) }); n != 0 {
		t.Errorf("Read allocates %v times", n)
	}
}

// FuzzDocuments: what is read is what encoding/json reads, and what it refuses is refused.
func FuzzDocuments(f *testing.F) {
	f.Add([]byte(`{"TraceSegmentDocuments":["{\"id\":\"a\"}","\ud83d\ude00","\ud83d"],"Other":{"a":[1e5,true,null]}}`))
	f.Add([]byte(`{"TraceSegmentDocuments":null}`))
	f.Add([]byte(`{"TraceSegmentDocuments":["a",1]}`))
	f.Add(body(f, 2, document()))
	f.Fuzz(func(t *testing.T, body []byte) {
		docs, err := new(Documents).Read(body)
		if err != nil {
			if e := (*Error)(nil); !errors.As(err, &e) {
				t.Fatalf("%q: %v is no *Error", body, err)
			}
			return
		}
		if len(body) == 0 {
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatalf("%q: accepted, want %v", body, err)
		}
		var list []string
		if raw, ok := want["TraceSegmentDocuments"]; ok {
			if err := json.Unmarshal(raw, &list); err != nil {
				t.Fatalf("%q: accepted, want %v", body, err)
			}
		}
		if got := texts(docs); utf8.Valid(body) && !slices.Equal(got, list) {
			t.Fatalf("%q: documents %q, want %q", body, got, list)
		}
	})
}

func BenchmarkDocuments(b *testing.B) {
	for _, n := range []int{1, 50} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			in := body(b, n, document())
			var batch Documents
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				if docs, err := batch.Read(in); err != nil || len(docs) != n {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/doc")
		})
	}
}
