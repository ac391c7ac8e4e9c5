package filter_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/filter"
)

func TestErrors(t *testing.T) {
	for _, c := range []struct{ expression, want string }{
		{" \t\r\n", "Filter Expression is empty"},
		{`ok AND user = "x" respnsetime > 3`, "col 19: unknown keyword 'respnsetime', did you mean 'responsetime'?"},
		{`ok ADN fault`, "col 4: unknown keyword 'ADN', did you mean 'AND'?"},
		{`user CONTAIN "x"`, "col 6: unknown keyword 'CONTAIN', did you mean 'CONTAINS'?"},
		{`servce("a")`, "col 1: unknown keyword 'servce', did you mean 'service'?"},
		{`http.urll`, "col 1: unknown keyword 'http.urll', did you mean 'http.url'?"},
		{`anotation.a`, "col 1: unknown keyword 'anotation.a', did you mean 'annotation'?"},
		{`rootcause.fualt.service { last }`, "col 1: unknown keyword 'rootcause.fualt.service', did you mean 'rootcause.fault.service'?"},
		{`group = "a"`, "col 1: 'group' is not complete: want group.name or group.arn"},
		{`rootcause = 1`, "col 1: 'rootcause' is not complete: want rootcause.json, or rootcause.error, .fault or .responsetime with .service, .entity or .exception"},
		{`user = "ü" AND foo`, "col 16: unknown keyword 'foo'"},
		{`ök`, `col 1: unexpected character 'ö'`},
		{`user = “x”`, `col 8: unexpected character “: strings stand in straight double quotes, for example "abc"`},
		{"user = \"a\nb\"", `col 10: want no control character inside a string in the string`},
		{`ok == true`, "col 4: unknown operator '==', did you mean '='?"},
		{`responsetime <> 5`, "col 14: unknown operator '<>', did you mean '!='?"},
		{`responsetime > 1e999`, "col 16: number 1e999 is out of range: numbers go from -1.7e308 to 1.7e308"},
		{`responsetime > 1.`, "col 18: want a digit of a number"},
		{`responsetime > .5`, "col 16: unexpected character '.'"},
		{`responsetime > 1e`, "col 18: want a digit of a number"},
		{`responsetime > 0x1`, "col 17: a number ends before 'x': write it without a unit, times in seconds"},
		{`annotation.`, "col 12: want an annotation's key behind the dot"},
		{`annotation[""] = 1`, "col 12: want an annotation's key in the brackets"},
		{`annotation["a" = 1`, `col 16: want ']' behind the key, found '=': a key stands in double quotes unless it is of letters, digits, '_' and '.'`},
		{`annotation.a CONTAINS 3`, "col 14: 'CONTAINS' does not compare numbers such as 3: use = != < <= > >="},
		{`annotation.a > true`, "col 14: '>' does not compare truth values such as true: use = !="},
		{`annotation.a = x`, `col 16: want a number, a string in double quotes, true or false to compare annotation "a" with, found 'x'`},
		{`fault = "yes"`, `col 9: want true or false to compare fault with, found the string "yes"`},
		{`edge("a", "b") { root }`, "col 18: 'root' is legal in service{} only"},
		{`edge("a", "b") { edge() }`, "col 18: 'edge' does not nest in braces: it is legal at the top level only"},
		{`service() { rootcause.fault }`, "col 13: 'rootcause.fault' does not nest in braces: root causes are legal at the top level only"},
		{`service() { group.name = "a" }`, "col 13: 'group.name' does not nest in braces: it is legal at the top level only"},
		{`service() { source.annotation.a }`, "col 13: 'source.annotation.a' is legal in edge{} only"},
		{`rootcause.fault.service { }`, "col 25: want a condition in the braces of rootcause.fault.service"},
		{`rootcause.fault.service { annotation.a }`, "col 27: 'annotation.a' is legal at the top level, in service{}, in edge{} only"},
		{`service(id(nmae: "a"))`, "col 12: unknown field 'nmae' of id, want name, type or account.id, did you mean 'name'?"},
		{`service(id(name = "a"))`, "col 17: want ':' behind name, found '='"},
		{`service(id(name: a))`, "col 18: want name as a string in double quotes, found 'a'"},
		{`rootcause.json = #[{"Services":]`, "col 32: want a value in the JSON behind '#'"},
		{`rootcause.json = #[1]`, "col 18: pattern of rootcause.json: a cause must be an object"},
		{`rootcause.json = #[{"Service":[]}]`, "col 18: pattern of rootcause.json: a cause has no member \"Service\", did you mean 'Services'?"},
		{`rootcause.json = #[{"Services":{}}]`, "col 18: pattern of rootcause.json: Services must be an array"},
		{`rootcause.json = #[{"Services":[{"Name":1}]}]`, "col 18: pattern of rootcause.json: Name must be a string or null"},
		{`rootcause.json = #[{"Services":[{"Name":"a","Name":"a"}]}]`, "col 18: pattern of rootcause.json: an element of Services has 'Name' twice"},
		{`rootcause.json = #[{"Services":[{"EntityPath":[{"Coverage":"1"}]}]}]`, "col 18: pattern of rootcause.json: Coverage must be a number"},
		{`rootcause.json = #[{"ClientImpacting":null}]`, "col 18: pattern of rootcause.json: ClientImpacting must be true or false"},
		{`rootcause.json = #` + strings.Repeat("[", 20), "col 35: want fewer levels of nesting in the JSON behind '#'"},
		{"ok\xff", "expression is not UTF-8 text"},
		{`1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14 `, "1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14 is a trace id and no filter expression: get the trace with BatchGetTraces"},
		{`68D2F0A15f84c7a21e7b6d0f3a9c2b14`, "68D2F0A15f84c7a21e7b6d0f3a9c2b14 is a trace id and no filter expression: get the trace with BatchGetTraces"},
		{strings.Repeat("(", 128) + "ok" + strings.Repeat(")", 128), ""},
		{strings.Repeat("(", 129) + "ok" + strings.Repeat(")", 129), "col 129: parentheses, braces and negations nest deeper than 128 levels"},
		{strings.Repeat("!", 129) + "ok", "col 129: parentheses, braces and negations nest deeper than 128 levels"},
		{strings.Repeat("!(", 64) + "ok" + strings.Repeat(")", 64), ""},
		{strings.Repeat("(", 128) + "service(){ok}", "col 138: parentheses, braces and negations nest deeper than 128 levels"},
		{`user = "` + strings.Repeat("ü", 4087) + `"`, ""},
		{`user = "` + strings.Repeat("ü", 4088) + `"`, "expression of 4097 characters: at most 4096 are allowed"},
		{strings.Repeat("(", 1<<20), "expression of 1048576 bytes: at most 4096 characters are allowed"},
		{`foo = "` + strings.Repeat("x", 100) + `" service`, "col 1: unknown keyword 'foo'"},
		{strings.Repeat("x", 100), "col 1: unknown keyword '" + strings.Repeat("x", 40) + "…'"},
		{`responsetime = "` + strings.Repeat("x", 100) + `"`, `col 16: want a number to compare responsetime with, found the string "` + strings.Repeat("x", 39) + "…: leave out the quotes"},
	} {
		_, err := filter.Parse(c.expression)
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%.100s\n got %s\nwant %s", c.expression, got, c.want)
		}
	}
}

func TestErrorIsTyped(t *testing.T) {
	_, err := filter.Parse("ok foo")
	var e *filter.Error
	if !errors.As(err, &e) || e.Column != 4 || e.Message != "unknown keyword 'foo'" {
		t.Errorf("got %#v", err)
	}
}

func TestString(t *testing.T) {
	for _, c := range []struct{ expression, want string }{
		{`Service(ID(Type:"t",NAME:"n")){OK aNd NOT fault}`, `service(id(name: "n", type: "t")) { ok AND !fault }`},
		{`((ok) AND (fault AND throttle)) or (error or partial)`, `ok AND fault AND throttle OR error OR partial`},
		{`!(ok = false)`, `ok`},
		{`ok != "true"`, `!ok`},
		{`!(!(ok fault))`, `ok AND fault`},
		{`duration = 1e5 responsetime < 1e-9 http.status > 123456789012345678901234567890`,
			`duration = 100000 AND responsetime < 0.000000001 AND http.status > 12345678901234568e13`},
		{`duration > +0.50 duration > -0`, `duration > 0.5 AND duration > -0`},
		{`Annotation["tenant"] = True`, `annotation.tenant = true`},
		{`annotation["a b\u0022"]`, `annotation["a b\""]`},
		{`annotation[ a.b ] = "\u0001\t\u00e4\ud83d\ude00\/"`, "annotation[a.b] = \"\\u0001\\tä😀/\""},
		{`rootcause.json != # [ { "Services" : [ ] } ]`, `!rootcause.json = #[{"Services":[]}]`},
		{`GROUP.ARN != ""`, `group.arn != ""`},
	} {
		if got := parse(t, c.expression).String(); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.expression, got, c.want)
		}
	}
	if got := filter.All().String(); got != "" {
		t.Errorf("everything prints as %q", got)
	}
}

// TestCompact prints expressions that are as long as may be and would be longer with what people leave out.
func TestCompact(t *testing.T) {
	for _, part := range []string{"ok ", "duration<1e5 ", `user="a"`, "http.status=12345e20 ", "(ok OR !fault)", "duration>1.5e-10 ", `service("a"){ok fault}`, `edge(id(name:"a",type:"b"),"c")`} {
		s := strings.Repeat(part, filter.MaxLength/len(part))
		printed := parse(t, s).String()
		if len(printed) > filter.MaxLength {
			t.Errorf("%s... prints as %d characters", part, len(printed))
		}
		if again := parse(t, printed).String(); again != printed {
			t.Errorf("%s... prints as %.100s, and that as %.100s", part, printed, again)
		}
	}
}

func TestGroups(t *testing.T) {
	x := parse(t, `group.name = "a" OR !(group.arn != "x" AND group.name = "b") OR group.name = "a"`)
	got, want := x.Groups(), []filter.GroupRef{{Name: "a"}, {ARN: "x"}, {Name: "b"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := parse(t, "ok").Groups(); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
}

func TestQuote(t *testing.T) {
	for _, s := range []string{"", "a", `"`, `\`, `a"} OR ok`, "\x00\x1f\n\t", "ä😀\u2028", "\xff"} {
		x := parse(t, "user = "+filter.Quote(s))
		want := `user = ` + filter.Quote(strings.ToValidUTF8(s, "\ufffd"))
		if got := x.String(); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
	if got, want := filter.Quote("a\"\\\n\x01ä"), `"a\"\\\n\u0001ä"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
