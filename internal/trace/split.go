package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/rayscope/rayscope/internal/segment"
)

// Split makes several documents of one that Rebuild wrote and that is longer than max bytes: its subsegments become
// documents of their own, as programs send them while a segment is running, and where one of those is too long in turn it
// is split again. The document comes first, then its subsegments in their order. Nothing is lost: the parts hang together
// by their ids. An entity that is too long by itself stays so; none is that was received within the limit of documents.
func Split(d Document, of segment.TraceID, max int) ([]Document, error) {
	if len(d.JSON) <= max {
		return []Document{d}, nil
	}
	dec := json.NewDecoder(strings.NewReader(d.JSON))
	dec.UseNumber()
	var o object
	if err := dec.Decode(&o); err != nil {
		return nil, fmt.Errorf("split segment %s of trace %s: %w", d.ID, of, err)
	}
	var docs []Document
	if err := split(&docs, d, o, of, max); err != nil {
		return nil, fmt.Errorf("split segment %s of trace %s: %w", d.ID, of, err)
	}
	return docs, nil
}

// split appends the document d, which is o as text, in parts.
func split(docs *[]Document, d Document, o object, of segment.TraceID, max int) error {
	nested, _ := o["subsegments"].([]any)
	if len(d.JSON) <= max || len(nested) == 0 {
		*docs = append(*docs, d)
		return nil
	}
	delete(o, "subsegments")
	if err := appendDocument(docs, d.ID, o); err != nil {
		return err
	}
	for _, n := range nested {
		child, ok := n.(object)
		if !ok {
			return errors.New("a subsegment is no object")
		}
		child["trace_id"], child["parent_id"], child["type"] = of.String(), d.ID.String(), "subsegment"
		text, _ := child["id"].(string)
		id, err := segment.ParseID(text)
		if err != nil {
			return err
		}
		var whole []Document
		if err := appendDocument(&whole, id, child); err != nil {
			return err
		}
		if err := split(docs, whole[0], child, of, max); err != nil {
			return err
		}
	}
	return nil
}
