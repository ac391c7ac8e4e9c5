package clients

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

var rewrite = flag.Bool("rewrite", false, "write what the databases' traces show into testdata, instead of comparing")

// scenarios are how many segments test/go/databases sends.
const scenarios = 19

// TestDatabases has a program use real servers of MySQL and PostgreSQL through database/sql, traced by our SDK, with the drivers that people
// use, and looks at everything that the API then tells of the databases. What each query shows is in testdata/databases.
func TestDatabases(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	for _, c := range []databaseCase{
		{"mysql", "MySQL", harness.StartMySQL, mysqlDSNs},
		{"postgres", "Postgres", harness.StartPostgres, urlFirst},
		{"pgx", "Postgres", harness.StartPostgres, pairsFirst},
	} {
		t.Run(c.driver, func(t *testing.T) {
			t.Parallel()
			db := c.start(t, "orders-"+c.driver)
			tcp, socket := c.dsns(db)
			begin := time.Now()
			p := harness.StartProcess(t, []string{"AWS_XRAY_DAEMON_ADDRESS=" + server.Daemon}, harness.GoProgram(t, "databases"), c.driver, tcp, socket)
			if code := p.Wait(t, time.Minute); code != 0 {
				t.Fatalf("exit code %d; it printed:\n%s", code, p.Tail())
			}
			v := &databaseView{databaseCase: c, db: db, said: p.Tail(), window: harness.Args{
				"StartTime": harness.At(begin.Add(-time.Minute)), "EndTime": harness.At(time.Now().Add(time.Minute)),
				"FilterExpression": fmt.Sprintf("annotation.driver = %q", c.driver),
			}}
			v.traces(t, server)
			v.checkSecrets(t)
			v.checkQueries(t)
			v.checkFailures(t)
			v.checkGraph(t, server)
		})
	}
}

type databaseCase struct {
	driver, kind string
	start        func(testing.TB, string) *harness.Database
	dsns         func(*harness.Database) (tcp, socket string)
}

// A databaseView is what is known of a program's run.
type databaseView struct {
	databaseCase
	db     *harness.Database
	said   string // what the program printed
	window harness.Args

	summaries []harness.Summary
	documents []harness.Document // a segment each, oldest first
	texts     []string           // of the documents
}

func mysqlDSNs(d *harness.Database) (tcp, socket string) {
	const form = "%s:%s@%s(%s)/%s?multiStatements=true"
	return fmt.Sprintf(form, d.User, d.Password, "tcp", net.JoinHostPort(d.Host, d.Port), d.Name),
		fmt.Sprintf(form, d.User, d.Password, "unix", d.Socket, d.Name)
}

func urlFirst(d *harness.Database) (tcp, socket string) {
	return postgresURL(d, net.JoinHostPort(d.Host, d.Port), nil), postgresPairs(d, d.Socket)
}

func pairsFirst(d *harness.Database) (tcp, socket string) {
	return postgresPairs(d, d.Host), postgresURL(d, "", url.Values{"host": {d.Socket}, "port": {d.Port}})
}

func postgresURL(d *harness.Database, host string, query url.Values) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(d.User, d.Password), Host: host, Path: "/" + d.Name}
	u.RawQuery = "sslmode=disable&" + query.Encode()
	return u.String()
}

func postgresPairs(d *harness.Database, host string) string {
	return fmt.Sprintf("host=%s port=%s user=%s password='%s' dbname=%s sslmode=disable", host, d.Port, d.User, d.Password, d.Name)
}

// traces waits for the traces of all scenarios and reads them.
func (v *databaseView) traces(t *testing.T, s *harness.Server) {
	t.Helper()
	harness.Eventually(t, visible, func() error {
		got, err := harness.Get[harness.Summaries](s, "GetTraceSummaries", v.window)
		if err != nil {
			return err
		}
		if len(got.TraceSummaries) != scenarios {
			return fmt.Errorf("%d traces of %s are listed, want %d", len(got.TraceSummaries), v.driver, scenarios)
		}
		v.summaries = got.TraceSummaries
		return nil
	})
	for chunk := range slices.Chunk(v.summaries, 5) { // as many as a call takes
		var ids []string
		for _, s := range chunk {
			ids = append(ids, s.Id)
		}
		for _, trace := range awaitTraces(t, s, ids, 1) {
			docs, err := trace.Documents()
			if err != nil {
				t.Fatal(err)
			}
			v.documents = append(v.documents, docs[0])
			v.texts = append(v.texts, trace.Segments[0].Document)
		}
	}
	slices.SortFunc(v.documents, func(a, b harness.Document) int { return cmp.Compare(a.Start, b.Start) })
}

// checkSecrets looks for the password, and for literals, in every byte that was stored.
func (v *databaseView) checkSecrets(t *testing.T) {
	t.Helper()
	for _, text := range v.texts {
		for _, secret := range []string{"hunter2", "signs", "s3cret", "untraced"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in a document: %s", secret, text)
			}
		}
	}
}

// checkQueries compares what is shown of each query with the file of the driver.
func (v *databaseView) checkQueries(t *testing.T) {
	t.Helper()
	var b strings.Builder
	for i := range v.documents {
		d := &v.documents[i]
		scenario := d.Annotations["scenario"]
		fmt.Fprintf(&b, "%v\n", scenario)
		lines := v.queries(t, d)
		if scenario == "pool" { // how many goroutines find a connection is chance
			lines = slices.DeleteFunc(lines, func(l string) bool { return l == "CONNECT" })
		}
		writeCounted(&b, lines)
	}
	file := filepath.Join("testdata", "databases", v.driver+".txt")
	if *rewrite {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s: got\n%s\nwant (-rewrite writes it)\n%s", file, b.String(), want)
	}
}

// writeCounted writes equal lines that follow each other once.
func writeCounted(b *strings.Builder, lines []string) {
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n] == lines[0] {
			n++
		}
		if b.WriteString("\t"); n > 1 {
			fmt.Fprintf(b, "%d x ", n)
		}
		b.WriteString(lines[0] + "\n")
		lines = lines[n:]
	}
}

// queries are what a segment shows of its queries, in their order, after a look at what is the same for all of them.
func (v *databaseView) queries(t *testing.T, d *harness.Document) (lines []string) {
	t.Helper()
	var calls []*harness.Document
	for e := range d.All {
		if e.SQL != nil {
			calls = append(calls, e)
		}
	}
	slices.SortStableFunc(calls, func(a, b *harness.Document) int { return cmp.Compare(a.Start, b.Start) })
	socket := d.Annotations["scenario"] == "socket"
	for _, e := range calls {
		v.checkFacts(t, e, socket)
		line := e.SQL.Query
		if e.SQL.Preparation != "" {
			line += " (" + e.SQL.Preparation + ")"
		}
		if e.Fault {
			line += " (fault)"
		}
		lines = append(lines, line)
	}
	return lines
}

func (v *databaseView) checkFacts(t *testing.T, e *harness.Document, socket bool) {
	t.Helper()
	name := v.db.Name + "@" + v.db.Host
	if socket {
		name = v.socketName()
	}
	if e.Name != name || e.Namespace != "remote" || e.SQL.Type != v.kind || e.SQL.User != v.db.User {
		t.Errorf("a call is named %s, in %s, of %s, by %s; want %s, remote, %s, %s", e.Name, e.Namespace, e.SQL.Type, e.SQL.User, name, v.kind, v.db.User)
	}
	if form := e.SQL.URL + e.SQL.ConnectionString; !strings.Contains(form, v.db.Name) || !socket && !strings.Contains(form, v.db.Port) {
		t.Errorf("the connection shows as %q, want database %s and port %s in it", form, v.db.Name, v.db.Port)
	}
}

// socketName is what the database is called by those that reach it by a socket: PostgreSQL's directory stands for a host.
func (v *databaseView) socketName() string {
	if v.driver == "mysql" {
		return v.db.Name
	}
	return v.db.Name + "@" + v.db.Socket
}

// checkFailures looks for the messages of the driver, which the program has printed.
func (v *databaseView) checkFailures(t *testing.T) {
	t.Helper()
	recorded := map[any][]string{}
	for i := range v.documents {
		for e := range v.documents[i].All {
			messages, err := e.Messages()
			if err != nil {
				t.Fatal(err)
			}
			scenario := v.documents[i].Annotations["scenario"]
			recorded[scenario] = append(recorded[scenario], messages...)
		}
	}
	n := 0
	for line := range strings.Lines(v.said) {
		scenario, message, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if _, played := recorded[scenario]; !ok || !played {
			continue
		}
		n++
		if !slices.Contains(recorded[scenario], message) {
			t.Errorf("%s: %q is not among the exceptions %q", scenario, message, recorded[scenario])
		}
	}
	if n < 3 {
		t.Errorf("the program printed %d errors of the database, want three at least:\n%s", n, v.said)
	}
}

// checkGraph wants a node for each address by which the database was reached, and an edge that counts the calls.
func (v *databaseView) checkGraph(t *testing.T, s *harness.Server) {
	t.Helper()
	type counts struct{ total, faults int }
	want := map[string]counts{}
	for i := range v.documents {
		for e := range v.documents[i].All {
			if e.SQL == nil {
				continue
			}
			c := want[e.Name]
			c.total++
			if e.Fault {
				c.faults++
			}
			want[e.Name] = c
		}
	}
	graph, err := harness.Get[harness.Graph](s, "GetServiceGraph", harness.Args{"StartTime": v.window["StartTime"], "EndTime": v.window["EndTime"]})
	if err != nil {
		t.Fatal(err)
	}
	nodes := map[int]harness.Node{}
	var program harness.Node
	for _, n := range graph.Services {
		nodes[n.ReferenceId] = n
		if n.Name == "clerk-"+v.driver && n.Type != "client" {
			program = n
		}
	}
	got := map[string]counts{}
	for _, e := range program.Edges {
		n := nodes[e.ReferenceId]
		got[n.Name] = counts{e.SummaryStatistics.TotalCount, e.SummaryStatistics.FaultStatistics.TotalCount}
		if n.Type != "Database::SQL" || n.State != "passive" || n.SummaryStatistics.TotalCount != e.SummaryStatistics.TotalCount {
			t.Errorf("node of the database: %+v with %+v, want a passive Database::SQL with the counts %+v", n, n.SummaryStatistics, e.SummaryStatistics)
		}
	}
	if !maps.Equal(got, want) || len(got) != 2 {
		t.Errorf("the map has calls and faults %v, want %v: one node each for TCP and the socket", got, want)
	}
}
