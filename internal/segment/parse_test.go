package segment_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
)

// good is a document with everything that a segment must have. Tests take members out of it or put others in.
var good = [][2]string{
	{"trace_id", `"1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14"`},
	{"id", `"a1f0c3d2e4b59687"`},
	{"name", `"orders"`},
	{"start_time", `10.5`},
	{"end_time", `11`},
}

// without is the value that takes a member out.
const without = ""

// with is the good document with other values for some members, given as name, value, name, value, ...
func with(changes ...string) string {
	members := append([][2]string(nil), good...)
	for i := 0; i < len(changes); i += 2 {
		members = append(members, [2]string{changes[i], changes[i+1]})
	}
	var parts []string
	for i, m := range members {
		last := true
		for _, later := range members[i+1:] {
			last = last && later[0] != m[0]
		}
		if last && m[1] != without {
			parts = append(parts, fmt.Sprintf("%q:%s", m[0], m[1]))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// nested is a good document around a subsegment with the given members beside id, name and times.
func nested(changes ...string) string {
	return with("subsegments", "["+with(append([]string{"trace_id", without, "id", `"b7c6d5e4f3a29180"`}, changes...)...)+"]")
}

const (
	rootID  = "a1f0c3d2e4b59687"
	subKind = `"subsegment"`
	parent  = `"b7c6d5e4f3a29180"`
)

func TestRejections(t *testing.T) {
	for _, c := range []struct {
		doc  string
		id   string
		code segment.Code
		sub  bool
	}{
		{``, "", segment.ParseError, false},
		{`{"id":"` + rootID + `",`, "", segment.ParseError, false},
		{with() + "x", "", segment.ParseError, false},
		{with("id", `"a1f0c3d2e4b5968"`, "metadata", `{"a":01}`), "", segment.ParseError, false},
		{with("metadata", strings.Repeat("[", 600)+strings.Repeat("]", 600)), "", segment.ParseError, false},

		{with("type", `"Segment"`), rootID, segment.UnknownType, false},
		{with("type", `5`), rootID, segment.UnknownType, false},
		{with("id", without), "", segment.MissingID, false},
		{with("id", `null`), "", segment.MissingID, false},
		{with("id", `5`), "", segment.InvalidID, false},
		{with("id", `""`), "", segment.InvalidID, false},
		{with("id", `"a1f0c3d2e4b5968g"`), "a1f0c3d2e4b5968g", segment.InvalidID, false},
		{with("id", `"a1f0c3d2e4b5968\u00e9"`), "a1f0c3d2e4b5968é", segment.InvalidID, false},
		{with("name", without), rootID, segment.MissingName, false},
		{with("name", `""`), rootID, segment.MissingName, false},
		{with("name", `7`), rootID, segment.MissingName, false},
		{with("trace_id", without), rootID, segment.MissingTraceID, false},
		{with("trace_id", `"68d2f0a15f84c7a21e7b6d0f3a9c2b14"`), rootID, segment.InvalidTraceID, false},
		{with("trace_id", `"2-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14"`), rootID, segment.InvalidTraceID, false},
		{with("trace_id", `12`), rootID, segment.InvalidTraceID, false},
		{with("start_time", without), rootID, segment.MissingStartTime, false},
		{with("start_time", `"10.5"`), rootID, segment.MissingStartTime, false},
		{with("start_time", `-1`), rootID, segment.MissingStartTime, false},
		{with("start_time", `253402300800`), rootID, segment.MissingStartTime, false},
		{with("start_time", `1e999`), rootID, segment.MissingStartTime, false},
		{with("in_progress", `true`), rootID, segment.InProgressSegmentHasEndTime, false},
		{with("end_time", without), rootID, segment.MissingEndTime, false},
		{with("end_time", `null`, "in_progress", `false`), rootID, segment.MissingEndTime, false},
		{with("end_time", `[]`), rootID, segment.MissingEndTime, false},
		{with("end_time", `1e30`), rootID, segment.MissingEndTime, false},
		{with("parent_id", `"x"`), rootID, segment.InvalidParentID, false},

		{with("type", subKind, "parent_id", parent, "name", without), rootID, segment.MissingName, true},
		{with("type", subKind, "parent_id", parent, "in_progress", `true`), rootID, segment.InProgressSubsegmentHasEndTime, true},
		{with("type", subKind), rootID, segment.MissingParentID, true},
		{with("type", subKind, "parent_id", `null`), rootID, segment.MissingParentID, true},
		{with("type", subKind, "parent_id", `5`), rootID, segment.InvalidParentID, true},

		{nested("id", without), rootID, segment.MissingID, true},
		{nested("id", `"b7"`), rootID, segment.InvalidID, true},
		{nested("name", without), rootID, segment.MissingName, true},
		{nested("start_time", without), rootID, segment.MissingStartTime, true},
		{nested("in_progress", `true`), rootID, segment.InProgressSubsegmentHasEndTime, true},
		{nested("end_time", without), rootID, segment.MissingEndTime, true},
	} {
		err := segment.Parse([]byte(c.doc), new(segment.Digest))
		var r *segment.Rejection
		if !errors.As(err, &r) {
			t.Errorf("%.200s: error %v, want code %s", c.doc, err, c.code)
			continue
		}
		if r.Code != c.code || r.ID != c.id || r.Subsegment != c.sub || r.NotObject || r.Detail == "" {
			t.Errorf("%.200s: %+v, want code %s, id %q, subsegment %v", c.doc, *r, c.code, c.id, c.sub)
		}
	}
}

// Each document has the fault of its row and of all rows below: the first in the order of the codes is reported.
func TestOrderOfRejections(t *testing.T) {
	faults := []struct {
		code   segment.Code
		member string
		value  string
	}{
		{segment.UnknownType, "type", `"x"`},
		{segment.MissingID, "id", without},
		{segment.InvalidID, "id", `"x"`},
		{segment.MissingName, "name", without},
		{segment.MissingTraceID, "trace_id", without},
		{segment.InvalidTraceID, "trace_id", `"x"`},
		{segment.MissingStartTime, "start_time", without},
		{segment.InProgressSubsegmentHasEndTime, "in_progress", `true`},
		{segment.MissingEndTime, "end_time", without},
		{segment.MissingParentID, "parent_id", without},
	}
	for i, f := range faults {
		changes := []string{"type", subKind, "subsegments", `[{"name":"no id"}]`}
		for j := len(faults) - 1; j >= i; j-- {
			if f.code == segment.InProgressSubsegmentHasEndTime && faults[j].code == segment.MissingEndTime {
				continue // they exclude each other
			}
			changes = append(changes, faults[j].member, faults[j].value)
		}
		err := segment.Parse([]byte(with(changes...)), new(segment.Digest))
		var r *segment.Rejection
		if !errors.As(err, &r) || r.Code != f.code {
			t.Errorf("%s: error %v, want code %s", with(changes...), err, f.code)
		}
	}
}

// The root comes before what is nested, and nested entities come in document order, whatever the order of members.
func TestFirstBadEntityCounts(t *testing.T) {
	bad := func(member string, rest ...string) string {
		return with(append([]string{"trace_id", without, member, without}, rest...)...)
	}
	for _, c := range []struct {
		doc  string
		code segment.Code
		sub  bool
	}{
		{with("subsegments", "["+bad("name")+"]", "end_time", without), segment.MissingEndTime, false},
		{with("subsegments", "["+bad("name")+","+bad("id")+"]"), segment.MissingName, true},
		{with("subsegments", "["+bad("start_time", "subsegments", "["+bad("id")+"]")+","+bad("name")+"]"), segment.MissingStartTime, true},
		{with("subsegments", "["+with("trace_id", without, "subsegments", "["+bad("end_time")+"]")+","+bad("name")+"]"), segment.MissingEndTime, true},
		{with("subsegments", "["+bad("name")+",{]"), segment.ParseError, false},
	} {
		var r *segment.Rejection
		if err := segment.Parse([]byte(c.doc), new(segment.Digest)); !errors.As(err, &r) || r.Code != c.code || r.Subsegment != c.sub {
			t.Errorf("%s: error %v, want code %s, subsegment %v", c.doc, err, c.code, c.sub)
		}
	}
	replaced := `{"subsegments":[{}],` + strings.TrimPrefix(with("subsegments", "[]"), "{")
	if err := segment.Parse([]byte(replaced), new(segment.Digest)); err != nil {
		t.Errorf("%s: %v, want the second list to count", replaced, err)
	}
}

func TestMessages(t *testing.T) {
	for _, c := range []struct{ doc, message string }{
		{`[` + with() + `]`, "Invalid entity."},
		{`"text"`, "Invalid entity."},
		{` null `, "Invalid entity."},
		{`{`, "Invalid segment. ErrorCode: ParseError"},
		{with("start_time", without), "Invalid segment. ErrorCode: MissingStartTime"},
		{nested("name", without), "Invalid subsegment. ErrorCode: MissingName, Cause: null"},
	} {
		if err := segment.Parse([]byte(c.doc), new(segment.Digest)); err == nil || err.Error() != c.message {
			t.Errorf("%s: %v, want %s", c.doc, err, c.message)
		}
	}
}

func TestSizeLimit(t *testing.T) {
	fill := func(size int) string {
		empty := len(with("metadata", `""`))
		return with("metadata", `"`+strings.Repeat("x", size-empty)+`"`)
	}
	if err := segment.Parse([]byte(fill(segment.MaxDocument)), new(segment.Digest)); err != nil {
		t.Errorf("%d bytes: %v", segment.MaxDocument, err)
	}
	late := `{"metadata":"` + strings.Repeat("x", segment.MaxDocument) + `","id":"` + rootID + `"}`
	for _, c := range []struct{ doc, id string }{{fill(segment.MaxDocument + 1), rootID}, {late, ""}, {strings.Repeat("[", segment.MaxDocument+1), ""}} {
		var r *segment.Rejection
		if err := segment.Parse([]byte(c.doc), new(segment.Digest)); !errors.As(err, &r) || r.Code != segment.InvalidSegment || r.ID != c.id {
			t.Errorf("%d bytes: %v, want InvalidSegment with id %q", len(c.doc), err, c.id)
		}
	}
}

func TestTimes(t *testing.T) {
	for _, c := range []struct {
		text string
		want segment.Time
	}{
		{`0`, 0}, {`-0`, 0}, {`0.0`, 0}, {`0e999`, 0}, {`1`, 1e6}, {`1758654625`, 1758654625e6},
		{`1758654625.118301`, 1758654625118301},
		{`1758654625.1`, 1758654625100000},
		{`1758654625.1183014`, 1758654625118301},
		{`1758654625.1183015`, 1758654625118302},
		{`1758654625.118301499`, 1758654625118301}, // 19 digits
		{`1758654625.9999999`, 1758654626000000},
		{`1758654625.11830149999999999`, 1758654625118301}, {`0.` + strings.Repeat("0", 40) + `17586e45`, 17586e6}, {strings.Repeat("1", 30) + `e-20`, 1111111111111111}, // 27 digits
		{`1758654625.1183010000000000000000`, 1758654625118301}, // 32 digits
		{`1.758654625118301E9`, 1758654625118301}, {`1.7583e9`, 1758300000e6}, {`17586e+5`, 1758600000e6}, {`1758654625118301e-6`, 1758654625118301},
		{`5e-7`, 1}, {`4e-7`, 0}, {`1e-300`, 0}, {`1e-99999`, 0},
		{`253402300799.999999`, 253402300799999999},
	} {
		var d segment.Digest
		if err := segment.Parse([]byte(with("start_time", c.text, "end_time", "253402300799")), &d); err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got := d.Own().Start; got != c.want {
			t.Errorf("%s: %d, want %d", c.text, got, c.want)
		}
	}
}

// Documents with something odd in them, and the piece of the digest's text that shows how it is taken.
func TestOddities(t *testing.T) {
	long := strings.Repeat("é", 300)
	for _, c := range []struct{ what, doc, want string }{
		{"end before start", with("end_time", "9"), "start 10500000 end +0\n"},
		{"not in progress", with("in_progress", "false"), `"orders" []`},
		{"in progress of the wrong type", with("in_progress", `"true"`), `"orders" []`},
		{"upper-case ids", with("id", `"A1F0C3D2E4B59687"`, "trace_id", `"1-68D2F0A1-5F84C7A21E7B6D0F3A9C2B14"`), "trace 1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14 kind 0\n0 a1f0c3d2e4b59687"},
		{"escapes in names of members and in ids", `{"\u0069d":"\u0061` + rootID[1:] + `",` + with("id", without)[1:], "0 " + rootID},
		{"unknown members", with("Dummy", "false", "service", `{"x":[1]}`, "precursor_ids", `["a"]`), `"orders" []`},
		{"null members", with("http", "null", "aws", "null", "annotations", "null", "cause", "null", "subsegments", "null", "user", "null", "parent_id", "null", "type", "null"), `"orders" []`},
		{"members of the wrong type", with("http", "1", "aws", "[]", "annotations", `"x"`, "cause", "5", "subsegments", "{}", "user", "{}", "fault", `"true"`, "links", "{}", "parent_id", "7"), `"orders" []`},
		{"last of two members", `{"name":"a","fault":true,` + with("name", `"b"`, "fault", "false")[1:], `"b" []`},
		{"name cut to 200 characters", with("name", `"`+long+`"`), `within -1 "` + strings.Repeat("é", 200) + `" []`},
		{"name with any character", with("name", `"a;b\u0000<c>"`), `"a;b\x00<c>"`},
		{"segment with a parent", with("parent_id", parent), "parent b7c6d5e4f3a29180"},
		{"segment with members of subsegments", with("namespace", `"aws"`, "sql", "{}", "traced", "true", "aws", `{"region":"r","operation":"x"}`, "http", `{"request":{"traced":true}}`), `"orders" []` + "\n  start 10500000 end +500000\n"},
		{"subsegment with members of segments", with("type", subKind, "parent_id", parent, "user", `"u"`, "origin", `"o"`, "resource_arn", `"a"`), "kind 1\n0 "},
		{"namespace local", nested("namespace", `"local"`), "1 b7c6d5e4f3a29180 within 0 \"orders\" []"},
		{"nested parent_id, type and trace_id", nested("parent_id", `"x"`, "type", `"x"`, "trace_id", "1"), "1 b7c6d5e4f3a29180 within 0 \"orders\" []"},
		{"elements that are no subsegments", with("subsegments", `[null,1,[],"x"]`), `"orders" []`},
		{"http blocks replace each other", `{"http":{"request":{"url":"u","traced":true},"response":{"status":500}},` + with("http", `{"request":{"method":"GET"}}`)[1:], "  HTTP.Method \"GET\"\n"},
		{"status as text", with("http", `{"response":{"status":"404"}}`), "HTTP.Status 404"},
		{"status as float", with("http", `{"response":{"status":2.04e2}}`), "HTTP.Status 204"},
		{"status that is none", with("http", `{"response":{"status":"20x"}}`), "end +500000\n"},
		{"status that is too large", with("http", `{"response":{"status":1000}}`), "end +500000\n"},
		{"status with a fraction", with("http", `{"response":{"status":200.5}}`), "end +500000\n"},
		{"traced in the request", nested("http", `{"request":{"traced":true}}`), "[Traced]"},
		{"traced beside", nested("traced", `true`), "[Traced]"},
		{"cause by id", with("cause", `"1122334455667788"`), "cause 1122334455667788"},
		{"cause that is no id", with("cause", `"x"`), `"orders" []`},
		{"exceptions without good ids", with("cause", `{"exceptions":[{"id":"x","type":"T"},{"message":"m","remote":true},null]}`),
			"exception 0000000000000000 \"T\" \"\" remote false\n  exception 0000000000000000 \"\" \"m\" remote true\n"},
		{"id with more behind it", with("cause", `{"exceptions":[{"id":"1122334455667788é"}]}`), "exception 0000000000000000 "},
		{"user cut at a character", with("user", `"`+"x"+strings.Repeat("é", 600)+`"`), `User "x` + strings.Repeat("é", 511) + `"`},
		{"duplicate annotation", with("annotations", `{"a":1,"b":2,"a":"x"}`), "annotation \"a\" \"x\"\n  annotation \"b\" number 2\n"},
		{"annotation taken back", with("annotations", `{"a":1,"b":2,"a":null}`), "end +500000\n  annotation \"b\" number 2\n"},
		{"annotations that are not indexed", with("annotations", `{"a b":1,"":1,"é":1,"n":null,"o":{},"l":[],"huge":1e999,"`+strings.Repeat("k", 501)+`":1,"v":"`+strings.Repeat("é", 1001)+`"}`), "end +500000\n"},
		{"annotations at the limits", with("annotations", `{"`+strings.Repeat("k", 500)+`":"`+strings.Repeat("é", 1000)+`"}`), strings.Repeat("é", 1000)},
		{"resource without operation", nested("name", `"S3"`, "aws", `{"bucket":"b"}`), "end +500000\n"},
		{"resource with operation", nested("name", `"Amazon S3"`, "aws", `{"operation":"GetObject","bucket":"b"}`), "ResourceType \"AWS::S3::Bucket\"\n  Resource \"b\"\n"},
		{"topic", nested("name", `"Sns"`, "aws", `{"operation":"Publish","topic_arn":"arn"}`), "ResourceType \"AWS::SNS\"\n  Resource \"arn\"\n"},
		{"function", nested("name", `"AWSLambda"`, "aws", `{"operation":"Invoke","function_name":"f"}`), "ResourceType \"AWS::Lambda\"\n  Resource \"f\"\n"},
		{"resource of another service", nested("name", `"Kinesis"`, "aws", `{"operation":"Put","table_name":"t"}`), "end +500000\n"},
	} {
		var d segment.Digest
		if err := segment.Parse([]byte(c.doc), &d); err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		got := dump(&d)
		if ends := strings.HasSuffix(c.want, "\n"); !strings.Contains(got, c.want) || ends && !strings.HasSuffix(got, c.want) && !strings.Contains(c.want, "kind") {
			t.Errorf("%s: digest of %s:\n%s\nwant in it, or at its end:\n%s", c.what, c.doc, got, c.want)
		}
		roundTrip(t, &d)
	}
}

func TestDuplicateSubsegments(t *testing.T) {
	sub := func(id, name string, rest ...string) string {
		return with(append([]string{"trace_id", without, "id", `"` + id + `"`, "name", `"` + name + `"`}, rest...)...)
	}
	const a, b, c = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"
	open := []string{"end_time", without, "in_progress", "true"}
	for _, test := range []struct{ what, list, want string }{
		{"first completed stays with its subtree",
			sub(a, "one", "subsegments", "["+sub(b, "below")+"]") + "," + sub(a, "two", "subsegments", "["+sub(c, "below")+"]") + "," + sub(c, "last"),
			"orders-1 one0 below1 last0"},
		{"completed replaces in progress",
			sub(a, "open", append(open, "subsegments", "["+sub(b, "gone")+"]")...) + "," + sub(c, "middle", "subsegments", "["+sub(b, "kept")+"]") + "," + sub(a, "done") + "," + sub(a, "late"),
			"orders-1 middle0 kept1 done0"},
		{"in progress after completed", sub(a, "done") + "," + sub(a, "open", open...), "orders-1 done0"},
		{"both in progress", sub(a, "open", open...) + "," + sub(a, "again", open...), "orders-1 open0"},
		{"same id at different places", sub(a, "one", "subsegments", "["+sub(a, "below")+"]"), "orders-1 one0 below1"},
	} {
		var d segment.Digest
		if err := segment.Parse([]byte(with("subsegments", "["+test.list+"]")), &d); err != nil {
			t.Errorf("%s: %v", test.what, err)
			continue
		}
		var names []string
		for _, e := range d.Entities {
			names = append(names, fmt.Sprint(e.Name, e.Within))
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: entities with the index they are within: %s, want %s", test.what, got, test.want)
		}
	}
}

// wide is a document with so many children, each of which comes first in progress if it is open, and so often. Children of an even
// number have one within.
func wide(children, times int, open bool) string {
	var b strings.Builder
	for round := range times {
		for i := range children {
			end := `"end_time":11`
			if open && round == 0 {
				end = `"in_progress":true`
			}
			fmt.Fprintf(&b, `,{"id":"%016x","name":"c","start_time":10,%s`, i, end)
			if i%2 == 0 {
				fmt.Fprintf(&b, `,"subsegments":[{"id":"%016x","name":"g","start_time":10,"end_time":11}]`, i) // the id may be elsewhere, too
			}
			b.WriteByte('}')
		}
	}
	return with("subsegments", "["+b.String()[1:]+"]")
}

// Twins are found among many children as among few.
func TestManyDuplicates(t *testing.T) {
	for _, c := range []struct {
		children, times int
		open            bool
	}{{6000, 1, false}, {3000, 2, false}, {3000, 2, true}, {2000, 3, true}} {
		var d segment.Digest
		if err := segment.Parse([]byte(wide(c.children, c.times, c.open)), &d); err != nil {
			t.Fatal(err)
		}
		if got, want := len(d.Entities), 1+c.children+c.children/2; got != want {
			t.Errorf("%+v: %d entities, want %d", c, got, want)
		}
		seen := map[segment.ID]bool{}
		for i, e := range d.Entities[1:] {
			switch {
			case e.Name == "c" && (e.Within != 0 || seen[e.ID] || e.Is(segment.InProgress)):
				t.Fatalf("%+v: child %d, %s: it is within %d, twice: %v, in progress: %v", c, i, e.ID, e.Within, seen[e.ID], e.Is(segment.InProgress))
			case e.Name == "g" && d.Entities[e.Within].ID != e.ID:
				t.Fatalf("%+v: grandchild %s is below %s", c, e.ID, d.Entities[e.Within].ID)
			case e.Name == "c":
				seen[e.ID] = true
			}
		}
		roundTrip(t, &d)
	}
}

func TestLimits(t *testing.T) {
	list := func(n int, format string) string {
		var parts []string
		for i := range n {
			parts = append(parts, fmt.Sprintf(format, i))
		}
		return strings.Join(parts, ",")
	}
	var d segment.Digest
	doc := with("links", "["+list(30, `{"trace_id":"1-68d2ef10-0c1d2e3f4a5b6c7d8e9f00%02x"}`)+"]",
		"cause", `{"exceptions":[`+list(150, `{"id":"%016x"}`)+`]}`,
		"annotations", "{"+list(40, `"own%d":1`)+"}",
		"subsegments", "["+nestedAnnotations("own3", list(30, `"a%d":true`))+"]")
	if err := segment.Parse([]byte(doc), &d); err != nil {
		t.Fatal(err)
	}
	if got := len(d.Links); got != segment.MaxLinks {
		t.Errorf("%d links, want %d", got, segment.MaxLinks)
	}
	if got := len(d.Own().Exceptions); got != segment.MaxExceptions {
		t.Errorf("%d exceptions, want %d", got, segment.MaxExceptions)
	}
	own, sub := d.Own().Annotations, d.Entities[1].Annotations
	if len(own) != 40 || len(sub) != 11 || sub[0].Key != "own3" || sub[10].Key != "a9" {
		t.Errorf("%d and %d annotations (%v), want 40, and 11 of which 10 have new keys", len(own), len(sub), sub)
	}
	roundTrip(t, &d)
}

func nestedAnnotations(key, rest string) string {
	return with("trace_id", without, "annotations", fmt.Sprintf("{%q:2,%s}", key, rest))
}

func TestClean(t *testing.T) {
	for _, c := range []struct{ doc, want string }{
		{"", ""}, {"plain", "plain"}, {"é😀", "é😀"},
		{"caf\xc3", "caf\uFFFD"}, {"\xff\xfe{}", "\uFFFD{}"}, {"a\xf0\x9f\x98b", "a\uFFFDb"},
	} {
		if got := segment.Clean([]byte(c.doc)); string(got) != c.want {
			t.Errorf("%q: %q, want %q", c.doc, got, c.want)
		}
	}
	doc := []byte(with())
	if clean := segment.Clean(doc); &clean[0] != &doc[0] {
		t.Error("a clean document was copied")
	}
}

// A digest that is used again takes no memory from the heap, neither for documents with escapes nor with duplicates.
func TestNoAllocation(t *testing.T) {
	docs := fixtures(t)
	docs["sized"] = sized(4096)
	for name, doc := range docs {
		var d segment.Digest
		if err := segment.Parse(doc, &d); err != nil {
			t.Fatal(err)
		}
		b := d.Append(nil)
		trace, own := d.Trace, d.Own().ID
		if n := testing.AllocsPerRun(20, func() { _ = segment.Parse(segment.Clean(doc), &d) }); n != 0 {
			t.Errorf("%s: Parse allocates %v times", name, n)
		}
		if n := testing.AllocsPerRun(20, func() { b = d.Append(b[:0]) }); n != 0 {
			t.Errorf("%s: Append allocates %v times", name, n)
		}
		if n := testing.AllocsPerRun(20, func() { _ = d.Decode(trace, own, b) }); n != 0 {
			t.Errorf("%s: Decode allocates %v times", name, n)
		}
	}
}
