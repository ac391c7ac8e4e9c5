package analysis_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/analysis"
	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/filter"
)

// TestExpressionsFindTheirRows counts random requests and looks for those of each value by its expression.
func TestExpressionsFindTheirRows(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 8))
	var list []*request
	for i := range 400 {
		list = append(list, random(rnd, i))
	}
	traces := prepare(t, list)
	a := analysis.New(everything(t))
	for _, tr := range traces {
		a.Add(tr, epoch, true, false)
	}
	asked := map[string]int{}
	for _, table := range a.Result().Tables {
		for _, row := range table.Rows {
			if row.Expression == nil {
				t.Errorf("%s %s has no expression", table.Attribute, write(plain(row.Value)))
				continue
			}
			x, err := filter.Parse(*row.Expression)
			if err != nil {
				t.Errorf("%s: %v", *row.Expression, err)
				continue
			}
			asked[table.Attribute]++
			n := int64(0)
			for _, tr := range traces {
				if x.Match(tr, new(filter.Env)) {
					n++
				}
			}
			more := strings.HasPrefix(table.Attribute, "rootcause.") && n > row.A.Count // patterns are for causes of all kinds
			if n != row.A.Count && !more {
				t.Errorf("%s finds %d traces, the table has %d", *row.Expression, n, row.A.Count)
			}
		}
	}
	for _, attribute := range []string{"http.status", "url.template", "user", "service", "entrypoint", "exception", "rootcause.fault", "annotation.plan"} {
		if asked[attribute] == 0 {
			t.Errorf("no value of %s was asked for", attribute)
		}
	}
}

// An expression that nobody could send is none.
func TestLongValuesHaveNoExpression(t *testing.T) {
	for _, c := range []struct {
		length int
		want   bool
	}{{filter.MaxLength - len(`exception = ""`), true}, {filter.MaxLength - len(`exception = ""`) + 1, false}} {
		got := analysis.Expression("exception", fact.Value{String: strings.Repeat("ü", c.length)})
		if (got != nil) != c.want {
			t.Errorf("a value of %d characters: got an expression: %v, want %v", c.length, got != nil, c.want)
		}
	}
}
