// Package fact is what of a trace can be looked up in an index: a field, a key where the field has them, and a value.
//
// Facts are for finding candidates, not for deciding. An index is asked for the traces that have certain facts, and the
// filter has the last word on each of them, so a fact may say more than is asked, never less.
package fact

// A Field is the kind of a fact.
type Field uint8

// The fields. Their numbers are on disk: new ones go to the end.
const (
	_            Field = iota
	Annotation         // an annotation of any entity; the key is the annotation's
	Service            // name of a node: the client, a segment's, an inferred one; string
	FaultIn            // name of a segment or inferred node that has a fault; string. ErrorIn, ThrottleIn likewise
	ErrorIn            //
	ThrottleIn         //
	Is                 // what holds of the trace: one of the strings below
	Status             // http status of the root; number
	Method             // http method of the root; string
	URL                // http url of the root; string
	User               // user of any segment; string
	ResponseTime       // of the root, in seconds, rounded down by Grid; number
	Duration           // of the trace, in seconds, rounded down by Grid; number
	Group              // the key is the id of a group that the trace belongs to; the value the version of its filter, a number
)

// Values of Is. The first four are of the root segment.
const (
	OK       = "ok"
	Error    = "error"
	Fault    = "fault"
	Throttle = "throttle"
	Partial  = "partial"
	Inferred = "inferred"
)

// Kind is the type of a value.
type Kind uint8

// The types of values. Values of different types are never equal, and none is less than another.
const (
	String Kind = iota
	Number
	Bool
)

// A Value is what a fact says. Only the member that Kind names is set.
type Value struct {
	Kind   Kind
	String string
	Number float64 // not NaN
	Bool   bool
}

// A Fact is one thing that is true of a trace. The same fact may be stated several times.
type Fact struct {
	Field Field
	Key   string // of Annotation and Group, else empty
	Value Value
}

// Op compares a fact's value with a condition's.
type Op uint8

// The comparisons. Those of order are for numbers, those of parts for strings.
const (
	Set Op = iota // any value
	Equal
	NotEqual // of the same type, and another value
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
	Contains
	BeginsWith
	EndsWith
)

// A Condition holds for a trace that has some fact of the field, and key, whose value compares so.
type Condition struct {
	Field Field
	Key   string
	Op    Op
	Value Value
}

// A Clause holds if one of its conditions does. An empty one never holds.
type Clause []Condition
