package sqltext

import (
	"math/rand/v2"
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
		{"mysql without backslash escapes", MySQL, `select 'c:\', secret, 'b', "d\" from t`, "select ?, secret, ?, ? from t"},
		{"mysql, escapes or not", MySQL, `select 'a\'', secret, ' c ' -- '`, "select ?"},
		{"mysql, several escapes", MySQL, `select 'it\'s', a, 'it\'s', "it\"s" from t`, "select ?, a, ?, ? from t"},
		{"mysql null", MySQL, `select \N, 'it\'s'`, `select \N, ?`},
		{"postgres without standard strings", Postgres, `select 'it\'s secret', a`, "select ?, a"},
		{"mysql code that may be a comment", MySQL, "select 1 /*!99999 it's */, 'secret' from t", "select ? it?"},
		{"mysql name that may end a comment", MySQL, "select 1 /*!99999 `*/, 'secret` from t", "select ? ?"},
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

// A piece is a part of a query and what is to be shown of it.
type piece struct{ text, want string }

// pieces are what queries of a dialect are made of, beside literals.
func pieces(d Dialect) []piece {
	p := []piece{{"a", "a"}, {"b1", "b1"}, {"from", "from"}, {"= 4711", "= ?"}, {"-.5e-3", "-?"}, {"/* it's */", ""}, {"\n,\t", ","}, {"(", "("}, {"in (1,2)", "in (?,?)"}}
	switch d {
	case MySQL:
		return append(p, piece{"`it's`", "`it's`"}, piece{"# it's\n", ""}, piece{"-- it's\n", ""}, piece{"@x", "@x"}, piece{"/*!50001 c */", "c"}, piece{"?", "?"})
	case Postgres:
		return append(p, piece{`"it's"`, `"it's"`}, piece{"--it's\n", ""}, piece{"$1", "$1"}, piece{"::int4", "::int4"}, piece{"/* /* ' */ */", ""}, piece{"#>", "#>"})
	case SQLServer:
		return append(p, piece{"[it's]", "[it's]"}, piece{"--it's\n", ""}, piece{"@p1", "@p1"}, piece{"#t", "#t"})
	case Oracle:
		return append(p, piece{`"it's"`, `"it's"`}, piece{"--it's\n", ""}, piece{":1", ":1"}, piece{":name", ":name"})
	case SQLite:
		return append(p, piece{"[it's]", "[it's]"}, piece{"`it's`", "`it's`"}, piece{"--it's\n", ""}, piece{"?1", "?1"}, piece{"$d", "$d"})
	}
	return p
}

// randomContent is what may be inside of a literal, mark included.
func randomContent(r *rand.Rand) string {
	bits := []string{"'", `"`, "`", `\`, `\\`, "--", "/*", "*/", "#", "$$", "$q", ";", "]", "[", "\n", "é", "a", " ", mark}
	content := mark
	for range r.IntN(6) {
		content += bits[r.IntN(len(bits))]
	}
	return content
}

// randomQuery puts literals, as literal writes them, between pieces.
func randomQuery(r *rand.Rand, d Dialect, literal func(content string, kind uint8) string) (query, want string) {
	var texts, wants []string
	add := func(p piece) {
		texts = append(texts, p.text)
		if p.want != "" {
			wants = append(wants, p.want)
		}
	}
	all := pieces(d)
	for range 2 + r.IntN(8) {
		if r.IntN(2) == 0 {
			add(piece{literal(randomContent(r), uint8(r.UintN(256))), "?"})
		} else {
			add(all[r.IntN(len(all))])
		}
	}
	return strings.Join(texts, " "), strings.Join(wants, " ")
}

// TestSanitizeShowsAllButLiterals makes queries whose form is known. A query that could be read in two ways may end early, never otherwise.
func TestSanitizeShowsAllButLiterals(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const queries = 1000
	for d := Postgres; d <= SQLite; d++ {
		short := 0
		for range queries {
			query, want := randomQuery(r, d, func(content string, kind uint8) string { return literalOf(d, content, kind) })
			got := Sanitize(d, query)
			if got == want {
				continue
			}
			short++
			if begin, cut := strings.CutSuffix(got, "?"); !cut || !strings.HasPrefix(want, begin) {
				t.Errorf("Sanitize(%v, %q)\n got %q\nwant %q, or a beginning with ? behind it", d, query, got, want)
			}
		}
		if short > queries/20 {
			t.Errorf("%v: %d of %d queries ended early", d, short, queries)
		}
	}
}

// TestSanitizeUnderOtherSettings makes queries for servers that read a backslash in the unusual way, and whose double quotes may be names.
func TestSanitizeUnderOtherSettings(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	doubled := func(content string, _ uint8) string { return "'" + strings.ReplaceAll(content, "'", "''") + "'" }
	slashed := func(content string, _ uint8) string {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(content) + "'"
	}
	for range 1000 {
		for _, server := range []struct {
			dialect Dialect
			literal func(string, uint8) string
		}{
			{MySQL, doubled}, {Postgres, slashed},
			{Unknown, doubled}, {Unknown, slashed},
		} {
			query, _ := randomQuery(r, server.dialect, server.literal)
			if got := Sanitize(server.dialect, query); strings.Contains(got, mark) {
				t.Errorf("Sanitize(%v, %q) = %q: a literal is to be seen", server.dialect, query, got)
			}
		}
	}
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
