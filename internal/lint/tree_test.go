package lint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// module is ours; nested modules have paths below it.
const module = "github.com/rayscope/rayscope"

// A file is a Go source file of the repository.
type file struct {
	path   string // slash-separated, from the top of the repository
	syntax *ast.File
	set    *token.FileSet
}

func (f file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// pkg is the directory of the file's package, from the top of the repository.
func (f file) pkg() string { return path.Dir(f.path) }

func (f file) imports() (paths []string) {
	for _, spec := range f.syntax.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser has accepted it
		}
		paths = append(paths, p)
	}
	return paths
}

// at is the place of a node for people: path and line.
func (f file) at(n ast.Node) string {
	return f.path + ":" + strconv.Itoa(f.set.Position(n.Pos()).Line)
}

// calls yields the selectors of an imported package that the file uses, for example every time.Now.
func (f file) uses(pkg, name string) (found []ast.Node) {
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == name {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == pkg {
				found = append(found, n)
			}
		}
		return true
	})
	return found
}

// root is the top of the repository, two directories up.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// listed are the files that git has or would take.
func listed(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v; the project's rules are checked in a git checkout", err)
	}
	var names []string
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if _, err := os.Lstat(filepath.Join(root(t), name)); err == nil { // not one that is being deleted
			names = append(names, name)
		}
	}
	return names
}

// sources parses every Go file of the repository, those of nested modules too.
func sources(t *testing.T) (files []file) {
	t.Helper()
	set := token.NewFileSet()
	for _, name := range listed(t) {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		syntax, err := parser.ParseFile(set, filepath.Join(root(t), name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file{name, syntax, set})
	}
	if len(files) == 0 {
		t.Fatal("no Go file was found")
	}
	return files
}
