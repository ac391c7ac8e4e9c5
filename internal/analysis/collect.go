package analysis

import (
	"github.com/rayscope/rayscope/internal/fact"
	"github.com/rayscope/rayscope/internal/fold"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// maxKeys is how many annotation keys annotation.* keeps: four times what a trace may have.
const maxKeys = 200

// tables are the attributes that are counted.
type tables struct {
	fixed   [attributes]*table // nil if not counted
	keys    map[string]*table  // annotations that are counted, by key
	all     bool               // keys that are met are counted, too
	ranked  bool               // what is met is compared, too
	leftOut int64              // occurrences of keys beyond maxKeys, once a trace at least
	used    int                // bytes
}

// want has an attribute counted, and compared if it is to be ranked.
func (ts *tables) want(attribute string, ranked bool) {
	if attribute == allAnnotations {
		ts.all, ts.ranked = true, ts.ranked || ranked
		return
	}
	var t *table
	if i := numberOf(attribute); i >= 0 {
		if ts.fixed[i] == nil {
			ts.fixed[i] = newTable(attribute, &ts.used)
		}
		t = ts.fixed[i]
	} else {
		t = ts.key(attribute[len(annotationPrefix):])
	}
	t.ranked = t.ranked || ranked
}

// key is the table of an annotation, which it makes if there is none.
func (ts *tables) key(key string) *table {
	t := ts.keys[key]
	if t == nil {
		t = newTable(annotationPrefix+key, &ts.used)
		ts.keys[t.attribute[len(annotationPrefix):]] = t
	}
	return t
}

// each yields every table that there is.
func (ts *tables) each(yield func(*table) bool) {
	for _, t := range ts.fixed {
		if t != nil && !yield(t) {
			return
		}
	}
	for _, t := range ts.keys {
		if !yield(t) {
			return
		}
	}
}

// add counts the trace's values.
func (ts *tables) add(t *trace.Trace, template []byte, round uint64, o *observation) {
	if root := t.RootSegment(); root != nil {
		ts.addRoot(root, template, round, o)
	}
	for _, i := range t.Segments {
		ts.addSegment(&t.Entities[i], round, o)
	}
	ts.addEntities(t, round, o)
	ts.addCauses(t, round, o)
	if ts.used > maxMemory {
		ts.shed()
	}
}

func (ts *tables) addRoot(e *trace.Entity, template []byte, round uint64, o *observation) {
	if x := ts.fixed[aStatus]; x != nil && e.HTTP.Status != 0 {
		x.number(float64(e.HTTP.Status), round, o)
	}
	ts.text(aMethod, e.HTTP.Method, round, o)
	ts.text(aURL, e.HTTP.URL, round, o)
	ts.text(aClientIP, e.HTTP.ClientIP, round, o)
	ts.text(aUserAgent, e.HTTP.UserAgent, round, o)
	ts.text(aEntryPoint, e.Name, round, o)
	if x := ts.fixed[aTemplate]; x != nil && len(template) > 0 {
		x.bytes(template, round, o)
	}
}

// text counts a value of an attribute if that is wanted.
func (ts *tables) text(attribute int, v string, round uint64, o *observation) {
	if x := ts.fixed[attribute]; x != nil {
		x.text(v, round, o)
	}
}

func (ts *tables) addSegment(e *trace.Entity, round uint64, o *observation) {
	d := e.Digest
	ts.text(aUser, d.User, round, o)
	ts.text(aARN, d.ResourceARN, round, o)
	ts.text(aInstance, d.InstanceID, round, o)
	ts.text(aZone, d.EC2Zone, round, o)
	ts.text(aZone, d.ECSZone, round, o)
	ts.text(aService, e.Name, round, o)
}

// addEntities counts inferred nodes, annotations and exceptions.
func (ts *tables) addEntities(t *trace.Trace, round uint64, o *observation) {
	for i := range t.Entities {
		e := &t.Entities[i]
		if ts.fixed[aService] != nil && e.Infers() {
			ts.fixed[aService].text(e.NodeName(), round, o)
		}
		if len(ts.keys) > 0 || ts.all {
			for j := range e.Annotations {
				ts.annotate(&e.Annotations[j], round, o)
			}
		}
		if x := ts.fixed[aException]; x != nil {
			for j := range e.Exceptions {
				var room [256]byte
				x.bytes(fold.AppendException(room[:0], e.Exceptions[j].Type, e.Exceptions[j].Message), round, o)
			}
		}
	}
}

func (ts *tables) annotate(a *segment.Annotation, round uint64, o *observation) {
	x := ts.keys[a.Key]
	if x == nil {
		if !ts.all {
			return
		}
		if len(ts.keys) >= maxKeys {
			ts.leftOut++
			return
		}
		x = ts.key(a.Key)
		x.ranked = ts.ranked
	}
	switch v := fact.ValueOf(a); v.Kind {
	case fact.String:
		x.text(v.String, round, o)
	case fact.Number:
		x.number(v.Number, round, o)
	default:
		x.truth(v.Bool, round, o)
	}
}

// addCauses counts root causes, which take their time to be found.
func (ts *tables) addCauses(t *trace.Trace, round uint64, o *observation) {
	for i, kind := range [...]trace.CauseKind{trace.CauseError, trace.CauseFault, trace.CauseResponseTime} {
		x := ts.fixed[aErrorCause+i]
		if x == nil {
			continue
		}
		for _, c := range t.Causes(kind) {
			var room [256]byte
			b := room[:0]
			for j, s := range c.Services {
				if j > 0 {
					b = append(b, arrow...)
				}
				b = append(b, s.Service.Name...)
			}
			x.bytes(b, round, o)
		}
	}
}

// shed makes room when all tables together have become too large.
func (ts *tables) shed() {
	for t := range ts.each {
		t.shrink(max(leastRows, len(t.rows)/2))
		t.release()
	}
}

func (ts *tables) merge(o *tables, here *[maxKinds]uint8) {
	for t := range o.each {
		for _, r := range t.rows {
			for i := range r.kinds {
				r.kinds[i].kind = here[r.kinds[i].kind]
			}
		}
	}
	for i, t := range o.fixed {
		if t != nil {
			ts.fixed[i].merge(t)
		}
	}
	for key, t := range o.keys {
		if ts.keys[key] == nil && len(ts.keys) >= maxKeys {
			ts.leftOut += t.traces
			continue
		}
		to := ts.key(key)
		to.ranked = t.ranked
		to.merge(t)
	}
	ts.leftOut += o.leftOut
	if ts.used > maxMemory {
		ts.shed()
	}
}
