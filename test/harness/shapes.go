package harness

import (
	"encoding/json"
	"fmt"
	"time"
)

// The shapes are the members of results that tests look at, as JSON of any client prints them.

// A Time is epoch seconds, or an ISO-8601 string: clients print either.
type Time float64

// UnmarshalJSON reads both forms.
func (t *Time) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '"' {
		return json.Unmarshal(b, (*float64)(t))
	}
	var at time.Time
	if err := json.Unmarshal(b, &at); err != nil {
		return err
	}
	*t = Time(float64(at.UnixMicro()) / 1e6)
	return nil
}

// A Value is the value of an annotation: string, float64 or bool. It is the one member of its object that is not null,
// whatever a client calls it.
type Value struct{ V any }

// UnmarshalJSON takes the one member out.
func (v *Value) UnmarshalJSON(b []byte) error {
	var members map[string]any
	if err := json.Unmarshal(b, &members); err != nil {
		return err
	}
	n := 0
	for _, m := range members {
		if m != nil {
			v.V = m
			n++
		}
	}
	if n != 1 {
		return fmt.Errorf("annotation value %s has %d members that are not null, want one", b, n)
	}
	return nil
}

// A Graph is the result of GetServiceGraph and GetTraceGraph.
type Graph struct {
	StartTime, EndTime Time
	Services           []Node
	NextToken          string
}

// A Node is a service of a graph.
type Node struct {
	ReferenceId                              int
	Name, Type, State                        string
	Root                                     *bool
	Edges                                    []Edge
	SummaryStatistics                        *Statistics
	ResponseTimeHistogram, DurationHistogram []Bin
}

// An Edge leads from the node that has it to the node with its ReferenceId.
type Edge struct {
	ReferenceId           int
	EdgeType              string // "link", or ""
	SummaryStatistics     *Statistics
	ResponseTimeHistogram []Bin
	Aliases               []struct{ Name, Type string }
}

// A Bin is an entry of a histogram.
type Bin struct {
	Value float64
	Count int
}

// Statistics are those of a node or an edge.
type Statistics struct {
	OkCount           int
	ErrorStatistics   struct{ ThrottleCount, OtherCount, TotalCount int }
	FaultStatistics   struct{ OtherCount, TotalCount int }
	TotalCount        int
	TotalResponseTime float64
}

// Summaries is the result of GetTraceSummaries.
type Summaries struct {
	TraceSummaries       []Summary
	ApproximateTime      Time
	TracesProcessedCount int
	NextToken            string
}

// A Summary is one trace in a listing.
type Summary struct {
	Id                              string
	StartTime                       Time
	Duration, ResponseTime          *float64
	HasFault, HasError, HasThrottle bool
	IsPartial                       bool
	Revision                        int
	Http                            struct {
		HttpURL, HttpMethod, UserAgent, ClientIp string
		HttpStatus                               int
	}
	Annotations map[string][]struct{ AnnotationValue Value }
	Users       []struct{ UserName string }
	ServiceIds  []ServiceID
	EntryPoint  *ServiceID

	MatchedEventTime *Time

	FaultRootCauses, ErrorRootCauses, ResponseTimeRootCauses []RootCause
}

// A RootCause is that of any kind: Exceptions belong to failures, Coverage to response times.
type RootCause struct {
	ClientImpacting bool
	Services        []struct {
		Name, Type string
		Inferred   bool
		EntityPath []struct {
			Name       string
			Remote     bool
			Coverage   float64
			Exceptions []struct{ Name, Message string }
		}
	}
}

// A ServiceID names a node.
type ServiceID struct{ Name, Type string }

// Traces is the result of BatchGetTraces.
type Traces struct {
	Traces              []Trace
	UnprocessedTraceIds []string
}

// A Trace has its documents as text.
type Trace struct {
	Id       string
	Duration *float64
	Segments []struct{ Id, Document string }
}

// Documents decodes the documents of a trace.
func (t Trace) Documents() ([]Document, error) {
	var docs []Document
	for _, s := range t.Segments {
		d, err := ParseDocument(s.Document)
		if err != nil {
			return nil, fmt.Errorf("trace %s segment %s: %w", t.Id, s.Id, err)
		}
		docs = append(docs, d)
	}
	return docs, nil
}

// A Document is a segment or a subsegment.
type Document struct {
	ID         string  `json:"id"`
	TraceID    string  `json:"trace_id"`
	ParentID   string  `json:"parent_id"`
	Name       string  `json:"name"`
	Namespace  string  `json:"namespace"`
	Type       string  `json:"type"`
	InProgress bool    `json:"in_progress"`
	Inferred   bool    `json:"inferred"`
	Fault      bool    `json:"fault"`
	Start      float64 `json:"start_time"`
	End        float64 `json:"end_time"`
	HTTP       struct {
		Request  struct{ Method, URL string }
		Response struct{ Status int }
	}
	AWS struct {
		XRay struct {
			SDK      string `json:"sdk"`
			RuleGo   string `json:"sampling_rule_name"` // Go, Python, .NET
			RuleNode string `json:"rule_name"`          // Java, Node.js
		}
	}
	SQL         *SQL
	Cause       json.RawMessage // an object, or an exception's id
	Annotations map[string]any
	Metadata    map[string]any
	Subsegments []Document
}

// SQL is what a document tells of a query.
type SQL struct {
	URL              string `json:"url"`
	ConnectionString string `json:"connection_string"`
	Query            string `json:"sanitized_query"`
	Type             string `json:"database_type"`
	DriverVersion    string `json:"driver_version"`
	User             string `json:"user"`
	Preparation      string `json:"preparation"`
}

// Messages are those of the document's own exceptions.
func (d *Document) Messages() (all []string, err error) {
	if len(d.Cause) == 0 || d.Cause[0] != '{' {
		return nil, nil
	}
	var cause struct{ Exceptions []struct{ Message string } }
	if err := json.Unmarshal(d.Cause, &cause); err != nil {
		return nil, fmt.Errorf("cause of %s: %w", d.ID, err)
	}
	for _, e := range cause.Exceptions {
		all = append(all, e.Message)
	}
	return all, nil
}

// ParseDocument decodes the text of a document.
func ParseDocument(text string) (d Document, err error) {
	err = json.Unmarshal([]byte(text), &d)
	return d, err
}

// All yields the document's entities: itself and all subsegments in it.
func (d *Document) All(yield func(*Document) bool) { d.walk(yield) }

func (d *Document) walk(yield func(*Document) bool) bool {
	if !yield(d) {
		return false
	}
	for i := range d.Subsegments {
		if !d.Subsegments[i].walk(yield) {
			return false
		}
	}
	return true
}

// Unprocessed is the result of PutTraceSegments.
type Unprocessed struct{ UnprocessedTraceSegments []UnprocessedSegment }

// An UnprocessedSegment is a document that was not taken. Its Id is nil if it has none that can be read.
type UnprocessedSegment struct {
	Id                 *string
	ErrorCode, Message string
}
