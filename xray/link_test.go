package xray_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/header"
)

// traceID is the n-th of a test.
func traceID(n int) string { return fmt.Sprintf("1-66f1c0de-%024x", n) }

func message(n int, sampled string) string {
	return fmt.Sprintf("Root=%s;Parent=%016x;Sampled=%s", traceID(n), n, sampled)
}

func TestBeginLinkedSegment(t *testing.T) {
	var many []string
	for n := range 25 {
		many = append(many, message(n+1, "1"))
	}
	for _, c := range []struct {
		name    string
		headers []string
		rules   bool // what they decide
		sampled bool
		want    []int // the traces that are linked to
	}{
		{"one says yes", []string{message(1, "0"), message(2, "1"), message(3, "?")}, false, true, []int{2, 3}},
		{"all say no", []string{message(1, "0"), message(2, "0")}, true, false, nil},
		{"rules say yes", []string{message(1, "0"), message(2, "?")}, true, true, []int{2}},
		{"rules say no", []string{"Root=" + traceID(1)}, false, false, nil},
		{"no message", nil, true, true, nil},
		{"no sense", []string{"", "Root=1-x;Sampled=1", "Root=1-66f1c0de-0123456789abcdef0123456g;Sampled=1", message(1, "0")}, true, false, nil},
		{"twice", []string{message(7, "1"), message(7, "1"), message(7, "?")}, false, true, []int{7}},
		{"too many", many, false, true, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := new(recorder)
			_, s := xray.BeginLinkedSegment(configured(t, xray.Config{Emitter: rec, SamplingStrategy: decided(c.rules)}), "worker", c.headers...)
			if s.Sampled != c.sampled || s.ParentID != "" || strings.Contains(fmt.Sprint(c.headers), s.TraceID) {
				t.Errorf("sampled %v, parent %q in trace %s, want sampled %v in a new trace", s.Sampled, s.ParentID, s.TraceID, c.sampled)
			}
			var got []int
			for _, l := range s.Links {
				n := 0
				if _, err := fmt.Sscanf(l.TraceID[11:], "%x", &n); err != nil {
					t.Error(err)
				}
				got = append(got, n)
				if l.Attributes["reference_type"] != "parent" || l.ID != "" && l.ID != fmt.Sprintf("%016x", n) {
					t.Errorf("link %+v, want one to the parent %016x", l, n)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("links to %v, want %v", got, c.want)
			}
			s.Close(nil)
		})
	}
}

func TestLinkedDocument(t *testing.T) {
	ctx, rec := recording(t)
	_, s := xray.BeginLinkedSegment(ctx, "worker", message(1, "1"), "Root="+traceID(2)+";Parent=?;Sampled=1")
	if err := s.AddLink(xray.Link{TraceID: traceID(3), Attributes: map[string]any{"attempt": 2}}); err != nil {
		t.Error(err)
	}
	s.Close(nil)
	var doc struct{ Links json.RawMessage }
	if err := json.Unmarshal([]byte(rec.docs[0]), &doc); err != nil {
		t.Fatal(err)
	}
	const parent = `"attributes":{"aws.xray.reserved.reference_type":"parent","reference_type":"parent"}`
	want := `[{"trace_id":"` + traceID(1) + `","id":"0000000000000001",` + parent + `},{"trace_id":"` + traceID(2) + `",` + parent +
		`},{"trace_id":"` + traceID(3) + `","attributes":{"attempt":2}}]`
	if string(doc.Links) != want {
		t.Errorf("got links\n%s\nwant\n%s", doc.Links, want)
	}
}

func TestAddLinkRefuses(t *testing.T) {
	ctx, _ := recording(t)
	_, s := xray.BeginSegment(ctx, "worker")
	for _, c := range []struct {
		link xray.Link
		want string
	}{
		{xray.Link{}, `link to trace "": a trace id is 1-, 8 and - and 24 hex digits`},
		{xray.Link{TraceID: "66f1c0de0123456789abcdef01234567"}, `link to trace "66f1c0de0123456789abcdef01234567": a trace id is`},
		{xray.Link{TraceID: traceID(1), ID: "1"}, `link to segment "1" of trace ` + traceID(1) + `: a segment id is 16 hex digits, or empty`},
	} {
		if err := s.AddLink(c.link); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("AddLink(%+v): got %v, want %s", c.link, err, c.want)
		}
	}
	for n := range 20 {
		if err := s.AddLink(xray.Link{TraceID: traceID(n)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddLink(xray.Link{TraceID: traceID(7)}); err != nil || len(s.Links) != 20 {
		t.Errorf("the same once more: %v, %d links", err, len(s.Links))
	}
	want := `link to trace ` + traceID(20) + `: segment "worker" has 20 links, and X-Ray keeps no more: leave it out`
	if err := s.AddLink(xray.Link{TraceID: traceID(20)}); err == nil || err.Error() != want {
		t.Errorf("the 21st: got %v, want %s", err, want)
	}
}

// Links of a subsegment go where they are read: to the document that it is sent in.
func TestAddLinkOfSubsegment(t *testing.T) {
	ctx, _ := recording(t)
	ctx, root := xray.BeginSegment(ctx, "worker")
	ctx, a := xray.BeginSubsegment(ctx, "a")
	_, b := xray.BeginSubsegment(ctx, "b")
	if err := b.AddLink(xray.Link{TraceID: traceID(1)}); err != nil || len(root.Links) != 1 || b.Links != nil {
		t.Errorf("%v, links %v and %v, want one of the segment", err, root.Links, b.Links)
	}
	b.Close(nil)
	a.Close(nil)
	root.Close(nil)
	if err := root.AddLink(xray.Link{TraceID: traceID(2)}); err != nil || len(root.Links) != 1 {
		t.Errorf("after the end: %v, links %v, want the one from before", err, root.Links)
	}

	ctx, rec := recording(t)
	ctx, facade := xray.BeginFacadeSegment(ctx, "facade", header.FromString(message(9, "1")))
	ctx, call := xray.BeginSubsegment(ctx, "call")
	_, step := xray.BeginSubsegment(ctx, "step")
	if err := step.AddLink(xray.Link{TraceID: traceID(3)}); err != nil || len(call.Links) != 1 || facade.Links != nil {
		t.Errorf("%v, links %v and %v, want one of the subsegment that is sent", err, call.Links, facade.Links)
	}
	step.Close(nil)
	call.Close(nil)
	if !strings.Contains(rec.docs[0], `"links":[{"trace_id":"`+traceID(3)) {
		t.Errorf("document %s, want the link in it", rec.docs[0])
	}
}

func TestAddLinkWithoutSegment(t *testing.T) {
	_, unsampled := xray.BeginSegment(configured(t, xray.Config{SamplingStrategy: decided(false)}), "worker")
	for _, s := range []*xray.Segment{nil, new(xray.Segment), unsampled} {
		if err := s.AddLink(xray.Link{TraceID: traceID(1)}); err != nil || s != nil && s.Links != nil {
			t.Errorf("AddLink of %v: %v, want that it does nothing", s, err)
		}
	}
}
