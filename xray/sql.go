package xray

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/rayscope/rayscope/xray/internal/sqltext"
)

// envCollectQueries is the environment variable that keeps queries out of traces when it is "false".
const envCollectQueries = "AWS_XRAY_COLLECT_SQL_QUERIES"

// tracedSuffix is added to the name of a driver for its traced form.
const tracedSuffix = ":xray"

// registering is held while a driver is looked up and registered: database/sql panics when it gets a name twice.
var registering sync.Mutex

// SQLContext is sql.Open for a database whose calls are recorded: a subsegment for each connection, ping, query and execution whose context
// has a segment. It is named database@host and shows the query without its literals; with AWS_XRAY_COLLECT_SQL_QUERIES=false,
// no query. Password and parameters of the DSN are not recorded. The driver is registered a second time, as driver + ":xray".
func SQLContext(driver, dsn string) (*sql.DB, error) {
	if err := registerTraced(driver, dsn); err != nil {
		return nil, fmt.Errorf("open traced database with driver %q: %w", driver, err)
	}
	return sql.Open(driver+tracedSuffix, dsn)
}

func registerTraced(name, dsn string) error {
	registering.Lock()
	defer registering.Unlock()
	if slices.Contains(sql.Drivers(), name+tracedSuffix) {
		return nil
	}
	db, err := sql.Open(name, dsn)
	if err != nil {
		return err
	}
	sql.Register(name+tracedSuffix, &sqlDriver{Driver: db.Driver(), name: name})
	return db.Close()
}

// SQLConnector is SQLContext for a connector: pass the result to sql.OpenDB. The DSN is only read for what it says about the connection,
// and may be empty.
func SQLConnector(dsn string, connector driver.Connector) driver.Connector {
	return newSQLConnector("", dsn, connector.Driver(), connector)
}

// A sqlDriver makes the connectors of a driver traced ones.
type sqlDriver struct {
	driver.Driver
	name string
}

// OpenConnector is what database/sql calls once for each sql.Open.
func (d *sqlDriver) OpenConnector(dsn string) (driver.Connector, error) {
	dc, ok := d.Driver.(driver.DriverContext)
	if !ok {
		return newSQLConnector(d.name, dsn, d.Driver, &dsnConnector{d.Driver, dsn}), nil
	}
	c, err := dc.OpenConnector(dsn)
	if err != nil {
		return nil, err
	}
	return newSQLConnector(d.name, dsn, d.Driver, c), nil
}

// Open is for those who use drivers without database/sql.
func (d *sqlDriver) Open(dsn string) (driver.Conn, error) {
	c, err := d.OpenConnector(dsn)
	if err != nil {
		return nil, err
	}
	return c.Connect(context.Background())
}

// A dsnConnector is what database/sql makes for drivers that have no connectors.
type dsnConnector struct {
	driver driver.Driver
	dsn    string
}

func (c *dsnConnector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c *dsnConnector) Driver() driver.Driver                        { return c.driver }

// A sqlConnector opens traced connections. Its Driver is the driver below, as programs ask which it is.
type sqlConnector struct {
	driver.Connector
	facts *sqlFacts
}

// closingConnector is a sqlConnector over one that database/sql is to close.
type closingConnector struct {
	*sqlConnector
	close func() error
}

func (c closingConnector) Close() error { return c.close() }

func newSQLConnector(name, dsn string, d driver.Driver, c driver.Connector) driver.Connector {
	traced := &sqlConnector{Connector: c, facts: newSQLFacts(name, dsn, d)}
	if closer, ok := c.(interface{ Close() error }); ok {
		return closingConnector{traced, closer.Close}
	}
	return traced
}

// Connect opens a connection. The pool also does so on its own account, without anybody's context: then there is nothing to record
// and nobody to complain to.
func (c *sqlConnector) Connect(ctx context.Context) (conn driver.Conn, err error) {
	open := func(ctx context.Context) error {
		conn, err = c.Connector.Connect(ctx)
		return err
	}
	if GetSegment(ctx) == nil && lambdaFacade(ctx) == nil {
		err = open(ctx)
	} else {
		err = c.facts.capture(ctx, sqlCall{query: "CONNECT"}, open)
	}
	if err != nil {
		return nil, err
	}
	return traceConn(conn, c.facts), nil
}

// sqlFacts is what is known about the connections of a connector, all of it from the program itself: asking the database
// would be a round trip for each connection, and fail where rights are few.
type sqlFacts struct {
	name    string // of subsegments
	dialect sqltext.Dialect
	data    SQLData
	queries bool // they are recorded
}

func newSQLFacts(name, dsn string, d driver.Driver) *sqlFacts {
	version := driverVersion(d)
	source := sqltext.ParseSource(sqltext.DialectOf(name, version), dsn)
	return &sqlFacts{
		name:    source.Name(),
		dialect: source.Dialect,
		queries: !strings.EqualFold(strings.TrimSpace(os.Getenv(envCollectQueries)), "false"),
		data: SQLData{
			ConnectionString: source.Form,
			URL:              source.URL,
			DatabaseType:     source.Dialect.String(),
			DriverVersion:    version,
			User:             source.User,
		},
	}
}

// driverVersion returns what the driver says about itself, or else where it comes from.
func driverVersion(d driver.Driver) string {
	if v, ok := d.(interface{ Version() string }); ok {
		return v.Version()
	}
	t := reflect.TypeOf(d)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return ""
	}
	return t.PkgPath()
}

// A sqlCall is what is recorded of one call beside the facts.
type sqlCall struct {
	query     string
	statement bool // it was prepared; query is sanitised
}

// capture makes a call in a subsegment. A driver that returns driver.ErrSkip has done nothing: it will be called again in another
// way, and this subsegment is removed.
func (f *sqlFacts) capture(ctx context.Context, c sqlCall, call func(context.Context) error) error {
	skipped := false
	err := Capture(ctx, f.name, func(ctx context.Context) error {
		seg := GetSegment(ctx)
		if seg.Recording() {
			f.record(seg, c)
		}
		err := call(ctx)
		if skipped = err == driver.ErrSkip; !skipped {
			return err
		}
		if seg.Recording() {
			seg.parent.RemoveSubsegment(seg)
		}
		return nil
	})
	if skipped {
		return driver.ErrSkip
	}
	return err
}

func (f *sqlFacts) record(seg *Segment, c sqlCall) {
	data := f.data
	if c.statement {
		data.Preparation = "statement"
	}
	if f.queries {
		data.SanitizedQuery = c.query
		if !c.statement {
			data.SanitizedQuery = sqltext.Sanitize(f.dialect, c.query)
		}
	}
	seg.Lock()
	defer seg.Unlock()
	seg.Namespace = "remote"
	seg.SQL = &data
}
