package analysis

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
)

// A Plan says what an analysis counts. The zero members of views stand for their defaults.
type Plan struct {
	From, To segment.Time // the time range
	Split    bool         // there is a set B
	Views    rayapi.Views
}

// views is the member of a request that errors name.
const views = "Views"

// Bounds of views: what a screen can show several times over, and what keeps memory in the tens of megabytes.
const (
	maxTables        = 40
	maxPicked        = 1000
	maxTableRows     = 1000
	maxRanked        = 100
	maxShownGroups   = 500
	maxPoints        = 1500
	maxColumns       = 400
	maxBucketsDecade = 50
	maxRowsDecade    = 20
)

// Defaults of views.
const (
	defaultTableRows     = 20
	defaultPicked        = 100
	defaultRanked        = 10
	defaultGroups        = 50
	defaultPoints        = 120
	defaultColumns       = 80
	defaultBucketsDecade = 10
	defaultRowsDecade    = 5
)

// Complete puts defaults in the place of zeros and checks the rest. The error names the member, its value and the rule.
func (p Plan) Complete() (Plan, error) {
	v := p.Views
	var errs []error
	number := func(name string, n *int, otherwise, most int) {
		if *n == 0 {
			*n = otherwise
		}
		if *n < 1 || *n > most {
			errs = append(errs, fmt.Errorf("%s.%s is %d, it must be from 1 to %d, or 0 for %d", views, name, *n, most, otherwise))
		}
	}
	if v.Histogram != nil {
		h := *v.Histogram
		number("Histogram.BucketsPerDecade", &h.BucketsPerDecade, defaultBucketsDecade, maxBucketsDecade)
		v.Histogram = &h
	}
	if v.TimeSeries != nil {
		s := *v.TimeSeries
		errs = append(errs, p.period("TimeSeries", &s.Period, defaultPoints, maxPoints))
		v.TimeSeries = &s
	}
	if v.HeatMap != nil {
		h := *v.HeatMap
		number("HeatMap.RowsPerDecade", &h.RowsPerDecade, defaultRowsDecade, maxRowsDecade)
		errs = append(errs, p.period("HeatMap", &h.Period, defaultColumns, maxColumns))
		v.HeatMap = &h
	}
	if v.Traces != nil {
		t := *v.Traces
		t.Order = cmp.Or(t.Order, defaultOrder)
		if orders[t.Order] == nil {
			errs = append(errs, fmt.Errorf("%s.Traces.Order is %.40q, it must be slowest, fastest or newest", views, t.Order))
		}
		number("Traces.Limit", &t.Limit, defaultPicked, maxPicked)
		v.Traces = &t
	}
	if v.Exceptions != nil {
		x := *v.Exceptions
		number("Exceptions.Limit", &x.Limit, defaultGroups, maxShownGroups)
		v.Exceptions = &x
	}
	if v.Ranking != nil {
		r := *v.Ranking
		number("Ranking.Limit", &r.Limit, defaultRanked, maxRanked)
		v.Ranking = &r
	}
	v.Tables = slices.Clone(v.Tables)
	for i := range v.Tables {
		number(fmt.Sprintf("Tables[%d].Limit", i), &v.Tables[i].Limit, defaultTableRows, maxTableRows)
	}
	p.Views = v
	return p, errors.Join(append(errs, p.checkAttributes())...)
}

// checkAttributes refuses too many, unknown and repeated ones.
func (p Plan) checkAttributes() error {
	var errs []error
	tables := make([]string, len(p.Views.Tables))
	for i, t := range p.Views.Tables {
		tables[i] = t.Attribute
	}
	check := func(member, inside string, list []string) {
		if len(list) > maxTables {
			errs = append(errs, fmt.Errorf("%s.%s has %d items, %d are the most", views, member, len(list), maxTables))
			return
		}
		for i, name := range list {
			if err := checkAttribute(name); err != nil {
				errs = append(errs, fmt.Errorf("%s.%s[%d]%s: %w", views, member, i, inside, err))
			} else if slices.Index(list, name) < i {
				errs = append(errs, fmt.Errorf("%s.%s[%d]%s: %.60q is there twice: leave one out", views, member, i, inside, name))
			}
		}
	}
	check("Tables", ".Attribute", tables)
	if r := p.Views.Ranking; r != nil {
		check("Ranking.Attributes", "", r.Attributes)
		if !p.Split {
			errs = append(errs, fmt.Errorf("%s.Ranking needs a Selection, whose traces it compares with the rest", views))
		}
	}
	if u := p.Views.Users; u != nil && u.SlowResponseTime != nil && !(*u.SlowResponseTime >= 0) {
		errs = append(errs, fmt.Errorf("%s.Users.SlowResponseTime is %v, it must be 0 or more seconds", views, *u.SlowResponseTime))
	}
	return errors.Join(errs...)
}

// steps are the periods that are chosen from, in seconds; a day is the longest range.
var steps = []int{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400}

// period chooses a period if none is given, and checks that the range has not too many of it.
func (p Plan) period(view string, seconds *int, otherwise, most int) error {
	span := p.To - p.From
	if *seconds == 0 {
		for _, s := range steps {
			*seconds = s
			if span <= segment.Time(s*otherwise)*segment.Second {
				break
			}
		}
	}
	if *seconds < 1 || *seconds > steps[len(steps)-1] {
		return fmt.Errorf("%s.%s.Period is %d, it must be from 1 to %d seconds, or 0 to have one chosen", views, view, *seconds, steps[len(steps)-1])
	}
	if n := newColumns(p.From, p.To, segment.Time(*seconds)*segment.Second).n; n > most {
		return fmt.Errorf("%s.%s.Period is %d seconds, of which the time range has %d, %d are the most: ask for a longer one", views, view, *seconds, n, most)
	}
	return nil
}
