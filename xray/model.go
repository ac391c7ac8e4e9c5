package xray

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/strategy/exception"
)

// A Segment is a segment or a subsegment: one piece of work with a name, a start and an end. Get one from a Begin function;
// the zero Segment records nothing.
//
// Several goroutines may have the same subsegment if it is not recorded, as one then stands for all of its parent. The lock guards the exported
// fields. The methods take it themselves, except the Get methods, which a caller may use while holding it.
type Segment struct {
	sync.RWMutex

	// Sampled says that the trace is recorded. A root on which it is set to false before Close is not sent.
	Sampled          bool           `json:"-"`
	RequestWasTraced bool           `json:"-"` // the request came with a trace header
	ContextDone      bool           `json:"-"` // it was sent before all children were closed, as the context was cancelled or they took too long
	Emitted          bool           `json:"-"` // it was given to the emitter
	Facade           bool           `json:"-"` // stands for a segment that someone else sends, such as Lambda's
	Dummy            bool           `json:"-"` // stores and sends nothing
	InProgress       bool           `json:"in_progress,omitempty"`
	Fault            bool           `json:"fault,omitempty"`    // failed here, as HTTP's 5xx
	Error            bool           `json:"error,omitempty"`    // refused, as HTTP's 4xx
	Throttle         bool           `json:"throttle,omitempty"` // refused for being too much, as HTTP's 429
	IncomingHeader   *header.Header `json:"-"`                  // what the caller sent, nil without
	ParentSegment    *Segment       `json:"-"`                  // the root of the tree, not the parent: the name is X-Ray's

	TraceID   string  `json:"trace_id,omitempty"`
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	StartTime float64 `json:"start_time"`         // seconds since 1970
	EndTime   float64 `json:"end_time,omitempty"` // seconds since 1970, 0 while in progress

	ParentID    string     `json:"parent_id,omitempty"` // of a subsegment: what it hangs below; of a root: the caller's subsegment
	Cause       *CauseData `json:"cause,omitempty"`
	ResourceARN string     `json:"resource_arn,omitempty"`
	Origin      string     `json:"origin,omitempty"` // kind of the machine it runs on, such as AWS::EC2::Instance

	Type         string   `json:"type,omitempty"`      // "subsegment" on those sent apart from their parent
	Namespace    string   `json:"namespace,omitempty"` // "aws" or "remote" for calls of other services
	User         string   `json:"user,omitempty"`
	PrecursorIDs []string `json:"precursor_ids,omitempty"`

	HTTP    *HTTPData      `json:"http,omitempty"`
	AWS     map[string]any `json:"aws,omitempty"`
	Service *ServiceData   `json:"service,omitempty"`
	SQL     *SQLData       `json:"sql,omitempty"`

	Annotations map[string]any            `json:"annotations,omitempty"` // strings, numbers and booleans
	Metadata    map[string]map[string]any `json:"metadata,omitempty"`    // by namespace and key

	Links []Link `json:"links,omitempty"` // to other traces; see AddLink

	// Subsegments are documents to be sent inside of this one, besides those of the children.
	Subsegments []json.RawMessage `json:"subsegments,omitempty"`

	Configuration *Config `json:"-"` // of a root: what it works with

	watch  *watch          // counts a failure of it; nil if nobody wants to know; never changed
	shadow *Segment        // see hidden; guarded by the lock
	ctx    context.Context // what it was begun with: a Segment is itself the node of the context that carries it
	began  time.Duration   // when, by the clock that is never set
	tree   *tree           // nil if it records nothing; never changed
	parent *Segment        // what it hangs below, nil for a root; never changed
	place  place           // guarded by tree.mu
}

// CauseData says what went wrong.
type CauseData struct {
	WorkingDirectory string                `json:"working_directory,omitempty"`
	Paths            []string              `json:"paths,omitempty"`
	Exceptions       []exception.Exception `json:"exceptions,omitempty"`
}

// HTTPData is an HTTP request that was served or made, and its response.
type HTTPData struct {
	Request  *RequestData  `json:"request,omitempty"`
	Response *ResponseData `json:"response,omitempty"`
}

// RequestData is an HTTP request.
type RequestData struct {
	Method        string `json:"method,omitempty"`
	URL           string `json:"url,omitempty"` // without query
	ClientIP      string `json:"client_ip,omitempty"`
	UserAgent     string `json:"user_agent,omitempty"`
	XForwardedFor bool   `json:"x_forwarded_for,omitempty"` // ClientIP is what a header says
	Traced        bool   `json:"traced,omitempty"`          // the callee sends a segment of its own
}

// ResponseData is an HTTP response.
type ResponseData struct {
	Status        int `json:"status,omitempty"`
	ContentLength int `json:"content_length,omitempty"` // bytes, -1 if not known
}

// ServiceData is the program that is traced.
type ServiceData struct {
	Version        string `json:"version,omitempty"`
	RuntimeVersion string `json:"runtime_version,omitempty"`
	Runtime        string `json:"runtime,omitempty"`
}

// SQLData is a call of a SQL database.
type SQLData struct {
	ConnectionString string `json:"connection_string,omitempty"`
	URL              string `json:"url,omitempty"`
	DatabaseType     string `json:"database_type,omitempty"`
	DatabaseVersion  string `json:"database_version,omitempty"`
	DriverVersion    string `json:"driver_version,omitempty"`
	User             string `json:"user,omitempty"`
	Preparation      string `json:"preparation,omitempty"` // "statement" or "call"
	SanitizedQuery   string `json:"sanitized_query,omitempty"`
}

// GetCause returns the cause, made empty at first use. The caller holds the lock.
func (s *Segment) GetCause() *CauseData {
	return orNew(s, func(s *Segment) **CauseData { return &s.Cause })
}

// GetHTTP returns the HTTP data, made empty at first use. The caller holds the lock.
func (s *Segment) GetHTTP() *HTTPData {
	return orNew(s, func(s *Segment) **HTTPData { return &s.HTTP })
}

// GetSQL returns the SQL data, made empty at first use. The caller holds the lock.
func (s *Segment) GetSQL() *SQLData { return orNew(s, func(s *Segment) **SQLData { return &s.SQL }) }

// GetService returns the service data: of a root, with the runtime and the version that was configured. The caller holds the lock.
func (s *Segment) GetService() *ServiceData {
	if s == nil {
		return new(ServiceData)
	}
	if s.Service == nil {
		s.Service = s.tree.service(s)
	}
	return s.Service
}

// GetAWS returns the AWS data: of a root, with the blocks of the SDK ("xray") and of the plugins. The caller holds the lock.
func (s *Segment) GetAWS() map[string]any {
	if s == nil {
		return map[string]any{}
	}
	if s.AWS == nil {
		s.AWS = map[string]any{}
	}
	s.tree.addBlocks(s)
	return s.AWS
}

// GetConfiguration returns the configuration: all that the segment works with, if the program has not set another. The caller holds
// the lock.
func (s *Segment) GetConfiguration() *Config {
	if s != nil && s.Configuration != nil {
		return s.Configuration
	}
	c := *s.config()
	if s != nil {
		s.Configuration = &c
	}
	return &c
}

// GetRequest returns the request, made empty at first use.
func (d *HTTPData) GetRequest() *RequestData {
	if d.Request == nil {
		d.Request = new(RequestData)
	}
	return d.Request
}

// GetResponse returns the response, made empty at first use.
func (d *HTTPData) GetResponse() *ResponseData {
	if d.Response == nil {
		d.Response = new(ResponseData)
	}
	return d.Response
}

// orNew returns what a field of s points to, made at first use. For a nil segment the value is nobody's.
func orNew[T any](s *Segment, field func(*Segment) **T) *T {
	if s == nil {
		return new(T)
	}
	p := field(s)
	if *p == nil {
		*p = new(T)
	}
	return *p
}
