package sqltext

import (
	"net"
	"net/url"
	"path"
	"strings"
)

// Source is what a data source name says about a connection and may be shown. Members that it does not tell, or not with
// certainty, are empty. It is built from known parts only, so that a password cannot slip through under a new name.
type Source struct {
	Dialect  Dialect
	URL      string // scheme://user@host:port/database, if the name was a URL
	Form     string // the connection string in the form in which it was given, if it was no URL
	User     string
	Host     string // without port
	Database string

	port string
}

// ParseSource reads a data source name in the form that drivers of the dialect take. For Unknown the name itself must tell.
func ParseSource(d Dialect, dsn string) Source {
	if scheme, rest, ok := strings.Cut(dsn, "://"); ok && isURL(d, scheme, rest) {
		return fromURL(d, scheme, rest)
	}
	switch {
	case d == SQLite:
		return fromFile(dsn)
	case d == MySQL:
		return fromMySQL(dsn)
	case d == Oracle && !strings.Contains(dsn, "="):
		return fromOracle(dsn)
	case d == SQLServer:
		return fromPairs(d, strings.TrimPrefix(dsn, "odbc:"), ';')
	case d == Postgres, d == Oracle:
		return fromPairs(d, dsn, ' ')
	case strings.Contains(dsn, ";"):
		return fromPairs(d, dsn, ';')
	case strings.Contains(dsn, "="):
		return fromPairs(d, dsn, ' ')
	case plain(dsn, ".-"):
		return Source{Form: dsn}
	}
	return Source{}
}

// Name returns what calls to this database are called: database@host, or the part of it that is known.
func (s Source) Name() string {
	switch {
	case s.Database != "" && s.Host != "":
		return s.Database + "@" + s.Host
	case s.Database != "":
		return s.Database
	case s.Host != "":
		return s.Host
	}
	return s.Dialect.String()
}

// plain tells that s is not empty and made of letters, digits, underscores and the bytes of extra.
func plain(s, extra string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || !letter(c) && !digit(c) && strings.IndexByte(extra, c) < 0 {
			return false
		}
	}
	return s != ""
}

// keep sets the member if the value looks like one; what does not may be a piece of a password that was not escaped.
func keep(member *string, value, extra string) {
	if plain(value, extra) && len(value) <= maxPart {
		*member = value
	}
}

// maxPart is longer than any host name, user or database may be.
const maxPart = 255

const (
	inUser     = ".-+@\\"
	inDatabase = ".-$"
	inHost     = ".-:[]\\/(),"
)

// setHost takes host, host:port or [v6]:port, the first one of several with commas between them.
func (s *Source) setHost(address string) {
	address, _, _ = strings.Cut(address, ",")
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), ""
	}
	keep(&s.Host, host, inHost)
	keep(&s.port, port, "")
}

// address returns the host with its port as it stands in a URL.
func (s *Source) address() string {
	if s.port != "" {
		return net.JoinHostPort(s.Host, s.port)
	}
	if strings.Contains(s.Host, ":") {
		return "[" + s.Host + "]"
	}
	return s.Host
}

// isURL tells a URL from user:password@host/database with a password that begins with two slashes.
func isURL(d Dialect, scheme, rest string) bool {
	switch {
	case !plain(scheme, "+-."):
		return false
	case d == Unknown:
		return true
	case d != MySQL:
		return d == DialectOf(scheme)
	}
	host, _, _ := strings.Cut(rest[strings.LastIndexByte(rest, '@')+1:], "/")
	return DialectOf(scheme) == MySQL && host != "" && host != "tcp" && host != "unix" && !strings.Contains(host, "(")
}

// fromURL reads scheme://user:password@host:port/database?parameters. Passwords are often not escaped, so the standard parser would take
// parts of them for host, port or path: here the user's part ends at the last @, and an @ among the parameters ends the reading.
func fromURL(d Dialect, scheme, rest string) Source {
	s := Source{Dialect: d}
	if d == Unknown {
		s.Dialect = DialectOf(scheme)
	}
	if s.Dialect == SQLite {
		return fromFile(rest)
	}
	head, query, _ := strings.Cut(rest, "?")
	if strings.Contains(query, "@") {
		return s
	}
	if at := strings.LastIndexByte(head, '@'); at >= 0 {
		if s.Dialect != Unknown { // else it may be no URL, see isURL
			s.setUser(head[:at])
		}
		head = head[at+1:]
	}
	address, database, _ := strings.Cut(head, "/")
	s.setHost(address)
	database, _, _ = strings.Cut(database, "#")
	if s.Dialect != SQLServer {
		keep(&s.Database, database, inDatabase)
	}
	s.fromQuery(query)
	s.URL = s.url(scheme)
	return s
}

// setUser takes the user from user:password or user/password.
func (s *Source) setUser(info string) {
	if i := strings.IndexAny(info, ":/"); i >= 0 {
		info = info[:i]
	}
	if name, err := url.PathUnescape(info); err == nil {
		keep(&s.User, name, inUser)
	}
}

// fromQuery takes from the parameters of a URL what may also stand in its path.
func (s *Source) fromQuery(query string) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return
	}
	for key, value := range values {
		switch strings.ToLower(key) {
		case "database", "dbname":
			keep(&s.Database, value[0], inDatabase)
		case "host":
			keep(&s.Host, value[0], inHost)
		case "user":
			keep(&s.User, value[0], inUser)
		}
	}
}

func (s *Source) url(scheme string) string {
	u := url.URL{Scheme: scheme, Host: s.address()}
	if strings.HasPrefix(s.Host, "/") {
		u.Host = "" // the directory of a Unix socket
	}
	if s.User != "" {
		u.User = url.User(s.User)
	}
	if s.Database != "" {
		u.Path = "/" + s.Database
	}
	if u.Host == "" && u.User == nil {
		return scheme + "://" + u.Path
	}
	return u.String()
}

// fromMySQL reads user:password@net(address)/database?parameters as the driver does: the last slash ends the address, and the last @
// before it the password, so that both may hold any byte.
func fromMySQL(dsn string) Source {
	s := Source{Dialect: MySQL}
	slash := strings.LastIndexByte(dsn, '/')
	if slash < 0 {
		return s
	}
	left := dsn[:slash]
	if at := strings.LastIndexByte(left, '@'); at >= 0 {
		user, _, _ := strings.Cut(left[:at], ":")
		keep(&s.User, user, inUser)
		left = left[at+1:]
	}
	network, address, hasAddress := strings.Cut(left, "(")
	if strings.ContainsRune(network, ':') || hasAddress && !strings.HasSuffix(address, ")") {
		return s
	}
	address = strings.TrimSuffix(address, ")")
	if network != "unix" {
		s.setHost(address)
	}
	database, _, _ := strings.Cut(dsn[slash+1:], "?")
	keep(&s.Database, database, inDatabase)
	s.Form = s.mysqlForm(network, address)
	return s
}

func (s *Source) mysqlForm(network, address string) string {
	form := s.User
	if form != "" {
		form += "@"
	}
	if plain(network, "") {
		form += network
		if plain(address, inHost) {
			form += "(" + address + ")"
		}
	}
	return form + "/" + s.Database
}

// fromOracle reads user/password@host:port/service.
func fromOracle(dsn string) Source {
	s := Source{Dialect: Oracle}
	at := strings.LastIndexByte(dsn, '@')
	if at < 0 {
		return s
	}
	s.setUser(dsn[:at])
	s.setConnect(dsn[at+1:])
	s.Form = s.User + "@" + s.address() + "/" + s.Database
	return s
}

// setConnect takes Oracle's [//]host:port/service.
func (s *Source) setConnect(text string) {
	address, service, _ := strings.Cut(strings.TrimPrefix(text, "//"), "/")
	s.setHost(address)
	service, _, _ = strings.Cut(service, "?")
	keep(&s.Database, service, inDatabase)
}

// fromFile reads the path of an SQLite database; parameters, which may hold a key, are left out.
func fromFile(dsn string) Source {
	file, _, _ := strings.Cut(dsn, "?")
	s := Source{Dialect: SQLite, Form: file}
	s.Database = path.Base(strings.ReplaceAll(strings.TrimPrefix(file, "file:"), "\\", "/"))
	if strings.TrimPrefix(file, "file:") == "" {
		s.Database = "temporary"
	}
	return s
}
