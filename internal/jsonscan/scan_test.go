package jsonscan_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/jsonscan"
)

const depth = 100

// scan reads data as one value and gives the error.
func scan(data []byte) error {
	s := jsonscan.New(data, depth)
	s.Skip()
	s.End()
	return s.Err()
}

// texts seed the fuzz targets and are compared with encoding/json.
var texts = []string{
	``, ` `, `null`, `true`, `false`, `tru`, `nul`, `falsee`, `TRUE`,
	`0`, `-0`, `01`, `-`, `1.`, `1.5`, `.5`, `1e5`, `1E+5`, `1e-`, `1e`, `-1.25e-7`, `1.e5`, `0x1`, `1_0`, `+1`, `00`,
	`""`, `"a"`, `"abcdefgh"`, `"abcdefghi"`, `"a`, `"`, `"a\"b"`, `"\\"`, `"\/"`, `"\b\f\n\r\t"`, `"\a"`, `"\`, `"\"`, `"\u"`, `"\u12"`,
	`"\u00e9"`, `"\u00E9"`, `"\u00g9"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u0041"`, `"\ud83d\ud83d\ude00"`,
	`"\ud83d\u00g1"`, "\"tab\there\"", "\"1234567\x1f\"", "\"\x00\"", "\"\x7f\"", `"é😀"`, "\"caf\xc3\"", "\"0123456\xff\\u0041\"",
	`{}`, `[]`, `{ }`, "[\n]", `{`, `[`, `}`, `]`, `[}`, `{]`, `[1]`, `[1,2]`, `[1,]`, `[,1]`, `[1 2]`, `[1`, `[1,`,
	`{"a":1}`, `{"a":1,"b":[{}]}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{"a" : 1 , "b" : 2 }`, `{"a":1 "b":2}`, `{"a":1]`, `{1:2}`, `{"a":1`,
	`{} {}`, `[] x`, "\ufeff{}", "{\x00}", "\v1", " \t\r\n1 \t\r\n", `{"\u0061":"\u0062"}`, `nullx`, `[truefalse]`, `[nul`, `"a"b`,
}

func TestSameTextsAsStandardLibrary(t *testing.T) {
	for _, text := range texts {
		if got, want := scan([]byte(text)) == nil, json.Valid([]byte(text)); got != want {
			t.Errorf("%q: accepted %v, want %v", text, got, want)
		}
	}
}

func TestErrorSaysWhere(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int
		want   string
	}{
		{``, 0, "a value"},
		{`{"a":1`, 6, "a comma or a closing }"},
		{`[1 2]`, 3, "a comma or a closing ]"},
		{`{"a" 1}`, 5, "a colon"},
		{`{a:1}`, 1, "a string"},
		{`{"a":x}`, 5, "a value"},
		{`"abc`, 4, "a closing quote"},
		{`["ab\q"]`, 4, `an escape: one of \" \\ \/ \b \f \n \r \t \uXXXX`},
		{"[\"ab\n\"]", 4, "no control character inside a string"},
		{`-x`, 1, "a value"},
		{`01`, 1, "no digit after a leading zero"},
		{`1.x`, 2, "a digit"},
		{`1ex`, 2, "a digit"},
		{`[tru]`, 1, "true"},
		{`1 2`, 2, "the end of the text"},
		{strings.Repeat("[", depth+1), depth, "fewer levels of nesting"},
	} {
		err := scan([]byte(c.text))
		var e *jsonscan.Error
		if !errors.As(err, &e) || e.Offset != c.offset || e.Want != c.want {
			t.Errorf("%.20q: error %v, want byte %d: want %s", c.text, err, c.offset, c.want)
		}
	}
}

func TestDepth(t *testing.T) {
	for _, c := range []struct {
		levels int
		ok     bool
	}{{depth, true}, {depth + 1, false}, {10000, false}} {
		text := strings.Repeat(`[`, c.levels) + strings.Repeat(`]`, c.levels)
		if err := scan([]byte(text)); (err == nil) != c.ok {
			t.Errorf("%d levels: error %v, want accepted %v", c.levels, err, c.ok)
		}
		siblings := `[` + strings.Repeat(`{},[],`, c.levels) + `0]`
		if err := scan([]byte(siblings)); err != nil {
			t.Errorf("%d siblings: %v", c.levels, err)
		}
	}
}

func TestReading(t *testing.T) {
	s := jsonscan.New([]byte(` { "a" : [ true , false ] , "b\n" : -1.5e3 , "c" : {"x": [1]} , "d" : "p\u0041q" } `), depth)
	var got []string
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		got = append(got, string(key))
		switch s.Peek() {
		case '[':
			for ok := s.Open('['); ok; ok = s.More(']') {
				if s.Bool() {
					got = append(got, "yes")
				} else {
					got = append(got, "no")
				}
			}
		case '{':
			got = append(got, string(s.Value()))
		case '"':
			got = append(got, string(s.AppendText(nil)))
		default:
			got = append(got, string(s.Number().Text))
		}
	}
	s.End()
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	want := "a|yes|no|b\n|-1.5e3|c|{\"x\": [1]}|d|pAq"
	if g := strings.Join(got, "|"); g != want {
		t.Errorf("read %q, want %q", g, want)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		text     string
		mantissa uint64
		exponent int
		negative bool
		exact    bool
	}{
		{"0", 0, 0, false, true}, {"-0.0", 0, -1, true, true}, {"7", 7, 0, false, true}, {"12345678", 12345678, 0, false, true},
		{"1758654625.118301", 1758654625118301, -6, false, true}, {"-90817263.54", 9081726354, -2, true, true},
		{"9999999999999999999", 9999999999999999999, 0, false, true}, {"12e3", 12, 3, false, true}, {"1.5E-07", 15, -8, false, true}, {"1e+9999", 1, 9999, false, true},
		{"10000000000000000000", 10000000000000000000, 0, false, false}, {"1e10000", 1, 0, false, false},
	} {
		for _, behind := range []string{"", " ", ",\"abcdefgh\"", "]"} {
			s := jsonscan.New([]byte(c.text+behind), depth)
			n := s.Number()
			if string(n.Text) != c.text || n.Mantissa != c.mantissa || n.Exponent != c.exponent || n.Negative != c.negative || n.Exact != c.exact {
				t.Errorf("%s before %q: %q %+v, want %+v", c.text, behind, n.Text, n, c)
			}
		}
	}
}

// After an error every read is harmless.
func TestErrorSticks(t *testing.T) {
	s := jsonscan.New([]byte(`[x, 1]`), depth)
	s.Open('[')
	s.Skip()
	first := s.Err()
	if s.Open('{') || s.More('}') || s.Bool() || s.Peek() != 0 || s.Value() != nil || s.Number().Text != nil {
		t.Error("something was read after an error")
	}
	s.NextKey()
	s.AppendText(nil)
	s.End()
	if s.Err() != first {
		t.Errorf("error is now %v, want the first one, %v", s.Err(), first)
	}
}

func FuzzScan(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := scan(data)
		var e *jsonscan.Error
		if errors.As(err, &e) && e.Want == "fewer levels of nesting" {
			return
		}
		if got, want := err == nil, json.Valid(data); got != want {
			t.Fatalf("%q: accepted %v, want %v (%v)", data, got, want, err)
		}
		if err == nil && utf8.Valid(data) {
			sameText(t, data)
		}
	})
}

// sameText compares both ways to decode a string with encoding/json's.
func sameText(t *testing.T, data []byte) {
	var want string
	if json.Unmarshal(data, &want) != nil || strings.TrimSpace(string(data)) == "null" {
		return
	}
	s := jsonscan.New(data, depth)
	raw, escaped := s.Text()
	got := string(raw)
	if escaped {
		got = string(jsonscan.Unescape(nil, raw))
	}
	if got != want {
		t.Fatalf("%q: Text %q, want %q", data, got, want)
	}
	s = jsonscan.New(data, depth)
	if got := string(s.AppendText([]byte("x"))); got != "x"+want {
		t.Fatalf("%q: AppendText %q, want %q", data, got, "x"+want)
	}
}

func TestSameStringsAsStandardLibrary(t *testing.T) {
	for _, text := range texts {
		if utf8.ValidString(text) && scan([]byte(text)) == nil {
			sameText(t, []byte(text))
		}
	}
}
