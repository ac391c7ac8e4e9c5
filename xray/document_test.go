package xray_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/strategy/exception"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew")

var (
	traceIDs   = regexp.MustCompile(`^1-[0-9a-f]{8}-[0-9a-f]{24}$`)
	segmentIDs = regexp.MustCompile(`^[0-9a-f]{16}$`)
)

// check holds a document to the rules of segment documents.
func check(t *testing.T, text []byte) {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatalf("document %s: %v", text, err)
	}
	if id, _ := d["trace_id"].(string); !traceIDs.MatchString(id) {
		t.Errorf("trace_id: got %q", id)
	}
	apart := d["type"] == "subsegment"
	if _, ok := d["parent_id"]; apart && !ok {
		t.Error("an independent subsegment has no parent_id")
	}
	checkEntity(t, d, true)
}

// known are the members of an entity.
var known = map[string]bool{"id": true, "name": true, "start_time": true, "end_time": true, "in_progress": true, "error": true,
	"throttle": true, "fault": true, "namespace": true, "user": true, "origin": true, "resource_arn": true, "http": true, "sql": true,
	"cause": true, "annotations": true, "metadata": true, "precursor_ids": true, "links": true, "aws": true, "service": true, "subsegments": true}

func checkEntity(t *testing.T, d map[string]any, document bool) {
	t.Helper()
	for k := range d {
		if !known[k] && !(document && (k == "trace_id" || k == "parent_id" || k == "type")) {
			t.Errorf("member %q does not belong into %v", k, d["name"])
		}
	}
	if id, _ := d["id"].(string); !segmentIDs.MatchString(id) {
		t.Errorf("id: got %q", id)
	}
	if name, _ := d["name"].(string); name == "" || len(name) > 200 || !utf8.ValidString(name) {
		t.Errorf("name: got %q", name)
	}
	if _, ok := d["start_time"].(float64); !ok {
		t.Errorf("start_time: got %v", d["start_time"])
	}
	_, ended := d["end_time"].(float64)
	if ended == (d["in_progress"] == true) {
		t.Errorf("%v: got end_time %v and in_progress %v, want one of them", d["name"], d["end_time"], d["in_progress"])
	}
	list, _ := d["subsegments"].([]any)
	for _, c := range list {
		checkEntity(t, c.(map[string]any), false)
	}
}

// settle gives s ids and times that are the same in each run.
func settle(s *xray.Segment, n int) {
	s.Lock()
	defer s.Unlock()
	s.ID = fmt.Sprintf("%016x", n)
	s.StartTime = 1758654625 + float64(n)/1e3 + 0.000001
}

func settleEnd(s *xray.Segment) {
	s.EndTime = s.StartTime + 0.5
	if s.TraceID != "" {
		s.TraceID = "1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14"
	}
	if s.Service != nil {
		s.Service.RuntimeVersion = "go1.26"
	}
}

// golden compares the document of s with a file of testdata.
func golden(t *testing.T, name string, s *xray.Segment) {
	t.Helper()
	text, err := s.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	check(t, text)
	var got bytes.Buffer
	if err := json.Indent(&got, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	path := filepath.Join("testdata", name+".json")
	if *rewrite {
		if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test -rewrite", err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got.Bytes(), want)
	}
}

type city string

func TestGoldenDocuments(t *testing.T) {
	ctx := configured(t, xray.Config{Emitter: new(recorder), SamplingStrategy: decided(true), ServiceVersion: "7.3.0", ExceptionFormattingStrategy: new(plain)})
	t.Run("bare", func(t *testing.T) {
		_, s := xray.BeginSegment(ctx, "orders")
		settle(s, 1)
		s.Close(nil)
		settleEnd(s)
		golden(t, "bare", s)
	})
	t.Run("full", func(t *testing.T) {
		h := header.FromString("Root=1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14;Parent=a1f0c3d2e4b59687;Sampled=1")
		ctx, s := xray.NewSegmentFromHeader(ctx, "orders", nil, h)
		settle(s, 1)
		fill(t, s)
		_, sub := xray.BeginSubsegment(ctx, "shop@db.internal")
		settle(sub, 2)
		sub.Namespace = "remote"
		*sub.GetSQL() = xray.SQLData{URL: "postgres://db.internal:5432/shop", DatabaseType: "Postgres", SanitizedQuery: "select * from carts where id=?", Preparation: "statement"}
		sub.Close(nil)
		settleEnd(sub)
		_, open := xray.BeginSubsegment(ctx, "open")
		settle(open, 3)
		s.Close(errors.New("stock empty"))
		settleEnd(s)
		s.Cause.WorkingDirectory = "/srv/shop"
		golden(t, "full", s)
	})
}

// plain is a strategy whose exceptions are the same in each run.
type plain struct {
	exception.DefaultFormattingStrategy
}

func (plain) ExceptionFromError(err error) exception.Exception {
	return exception.Exception{ID: "1122334455667788", Type: "errors.errorString", Message: err.Error(),
		Stack: []exception.Stack{{Path: "shop/cart.go", Line: 42, Label: "(*Cart).Add"}}}
}

func (p plain) ExceptionsFromError(err error) []exception.Exception {
	return []exception.Exception{p.ExceptionFromError(err)}
}

// fill sets everything that a segment can have.
func fill(t *testing.T, s *xray.Segment) {
	t.Helper()
	s.User, s.ResourceARN, s.Origin = "u-4711", "arn:aws:ecs:eu-central-1:111122223333:task/shop/0c9d", "AWS::ECS::Container"
	s.Error, s.Throttle = true, true
	s.PrecursorIDs = []string{"b7c6d5e4f3a29180"}
	s.Links = []xray.Link{{TraceID: "1-68d2ef10-0c1d2e3f4a5b6c7d8e9f0a1b", ID: "0f1e2d3c4b5a6978", Attributes: map[string]any{"reference_type": "parent"}}}
	*s.GetHTTP().GetRequest() = xray.RequestData{Method: "POST", URL: "https://orders.example.net/v2/orders", UserAgent: "curl/8", ClientIP: "198.51.100.7", XForwardedFor: true, Traced: true}
	*s.GetHTTP().GetResponse() = xray.ResponseData{Status: 503, ContentLength: 71}
	s.GetAWS()["region"] = "eu-central-1"
	s.GetAWS()["retries"] = 0
	rule := "orders-post"
	s.AddRuleName(decisionOf(&rule))
	s.GetService()
	for k, v := range map[string]any{"tenant": "blue \"sea\"\n", "items": int32(3), "big": uint64(math.MaxUint64), "ratio": 0.25, "express": false, "a-b.c": city("Köln")} {
		if err := s.AddAnnotation(k, v); err != nil {
			t.Fatal(err)
		}
	}
	cart := map[string]any{"lines": 3}
	for k, v := range map[string]any{"cart": cart, "nothing": nil, "text": "a<b", "channel": make(chan int), "infinite": math.Inf(1)} {
		if err := s.AddMetadata(k, v); err != nil {
			t.Fatal(err)
		}
	}
	cart["lines"] = "changed afterwards"
	if err := s.AddMetadataToNamespace("debug", "panics", panics{}); err != nil {
		t.Fatal(err)
	}
}

// panics panics when it is marshalled.
type panics struct{}

func (panics) MarshalJSON() ([]byte, error) { panic("marshal") }

func TestNames(t *testing.T) {
	tests := []struct{ name, want string }{
		{"orders", "orders"},
		{"", "unnamed"},
		{strings.Repeat("a", 200), strings.Repeat("a", 200)},
		{strings.Repeat("a", 201), strings.Repeat("a", 200)},
		{strings.Repeat("a", 199) + "ö", strings.Repeat("a", 199)},
		{strings.Repeat("a", 198) + "öb", strings.Repeat("a", 198) + "ö"},
		{"a\xff\xfeb", "a\ufffdb"},
	}
	ctx, _ := recording(t)
	for _, tt := range tests {
		_, s := xray.BeginSegment(ctx, tt.name)
		s.Close(nil)
		if s.Name != tt.want {
			t.Errorf("%.20q, %d bytes: got %q, want %q", tt.name, len(tt.name), s.Name, tt.want)
		}
	}
}

func FuzzTexts(f *testing.F) {
	for _, seed := range []string{"", "orders", "a\"b\\c\n\x00\x1f\x7f", "\xff\xc3", "\u2028<>&", "Kölle 😀"} {
		f.Add(seed, seed, seed)
	}
	f.Fuzz(func(t *testing.T, name, key, value string) {
		ctx, r := recording(t)
		ctx, s := xray.BeginSegment(ctx, name)
		_, c := xray.BeginSubsegment(ctx, value)
		if err := c.AddAnnotation(key, value); err != nil && key != "" && len(key) <= 500 {
			t.Errorf("annotation %q: %v", key, err)
		}
		if err := c.AddMetadataToNamespace(name, key, value); err != nil {
			t.Error(err)
		}
		c.Close(errors.New(value))
		s.Close(nil)
		if len(r.docs) != 1 {
			t.Fatalf("got %d documents, want 1", len(r.docs))
		}
		check(t, []byte(r.docs[0]))
		if got, want := r.take(t)[0].Subsegments[0].Cause.Exceptions[0].Message, strings.ToValidUTF8(value, "\ufffd"); !strings.HasPrefix(want, strings.TrimRight(got, "…\ufffd")) && utf8.ValidString(value) {
			t.Errorf("message: got %q, want %q", got, want)
		}
	})
}

func TestAddAnnotation(t *testing.T) {
	type flag bool
	type ratio float32
	tests := []struct {
		key   string
		value any
		want  string // of the member, or of the error
	}{
		{"k", "v", `"k":"v"`},
		{"k", city("Köln"), `"k":"Köln"`},
		{"k", true, `"k":true`},
		{"k", flag(true), `"k":true`},
		{"k", int8(-8), `"k":-8`},
		{"k", int64(math.MinInt64), `"k":-9223372036854775808`},
		{"k", uint16(7), `"k":7`},
		{"k", uint64(math.MaxUint64), `"k":18446744073709551615`},
		{"k", float32(0.1), `"k":0.1`},
		{"k", ratio(0.5), `"k":0.5`},
		{"k", 1e300, `"k":1e+300`},
		{"k", 3.0, `"k":3`},
		{"a b-c.d/é", 1, `"a_b_c.d__":1`},
		{"k", nil, "must be a string, a number or a boolean"},
		{"k", []int{1}, "must be a string, a number or a boolean"},
		{"k", math.NaN(), "must be a finite number"},
		{"k", ratio(math.Inf(-1)), "must be a finite number"},
		{"", 1, "the key is empty"},
		{strings.Repeat("k", 501), 1, "X-Ray takes 500"},
	}
	for _, tt := range tests {
		ctx, r := recording(t)
		_, s := xray.BeginSegment(ctx, "r")
		err := s.AddAnnotation(tt.key, tt.value)
		s.Close(nil)
		got := r.docs[0]
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("annotation %.20q, %T %v: got %s, want %s", tt.key, tt.value, tt.value, got, tt.want)
		}
	}
}

func TestAddException(t *testing.T) {
	ctx, r := recording(t)
	_, s := xray.BeginSegment(ctx, "r")
	s.AddException(nil)
	s.AddException(fmt.Errorf("sku 9: %w", errStock))
	if s.Fault || s.Error || s.Throttle || len(s.Cause.Exceptions) != 2 {
		t.Errorf("fault %v, error %v, throttle %v, exceptions %v; want no flag and two exceptions", s.Fault, s.Error, s.Throttle, s.Cause)
	}
	s.Error = true
	s.Close(nil)
	d := r.take(t)[0]
	e := d.Cause.Exceptions
	if d.Fault || !d.Error || e[0].Message != "sku 9: stock empty" || e[0].Cause != e[1].ID {
		t.Errorf("got %+v, want an error of two exceptions, and no fault", d)
	}
}

func TestNothingHappens(t *testing.T) {
	rec, unsampled := recording(t)
	closedCtx, closed := xray.BeginSegment(rec, "closed")
	closed.Close(nil)
	unsampled.take(t)
	_, dummy := xray.BeginSegment(configured(t, xray.Config{Emitter: unsampled, SamplingStrategy: decided(false)}), "unsampled")
	_, without := xray.BeginSubsegmentWithoutSampling(closedCtx, "without")
	_, missing := xray.BeginSubsegment(context.Background(), "missing")
	for name, s := range map[string]*xray.Segment{"nil": nil, "zero": {}, "closed": closed, "unsampled": dummy, "without sampling": without, "missing": missing} {
		t.Run(name, func(t *testing.T) {
			for _, err := range []error{s.AddAnnotation("k", 1), s.AddMetadata("k", 1), s.AddMetadataToNamespace("n", "k", 1), s.AddError(errors.New("x"))} {
				if err != nil {
					t.Error(err)
				}
			}
			s.AddException(errors.New("x"))
			if s != nil && s.Cause != nil {
				t.Errorf("cause %v, want none stored", s.Cause)
			}
			s.GetHTTP().GetRequest()
			s.GetSQL()
			s.GetAWS()
			s.GetCause()
			s.GetService()
			s.GetConfiguration()
			s.DownstreamHeader()
			s.AddRuleName(nil)
			s.RemoveSubsegment(nil)
			s.Close(errors.New("x"))
			s.CloseAndStream(errors.New("x"))
			if docs := unsampled.take(t); len(docs) != 0 {
				t.Errorf("got %q, want nothing", trees(docs))
			}
			if s != nil && (len(s.Annotations) > 0 || len(s.Metadata) > 0 || s.Fault) {
				t.Errorf("got %v, %v, fault %v; want nothing stored", s.Annotations, s.Metadata, s.Fault)
			}
		})
	}
}
