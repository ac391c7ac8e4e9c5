package fact

import (
	"math"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// Of states every fact of the trace but those of Group, which only the groups' owner knows. The strings may point into the
// trace.
func Of(t *trace.Trace, state func(Fact)) {
	if root := t.RootSegment(); root != nil {
		ofRoot(root, state)
	}
	if t.Partial() {
		state(Fact{Is, "", text(Partial)})
	}
	if d, ok := t.Duration(); ok {
		state(Fact{Duration, "", number(Grid(d.Seconds()))})
	}
	inferred := false
	for i := range t.Entities {
		e := &t.Entities[i]
		switch {
		case e.IsSegment():
			ofNode(e, state)
			if e.Digest.User != "" {
				state(Fact{User, "", text(e.Digest.User)})
			}
		case e.Infers():
			ofNode(e, state)
			inferred = true
		}
		for j := range e.Annotations {
			a := &e.Annotations[j]
			state(Fact{Annotation, a.Key, ValueOf(a)})
		}
	}
	if inferred {
		state(Fact{Is, "", text(Inferred)})
	}
}

func ofRoot(e *trace.Entity, state func(Fact)) {
	if e.Complete() {
		state(Fact{ResponseTime, "", number(Grid(e.Duration().Seconds()))})
	}
	if e.Complete() && !e.IsThrottle() && !e.IsFault() && !e.IsError() {
		state(Fact{Is, "", text(OK)})
	}
	for _, f := range [...]struct {
		is   bool
		name string
	}{{e.IsThrottle(), Throttle}, {e.IsFault(), Fault}, {e.IsError(), Error}} {
		if f.is {
			state(Fact{Is, "", text(f.name)})
		}
	}
	if e.HTTP.Status != 0 {
		state(Fact{Status, "", number(float64(e.HTTP.Status))})
	}
	if e.HTTP.Method != "" {
		state(Fact{Method, "", text(e.HTTP.Method)})
	}
	if e.HTTP.URL != "" {
		state(Fact{URL, "", text(e.HTTP.URL)})
	}
}

// ofNode states the name of an entity's node and its failures. A root's client has the same name.
func ofNode(e *trace.Entity, state func(Fact)) {
	name := text(e.NodeName())
	state(Fact{Service, "", name})
	if e.IsFault() {
		state(Fact{FaultIn, "", name})
	}
	if e.IsError() {
		state(Fact{ErrorIn, "", name})
	}
	if e.IsThrottle() {
		state(Fact{ThrottleIn, "", name})
	}
}

func text(s string) Value { return Value{Kind: String, String: s} }

func number(n float64) Value { return Value{Kind: Number, Number: n} }

// ValueOf is an annotation's value. No JSON number is NaN, and a zero is equal to the negative zero.
func ValueOf(a *segment.Annotation) Value {
	switch a.Kind {
	case segment.NumberValue:
		if a.Number == 0 || math.IsNaN(a.Number) {
			return number(0)
		}
		return number(a.Number)
	case segment.BoolValue:
		return Value{Kind: Bool, Bool: a.Bool}
	}
	return text(a.String)
}
