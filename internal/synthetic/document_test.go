package synthetic_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/synthetic"
)

// entity is what these tests read of a segment or subsegment.
type entity struct {
	TraceID     string      `json:"trace_id"`
	ID          string      `json:"id"`
	ParentID    string      `json:"parent_id"`
	Type        string      `json:"type"`
	Name        string      `json:"name"`
	Origin      string      `json:"origin"`
	Namespace   string      `json:"namespace"`
	Start       json.Number `json:"start_time"`
	End         json.Number `json:"end_time"`
	InProgress  bool        `json:"in_progress"`
	Fault       bool        `json:"fault"`
	Error       bool        `json:"error"`
	Throttle    bool        `json:"throttle"`
	User        string      `json:"user"`
	HTTP        http        `json:"http"`
	AWS         aws         `json:"aws"`
	SQL         sql         `json:"sql"`
	Service     service     `json:"service"`
	Cause       json.RawMessage
	Annotations map[string]any
	Metadata    map[string]any
	Links       []link
	Subsegments []*entity

	after time.Duration
	body  []byte
}

type http struct {
	Request  struct{ Traced bool }
	Response response
}

type response struct{ Status int }

func (r response) status() string { return strconv.Itoa(r.Status) }

type aws struct {
	TableName string `json:"table_name"`
	QueueURL  string `json:"queue_url"`
	Retries   int
}

type sql struct {
	Query string `json:"sanitized_query"`
}

type service struct{ Version string }

type link struct {
	TraceID string `json:"trace_id"`
	ID      string
}

type cause struct {
	Exceptions []struct {
		ID, Type, Message, Cause string
		Stack                    []struct{ Path string }
	}
}

// micros is a time on the wire, which has exactly six decimals.
func micros(n json.Number) segment.Time {
	v, err := strconv.ParseInt(strings.Replace(string(n), ".", "", 1), 10, 64)
	if err != nil {
		panic(fmt.Sprintf("time %q: %v", n, err))
	}
	return segment.Time(v)
}

func (e *entity) start() segment.Time { return micros(e.Start) }
func (e *entity) end() segment.Time   { return micros(e.End) }

// own is the cause that was recorded on the entity itself; ref the exception that it refers to.
func (e *entity) own() (c cause, ok bool) {
	return c, len(e.Cause) > 0 && json.Unmarshal(e.Cause, &c) == nil
}

func (e *entity) ref() (id string, ok bool) {
	return id, len(e.Cause) > 0 && json.Unmarshal(e.Cause, &id) == nil
}

// walk visits an entity and what is nested in it, with what encloses it.
func (e *entity) walk(in *entity, visit func(e, in *entity)) {
	visit(e, in)
	for _, s := range e.Subsegments {
		s.walk(e, visit)
	}
}

func decode(t *testing.T, documents []synthetic.Document) (roots []*entity) {
	t.Helper()
	for _, d := range documents {
		e := entity{after: d.After, body: bytes.Clone(d.Body)}
		if err := json.Unmarshal(d.Body, &e); err != nil {
			t.Fatalf("%v: %s", err, d.Body)
		}
		roots = append(roots, &e)
	}
	return roots
}

// noDuplicates refuses an object that has a member twice, which encoding/json lets pass.
func noDuplicates(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	var value func() error
	value = func() error {
		token, err := d.Token()
		if err != nil {
			return err
		}
		open, _ := token.(json.Delim)
		seen := map[any]bool{}
		for open != 0 && d.More() {
			if open == '{' {
				key, err := d.Token()
				if err != nil {
					return err
				}
				if seen[key] {
					return fmt.Errorf("member %q comes twice", key)
				}
				seen[key] = true
			}
			if err := value(); err != nil {
				return err
			}
		}
		if open != 0 {
			_, err = d.Token()
		}
		return err
	}
	return value()
}

// request is the documents of one call of Shop.Trace.
type request struct {
	roots      []*entity
	byID       map[string]*entity // completed entities
	documentOf map[string]*entity // the completed document that an entity is in
	exceptions map[string]bool
}

func read(t *testing.T, documents []synthetic.Document) *request {
	t.Helper()
	tr := &request{decode(t, documents), map[string]*entity{}, map[string]*entity{}, map[string]bool{}}
	for _, root := range tr.roots {
		if root.InProgress {
			continue
		}
		root.walk(nil, func(e, _ *entity) {
			if tr.byID[e.ID] != nil {
				t.Fatalf("id %s is used twice: %s", e.ID, root.body)
			}
			tr.byID[e.ID], tr.documentOf[e.ID] = e, root
			c, _ := e.own()
			for _, x := range c.Exceptions {
				tr.exceptions[x.ID] = true
			}
		})
	}
	return tr
}

func TestDocuments(t *testing.T) {
	s := synthetic.New(1, synthetic.DefaultRate)
	for k := range firstMinutes(s) {
		tr := read(t, s.Trace(k, start))
		for i, root := range tr.roots {
			if n := len(root.body); n > 16<<10 { // a quarter of a datagram
				t.Errorf("a document has %d bytes", n)
			}
			if k%8 == 0 { // reading token by token is slow
				if err := noDuplicates(root.body); err != nil {
					t.Error(err)
				}
			}
			if i > 0 && root.after < tr.roots[i-1].after {
				t.Errorf("sent after %v, behind one sent after %v", root.after, tr.roots[i-1].after)
			}
			tr.check(t, root)
		}
		if t.Failed() {
			t.Fatalf("in trace %d:\n%s", k, bytes.Join(bodies(tr), []byte("\n")))
		}
	}
}

func bodies(tr *request) (b [][]byte) {
	for _, root := range tr.roots {
		b = append(b, root.body)
	}
	return b
}

// check holds a document to what is true of every document of an SDK.
func (tr *request) check(t *testing.T, root *entity) {
	id, err := segment.ParseTraceID(root.TraceID)
	if err != nil {
		t.Error(err)
	}
	if root.ParentID == "" && int64(id.Epoch()) != root.start().Floor() {
		t.Errorf("trace id %s does not carry the second of the start %s", root.TraceID, root.Start)
	}
	if root.ParentID != "" {
		tr.checkParent(t, root)
	}
	if root.InProgress {
		tr.checkInProgress(t, root)
		return
	}
	if sent := start + segment.TimeOf(time.Unix(0, int64(root.after))); sent < root.end() || sent > root.end()+segment.Second {
		t.Errorf("sent at %d, ended at %d", sent, root.end())
	}
	for _, l := range root.Links {
		if sent := tr.byID[l.ID]; sent == nil || sent.AWS.QueueURL == "" || tr.documentOf[l.ID].TraceID != l.TraceID || sent.end() > root.start() {
			t.Errorf("link %+v does not lead to the message that was sent before", l)
		}
	}
	root.walk(nil, func(e, in *entity) { tr.checkEntity(t, e, in) })
}

// checkParent: the caller or the enclosing segment is in the same trace, encloses it in time, and is sent later.
func (tr *request) checkParent(t *testing.T, root *entity) {
	p, d := tr.byID[root.ParentID], tr.documentOf[root.ParentID]
	switch {
	case p == nil:
		t.Errorf("parent %s of %s is nowhere", root.ParentID, root.ID)
	case d.TraceID != root.TraceID:
		t.Errorf("parent %s of %s is in another trace", root.ParentID, root.ID)
	case root.start() < p.start() || !root.InProgress && root.end() > p.end():
		t.Errorf("%s from %s to %s is not within its parent, from %s to %s", root.ID, root.Start, root.End, p.Start, p.End)
	case !root.InProgress && root.after > d.after:
		t.Errorf("%s is sent after %v, later than its parent: %v", root.ID, root.after, d.after)
	case root.Type == "" && !p.HTTP.Request.Traced:
		t.Errorf("the call to %s does not promise a segment", root.ID)
	}
}

func (tr *request) checkInProgress(t *testing.T, root *entity) {
	done := tr.byID[root.ID]
	if done == nil || tr.documentOf[root.ID] != done {
		t.Errorf("%s is in progress for ever", root.ID)
		return
	}
	if root.End != "" || root.Start != done.Start || root.after >= done.after {
		t.Errorf("%s in progress: start %s, end %q, sent after %v; completed: start %s, sent after %v", root.ID, root.Start, root.End, root.after, done.Start, done.after)
	}
}

func (tr *request) checkEntity(t *testing.T, e, in *entity) {
	if _, err := segment.ParseID(e.ID); err != nil {
		t.Error(err)
	}
	if e.Name == "" || e.end() < e.start() {
		t.Errorf("name %q, from %s to %s", e.Name, e.Start, e.End)
	}
	if in != nil && (e.start() < in.start() || e.end() > in.end()) {
		t.Errorf("%s from %s to %s is not within %s, from %s to %s", e.ID, e.Start, e.End, in.ID, in.Start, in.End)
	}
	if st := e.HTTP.Response.Status; st >= 500 != (e.Fault && st != 0) || st/100 == 4 != (e.Error && st != 0) || st == 429 && !e.Throttle {
		t.Errorf("%s: status %d with fault %v, error %v, throttle %v", e.ID, st, e.Fault, e.Error, e.Throttle)
	}
	if id, ok := e.ref(); ok && !tr.exceptions[id] {
		t.Errorf("%s: its cause %s is nowhere", e.ID, id)
	}
	if c, ok := e.own(); ok {
		for i, x := range c.Exceptions {
			if last := i == len(c.Exceptions)-1; x.ID == "" || x.Type == "" || x.Message == "" || len(x.Stack) == 0 || last != (x.Cause == "") || !last && x.Cause != c.Exceptions[i+1].ID {
				t.Errorf("%s: exception %+v", e.ID, x)
			}
		}
	}
}
