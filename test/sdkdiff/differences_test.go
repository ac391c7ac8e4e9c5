package sdkdiff

import (
	"maps"
	"regexp"
	"slices"
	"testing"
)

// A difference is one that is meant. Its expressions match whole words; an empty one says that the fact is missing on that side.
type difference struct {
	fact      string // expression: "path key"
	aws, ours string // expressions
	why       string
	sometimes bool // AWS' SDK shows it in some runs only
}

func (d difference) covers(fact, aws, ours string) bool {
	whole := func(expression, s string) bool { return regexp.MustCompile(`^(?s:` + expression + `)$`).MatchString(s) }
	return whole(d.fact, fact) && whole(d.aws, aws) && whole(d.ours, ours)
}

// compare finds the differences that are not listed, and those that are listed in vain.
func compare(t *testing.T, aws, ours facts, listed []difference) {
	t.Helper()
	seen := make([]bool, len(listed))
	every := maps.Clone(aws)
	maps.Copy(every, ours)
	for _, fact := range slices.Sorted(maps.Keys(every)) {
		a, o := aws[fact], ours[fact]
		if a == o {
			continue
		}
		i := slices.IndexFunc(listed, func(d difference) bool { return d.covers(fact, a, o) })
		if i < 0 {
			t.Errorf("%s:\n\tAWS:  %q\n\tours: %q", fact, a, o)
			continue
		}
		seen[i] = true
	}
	for i, d := range listed {
		if !seen[i] && !d.sometimes {
			t.Errorf("a listed difference does not occur: %s, AWS %q, ours %q (%s)", d.fact, d.aws, d.ours, d.why)
		}
	}
}
