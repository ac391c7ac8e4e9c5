package filter

import (
	"slices"
	"strings"
)

// A word is a keyword that stands for values.
type word uint8

const (
	wOK word = iota
	wError
	wFault
	wThrottle
	wPartial
	wInferred
	wFirst
	wLast
	wRemote
	wRoot
	wResponseTime
	wDuration
	wStatus
	wIndex
	wCoverage
	wURL
	wTemplate
	wMethod
	wAgent
	wClient
	wUser
	wName
	wType
	wMessage
	wException
	wZone
	wInstance
	wARN
	wAnnotation
)

// A kind is the type of a word's values.
type kind uint8

const (
	truth kind = iota
	number
	str
	anyKind // that of the literal: annotations
)

// A scope is a set of places in which words are legal; a place is a set of one.
type scope uint8

const (
	inTrace scope = 1 << iota
	inService
	inEdge
	inCauseService
	inCauseEntity // of an error or fault
	inTimedEntity // of a response time
	inException

	inNodes  = inService | inEdge
	inCauses = inCauseService | inCauseEntity | inTimedEntity | inException
)

// places name the scopes.
var places = []struct {
	scope scope
	name  string
}{
	{inTrace, "at the top level"},
	{inService, "in service{}"},
	{inEdge, "in edge{}"},
	{inCauseService, "in rootcause.*.service{}"},
	{inCauseEntity | inTimedEntity, "in rootcause.*.entity{}"},
	{inTimedEntity, "in rootcause.responsetime.entity{}"},
	{inException, "in rootcause.*.exception{}"},
}

// String lists the places for people.
func (s scope) String() string {
	var names []string
	for _, p := range places {
		if s&p.scope == p.scope {
			names = append(names, p.name)
			s &^= p.scope
		}
	}
	return strings.Join(names, ", ")
}

// A meaning is what a word is.
type meaning struct {
	name  string
	kind  kind
	scope scope
}

// words are the meanings by word.
var words = [...]meaning{
	wOK:           {"ok", truth, inTrace | inNodes},
	wError:        {"error", truth, inTrace | inNodes},
	wFault:        {"fault", truth, inTrace | inNodes},
	wThrottle:     {"throttle", truth, inTrace | inNodes},
	wPartial:      {"partial", truth, inTrace},
	wInferred:     {"inferred", truth, inTrace | inService | inCauseService},
	wFirst:        {"first", truth, inCauses},
	wLast:         {"last", truth, inCauses},
	wRemote:       {"remote", truth, inCauseEntity | inTimedEntity},
	wRoot:         {"root", truth, inService},
	wResponseTime: {"responsetime", number, inTrace | inNodes},
	wDuration:     {"duration", number, inTrace | inNodes},
	wStatus:       {"http.status", number, inTrace | inNodes},
	wIndex:        {"index", number, inCauses},
	wCoverage:     {"coverage", number, inTimedEntity},
	wURL:          {"http.url", str, inTrace | inNodes},
	wTemplate:     {"url.template", str, inTrace | inNodes}, // Rayscope's own, as wException
	wMethod:       {"http.method", str, inTrace | inNodes},
	wAgent:        {"http.useragent", str, inTrace | inNodes},
	wClient:       {"http.clientip", str, inTrace | inNodes},
	wUser:         {"user", str, inTrace | inNodes},
	wName:         {"name", str, inService | inCauses},
	wType:         {"type", str, inService | inCauseService},
	wMessage:      {"message", str, inException},
	wException:    {"exception", str, inTrace | inNodes},
	wZone:         {"availabilityzone", str, inTrace | inNodes},
	wInstance:     {"instance.id", str, inTrace | inNodes},
	wARN:          {"resource.arn", str, inTrace | inNodes},
	wAnnotation:   {"annotation", anyKind, inTrace | inNodes},
}

// structures are the keywords that are no terms, and where they are legal.
var structures = map[string]scope{
	"service": inTrace, "edge": inTrace, "group.name": inTrace, "group.arn": inTrace,
	"rootcause.json": inTrace, "rootcause.error.service": inTrace, "rootcause.error.entity": inTrace, "rootcause.error.exception": inTrace,
	"rootcause.fault.service": inTrace, "rootcause.fault.entity": inTrace, "rootcause.fault.exception": inTrace,
	"rootcause.responsetime.service": inTrace, "rootcause.responsetime.entity": inTrace,
	"source.annotation": inEdge, "destination.annotation": inEdge,
}

// operators are the words that join and compare.
var operators = []string{"AND", "OR", "NOT", "CONTAINS", "BEGINSWITH", "ENDSWITH"}

// byName finds words.
var byName = func() map[string]word {
	m := make(map[string]word, len(words))
	for w := range words {
		m[words[w].name] = word(w)
	}
	return m
}()

// legalIn are the words that may stand in a place, sorted.
func legalIn(place scope) (names []string) {
	for _, m := range words {
		if m.scope&place != 0 {
			names = append(names, m.name)
		}
	}
	for name, s := range structures {
		if s&place != 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return append(names, operators...)
}

// meant is ", did you mean 'x'?" with the candidate that is nearest to what was written, or empty if none is near.
func meant(written string, candidates []string) string {
	const longest = 40 // no word is longer
	if len(written) > longest {
		return ""
	}
	best, least := "", max(1, len(written)/3)+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(written), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	if best == "" {
		return ""
	}
	return ", did you mean '" + best + "'?"
}

// distance counts the letters to put in, take out, replace or swap with the next one to make b of a.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		last, prior, row := rows[(i+1)%3], rows[(i+2)%3], rows[i%3] // of i-2, i-1 and i
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(prior[j]+1, row[j-1]+1, prior[j-1]+unequal(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], last[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}

func unequal(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}
