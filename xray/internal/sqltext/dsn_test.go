package sqltext

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestParseSource(t *testing.T) {
	tests := []struct {
		dialect Dialect
		dsn     string
		want    string // name | user | URL or form
	}{
		{Postgres, "postgres://shop:pa%20ss@db.internal:5432/orders?sslmode=disable&password=x", "orders@db.internal | shop | postgres://shop@db.internal:5432/orders"},
		{Unknown, "postgresql://shop@db.internal/orders", "orders@db.internal | shop | postgresql://shop@db.internal/orders"},
		{Postgres, "postgres://shop:12/34@db.internal/orders", "orders@db.internal | shop | postgres://shop@db.internal/orders"},
		{Postgres, "postgres://shop:a#b?c@db.internal/orders", "Postgres |  | "},
		{Postgres, "postgres:///orders?host=/var/run/postgresql&user=shop", "orders@/var/run/postgresql | shop | postgres://shop@/orders"},
		{Postgres, "postgres://[::1]:5432/orders", "orders@::1 |  | postgres://[::1]:5432/orders"},
		{Postgres, "postgres://a:5432,b:5432/orders", "orders@a |  | postgres://a:5432/orders"},
		{Postgres, `host=db.internal port=5432 user=shop password='it\'s x' dbname=orders sslmode=disable`, "orders@db.internal | shop | host=db.internal port=5432 user=shop dbname=orders"},
		{Postgres, "host = db user = shop password = x", "db | shop | host=db user=shop"},
		{Postgres, "\n\thost=db.internal\n\tuser=shop\n\tpassword='it\\'s x'\n\tdbname=orders\n", "orders@db.internal | shop | host=db.internal user=shop dbname=orders"},
		{Postgres, `host=db.internal password=two\ words\\ user=shop dbname=orders`, "orders@db.internal | shop | host=db.internal user=shop dbname=orders"},
		{Postgres, "password=two words user=shop", "Postgres |  | "},
		{MySQL, "shop:p@ss/w:rd@tcp(db.internal:3306)/orders?parseTime=true", "orders@db.internal | shop | shop@tcp(db.internal:3306)/orders"},
		{MySQL, "shop@unix(/run/mysqld.sock)/orders", "orders | shop | shop@unix(/run/mysqld.sock)/orders"},
		{MySQL, "shop://secret@tcp(db.internal:3306)/orders", "orders@db.internal | shop | shop@tcp(db.internal:3306)/orders"},
		{MySQL, "mysql://secret@tcp(db.internal)/orders", "orders@db.internal | mysql | mysql@tcp(db.internal)/orders"},
		{MySQL, "mysql://secret@/orders", "orders | mysql | mysql@/orders"},
		{MySQL, "mysql://shop:secret@db.internal:3306/orders", "orders@db.internal | shop | mysql://shop@db.internal:3306/orders"},
		{Unknown, "shop://secret@db.internal/orders", "orders@db.internal |  | shop://db.internal/orders"},
		{MySQL, "/orders", "orders |  | /orders"},
		{MySQL, "shop:secret/orders", "MySQL |  | "},
		{SQLServer, "sqlserver://sa:secret@db.internal:1433/prod?database=orders&password=x", "orders@db.internal | sa | sqlserver://sa@db.internal:1433/orders"},
		{SQLServer, `server=db\prod,1433;User ID=sa;Password="a;user id=b";Initial Catalog=orders;`, `orders@db\prod | sa | server=db\prod,1433;User ID=sa;Initial Catalog=orders`},
		{SQLServer, "odbc:server=tcp:db.internal;uid=sa;pwd={a};b};database=orders", "MS SQL |  | "},
		{SQLServer, "odbc:server=tcp:db.internal;uid=sa;pwd={a}};b};database=orders", "orders@db.internal | sa | server=db.internal;uid=sa;database=orders"},
		{Oracle, "scott/tiger@db.internal:1521/xe", "xe@db.internal | scott | scott@db.internal:1521/xe"},
		{Oracle, "oracle://scott:tiger@db.internal:1521/xe", "xe@db.internal | scott | oracle://scott@db.internal:1521/xe"},
		{Oracle, `user="scott" password="ti ger" connectString="db.internal:1521/xe"`, "xe@db.internal | scott | user=scott connectString=db.internal:1521/xe"},
		{SQLite, "file:/srv/shop.db?_auth_pass=x&_pragma_key=y", "shop.db |  | file:/srv/shop.db"},
		{SQLite, ":memory:", ":memory: |  | :memory:"},
		{SQLite, "", "temporary |  | "},
		{Unknown, "orders", "Unknown |  | orders"},
		{Unknown, "server=db;user=sa;password=x;database=orders", "orders@db | sa | server=db;user=sa;database=orders"},
		{Unknown, "host=db password=a;user=b", "Unknown |  | "},
		{Unknown, "scott/tiger@db", "Unknown |  | "},
	}
	for _, tt := range tests {
		s := ParseSource(tt.dialect, tt.dsn)
		if got := fmt.Sprintf("%s | %s | %s%s", s.Name(), s.User, s.URL, s.Form); got != tt.want {
			t.Errorf("ParseSource(%v, %q)\n got %q\nwant %q", tt.dialect, tt.dsn, got, tt.want)
		}
	}
}

func TestDialectOf(t *testing.T) {
	tests := []struct {
		hints []string
		want  Dialect
	}{
		{[]string{"pgx", ""}, Postgres},
		{[]string{"main", "github.com/lib/pq"}, Postgres},
		{[]string{"", "github.com/go-sql-driver/mysql"}, MySQL},
		{[]string{"mssql"}, SQLServer},
		{[]string{"unknown", "github.com/sijms/go-ora/v2"}, Oracle},
		{[]string{"sqlite3"}, SQLite},
		{[]string{"unknown", "example.com/driver"}, Unknown},
	}
	for _, tt := range tests {
		if got := DialectOf(tt.hints...); got != tt.want {
			t.Errorf("DialectOf(%q) = %v, want %v", tt.hints, got, tt.want)
		}
	}
}

// escapeBlanks escapes a value without quotes as PostgreSQL wants it.
var escapeBlanks = strings.NewReplacer(`\`, `\\`, `'`, `\'`, " ", `\ `, "\t", "\\\t", "\r", "\\\r", "\n", "\\\n", "\v", "\\\v", "\f", "\\\f")

// forms write a password into every kind of data source name, escaped as its driver wants it; raw ones as people write them.
var forms = []struct {
	dialect Dialect
	write   func(password string) string
}{
	{Postgres, func(p string) string { return "postgres://u:" + url.QueryEscape(p) + "@h:5432/d?sslmode=disable" }},
	{Postgres, func(p string) string { return "postgres://u:" + p + "@h:5432/d" }},
	{Postgres, func(p string) string { return "postgres://h/d?user=u&password=" + url.QueryEscape(p) }},
	{Postgres, func(p string) string {
		return "host=h password='" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(p) + "' user=u dbname=d"
	}},
	{Postgres, func(p string) string { return "host=h\tpassword=" + escapeBlanks.Replace(p) + "\nuser=u" }},
	{MySQL, func(p string) string { return "u:" + p + "@tcp(h:3306)/d?parseTime=true" }},
	{MySQL, func(p string) string { return "u:" + p + "@/d" }},
	{SQLServer, func(p string) string { return "sqlserver://u:" + url.PathEscape(p) + "@h?database=d" }},
	{SQLServer, func(p string) string { return `server=h;password="` + strings.ReplaceAll(p, `"`, `""`) + `";user id=u` }},
	{SQLServer, func(p string) string { return "odbc:server=h;pwd={" + strings.ReplaceAll(p, "}", "}}") + "};uid=u" }},
	{Oracle, func(p string) string { return "u/" + p + "@h:1521/d" }},
	{Oracle, func(p string) string { return "oracle://u:" + url.PathEscape(p) + "@h:1521/d" }},
	{SQLite, func(p string) string { return "file:d.db?_auth_pass=" + url.QueryEscape(p) }},
	{Unknown, func(p string) string { return "mystery://u:" + p + "@h/d" }},
	{Unknown, func(p string) string { return "u:" + p + "@h/d" }},
}

func FuzzParseSource(f *testing.F) {
	for i := range forms {
		f.Add(uint8(i), "a", "b")
		f.Add(uint8(i), "@h/", "?x=")
		f.Add(uint8(i), "';", "} user=")
		f.Add(uint8(i), "1234/", "#@")
		f.Add(uint8(i), "//", "0")
	}
	f.Fuzz(func(t *testing.T, form uint8, a, b string) {
		ParseSource(Dialect(form%6), a)
		w := forms[int(form)%len(forms)]
		dsn := w.write(a + mark + b)
		s := ParseSource(w.dialect, dsn)
		for _, member := range []string{s.URL, s.Form, s.User, s.Host, s.Database, s.Name()} {
			if strings.Contains(member, mark) {
				t.Errorf("ParseSource(%v, %q) = %+v shows the password", w.dialect, dsn, s)
			}
		}
	})
}
