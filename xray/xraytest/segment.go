package xraytest

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray"
)

// A Segment is a segment or subsegment as the daemon would get it.
type Segment struct {
	TraceID  string  `json:"trace_id"` // of subsegments: that of their segment
	ID       string  `json:"id"`
	ParentID string  `json:"parent_id"`
	Name     string  `json:"name"`
	Start    float64 `json:"start_time"` // seconds since 1970
	End      float64 `json:"end_time"`   // 0 while in progress

	InProgress bool            `json:"in_progress"`
	Fault      bool            `json:"fault"`
	Error      bool            `json:"error"`
	Throttle   bool            `json:"throttle"`
	Cause      *xray.CauseData `json:"cause"`

	Type      string         `json:"type"` // "subsegment" if it was sent apart
	Namespace string         `json:"namespace"`
	Origin    string         `json:"origin"`
	User      string         `json:"user"`
	HTTP      *xray.HTTPData `json:"http"`
	SQL       *xray.SQLData  `json:"sql"`
	AWS       map[string]any `json:"aws"`

	Annotations map[string]any            `json:"annotations"` // numbers are float64
	Metadata    map[string]map[string]any `json:"metadata"`    // by namespace and key, as encoding/json decodes it

	Links []xray.Link `json:"links"`

	Subsegments []*Segment `json:"subsegments"` // in the order of their starts

	t testing.TB
}

// assemble puts subsegments that were sent apart where they belong.
func (r *Recorder) assemble(docs [][]byte) []*Segment {
	r.t.Helper()
	byID := map[string]*Segment{}
	var tops []*Segment
	for _, doc := range docs {
		s := &Segment{}
		if err := json.Unmarshal(doc, s); err != nil {
			r.t.Fatalf("xraytest: document %s: %v", doc, err)
		}
		s.index(r.t, byID)
		tops = append(tops, s)
	}
	var roots []*Segment
	for _, s := range tops {
		if parent := byID[s.ParentID]; parent != nil && s.Type == "subsegment" {
			parent.Subsegments = append(parent.Subsegments, s)
		} else {
			roots = append(roots, s)
		}
	}
	sortByStart(roots)
	for _, s := range byID {
		sortByStart(s.Subsegments)
	}
	for _, s := range roots {
		s.setTrace(s.TraceID)
	}
	return roots
}

func (s *Segment) index(t testing.TB, byID map[string]*Segment) {
	s.t = t
	byID[s.ID] = s
	for _, sub := range s.Subsegments {
		sub.index(t, byID)
	}
}

func (s *Segment) setTrace(id string) {
	s.TraceID = id
	for _, sub := range s.Subsegments {
		sub.setTrace(id)
	}
}

func sortByStart(list []*Segment) {
	slices.SortStableFunc(list, func(a, b *Segment) int { return cmp.Compare(a.Start, b.Start) })
}

// Subsegment follows names down from s, one level for each, and fails the test where there is none of a name, or several.
func (s *Segment) Subsegment(path ...string) *Segment {
	s.t.Helper()
	at := s
	for _, name := range path {
		switch found := named(at.Subsegments, name); {
		case len(found) == 1:
			at = found[0]
		case len(found) > 1:
			s.t.Fatalf("xraytest: %q has %d subsegments named %q: choose among Subsegments", at.Name, len(found), name)
		case len(at.Subsegments) == 0:
			s.t.Fatalf("xraytest: %q has no subsegment %q; it has none at all", at.Name, name)
		default:
			s.t.Fatalf("xraytest: %q has no subsegment %q; it has %s", at.Name, name, names(at.Subsegments))
		}
	}
	return at
}

// WantAnnotation fails the test unless the annotation has the value. Numbers of all types are compared by value.
func (s *Segment) WantAnnotation(key string, want any) {
	s.t.Helper()
	got, ok := s.Annotations[key]
	s.compare("annotation "+key, got, ok, want)
}

// WantMetadata fails the test unless the metadata has the value, as JSON. The namespace of AddMetadata is "default".
func (s *Segment) WantMetadata(namespace, key string, want any) {
	s.t.Helper()
	got, ok := s.Metadata[namespace][key]
	s.compare("metadata "+namespace+"."+key, got, ok, want)
}

func (s *Segment) compare(what string, got any, ok bool, want any) {
	s.t.Helper()
	encoded, err := json.Marshal(want)
	var plain any
	if err == nil {
		err = json.Unmarshal(encoded, &plain)
	}
	switch {
	case err != nil:
		s.t.Errorf("xraytest: %s of %q: the wanted value is no JSON: %v", what, s.Name, err)
	case !ok:
		s.t.Errorf("xraytest: %q has no %s, want %s", s.Name, what, encoded)
	case !reflect.DeepEqual(got, plain):
		text, err := json.Marshal(got)
		if err != nil {
			s.t.Errorf("xraytest: %s of %q: %v", what, s.Name, err)
		}
		s.t.Errorf("xraytest: %s of %q is %s, want %s", what, s.Name, text, encoded)
	}
}

// WantLink fails the test unless s links to other, to a subsegment of it, or to its trace as a whole.
func (s *Segment) WantLink(other *Segment) {
	s.t.Helper()
	for _, l := range s.Links {
		if l.TraceID == other.TraceID && (l.ID == "" || other.has(l.ID)) {
			return
		}
	}
	s.t.Errorf("xraytest: %q has the links %v, want one to %q, %s in trace %s", s.Name, s.Links, other.Name, other.ID, other.TraceID)
}

// has reports whether s or one below it has the id.
func (s *Segment) has(id string) bool {
	return s.ID == id || slices.ContainsFunc(s.Subsegments, func(sub *Segment) bool { return sub.has(id) })
}

// WantOK fails the test if s is marked as fault, error or throttle, or has exceptions.
func (s *Segment) WantOK() {
	s.t.Helper()
	if s.Fault || s.Error || s.Throttle || s.Cause != nil {
		s.t.Errorf("xraytest: %q is%s with %s, want no failure", s.Name, s.marks(), s.messages())
	}
}

// WantFault fails the test unless s is marked as fault and the message of one of its exceptions contains text.
func (s *Segment) WantFault(text string) {
	s.t.Helper()
	if !s.Fault {
		s.t.Errorf("xraytest: %q is no fault, want one that says %q", s.Name, text)
		return
	}
	if s.Cause != nil {
		for _, e := range s.Cause.Exceptions {
			if strings.Contains(e.Message, text) {
				return
			}
		}
	}
	s.t.Errorf("xraytest: %q is a fault with %s, want %q among them", s.Name, s.messages(), text)
}

// messages lists those of the exceptions.
func (s *Segment) messages() string {
	if s.Cause == nil || len(s.Cause.Exceptions) == 0 {
		return "no exceptions"
	}
	var list []string
	for _, e := range s.Cause.Exceptions {
		list = append(list, `"`+e.Message+`"`)
	}
	return "the exceptions " + strings.Join(list, ", ")
}
