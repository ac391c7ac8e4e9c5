package rayapi_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A shape is a type of the package as callers see it.
type shape struct {
	name, comment string
	extends       string // embedded type; empty if there is none
	number        bool   // a plain number with a unit
	asked         bool   // part of a request, whose members may be left out
	members       []member
}

type member struct{ name, kind, comment string }

// required tells whether a member of a request has to be there.
func (m member) required() bool { return strings.Contains(m.comment, "required") }

// readShapes reads the package's own source: unlike reflection it has the comments.
func readShapes(t *testing.T) []*shape {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []*shape
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE && name != "time.go" { // how times are read is no shape
				all = append(all, readShape(t, g))
			}
		}
	}
	for _, s := range all {
		if strings.HasSuffix(s.name, "Request") {
			ask(all, s)
		}
	}
	return all
}

func readShape(t *testing.T, g *ast.GenDecl) *shape {
	t.Helper()
	spec := g.Specs[0].(*ast.TypeSpec)
	s := &shape{name: spec.Name.Name, comment: oneLine(g.Doc.Text())}
	if !strings.HasPrefix(s.comment, s.name+" ") {
		t.Errorf("type %s: its comment does not begin with its name, which the reference needs", s.name)
	}
	body, ok := spec.Type.(*ast.StructType)
	if s.number = !ok; s.number {
		return s
	}
	for _, f := range body.Fields.List {
		switch {
		case len(f.Names) == 0:
			s.extends = f.Type.(*ast.Ident).Name
		case len(f.Names) > 1 || f.Tag != nil:
			t.Errorf("type %s: give each member a line of its own and no tag", s.name)
		default:
			s.members = append(s.members, member{f.Names[0].Name, kindOf(t, f.Type), oneLine(f.Comment.Text())})
		}
	}
	return s
}

// kindOf is the TypeScript type of a member.
func kindOf(t *testing.T, e ast.Expr) string {
	t.Helper()
	switch e := e.(type) {
	case *ast.StarExpr:
		return kindOf(t, e.X) + " | null"
	case *ast.ArrayType:
		return kindOf(t, e.Elt) + "[]"
	case *ast.Ident:
		switch e.Name {
		case "Timestamp":
			return "EpochSeconds"
		case "string":
			return "string"
		case "bool":
			return "boolean"
		case "int", "int32", "int64", "float64":
			return "number"
		}
		return e.Name
	}
	t.Errorf("no TypeScript type for %T %v", e, e)
	return "unknown"
}

// ask marks a shape and those of its members as parts of a request.
func ask(all []*shape, s *shape) {
	s.asked = true
	for _, m := range s.members {
		name := strings.TrimSuffix(strings.TrimSuffix(m.kind, " | null"), "[]")
		if i := slices.IndexFunc(all, func(o *shape) bool { return o.name == name && !o.asked }); i >= 0 {
			ask(all, all[i])
		}
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// typescript writes the shapes as the console's types.
func typescript(all []*shape) string {
	var b strings.Builder
	b.WriteString("/* eslint-disable max-lines */\n/** Shapes of Rayscope's own operations, written from internal/rayapi by `go test ./internal/rayapi -rewrite`. Do not edit. */\n")
	for _, s := range all {
		fmt.Fprintf(&b, "\n/** %s */\n", s.comment)
		if s.number {
			fmt.Fprintf(&b, "export type %s = number;\n", s.name)
			continue
		}
		head := "export interface " + s.name
		if s.extends != "" {
			head += " extends " + s.extends
		}
		b.WriteString(head + " {\n")
		for _, m := range s.members {
			if m.comment != "" {
				fmt.Fprintf(&b, "  /** %s */\n", m.comment)
			}
			optional := ""
			if s.asked && !m.required() {
				optional = "?"
			}
			fmt.Fprintf(&b, "  %s%s: %s;\n", m.name, optional, m.kind)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// reference writes the shape as a section of the reference.
func reference(s *shape) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#### %s\n\n%s\n", s.name, s.comment)
	if s.number {
		return b.String()
	}
	if s.extends != "" {
		fmt.Fprintf(&b, "\nIt has the members of %s, and:\n", s.extends)
	}
	b.WriteString("\n| member | type | meaning |\n| --- | --- | --- |\n")
	for _, m := range s.members {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", m.name, strings.ReplaceAll(m.kind, "|", "\\|"), strings.ReplaceAll(m.comment, "|", "\\|"))
	}
	return b.String()
}
