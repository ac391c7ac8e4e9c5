package analysis

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/filter"
)

// A role is what a value can tell about a difference between two sets.
type role uint8

const (
	circumstance role = iota // it was given before the request took its course
	place                    // which request it was, and where it went
	outcome                  // what came of it
)

// Numbers of the attributes that are no annotations.
const (
	aStatus = iota
	aMethod
	aURL
	aTemplate
	aClientIP
	aUserAgent
	aUser
	aZone
	aInstance
	aARN
	aService
	aEntryPoint
	aErrorCause
	aFaultCause
	aTimeCause
	aException
	attributes
)

// known are the attributes with their names and roles.
var known = [attributes]struct {
	name string
	role role
}{
	aStatus:     {"http.status", outcome},
	aMethod:     {"http.method", place},
	aURL:        {"http.url", place},
	aTemplate:   {"url.template", place},
	aClientIP:   {"http.clientip", circumstance},
	aUserAgent:  {"http.useragent", circumstance},
	aUser:       {"user", circumstance},
	aZone:       {"availabilityzone", circumstance},
	aInstance:   {"instance.id", circumstance},
	aARN:        {"resource.arn", circumstance},
	aService:    {"service", place},
	aEntryPoint: {"entrypoint", place},
	aErrorCause: {"rootcause.error", outcome},
	aFaultCause: {"rootcause.fault", outcome},
	aTimeCause:  {"rootcause.responsetime", outcome},
	aException:  {"exception", outcome},
}

// Names of annotations as attributes.
const (
	annotationPrefix = "annotation."
	allAnnotations   = annotationPrefix + "*"
)

// rankedByDefault are all attributes but two kinds: causes take long to find, and exact URLs tell less than their templates.
var rankedByDefault = []string{
	allAnnotations, "user", "http.clientip", "http.useragent", "availabilityzone", "instance.id", "resource.arn",
	"url.template", "http.method", "service", "entrypoint", "http.status", "exception",
}

func numberOf(attribute string) int {
	for i := range known {
		if known[i].name == attribute {
			return i
		}
	}
	return -1
}

func roleOf(attribute string) role {
	if i := numberOf(attribute); i >= 0 {
		return known[i].role
	}
	return circumstance
}

// checkAttribute refuses what is no attribute.
func checkAttribute(name string) error {
	if numberOf(name) >= 0 || strings.HasPrefix(name, annotationPrefix) && len(name) > len(annotationPrefix) {
		return nil
	}
	var names []string
	for i := range known {
		names = append(names, known[i].name)
	}
	return fmt.Errorf("%.60q is no attribute: use annotation.KEY, annotation.*, %s", name, strings.Join(names, ", "))
}

// Expression is a filter expression that finds the traces with a value; nil if it would be longer than expressions may be.
func Expression(attribute string, v fact.Value) *string {
	var s string
	switch {
	case attribute == "service":
		s = "service(" + filter.Quote(v.String) + ")"
	case attribute == "entrypoint":
		s = "service(" + filter.Quote(v.String) + ") { root }"
	case strings.HasPrefix(attribute, "rootcause."):
		s = causePattern(v.String)
	case strings.HasPrefix(attribute, annotationPrefix):
		s = AnnotationTerm(attribute[len(annotationPrefix):]) + " = " + literal(v)
	default:
		s = attribute + " = " + literal(v)
	}
	if utf8.RuneCountInString(s) > filter.MaxLength {
		return nil
	}
	return &s
}

// arrow joins the services of a cause.
const arrow = " → "

// causePattern is an expression for causes that go through these services.
func causePattern(services string) string {
	parts := strings.Split(services, arrow)
	for i, p := range parts {
		parts[i] = `{"Name":` + filter.Quote(p) + `}`
	}
	return `rootcause.json = #[{"Services":[` + strings.Join(parts, ",") + `]}]`
}

// AnnotationTerm writes an annotation's key as expressions have it.
func AnnotationTerm(key string) string {
	plain := func(r rune) bool { return r == '_' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' }
	if strings.IndexFunc(key, func(r rune) bool { return !plain(r) }) < 0 {
		return annotationPrefix + key
	}
	return "annotation[" + filter.Quote(key) + "]"
}

func literal(v fact.Value) string {
	switch v.Kind {
	case fact.String:
		return filter.Quote(v.String)
	case fact.Number:
		return strconv.FormatFloat(v.Number, 'g', -1, 64)
	}
	return strconv.FormatBool(v.Bool)
}
