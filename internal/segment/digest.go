package segment

// Kind tells a segment from an independent subsegment.
type Kind uint8

// The kinds of a document.
const (
	KindSegment Kind = iota
	KindSubsegment
)

// Flags are the yes-or-no facts of an entity.
type Flags uint16

// The flags of an entity. Fault, Error and Throttle are as the document gives them; the HTTP status counts as well, see
// Entity.Class.
const (
	InProgress Flags = 1 << iota
	Fault
	Error
	Throttle
	HasParent    // ParentID is set
	HasCauseRef  // CauseRef is set
	Traced       // http.request.traced: the callee promised a segment of its own
	NamespaceAWS // namespace "aws": a call through an AWS client
	NamespaceRemote
	SQL // has an sql block
)

// A Digest is what is known of one document after one pass over it. Its strings may point into the bytes that it was
// parsed or decoded from: it is valid as long as they are unchanged. The zero Digest is ready; Reset lets one be reused
// without allocation.
type Digest struct {
	Trace TraceID
	Kind  Kind

	// Of segments only; empty when unknown.
	Origin       string
	User         string
	ResourceARN  string
	AccountID    string // aws.account_id of the running application
	InstanceID   string // aws.ec2.instance_id
	EC2Zone      string // aws.ec2.availability_zone
	ECSZone      string // aws.ecs.availability_zone
	SamplingRule string // aws.xray.sampling_rule_name or rule_name

	// Links to other traces, at most MaxLinks.
	Links []Link

	// Entities in document order, each before its nested subsegments. The first is the document's own.
	Entities []Entity

	annotations []Annotation // backs Entity.Annotations
	exceptions  []Exception  // backs Entity.Exceptions
	unescaped   []byte       // backs strings that had escapes
}

// Reset makes d the zero Digest, but keeps its memory for the next use.
func (d *Digest) Reset() {
	*d = Digest{
		Links:       d.Links[:0],
		Entities:    d.Entities[:0],
		annotations: d.annotations[:0],
		exceptions:  d.exceptions[:0],
		unescaped:   d.unescaped[:0],
	}
}

// Own is the entity that the document is about.
func (d *Digest) Own() *Entity { return &d.Entities[0] }

// An Entity is a segment or a subsegment.
type Entity struct {
	ID       ID
	ParentID ID    // of the document's own entity, if HasParent: the caller (segment) or the place to hang under (subsegment)
	Within   int32 // index in Digest.Entities of the enclosing entity; -1 for the document's own
	Flags    Flags
	Name     string

	Start Time
	End   Time // equal to Start while in progress; never before Start

	// The called resource, from the aws block of a subsegment that names its operation.
	ResourceType string // for example AWS::DynamoDB::Table; empty if the block names none
	Resource     string // for example the table's name
	AccountID    string // aws.account_id of a subsegment: the owner of the resource
	Region       string // aws.region of a subsegment

	HTTP        HTTP
	Annotations []Annotation
	Exceptions  []Exception
	CauseRef    ID // id of the exception that is this entity's cause, recorded on another entity; if HasCauseRef
}

// Is tells whether all the given flags are set.
func (e *Entity) Is(f Flags) bool { return e.Flags&f == f }

// HTTP is the http block of an entity. Status is 0 when unknown.
type HTTP struct {
	Method    string
	URL       string
	UserAgent string
	ClientIP  string
	Status    int
}

// An Exception is one entry of an entity's cause.
type Exception struct {
	ID      ID
	Type    string
	Message string
	Remote  bool
}

// A Link points to a segment of another trace.
type Link struct {
	Trace TraceID
	ID    ID   // zero if the link names the trace only
	Child bool // the attribute reference_type is "child"
}

// ValueKind is the type of an annotation's value.
type ValueKind uint8

// The types an annotation can have.
const (
	StringValue ValueKind = iota
	NumberValue
	BoolValue
)

// An Annotation is an indexed key with its value. Only the member that Kind names is set.
type Annotation struct {
	Key    string
	Kind   ValueKind
	String string
	Number float64
	Bool   bool
}

// Class is the one class that an entity counts in.
type Class uint8

// The classes in rising priority: an entity that is several of them counts in the last.
const (
	ClassOK Class = iota
	ClassError
	ClassFault
	ClassThrottle
)

// IsThrottle tells whether the flag or the status 429 says so.
func (e *Entity) IsThrottle() bool { return e.Flags&Throttle != 0 || e.HTTP.Status == 429 }

// IsFault tells whether the flag or a 5xx status says so.
func (e *Entity) IsFault() bool { return e.Flags&Fault != 0 || e.HTTP.Status/100 == 5 }

// IsError tells whether the flag or a 4xx status says so; a throttled entity is an error too.
func (e *Entity) IsError() bool { return e.Flags&Error != 0 || e.HTTP.Status/100 == 4 }

// Class is throttle, else fault, else error, else ok.
func (e *Entity) Class() Class {
	switch {
	case e.IsThrottle():
		return ClassThrottle
	case e.IsFault():
		return ClassFault
	case e.IsError():
		return ClassError
	}
	return ClassOK
}

// MaxDocument is the most bytes of JSON text that a document may have. The service takes 64 KB, and says so in different ways; SDKs
// have to lose what one segment says beyond that. Here it is found, while a batch of a call still fits into a few MiB.
const MaxDocument = 1 << 20

// Limits of what is indexed. What exceeds them stays in the document.
const (
	MaxDepth           = 512  // nesting of JSON values: 1 MiB could nest 500,000 deep, no honest document nests 100
	MaxName            = 200  // characters; longer names are cut
	MaxAnnotations     = 50   // distinct keys per document that are indexed; the service's quota per trace
	MaxAnnotationKey   = 500  // characters
	MaxAnnotationValue = 1000 // characters
	MaxExceptions      = 100  // exceptions per entity: a chain of causes is seldom longer than ten
	MaxLinks           = 20   // links per segment; the service's quota
	MaxIndexedString   = 1024 // bytes of a url, user agent, exception message, ... in the digest
)
