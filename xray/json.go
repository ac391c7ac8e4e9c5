package xray

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// appendKey writes the key of a member, after a comma if it is not the first. Keys are ours and need no escapes.
func appendKey(b []byte, key string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

// appendMember writes a text, if it is not empty.
func appendMember(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return appendString(appendKey(b, key), value)
}

// appendFlag writes a boolean, if it is true.
func appendFlag(b []byte, key string, value bool) []byte {
	if !value {
		return b
	}
	return append(appendKey(b, key), "true"...)
}

// appendCount writes a number, if it is not 0.
func appendCount(b []byte, key string, value int) []byte {
	if value == 0 {
		return b
	}
	return strconv.AppendInt(appendKey(b, key), int64(value), 10)
}

// maxSeconds is the latest time that is written with microseconds: the year 9999.
const maxSeconds = 253402300800

// appendSeconds writes a time with all of its microseconds.
func appendSeconds(b []byte, t float64) []byte {
	if !(t >= 0 && t < maxSeconds) { // also if it is not a number
		return append(b, '0')
	}
	us := uint64(t*1e6 + 0.5)
	b = strconv.AppendUint(b, us/1e6, 10)
	fraction := us % 1e6
	var digits [7]byte
	for i := len(digits) - 1; i > 0; i-- {
		digits[i] = byte('0' + fraction%10)
		fraction /= 10
	}
	digits[0] = '.'
	return append(b, digits[:]...)
}

// appendString writes a text. What is not UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = append(b, s[from:i]...)
			b = appendEscape(b, c)
			i++
			from = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b = append(b, s[from:i]...)
			b = append(b, "\ufffd"...)
			from = i + n
		}
		i += n
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\t':
		return append(b, '\\', 't')
	case '\r':
		return append(b, '\\', 'r')
	}
	return append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}

// appendMap writes an object, its keys in order.
func appendMap(b []byte, m map[string]any) []byte {
	return append(appendMembers(append(b, '{'), m), '}')
}

// appendMembers writes the members of an object.
func appendMembers(b []byte, m map[string]any) []byte {
	for _, k := range appendSorted(make([]string, 0, 16), m) {
		b = appendName(b, k)
		b = appendValue(b, m[k])
	}
	return b
}

// appendNamespaces writes metadata.
func appendNamespaces(b []byte, m map[string]map[string]any) []byte {
	b = append(b, '{')
	for _, k := range appendSorted(make([]string, 0, 8), m) {
		b = appendMap(appendName(b, k), m[k])
	}
	return append(b, '}')
}

func appendSorted[V any](keys []string, m map[string]V) []string {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// appendName is appendKey for a key of the program's.
func appendName(b []byte, key string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(appendString(b, key), ':')
}

// appendValue writes a value of any type. Where there is no JSON for it, it writes why.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case int32:
		return strconv.AppendInt(b, int64(v), 10)
	case uint:
		return strconv.AppendUint(b, uint64(v), 10)
	case uint64:
		return strconv.AppendUint(b, v, 10)
	case float64:
		return appendFloat(b, v, 64)
	case float32:
		return appendFloat(b, float64(v), 32)
	case SDK:
		return v.append(b)
	case json.RawMessage:
		if json.Valid(v) {
			return append(b, v...)
		}
	}
	return append(b, marshal(v)...)
}

func appendFloat(b []byte, f float64, bits int) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return appendString(b, strconv.FormatFloat(f, 'g', -1, bits))
	}
	format := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, f, format, -1, bits)
}

func (d SDK) append(b []byte) []byte {
	b = appendMember(append(b, '{'), "sdk_version", d.Version)
	b = appendMember(b, "sdk", d.Type)
	return append(appendMember(b, "sampling_rule_name", d.RuleName), '}')
}

func (d *ServiceData) append(b []byte) []byte {
	b = appendMember(append(b, '{'), "version", d.Version)
	b = appendMember(b, "runtime", d.Runtime)
	return append(appendMember(b, "runtime_version", d.RuntimeVersion), '}')
}

func (d *HTTPData) append(b []byte) []byte {
	b = append(b, '{')
	if r := d.Request; r != nil {
		b = append(appendKey(b, "request"), '{')
		b = appendMember(b, "method", r.Method)
		b = appendMember(b, "url", r.URL)
		b = appendMember(b, "client_ip", r.ClientIP)
		b = appendMember(b, "user_agent", r.UserAgent)
		b = appendFlag(b, "x_forwarded_for", r.XForwardedFor)
		b = append(appendFlag(b, "traced", r.Traced), '}')
	}
	if r := d.Response; r != nil {
		b = append(appendKey(b, "response"), '{')
		b = appendCount(b, "status", r.Status)
		b = append(appendCount(b, "content_length", r.ContentLength), '}')
	}
	return append(b, '}')
}

func (d *SQLData) append(b []byte) []byte {
	b = appendMember(append(b, '{'), "connection_string", d.ConnectionString)
	b = appendMember(b, "url", d.URL)
	b = appendMember(b, "database_type", d.DatabaseType)
	b = appendMember(b, "database_version", d.DatabaseVersion)
	b = appendMember(b, "driver_version", d.DriverVersion)
	b = appendMember(b, "user", d.User)
	b = appendMember(b, "preparation", d.Preparation)
	return append(appendMember(b, "sanitized_query", d.SanitizedQuery), '}')
}
