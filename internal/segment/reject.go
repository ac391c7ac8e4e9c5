package segment

// Code says why a document was refused: the ErrorCode of an UnprocessedTraceSegment.
type Code string

// The codes, in the order in which they are checked; the first that fails wins.
const (
	ParseError                     Code = "ParseError"
	UnknownType                    Code = "UnknownType"
	MissingID                      Code = "MissingId"
	InvalidID                      Code = "InvalidId"
	MissingName                    Code = "MissingName"
	MissingTraceID                 Code = "MissingTraceId"
	InvalidTraceID                 Code = "InvalidTraceId"
	MissingStartTime               Code = "MissingStartTime"
	InProgressSegmentHasEndTime    Code = "InProgressSegmentHasEndTime"
	InProgressSubsegmentHasEndTime Code = "InProgressSubsegmentHasEndTime"
	MissingEndTime                 Code = "MissingEndTime"
	MissingParentID                Code = "MissingParentId"
	InvalidParentID                Code = "InvalidParentId"
	InvalidSegment                 Code = "InvalidSegment" // larger than MaxDocument
)

// A Rejection is the reason why Parse refused a document. It is an error whose text is the service's Message.
type Rejection struct {
	ID         string // id of the document's own entity as far as it could be read, else empty
	Code       Code
	Subsegment bool   // the offending entity is a subsegment
	NotObject  bool   // JSON, but not an object: the service has a message of its own for this
	Detail     string // what was found and what the rule is, for logs; never sent to X-Ray clients
}

// Error is the Message of the service.
func (r *Rejection) Error() string {
	switch {
	case r.NotObject:
		return "Invalid entity."
	case r.Subsegment:
		return "Invalid subsegment. ErrorCode: " + string(r.Code) + ", Cause: null"
	}
	return "Invalid segment. ErrorCode: " + string(r.Code)
}
