package sampling

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rayscope/rayscope/xray/pattern"
)

// A Request is what a client knows of a request when it decides. An empty member is not known, and every pattern matches it.
type Request struct {
	ServiceName string // of the segment
	ServiceType string // its origin, for example AWS::ECS::Container
	Host        string
	HTTPMethod  string
	URLPath     string
}

// A Mismatch is a member of a request that a rule's pattern does not match.
type Mismatch struct {
	Member  string // X-Ray's name for it
	Pattern string
	Value   string
}

// Order sorts rules as clients try them: by priority, then by name; the default rule comes last.
func Order(rules []Rule) {
	slices.SortFunc(rules, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), strings.Compare(a.Name, b.Name))
	})
}

// Mismatches are all members of a request that keep the rule from deciding on it; none of the default rule. Letters of
// both cases are equal, as in X-Ray's SDKs.
func (r *Rule) Mismatches(q *Request) (list []Mismatch) {
	for _, m := range [...]Mismatch{
		{"ServiceName", r.ServiceName, q.ServiceName},
		{"ServiceType", r.ServiceType, q.ServiceType},
		{"Host", r.Host, q.Host},
		{"HTTPMethod", r.HTTPMethod, q.HTTPMethod},
		{"URLPath", r.URLPath, q.URLPath},
	} {
		if r.Name != DefaultName && m.Value != "" && !pattern.WildcardMatchCaseInsensitive(m.Pattern, m.Value) {
			list = append(list, m)
		}
	}
	return list
}

// SkippedFor is the member for which X-Ray's SDKs do not try the rule at all: when they decide they know neither
// attributes nor the ARN of the resource, and no form of rules but the first. Empty: they try it.
func (r *Rule) SkippedFor() string {
	switch {
	case r.Name == DefaultName:
		return ""
	case len(r.Attributes) > 0:
		return "Attributes"
	case r.ResourceARN != "*":
		return "ResourceARN"
	case r.Version != 1:
		return "Version"
	}
	return ""
}

// Kept is how many of so many requests a second the rule samples on average, when clients hold its whole reservoir.
func (r *Rule) Kept(perSecond float64) float64 {
	reservoir := min(perSecond, float64(r.ReservoirSize))
	return reservoir + (perSecond-reservoir)*r.FixedRate
}
