package sqltext

import "strings"

// An escape says what a backslash before a quote does.
type escape uint8

const (
	doubled      escape = iota // nothing: quotes are doubled
	backslash                  // the quote belongs to the literal
	eitherEscape               // nobody knows
)

// escapes returns what a backslash does in a literal, as the database is usually set.
func (d Dialect) escapes() escape {
	switch d {
	case MySQL:
		return backslash
	case Unknown:
		return eitherEscape
	}
	return doubled
}

// quoted takes a literal from its opening quote to the end of its last part.
func (s *scanner) quoted(e escape) bool {
	quote, start := s.src[s.pos], s.pos
	slashes := 0
	for s.pos++; s.pos < len(s.src); s.pos++ {
		switch c := s.src[s.pos]; {
		case c == '\\':
			slashes++
			continue
		case c != quote:
		case slashes%2 == 1 && e == eitherEscape:
			return s.cut()
		case slashes%2 == 1 && e == backslash:
		case s.peek(1) == quote:
			s.pos++
		default:
			s.pos++
			s.broken = s.broken || letter(s.peek(0)) // as in 'it's
			if s.crosses(start) {
				return s.cut()
			}
			return s.literal()
		}
		slashes = 0
	}
	s.broken = true
	return s.literal()
}

// crosses reports whether what was read from start ends the /*! comment around it for those versions of MySQL that do not
// run that.
func (s *scanner) crosses(start int) bool {
	return s.running > 0 && strings.Contains(s.src[start:s.pos], "*/")
}

// oracleQuoted takes q'[…]', whose end is the counterpart of its first byte before a quote.
func (s *scanner) oracleQuoted() bool {
	end := s.peek(1)
	if i := strings.IndexByte("[{(<", end); i >= 0 {
		end = "]})>"[i]
	}
	rest := s.src[min(s.pos+2, len(s.src)):]
	i := strings.Index(rest, string([]byte{end, '\''}))
	if i < 0 {
		return s.cut()
	}
	s.pos += 2 + i + 2
	return s.literal()
}

// doubleQuoted takes what is a name to the standard, a literal to MySQL, and to SQLite a literal if there is no such name.
func (s *scanner) doubleQuoted() bool {
	switch s.dialect {
	case Postgres, Oracle, SQLServer:
		return s.name('"')
	}
	return s.quoted(s.escapes)
}

// name takes a quoted name that ends with the byte end, which is doubled inside.
func (s *scanner) name(end byte) bool {
	start := s.pos
	for s.pos++; s.pos < len(s.src); s.pos++ {
		if s.src[s.pos] != end {
			continue
		}
		if s.peek(1) == end {
			s.pos++
			continue
		}
		s.pos++
		switch {
		case s.crosses(start):
			return s.cut()
		case s.secretNext():
			return s.literal()
		}
		s.emit(s.src[start:s.pos])
		return true
	}
	s.broken = true
	return s.cut()
}

// bracket takes [name] of SQL Server and SQLite; to others a bracket opens an array.
func (s *scanner) bracket() bool {
	switch s.dialect {
	case SQLServer, SQLite:
		return s.name(']')
	case Unknown:
		inside, _, closed := strings.Cut(s.src[s.pos:], "]")
		if !closed || strings.ContainsAny(inside, "'\"`$#-/") {
			return s.cut()
		}
	}
	s.emit("[")
	s.pos++
	return true
}

// dashes takes a comment to the end of its line. MySQL wants a blank behind the dashes, and subtracts twice without.
func (s *scanner) dashes() bool {
	if s.peek(2) > ' ' {
		switch s.dialect {
		case MySQL:
			s.emit("-")
			s.pos++
			return true
		case Unknown:
			return s.cut()
		}
	}
	s.skipLine()
	return true
}

// hash takes a comment of MySQL, an operator of PostgreSQL or a name of SQL Server.
func (s *scanner) hash() bool {
	switch s.dialect {
	case MySQL:
		s.skipLine()
		return true
	case Unknown:
		return s.cut()
	}
	s.emit("#")
	s.pos++
	for s.dialect == SQLServer && s.pos < len(s.src) && (wordByte(s.src[s.pos]) || s.src[s.pos] == '#') {
		s.out = append(s.out, s.src[s.pos])
		s.pos++
	}
	return true
}

func (s *scanner) skipLine() {
	s.space = true
	if i := strings.IndexByte(s.src[s.pos:], '\n'); i >= 0 {
		s.pos += i
		return
	}
	s.pos = len(s.src)
}

// comment takes a comment between /* and */, nested where the database nests them. MySQL runs the content of /*! … */.
func (s *scanner) comment() bool {
	s.space = true
	if s.dialect == MySQL && (s.peek(2) == '!' || s.peek(2) == 'M' && s.peek(3) == '!') {
		s.pos += 3
		for s.pos < len(s.src) && (digit(s.src[s.pos]) || s.src[s.pos] == '!') {
			s.pos++
		}
		s.running++
		return true
	}
	depth := 1
	for s.pos += 2; s.pos < len(s.src) && depth > 0; s.pos++ {
		switch {
		case s.src[s.pos] == '*' && s.peek(1) == '/':
			depth--
			s.pos++
		case s.src[s.pos] == '/' && s.peek(1) == '*':
			switch s.dialect {
			case Unknown:
				return s.cut()
			case Postgres, SQLServer:
				depth++
				s.pos++
			}
		}
	}
	s.broken = s.broken || depth > 0
	return true
}

// dollar takes $1 of PostgreSQL and SQLite, $tag$…$tag$ of PostgreSQL, $name of SQLite, and money of SQL Server.
func (s *scanner) dollar() bool {
	end := s.pos + 1
	for end < len(s.src) && (letter(s.src[end]) || digit(s.src[end])) {
		end++
	}
	tagged := end < len(s.src) && s.src[end] == '$' && !digit(s.peek(1))
	switch {
	case tagged && s.dialect == Postgres:
		return s.dollarQuoted(s.src[s.pos : end+1])
	case tagged && s.dialect == Unknown:
		return s.cut()
	case s.dialect == Postgres || s.dialect == SQLite || end > s.pos+1 && !digit(s.peek(1)):
		s.emit(s.src[s.pos:end])
		s.pos = end
	default:
		s.emit("$")
		s.pos++
	}
	return true
}

func (s *scanner) dollarQuoted(tag string) bool {
	rest := s.src[s.pos+len(tag):]
	i := strings.Index(rest, tag)
	if i < 0 {
		s.broken = true
		return s.cut()
	}
	s.pos += len(tag) + i + len(tag)
	return s.literal()
}
