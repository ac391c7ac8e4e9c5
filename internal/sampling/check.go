package sampling

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of X-Ray's model; lengths in characters.
const (
	MaxName        = 32
	MinPriority    = 1
	MaxPriority    = 9999
	MaxServiceName = 64
	maxServiceType = 64
	maxHost        = 64
	maxHTTPMethod  = 10
	maxURLPath     = 128
	maxResourceARN = 500
	maxAttributes  = 5
	maxAttribute   = 32 // of keys and of values
	maxCooldown    = math.MaxInt32
)

// wrong is a sentence on a member of a rule, which begins with X-Ray's name for it, so that a door can put a path before it.
func wrong(member, format string, args ...any) error {
	return fmt.Errorf("%s %s", member, fmt.Sprintf(format, args...))
}

// Check says which limit of X-Ray a rule breaks. The default rule has a priority of its own.
func (r *Rule) Check() error {
	if err := CheckName(r.Name); err != nil {
		return err
	}
	if r.Name != DefaultName && (r.Priority < MinPriority || r.Priority > MaxPriority) {
		return wrong("Priority", "is %d; it must be from %d to %d, and rules with lower ones are tried first", r.Priority, MinPriority, MaxPriority)
	}
	if CheckFixedRate(r.FixedRate) != nil {
		return wrong("FixedRate", "is %v; it must be from 0 to 1, for example 0.05 for 5 %%", r.FixedRate)
	}
	if CheckReservoirSize(r.ReservoirSize) != nil {
		return wrong("ReservoirSize", "is %d; it must be from 0 to %d requests a second", r.ReservoirSize, MaxReservoirSize)
	}
	if r.Version != 1 {
		return wrong("Version", "is %d; the only version of rules is 1", r.Version)
	}
	for _, p := range r.patterns() {
		if n := utf8.RuneCountInString(p.value); n > p.most {
			return wrong(p.member, "has %d characters, %d is the most", n, p.most)
		}
	}
	if err := checkAttributes(r.Attributes); err != nil {
		return err
	}
	return r.Boost.check()
}

// CheckName says what is wrong with the name of a rule. X-Ray does not publish which characters it
// takes: all that print are allowed, but for the slash, which ends the kind of resource in an ARN.
func CheckName(name string) error {
	if n := utf8.RuneCountInString(name); n == 0 || n > MaxName {
		return wrong("RuleName", "has %d characters; it must have 1 to %d", n, MaxName)
	}
	if i := strings.IndexFunc(name, func(c rune) bool { return c == '/' || c == utf8.RuneError || !unicode.IsPrint(c) }); i >= 0 {
		return wrong("RuleName", "%q has a slash or a character that does not print; use letters, digits, blanks and dashes", name)
	}
	return nil
}

type limited struct {
	member, value string
	most          int
}

func (r *Rule) patterns() [6]limited {
	return [...]limited{
		{"ServiceName", r.ServiceName, MaxServiceName},
		{"ServiceType", r.ServiceType, maxServiceType},
		{"Host", r.Host, maxHost},
		{"HTTPMethod", r.HTTPMethod, maxHTTPMethod},
		{"URLPath", r.URLPath, maxURLPath},
		{"ResourceARN", r.ResourceARN, maxResourceARN},
	}
}

func checkAttributes(attributes map[string]string) error {
	if n := len(attributes); n > maxAttributes {
		return wrong("Attributes", "has %d pairs, %d is the most", n, maxAttributes)
	}
	for _, k := range slices.Sorted(maps.Keys(attributes)) {
		if n := utf8.RuneCountInString(k); n == 0 || n > maxAttribute {
			return wrong("Attributes", "has a key of %d characters; keys must have 1 to %d", n, maxAttribute)
		}
		if n := utf8.RuneCountInString(attributes[k]); n == 0 || n > maxAttribute {
			return wrong("Attributes", "has a value of %d characters for %q; values must have 1 to %d", n, k, maxAttribute)
		}
	}
	return nil
}

func (b *RateBoost) check() error {
	switch {
	case b == nil:
		return nil
	case CheckFixedRate(b.MaxRate) != nil:
		return wrong("SamplingRateBoost.MaxRate", "is %v; it must be from 0 to 1", b.MaxRate)
	case b.CooldownMinutes < 1 || b.CooldownMinutes > maxCooldown:
		return wrong("SamplingRateBoost.CooldownWindowMinutes", "is %d; it must be from 1 to %d minutes", b.CooldownMinutes, maxCooldown)
	}
	return nil
}
