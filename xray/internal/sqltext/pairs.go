package sqltext

import "strings"

// members are the keys that may be shown, without blanks and underscores, and what they mean.
var members = map[string]string{
	"host": "host", "hostaddr": "host", "server": "host", "datasource": "host", "address": "host", "addr": "host", "networkaddress": "host",
	"port": "port",
	"user": "user", "userid": "user", "uid": "user", "username": "user",
	"dbname": "database", "database": "database", "initialcatalog": "database",
	"connectstring": "connect",
}

// fromPairs reads key=value pairs with the separator between them. A text that is not made of such pairs tells nothing at all.
func fromPairs(d Dialect, dsn string, separator byte) Source {
	s := Source{Dialect: d}
	var form []string
	for rest := dsn; ; {
		key, value, tail, ok := pair(rest, separator)
		if !ok {
			return Source{Dialect: d}
		}
		if key == "" {
			break
		}
		rest = tail
		if d == Unknown && strings.Contains(value, "=") {
			return Source{} // the separator was a guess, and a wrong one
		}
		if shown := s.set(key, value); shown != "" {
			form = append(form, key+"="+shown)
		}
	}
	if separator == ';' {
		s.Form = strings.Join(form, ";")
	} else {
		s.Form = strings.Join(form, " ")
	}
	return s
}

// set takes the value of a key that may be shown, and returns what of it was taken.
func (s *Source) set(key, value string) string {
	var taken string
	switch members[strings.NewReplacer(" ", "", "_", "").Replace(strings.ToLower(key))] {
	case "host":
		value = strings.TrimPrefix(value, "tcp:")
		keep(&taken, value, inHost)
		if taken != "" {
			s.setServer(taken)
		}
	case "port":
		keep(&taken, value, "")
	case "user":
		keep(&taken, value, inUser)
		s.User = taken
	case "database":
		keep(&taken, value, inDatabase)
		s.Database = taken
	case "connect":
		s.setConnect(value)
		keep(&taken, value, inHost)
	}
	return taken
}

// setServer takes host, host\instance, and SQL Server's host,port.
func (s *Source) setServer(value string) {
	if s.Dialect == SQLServer {
		value, _, _ = strings.Cut(value, ",")
	}
	s.setHost(value)
}

// pair takes the first pair of text. At the end of the text the key is empty; ok is false where there is no pair.
func pair(text string, separator byte) (key, value, rest string, ok bool) {
	text = strings.TrimLeft(text, blanks+string(separator))
	if text == "" {
		return "", "", "", true
	}
	key, text, ok = strings.Cut(text, "=")
	key = strings.TrimSpace(key)
	if !ok || !plain(key, " -") {
		return "", "", "", false
	}
	text = strings.TrimLeft(text, " ")
	if text != "" && strings.IndexByte(`'"{`, text[0]) >= 0 {
		value, rest, ok = quotedValue(text, separator)
		return key, value, rest, ok
	}
	value, rest = bareValue(text, separator)
	return key, value, rest, true
}

// separates reports whether c ends a value: any blank does where values are separated by blanks.
func separates(c, separator byte) bool {
	return c == separator || separator == ' ' && strings.IndexByte(blanks, c) >= 0
}

const blanks = " \t\r\n\v\f"

// bareValue takes a value without quotes. With blanks as separator a backslash keeps what follows it from ending the value.
func bareValue(text string, separator byte) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case separates(text[i], separator):
			return strings.TrimSpace(b.String()), text[i:]
		case text[i] == '\\' && separator == ' ' && i+1 < len(text):
			i++
		}
		b.WriteByte(text[i])
	}
	return strings.TrimSpace(b.String()), ""
}

// quotedValue takes a value in quotes or braces. Quotes inside are doubled, or with blanks as separator escaped. Behind the value must
// be a separator or the end; otherwise the quote did not mean what it seemed to.
func quotedValue(text string, separator byte) (value, rest string, ok bool) {
	end := text[0]
	if end == '{' {
		end = '}'
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && separator == ' ' && i+1 < len(text):
			i++
		case text[i] != end:
		case i+1 < len(text) && text[i+1] == end:
			i++
		default:
			rest = text[i+1:]
			return b.String(), rest, rest == "" || separates(rest[0], separator) || rest[0] == ' '
		}
		b.WriteByte(text[i])
	}
	return "", "", false
}
