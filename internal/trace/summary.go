package trace

import (
	"cmp"
	"slices"

	"github.com/rayscope/rayscope/internal/segment"
)

// Types of nodes that no document names.
const (
	TypeClient = "client"        // who called the root
	TypeRemote = "remote"        // called over the network and did not report
	TypeSQL    = "Database::SQL" // a database, known from the calls to it
)

// A Service is the identity of a node: what reports under one name, type and account.
type Service struct {
	Name    string
	Type    string // origin or type of resource; empty if not given
	Account string // 12 digits if the documents give one
	Region  string // of a called resource, if the call names it
}

// Service is the node of a segment, or the node that a call infers.
func (e *Entity) Service() Service {
	if e.IsSegment() {
		return Service{Name: e.Name, Type: e.Digest.Origin, Account: e.Digest.AccountID}
	}
	s := Service{Name: e.NodeName(), Type: TypeRemote, Account: e.AccountID, Region: e.Region}
	switch {
	case e.Is(segment.NamespaceAWS) && e.Resource != "":
		s.Type = e.ResourceType
	case e.Is(segment.NamespaceAWS):
		s.Type = "AWS::" + e.Name
	case e.Is(segment.SQL):
		s.Type = TypeSQL
	}
	return s
}

// NodeName is the name of Service.
func (e *Entity) NodeName() string {
	if !e.IsSegment() && e.Is(segment.NamespaceAWS) && e.Resource != "" {
		return e.Resource
	}
	return e.Name
}

// Client is the node of whoever called the given root segment.
func (e *Entity) Client() Service {
	return Service{Name: e.Name, Type: TypeClient, Account: e.Digest.AccountID}
}

// A Summary is one line about a trace. It owns its strings.
type Summary struct {
	ID           segment.TraceID
	Start        segment.Time // earliest start of all entities
	Duration     segment.Time // to the latest end; unknown while anything is in progress
	HasDuration  bool
	ResponseTime segment.Time // of the root; unknown without a complete root
	HasResponse  bool

	// From the root only: a failure further down that the root survived does not count here.
	Fault, Error, Throttle bool

	Partial     bool
	HTTP        segment.HTTP // of the root
	Annotations []AnnotationValues
	Users       []string
	Services    []Service // the client, the segments' nodes, the inferred nodes
	Resources   []string  // ARNs
	Instances   []string
	Zones       []string
	EntryPoint  *Service // node of the root
	Revision    int

	FaultCauses, ErrorCauses, ResponseTimeCauses []Cause
}

// AnnotationValues are the distinct values that one key has in a trace.
type AnnotationValues struct {
	Key    string
	Values []segment.Annotation
}

// Start is the earliest start of all entities: the time by which traces are ordered.
func (t *Trace) Start() segment.Time {
	start := t.Entities[0].Start
	for i := range t.Entities {
		start = min(start, t.Entities[i].Start)
	}
	return start
}

// End is the latest end of all entities as far as they have ended.
func (t *Trace) End() segment.Time {
	end := t.Entities[0].End
	for i := range t.Entities {
		end = max(end, t.Entities[i].End)
	}
	return end
}

// Duration is the time from the first start to the last end; false while anything is in progress.
func (t *Trace) Duration() (segment.Time, bool) {
	if t.HasInProgress {
		return 0, false
	}
	return t.End() - t.Start(), true
}

// Summary sums the trace up.
func (t *Trace) Summary() *Summary {
	s := &Summary{ID: t.ID, Start: t.Start(), Partial: t.Partial(), Revision: t.Revision}
	s.Duration, s.HasDuration = t.Duration()
	if root := t.RootSegment(); root != nil {
		s.fromRoot(root)
	}
	for _, i := range t.Segments {
		s.fromSegment(&t.Entities[i])
	}
	for i := range t.Entities {
		e := &t.Entities[i]
		if e.Infers() {
			s.Services = appendNew(s.Services, e.Service())
		}
		for j := range e.Annotations {
			s.annotate(&e.Annotations[j])
		}
	}
	s.FaultCauses, s.ErrorCauses, s.ResponseTimeCauses = t.Causes(CauseFault), t.Causes(CauseError), t.Causes(CauseResponseTime)
	slices.SortFunc(s.Annotations, func(a, b AnnotationValues) int { return cmp.Compare(a.Key, b.Key) })
	s.own()
	return s
}

func (s *Summary) fromRoot(root *Entity) {
	s.ResponseTime, s.HasResponse = root.Duration(), root.Complete()
	s.Throttle = root.IsThrottle()
	s.Fault = root.IsFault()
	s.Error = root.IsError() && !s.Throttle
	s.HTTP = root.HTTP
	entry := root.Service()
	s.EntryPoint = &entry
	s.Services = append(s.Services, root.Client())
}

func (s *Summary) fromSegment(e *Entity) {
	s.Services = appendNew(s.Services, e.Service())
	s.Users = appendSet(s.Users, e.Digest.User)
	s.Resources = appendSet(s.Resources, e.Digest.ResourceARN)
	s.Instances = appendSet(s.Instances, e.Digest.InstanceID)
	s.Zones = appendSet(s.Zones, e.Digest.EC2Zone)
	s.Zones = appendSet(s.Zones, e.Digest.ECSZone)
}

// annotate adds one value. Keys beyond the quota of a trace are not indexed, as in the documents.
func (s *Summary) annotate(a *segment.Annotation) {
	i := slices.IndexFunc(s.Annotations, func(v AnnotationValues) bool { return v.Key == a.Key })
	if i < 0 {
		if len(s.Annotations) == segment.MaxAnnotations {
			return
		}
		i = len(s.Annotations)
		s.Annotations = append(s.Annotations, AnnotationValues{Key: a.Key})
	}
	s.Annotations[i].Values = appendNew(s.Annotations[i].Values, *a)
}

func appendSet(list []string, v string) []string {
	if v == "" {
		return list
	}
	return appendNew(list, v)
}

func appendNew[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}
