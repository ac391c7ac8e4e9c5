// Package sqltext reads the two texts that a program hands to a database driver, queries and data source names, and keeps
// of them what may be shown to everybody who may see traces: the form of a query without its literals, and where and
// as whom a connection goes without its password. It never asks the database.
//
// Both texts mean different things to different databases. Where a text could be read in two ways and one of them would let
// a secret through, the rest of it is left out.
package sqltext

import "strings"

// A Dialect is a family of databases that agree on quoting.
type Dialect uint8

// The dialects. Unknown is read with the greatest caution.
const (
	Unknown Dialect = iota
	Postgres
	MySQL
	SQLServer
	Oracle
	SQLite
)

// String returns the value that X-Ray's SDKs record as database_type.
func (d Dialect) String() string {
	switch d {
	case Postgres:
		return "Postgres"
	case MySQL:
		return "MySQL"
	case SQLServer:
		return "MS SQL"
	case Oracle:
		return "Oracle"
	case SQLite:
		return "SQLite"
	}
	return "Unknown"
}

// marks are parts of driver names, package paths and URL schemes that tell the dialect.
var marks = []struct {
	part    string
	dialect Dialect
}{
	{"postgres", Postgres}, {"pgx", Postgres}, {"lib/pq", Postgres}, {"cockroach", Postgres}, {"redshift", Postgres},
	{"mysql", MySQL}, {"mariadb", MySQL},
	{"sqlserver", SQLServer}, {"mssql", SQLServer}, {"azuresql", SQLServer},
	{"oracle", Oracle}, {"godror", Oracle}, {"go-ora", Oracle}, {"oci8", Oracle},
	{"sqlite", SQLite},
}

// DialectOf finds the dialect in hints: the name under which a driver is registered, its package path, the scheme of a URL.
// The first hint that tells something wins.
func DialectOf(hints ...string) Dialect {
	for _, hint := range hints {
		hint = strings.ToLower(hint)
		for _, m := range marks {
			if strings.Contains(hint, m.part) {
				return m.dialect
			}
		}
	}
	return Unknown
}
