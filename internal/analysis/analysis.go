package analysis

import (
	"cmp"
	"slices"

	"github.com/rayscope/rayscope/internal/fold"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// An Analysis counts traces by a plan. It is for one goroutine.
type Analysis struct {
	plan  Plan
	round uint64 // the number of the trace that is counted

	sets       [2]set
	histogram  *histogram // nil if not asked for, as those below
	series     *series
	heatMap    *heatMap
	picker     *picker
	users      *users
	exceptions *exceptions
	tables     tables
	kinds      *kinds

	template, scratch []byte
	templates         bool // whether templates are needed
}

// New is an analysis by a plan that Complete has answered.
func New(p Plan) *Analysis {
	a := &Analysis{plan: p, tables: tables{keys: make(map[string]*table)}}
	v := &p.Views
	if v.Histogram != nil {
		a.histogram = newHistogram(v.Histogram.BucketsPerDecade)
	}
	if v.TimeSeries != nil {
		a.series = newSeries(newColumns(p.From, p.To, segment.Time(v.TimeSeries.Period)*segment.Second))
	}
	if v.HeatMap != nil {
		a.heatMap = newHeatMap(newColumns(p.From, p.To, segment.Time(v.HeatMap.Period)*segment.Second), v.HeatMap.RowsPerDecade)
	}
	if v.Traces != nil {
		a.picker = newPicker(v.Traces)
	}
	if v.Users != nil {
		a.users = &users{distinct: newDistinct(maxUsers), timed: v.Users.SlowResponseTime != nil}
		if a.users.timed {
			a.users.slow = microseconds(*v.Users.SlowResponseTime)
		}
	}
	if v.Exceptions != nil {
		a.exceptions = newExceptions()
	}
	a.wantTables()
	return a
}

// microseconds is a length of time that a request gives; one beyond a year is a year, which is longer than any trace.
func microseconds(s rayapi.Seconds) segment.Time {
	const year = 366 * 86400
	return segment.Time(min(max(s, 0), year) * 1e6)
}

// wantTables has the attributes of tables and of the ranking counted.
func (a *Analysis) wantTables() {
	v := &a.plan.Views
	for _, t := range v.Tables {
		a.tables.want(t.Attribute, false)
	}
	if v.Ranking != nil {
		list := v.Ranking.Attributes
		if len(list) == 0 {
			list = rankedByDefault
		}
		for _, attribute := range list {
			a.tables.want(attribute, true)
		}
		a.kinds = newKinds()
	}
	for _, t := range a.tables.keys {
		t.ranked = t.ranked || a.tables.ranked
	}
	a.templates = a.kinds != nil || a.tables.fixed[aTemplate] != nil
}

// Add counts a trace that was in the time range at the given instant and is in A, in B, or in both.
func (a *Analysis) Add(t *trace.Trace, at segment.Time, inA, inB bool) {
	if !inA && !inB {
		return
	}
	a.round++
	o := observe(t, [2]bool{inA, inB})
	a.name(t, &o)
	for side, in := range o.sides {
		if in {
			a.sets[side].add(&o)
		}
	}
	if a.histogram != nil {
		a.histogram.add(&o)
	}
	if a.series != nil {
		a.series.add(at, &o)
	}
	if a.heatMap != nil {
		a.heatMap.add(at, &o)
	}
	if a.picker != nil {
		a.picker.add(t, at, &o)
	}
	if a.users != nil {
		for _, i := range t.Segments {
			if u := t.Entities[i].Digest.User; u != "" {
				a.users.add(u, &o)
			}
		}
	}
	if a.exceptions != nil {
		a.exceptions.add(t, a.round, &o)
	}
	a.tables.add(t, a.template, a.round, &o)
}

// name finds the template of the root's URL and the kind of the request, if they are needed.
func (a *Analysis) name(t *trace.Trace, o *observation) {
	if !a.templates {
		return
	}
	root := t.RootSegment()
	a.template = a.template[:0]
	if root != nil && root.HTTP.URL != "" {
		a.template = fold.AppendTemplate(a.template, root.HTTP.URL)
	}
	if a.kinds != nil {
		o.kind, a.scratch = a.kinds.of(root, a.template, a.scratch)
		a.kinds.add(o)
	}
}

// Merge adds what o counted of other traces by the same plan. o is of no use afterwards.
func (a *Analysis) Merge(o *Analysis) {
	for side := range o.sets {
		a.sets[side].merge(&o.sets[side])
	}
	if a.histogram != nil {
		a.histogram.merge(o.histogram)
	}
	if a.series != nil {
		a.series.merge(o.series)
	}
	if a.heatMap != nil {
		a.heatMap.merge(o.heatMap)
	}
	if a.picker != nil {
		a.picker.merge(o.picker)
	}
	if a.users != nil {
		a.users.merge(o.users.distinct)
	}
	if a.exceptions != nil {
		a.exceptions.merge(o.exceptions)
	}
	var here [maxKinds]uint8
	if a.kinds != nil {
		here = a.kinds.merge(o.kinds)
	}
	a.tables.merge(&o.tables, &here)
}

// Result is what was counted. Members about the search itself are the caller's to fill in.
func (a *Analysis) Result() *rayapi.AnalyzeResponse {
	v := &a.plan.Views
	r := &rayapi.AnalyzeResponse{RelativeError: RelativeError, A: *a.sets[0].result(), Tables: a.tableResults(), KeysLeftOut: a.tables.leftOut}
	if a.plan.Split {
		r.B = a.sets[1].result()
	}
	if a.histogram != nil {
		r.Histogram = a.histogram.result()
	}
	if a.series != nil {
		r.TimeSeries = a.series.result(a.plan.Split)
	}
	if a.heatMap != nil {
		r.HeatMap = a.heatMap.result()
	}
	if a.picker != nil {
		r.Traces = a.picker.result()
	}
	if a.users != nil {
		r.Users = a.users.result(a.plan.Split)
	}
	if a.exceptions != nil {
		r.Exceptions = a.exceptions.result(v.Exceptions.Limit)
	}
	if v.Ranking != nil {
		r.Ranking = a.rank(v.Ranking.Limit)
	}
	return r
}

// tableResults are the tables in the order asked. In the place of annotation.* stand those of all keys that were not asked by
// name, those that most traces have first.
func (a *Analysis) tableResults() []rayapi.Table {
	list := []rayapi.Table{}
	named := make(map[string]bool)
	for _, v := range a.plan.Views.Tables {
		named[v.Attribute] = true
	}
	for _, v := range a.plan.Views.Tables {
		if v.Attribute != allAnnotations {
			list = append(list, a.table(v.Attribute).result(v.Limit, &a.sets, a.plan.Split))
			continue
		}
		for _, t := range a.annotationTables() {
			if !named[t.attribute] {
				list = append(list, t.result(v.Limit, &a.sets, a.plan.Split))
			}
		}
	}
	return list
}

// table is that of an attribute that is counted.
func (a *Analysis) table(attribute string) *table {
	if i := numberOf(attribute); i >= 0 {
		return a.tables.fixed[i]
	}
	return a.tables.key(attribute[len(annotationPrefix):])
}

// annotationTables are those that annotation.* shows.
func (a *Analysis) annotationTables() (list []*table) {
	for _, t := range a.tables.keys {
		if t.traces > 0 {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(x, y *table) int {
		return cmp.Or(cmp.Compare(y.traces, x.traces), cmp.Compare(x.attribute, y.attribute))
	})
	return list
}
