package sqltext

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSanitize(t *testing.T) {
	tests := []struct {
		name    string
		dialect Dialect
		query   string
		want    string
	}{
		{"empty", Unknown, "", ""},
		{"numbers", Postgres, "select 1, -2.5e-3, .5, 0xFF, 1_000 from t1 where c2>=3", "select ?, -?, ?, ?, ? from t1 where c2>=?"},
		{"doubled quotes", Postgres, "select 'it''s' || 'x'", "select ? || ?"},
		{"blanks and comments", Postgres, " select\n\t1 -- one 'x\n , /* two /* 'y */ */ 2 ", "select ? , ?"},
		{"comment without an end", MySQL, "select a /* 'secret'", "select a"},
		{"literal without an end", Postgres, "select a from b where c = 'secret", "select a from b where c = ?"},
		{"placeholders", Postgres, "select a::int4 from t where b=$1 and c = $12", "select a::int4 from t where b=$1 and c = $12"},
		{"postgres backslash", Postgres, `select 'c:\', a, E'it\'s', n'x'`, "select ?, a, ?, ?"},
		{"postgres dollar quotes", Postgres, "do $$it's$$; do $tag$ $$ 1 $tag$", "do ?; do ?"},
		{"postgres names", Postgres, `select "my ""col"" 1", a[1] from "T"`, `select "my ""col"" 1", a[?] from "T"`},
		{"postgres operators", Postgres, "select a#>>'{b,1}', @ -5, b@>c, a ? 'b'", "select a#>>?, @ -?, b@>c, a ? ?"},
		{"mysql strings", MySQL, `select "it's", 'it\'s', 'a''b', x'4142', _utf8mb4'x' from ` + "`a 1`", "select ?, ?, ?, ?, _utf8mb4? from `a 1`"},
		{"mysql comments", MySQL, "select 1 # it's\n, 2 -- it's\n, 5--3 -- x", "select ? , ? , ?--?"},
		{"mysql code in comments", MySQL, "select /*!50001 a, 'b' */ 2*/*c*/3", "select a, ? ?* ?"},
		{"mysql user", MySQL, "create user 'a'@'b' identified by 'c'", "create user ?@? identified by ?"},
		{"sql server", SQLServer, "select [it's 1], N'x', $5.20, #tmp1.a from #tmp1 where b=@p1 and @@version=1", "select [it's 1], ?, $?, #tmp1.a from #tmp1 where b=@p1 and @@version=?"},
		{"oracle quotes", Oracle, "select q'[it's]', nq'{a}', Q'!b'c!', 'd' from dual where a=:1 and b=:name", "select ?, ?, ?, ? from dual where a=:1 and b=:name"},
		{"oracle password", Oracle, "alter user scott identified by tig3r#x account unlock", "alter user scott identified by ? account unlock"},
		{"oracle password as a name", Oracle, `create user scott identified by "tiger"`, "create user scott identified by ?"},
		{"sqlite", SQLite, `select "it's", [a 1] from t where b=?1 and c=$d and e=:f and g=@h`, "select ?, [a 1] from t where b=?1 and c=$d and e=:f and g=@h"},
		{"keyword at a quote", Postgres, "select a from b where c in('x')or'y'=d", "select a from b where c in(?)or?=d"},
		{"unknown, certain", Unknown, `select a from "t" where b = 'it''s' and c = ?`, "select a from ? where b = ? and c = ?"},
		{"unknown backslash", Unknown, `select 'a\', secret, 'b`, "select ?"},
		{"unknown bracket", Unknown, "select [it's], secret, 'b'", "select ?"},
		{"unknown hash", Unknown, "select a # it's\n, secret", "select a ?"},
		{"unknown dashes", Unknown, "select 5--'x\n y'", "select ??"},
		{"unknown dollars", Unknown, "select $$it's secret$$", "select ?"},
		{"unknown nested comment", Unknown, "select /* /* */ 'secret' */ 1", "select ?"},
		{"unknown dollar number", Unknown, "select $1", "select $?"},
		{"bytes that are no text", Postgres, "select \xff from t", "select \uFFFD from t"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Sanitize(tt.dialect, tt.query); got != tt.want {
				t.Errorf("Sanitize(%v, %q)\n got %q\nwant %q", tt.dialect, tt.query, got, tt.want)
			}
		})
	}
}

func TestSanitizeIsBounded(t *testing.T) {
	got := Sanitize(Postgres, "select "+strings.Repeat("é", MaxQuery))
	if len(got) > MaxQuery || len(got) < MaxQuery-utf8.UTFMax || !utf8.ValidString(got) {
		t.Errorf("a long name gives %d bytes, valid %v; want about %d, valid", len(got), utf8.ValidString(got), MaxQuery)
	}
	bulk := "insert into t values " + strings.Repeat("('x'),", 1<<20)
	if got := Sanitize(Postgres, bulk); len(got) > MaxQuery {
		t.Errorf("a bulk insert gives %d bytes, want %d at most", len(got), MaxQuery)
	}
}

// FuzzSanitize hides a mark in literals of every kind and looks for it in the result.
func FuzzSanitize(f *testing.F) {
	f.Add(uint8(1), "select a from t where b = ", "it's", uint8(0))
	f.Add(uint8(2), "select a -- x\n, ", `c:\`, uint8(1))
	f.Add(uint8(3), "select [a], ", "]", uint8(2))
	f.Add(uint8(4), "select q'[x]', ", "'", uint8(0))
	f.Add(uint8(0), "/* ", "*/", uint8(3))
	f.Fuzz(func(t *testing.T, d uint8, before, inside string, kind uint8) {
		dialect := Dialect(d % 6)
		got := Sanitize(dialect, before)
		check(t, dialect, before, got)
		if len(before) > 1<<10 || len(inside) > 1<<10 {
			return
		}
		// Whatever the fuzzer found to stand before, the literal must be seen as one when that is complete in itself.
		prefix := templates[int(kind)%len(templates)]
		query := prefix + literalOf(dialect, inside+mark+inside, kind) + " and x = " + literalOf(dialect, mark, kind>>4)
		got = Sanitize(dialect, query)
		check(t, dialect, query, got)
		if strings.Contains(got, mark) || strings.Contains(got, "77") {
			t.Errorf("Sanitize(%v, %q) = %q: a literal is to be seen", dialect, query, got)
		}
	})
}

const mark = "zQx77xQz"

var templates = []string{"select a from b where c = ", "insert into b values (1, ", "update b set c = 'd' || ", "/* e */ select "}

// literalOf writes content as a literal in one of the dialect's ways.
func literalOf(d Dialect, content string, kind uint8) string {
	plain := "'" + strings.ReplaceAll(content, "'", "''") + "'"
	slashed := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(content)
	switch {
	case d == MySQL && kind%2 == 0:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `""`).Replace(content) + `"`
	case d == MySQL:
		return "'" + slashed + "'"
	case d == Postgres && kind%3 == 1:
		return "e'" + slashed + "'"
	case d == Postgres && kind%3 == 2 && !strings.Contains(content, "$"):
		return "$q$" + content + "$q$"
	case d == Oracle && kind%2 == 1 && !strings.Contains(content, "]'"):
		return "q'[" + content + "]'"
	case kind%5 == 4:
		return "N" + plain
	}
	return plain
}

func check(t *testing.T, d Dialect, query, got string) {
	t.Helper()
	if len(got) > MaxQuery || !utf8.ValidString(got) {
		t.Errorf("Sanitize(%v, %q) has %d bytes, valid %v", d, query, len(got), utf8.ValidString(got))
	}
	if !strings.ContainsAny(query, "\"`[") && strings.Contains(got, "'") {
		t.Errorf("Sanitize(%v, %q) = %q has a quote", d, query, got)
	}
}

func BenchmarkSanitize(b *testing.B) {
	const query = "SELECT id, name, price FROM products WHERE category = 'garden' AND price < 100 AND stock > 0 ORDER BY price LIMIT 50"
	b.ReportAllocs()
	b.SetBytes(int64(len(query)))
	for b.Loop() {
		Sanitize(Postgres, query)
	}
}
