package trace

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/rayscope/rayscope/internal/segment"
)

// A Document is a segment as it is handed out: rebuilt, not echoed.
type Document struct {
	ID   segment.ID
	JSON string
}

// object is a JSON object; numbers in it are json.Number, so that they keep their digits.
type object = map[string]any

// members are what a document may have at the top level of an entity; others are not handed out. "inferred" is the
// service's own word, and "traced" a promise between services.
var members = map[string]bool{
	"name": true, "id": true, "start_time": true, "end_time": true, "in_progress": true, "trace_id": true, "type": true,
	"parent_id": true, "service": true, "user": true, "origin": true, "resource_arn": true, "http": true, "aws": true,
	"sql": true, "namespace": true, "error": true, "throttle": true, "fault": true, "cause": true, "annotations": true,
	"metadata": true, "precursor_ids": true, "links": true,
}

// Rebuild makes the documents of a trace from those that came in, which text holds by their digests: one for each
// segment with all its subsegments inside, also those that arrived on their own; one for each orphaned subsegment; and
// one for each segment that a call infers. They are in order of start, then id, the inferred ones last.
func Rebuild(t *Trace, text map[*segment.Digest][]byte) ([]Document, error) {
	r := rebuilder{trace: t, objects: make([]object, len(t.Entities)), at: make(map[segment.ID]int32, len(t.Entities))}
	for i := range t.Entities {
		r.at[t.Entities[i].ID] = int32(i)
	}
	done := make(map[*segment.Digest]bool, len(text))
	for i := range t.Entities {
		d := t.Entities[i].Digest
		if done[d] {
			continue
		}
		if err := r.read(d, text[d]); err != nil {
			return nil, fmt.Errorf("rebuild segment %s of trace %s: %w", d.Own().ID, t.ID, err)
		}
		done[d] = true
	}
	return r.documents()
}

type rebuilder struct {
	trace   *Trace
	objects []object // by index of the entity
	at      map[segment.ID]int32
}

// read finds the JSON object of each entity that the document brought.
func (r *rebuilder) read(d *segment.Digest, text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var o object
	if err := dec.Decode(&o); err != nil {
		return err
	}
	r.keep(o, d)
	return nil
}

// keep files the object and those nested in it, as far as it is d that counts for them. A repetition of an entity is not
// filed; what is nested in it may be.
func (r *rebuilder) keep(o object, d *segment.Digest) {
	s, _ := o["id"].(string)
	id, err := segment.ParseID(s)
	if i, ok := r.at[id]; ok && err == nil && r.trace.Entities[i].Digest == d && r.better(o, i) {
		r.objects[i] = o
	}
	nested, _ := o["subsegments"].([]any)
	delete(o, "subsegments")
	for _, n := range nested {
		if n, ok := n.(object); ok {
			r.keep(n, d)
		}
	}
}

// better tells whether o is the state of entity i that counts: the first that is as complete as the entity.
func (r *rebuilder) better(o object, i int32) bool {
	open, _ := o["in_progress"].(bool)
	return r.objects[i] == nil && open == r.trace.Entities[i].Is(segment.InProgress)
}

// documents nests the objects and writes them out.
func (r *rebuilder) documents() ([]Document, error) {
	var own, inferred []int32
	// All are tidied before any is nested: a subsegment that came in before its parent stands before it.
	for i := range r.trace.Entities {
		e := &r.trace.Entities[i]
		if r.objects[i] == nil {
			return nil, fmt.Errorf("document of %s does not hold it", e.ID)
		}
		r.tidy(e)
	}
	for i := range r.trace.Entities {
		e := &r.trace.Entities[i]
		if e.Infers() {
			inferred = append(inferred, e.Index)
		}
		if e.Parent == None {
			own = append(own, e.Index)
			continue
		}
		parent := r.objects[e.Parent]
		list, _ := parent["subsegments"].([]any)
		parent["subsegments"] = append(list, r.objects[i])
	}
	r.sort(own)
	r.sort(inferred)
	var docs []Document
	for _, i := range own {
		if err := appendDocument(&docs, r.trace.Entities[i].ID, r.objects[i]); err != nil {
			return nil, err
		}
	}
	for _, i := range inferred {
		id, o := r.infer(&r.trace.Entities[i])
		if err := appendDocument(&docs, id, o); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

func appendDocument(docs *[]Document, id segment.ID, o object) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(o); err != nil {
		return err
	}
	*docs = append(*docs, Document{id, string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))})
	return nil
}

func (r *rebuilder) sort(list []int32) {
	slices.SortFunc(list, func(a, b int32) int {
		x, y := &r.trace.Entities[a], &r.trace.Entities[b]
		return cmp.Or(cmp.Compare(x.Start, y.Start), bytes.Compare(x.ID[:], y.ID[:]))
	})
}

// tidy takes out of an entity's object what is not handed out, and computes what the service computes.
func (r *rebuilder) tidy(e *Entity) {
	o := r.objects[e.Index]
	for k := range o {
		if !members[k] {
			delete(o, k)
		}
	}
	if e.Parent != None {
		delete(o, "trace_id")
		delete(o, "parent_id")
		delete(o, "type")
	}
	if e.Complete() {
		delete(o, "in_progress")
	}
	if http, ok := o["http"].(object); ok {
		if request, ok := http["request"].(object); ok {
			delete(request, "traced")
		}
	}
	if aws, ok := o["aws"].(object); ok {
		delete(aws, "resource_names")
		if !e.IsSegment() && e.Resource != "" {
			aws["resource_names"] = []string{e.Resource}
		}
	}
	if cause, ok := o["cause"].(object); ok {
		exceptions, _ := cause["exceptions"].([]any)
		for _, x := range exceptions {
			if x, ok := x.(object); ok {
				if stack, ok := x["stack"].([]any); ok && len(stack) == 0 {
					delete(x, "stack")
				}
			}
		}
	}
}

// infer makes the segment of a callee that did not report, from the call. Its id is derived from the call's, so that it
// is the same on every reading.
func (r *rebuilder) infer(e *Entity) (segment.ID, object) {
	id := derive(r.trace.ID, e.ID, "")
	call := r.objects[e.Index]
	o := object{"id": id.String(), "trace_id": r.trace.ID.String(), "parent_id": e.ID.String(), "inferred": true}
	for _, k := range []string{"name", "start_time", "end_time", "http", "aws", "error", "throttle", "fault"} {
		if v, ok := call[k]; ok {
			o[k] = v
		}
	}
	if s := e.Service(); s.Type != TypeRemote {
		o["origin"] = s.Type
	}
	if e.ResourceType == "AWS::SQS::Queue" && sends(call) {
		o["subsegments"] = []any{object{
			"id": derive(r.trace.ID, e.ID, "QueueTime").String(), "name": "QueueTime",
			"start_time": o["start_time"], "end_time": o["end_time"],
		}}
	}
	return id, o
}

// sends tells whether the call puts messages into a queue.
func sends(call object) bool {
	aws, _ := call["aws"].(object)
	op := aws["operation"]
	return op == "SendMessage" || op == "SendMessageBatch"
}

func derive(t segment.TraceID, e segment.ID, what string) (id segment.ID) {
	sum := sha256.Sum256(append(append(t[:], e[:]...), what...))
	copy(id[:], sum[:])
	return id
}
