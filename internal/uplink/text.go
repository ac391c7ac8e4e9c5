package uplink

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is quoted of others, in bytes: a log line stays a line.
const (
	maxMessage = 400
	maxExcerpt = 100
)

// secrets are what endpoints quote of a signed request when they refuse it, and the passwords of URLs.
var secrets = regexp.MustCompile(`(?i)(x-amz-security-token["']?\s*[:=]\s*["']?|credential=|signature=)[^\s"',;&]+|(://)[^\s/@]*@`)

// redact takes the secrets out of a text.
func redact(s string) string { return secrets.ReplaceAllString(s, "${1}${2}***") }

// oneLine is the text's first line that is not empty, printable, without secrets, in at most limit bytes and an ellipsis. What
// follows on other lines is of no use here: AWS prints there the request that it expected, session token and all.
func oneLine(s string, limit int) string {
	s = s[:min(len(s), 16*limit)] // messages may be long, and only a part is wanted
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	s = redact(strings.Join(strings.Fields(s), " "))
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "..."
}
