package segment_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
)

// sized makes a document of a web server with calls, of about size bytes (from 600 up).
func sized(size int) []byte {
	var b strings.Builder
	b.WriteString(`{"trace_id":"1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14","id":"a1f0c3d2e4b59687","parent_id":"70de5b6f19ff9a0a","name":"orders",` +
		`"start_time":1758654625.118301,"end_time":1758654625.642118,"origin":"AWS::ECS::Fargate","user":"u-4711",` +
		`"http":{"request":{"method":"POST","url":"https://orders.example.net/v2/orders","user_agent":"curl/8","client_ip":"198.51.100.7"},"response":{"status":200,"content_length":71}},` +
		`"aws":{"xray":{"sdk":"X-Ray for Go","sdk_version":"1.8.5"}},"annotations":{"tenant":"blue","items":3,"express":false}`)
	if size < 700 {
		b.WriteString("}")
		return []byte(b.String())
	}
	b.WriteString(`,"metadata":{"default":{"route":"/v2/orders","experiment":"exp-12"}},"subsegments":[`)
	for i := 0; ; i++ {
		call := fmt.Sprintf(`{"id":"b7c6d5e4f3a%05x","name":"shop@db.internal","namespace":"remote","start_time":1758654625.145201,"end_time":1758654625.149377,`+
			`"sql":{"url":"postgres://db.internal:5432/shop","database_type":"PostgreSQL","sanitized_query":"select * from carts where id = ?"}}`, i)
		if i%2 == 1 {
			call = fmt.Sprintf(`{"id":"c8d7e6f5a4b%05x","name":"stock.example.net","namespace":"remote","start_time":1758654625.15,"end_time":1758654625.64,`+
				`"http":{"request":{"method":"GET","url":"https://stock.example.net/sku/9"},"response":{"status":200,"content_length":512}}}`, i)
		}
		if i > 0 && b.Len()+len(call) > size {
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(call)
	}
	b.WriteString("]}")
	return []byte(b.String())
}

var sizes = []struct {
	name string
	doc  []byte
}{{"600B", sized(600)}, {"1.2KB", sized(1200)}, {"4KB", sized(4096)}, {"64KB", sized(65000)}}

func BenchmarkParse(b *testing.B) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			b.SetBytes(int64(len(size.doc)))
			b.ReportAllocs()
			var d segment.Digest
			for b.Loop() {
				if err := segment.Parse(segment.Clean(size.doc), &d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkParseWide shows that the time of a child does not grow with their number, also when each is there twice.
func BenchmarkParseWide(b *testing.B) {
	for _, children := range []int{200, 3000} {
		for _, times := range []int{1, 2} {
			doc := []byte(wide(children, times, false))
			b.Run(fmt.Sprintf("%dx%d", children, times), func(b *testing.B) {
				b.SetBytes(int64(len(doc)))
				b.ReportAllocs()
				var d segment.Digest
				for b.Loop() {
					if err := segment.Parse(doc, &d); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			var d segment.Digest
			if err := segment.Parse(size.doc, &d); err != nil {
				b.Fatal(err)
			}
			data := d.Append(nil)
			trace, own := d.Trace, d.Own().ID
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := d.Decode(trace, own, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			var d segment.Digest
			if err := segment.Parse(size.doc, &d); err != nil {
				b.Fatal(err)
			}
			data := d.Append(nil)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				data = d.Append(data[:0])
			}
		})
	}
}
