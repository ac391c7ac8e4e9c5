package segment_test

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/rayscope/rayscope/internal/segment"
)

// dump is a digest as text: every exported member that is not zero, one entity a paragraph. Equal digests give equal texts.
func dump(d *segment.Digest) string {
	var b strings.Builder
	fmt.Fprintf(&b, "trace %v kind %d\n", d.Trace, d.Kind)
	dumpFields(&b, "  ", reflect.ValueOf(*d), "Trace", "Kind", "Links", "Entities")
	for _, l := range d.Links {
		fmt.Fprintf(&b, "  link %v %v child %v\n", l.Trace, l.ID, l.Child)
	}
	for i := range d.Entities {
		e := &d.Entities[i]
		fmt.Fprintf(&b, "%d %v within %d %q %s\n", i, e.ID, e.Within, e.Name, flagNames(e.Flags))
		fmt.Fprintf(&b, "  start %d end +%d\n", e.Start, e.End-e.Start)
		if e.Is(segment.HasParent) {
			fmt.Fprintf(&b, "  parent %v\n", e.ParentID)
		}
		if e.Is(segment.HasCauseRef) {
			fmt.Fprintf(&b, "  cause %v\n", e.CauseRef)
		}
		dumpFields(&b, "  ", reflect.ValueOf(*e), "ID", "ParentID", "Within", "Flags", "Name", "Start", "End", "HTTP", "Annotations", "Exceptions", "CauseRef")
		dumpFields(&b, "  HTTP.", reflect.ValueOf(e.HTTP))
		for _, a := range e.Annotations {
			fmt.Fprintf(&b, "  annotation %q %s\n", a.Key, valueText(a))
		}
		for _, x := range e.Exceptions {
			fmt.Fprintf(&b, "  exception %v %q %q remote %v\n", x.ID, x.Type, x.Message, x.Remote)
		}
	}
	return b.String()
}

// dumpFields writes the exported fields of v that are not zero, without those named.
func dumpFields(b *strings.Builder, prefix string, v reflect.Value, without ...string) {
	skip := make(map[string]bool)
	for _, name := range without {
		skip[name] = true
	}
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && !skip[f.Name] && !v.Field(i).IsZero() {
			fmt.Fprintf(b, "%s%s %#v\n", prefix, f.Name, v.Field(i).Interface())
		}
	}
}

func valueText(a segment.Annotation) string {
	switch a.Kind {
	case segment.StringValue:
		return fmt.Sprintf("%q", a.String)
	case segment.NumberValue:
		return fmt.Sprintf("number %v", a.Number)
	}
	return fmt.Sprintf("bool %v", a.Bool)
}

func flagNames(f segment.Flags) string {
	names := []string{"InProgress", "Fault", "Error", "Throttle", "HasParent", "HasCauseRef", "Traced", "NamespaceAWS", "NamespaceRemote", "SQL"}
	var set []string
	for i, name := range names {
		if f&(1<<i) != 0 {
			set = append(set, name)
		}
	}
	if f >= 1<<len(names) {
		set = append(set, fmt.Sprintf("unknown %b", f))
	}
	return "[" + strings.Join(set, " ") + "]"
}
