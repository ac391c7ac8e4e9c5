package xraytest

import "strings"

// Tree is s and what is below it, a line each, indented by tabs: the name, and what went wrong in brackets, as in
//
//	orders (fault)
//		price
//		stock (error, throttle)
//		mail (in progress)
func (s *Segment) Tree() string {
	var b strings.Builder
	s.write(&b, 0)
	return b.String()
}

func (s *Segment) write(b *strings.Builder, depth int) {
	b.WriteString(strings.Repeat("\t", depth))
	b.WriteString(s.Name)
	b.WriteString(s.marks())
	b.WriteByte('\n')
	for _, sub := range s.Subsegments {
		sub.write(b, depth+1)
	}
}

// marks are those of the line of s.
func (s *Segment) marks() string {
	var list []string
	for _, m := range []struct {
		set  bool
		name string
	}{{s.Fault, "fault"}, {s.Error, "error"}, {s.Throttle, "throttle"}, {s.InProgress, "in progress"}} {
		if m.set {
			list = append(list, m.name)
		}
	}
	if list == nil {
		return ""
	}
	return " (" + strings.Join(list, ", ") + ")"
}

// WantTree fails the test unless Tree is want, but for empty lines and tabs before all lines.
func (s *Segment) WantTree(want string) {
	s.t.Helper()
	if got, plain := s.Tree(), unindent(want); got != plain {
		s.t.Errorf("xraytest: the tree of %q is\n%swant\n%s", s.Name, got, plain)
	}
}

// unindent takes away empty lines, and the tabs of the first line that is not from all lines.
func unindent(text string) string {
	var b strings.Builder
	indent := -1
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" {
			continue
		}
		if indent < 0 {
			indent = len(line) - len(strings.TrimLeft(line, "\t"))
		}
		tabs := min(indent, len(line)-len(strings.TrimLeft(line, "\t")))
		b.WriteString(line[tabs:])
		b.WriteByte('\n')
	}
	return b.String()
}
