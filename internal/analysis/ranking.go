package analysis

import (
	"cmp"
	"math"
	"slices"

	"github.com/rayscope/rayscope/internal/rayapi"
)

// How values are ranked. For each value the shares of A and B that have it are compared. The difference that counts is the one
// that is left when chance is taken away: the difference less confidence standard errors, with one trace that has the value and
// one that has not added on each side (Agresti and Caffo), so that small counts prove little. What is left is the score.
//
// Circumstances are compared within each kind of request, and the differences averaged by how much each kind can tell (the
// weights of Mantel and Haenszel). So what all requests to a page have in common, which the whole selection may be, does not
// count, and what only some of them have does.
const confidence = 3.29 // of a normal distribution 99.9 % lie within: many values are compared, so some differ by chance

// tolerable is the share of a row's traces that may be missing from it for the row to be evidence.
const tolerable = .05

// A comparison is a value with its evidence.
type comparison struct {
	table *table
	row   *row
	rayapi.Ranked
}

// compare weighs a row that differs by sets as they are, or within kinds.
func compare(t *table, r *row, sets *[2]set, k *kinds) comparison {
	n := [2]int64{sets[0].total(), sets[1].total()}
	x := [2]int64{r.sets[0].total(), r.sets[1].total()}
	c := comparison{table: t, row: r, Ranked: rayapi.Ranked{
		Attribute: t.attribute, Value: valueOf(r.value), Expression: Expression(t.attribute, r.value),
		CountA: x[0], CountB: x[1], ShareA: share(x[0], n[0]), ShareB: share(x[1], n[1]),
		OddsRatio: odds(x[0], n[0]) / odds(x[1], n[1]),
	}}
	var e evidence
	if t.role == circumstance {
		for i, n := range k.counts {
			e.add(r.ofKind(uint8(i)), n)
		}
	} else {
		e.add(x, n)
	}
	c.Difference, c.Score = e.result()
	return c
}

// paradox tells that A has the value more often than B, but less often within each kind of request, or the other way round: that is true
// of what only some kinds have, says nothing about A, and nobody would believe it.
func (c *comparison) paradox() bool { return c.Difference*(c.ShareA-c.ShareB) < 0 }

// odds are those of x in n, one half added to both sides, so that they are neither 0 nor infinite.
func odds(x, n int64) float64 { return (float64(x) + .5) / (float64(n-x) + .5) }

// ofKind is how many traces of a kind are in the row.
func (r *row) ofKind(kind uint8) (n [2]int64) {
	for _, k := range r.kinds {
		if k.kind == kind {
			n[0], n[1] = n[0]+int64(k.n[0]), n[1]+int64(k.n[1])
		}
	}
	return n
}

// An evidence sums what strata tell of a difference of shares.
type evidence struct{ weights, difference, cautious, variance float64 }

// add takes a stratum in which x of n traces of A, and of B, have the value.
func (e *evidence) add(x, n [2]int64) {
	if n[0] == 0 || n[1] == 0 {
		return
	}
	a, b := float64(n[0]), float64(n[1])
	w := a * b / (a + b)
	p, va := smooth(float64(x[0]), a)
	q, vb := smooth(float64(x[1]), b)
	e.weights += w
	e.difference += w * (float64(x[0])/a - float64(x[1])/b)
	e.cautious += w * (p - q)
	e.variance += w * w * (va + vb)
}

// smooth is the share of x+1 in n+2, and its variance.
func smooth(x, n float64) (p, variance float64) {
	p = (x + 1) / (n + 2)
	return p, p * (1 - p) / (n + 2)
}

// result is the difference, and how large it is at least.
func (e *evidence) result() (difference, score float64) {
	if e.weights == 0 {
		return 0, 0
	}
	return e.difference / e.weights, max(0, math.Abs(e.cautious)-confidence*math.Sqrt(e.variance)) / e.weights
}

// better orders comparisons. Of those with the same score the ones that A has more often come first, then attributes with fewer
// values, as they say the same with less, then names.
func better(x, y comparison) int {
	rare := func(c comparison) int {
		if c.Difference < 0 {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(rare(x), rare(y)), cmp.Compare(len(x.table.rows), len(y.table.rows)),
		cmp.Compare(x.Attribute, y.Attribute), compareValues(x.row.value, y.row.value))
}

// rank compares all values of all ranked tables.
func (a *Analysis) rank(limit int) *rayapi.Ranking {
	var lists [outcome + 1][]comparison
	r := &rayapi.Ranking{}
	for t := range a.tables.each {
		if !t.ranked {
			continue
		}
		for _, row := range t.rows {
			if float64(row.missed) > tolerable*float64(row.weight()) {
				continue
			}
			r.Candidates++
			if c := compare(t, row, &a.sets, a.kinds); c.Score > 0 && !c.paradox() {
				lists[t.role] = append(lists[t.role], c)
			}
		}
	}
	for role, to := range [...]*[]rayapi.Ranked{circumstance: &r.Circumstances, place: &r.Places, outcome: &r.Outcomes} {
		list := lists[role]
		slices.SortFunc(list, better)
		*to = make([]rayapi.Ranked, min(limit, len(list)))
		for i := range *to {
			(*to)[i] = list[i].Ranked
		}
	}
	return r
}
