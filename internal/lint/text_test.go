package lint

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestPackageComments(t *testing.T) {
	type state struct{ path, comment string }
	packages := map[string]*state{}
	for _, f := range sources(t) {
		// A package that only has tests may say in them what it is.
		key := f.pkg() + " " + strings.TrimSuffix(f.syntax.Name.Name, "_test")
		if packages[key] == nil {
			packages[key] = &state{path: f.path}
		}
		if f.syntax.Doc != nil {
			packages[key].comment = f.syntax.Doc.Text()
		}
	}
	for key, s := range packages {
		if s.comment == "" {
			t.Errorf("package %s has no package comment: say in one (for example in %s) what the package is for", key, s.path)
		}
	}
}

// TestNoSleep finds sleeps in tests. One that is right after all says so in a comment on its line that begins with "sleeps".
func TestNoSleep(t *testing.T) {
	for _, f := range sources(t) {
		if !f.isTest() && !within(f.pkg(), "test") {
			continue
		}
		argued := map[int]bool{}
		for _, group := range f.syntax.Comments {
			for _, c := range group.List {
				if strings.HasPrefix(c.Text, "// sleeps ") {
					argued[f.set.Position(c.Pos()).Line] = true
				}
			}
		}
		for _, n := range f.uses("time", "Sleep") {
			if !argued[f.set.Position(n.Pos()).Line] {
				t.Errorf("%s sleeps in a test: use testing/synctest, a channel or an injected clock; poll a process with harness.Eventually", f.at(n))
			}
		}
	}
}

// home is a home directory of somebody: what stands there works on one machine only.
var home = regexp.MustCompile(`(/home/|/Users/|[A-Z]:\\Users\\)\w+`)

// hosts are those of package registries: a list of packages that names one cannot be used with another. Written in pieces, as this
// file is looked at too.
var hosts = []string{"registry." + "npmjs.org", "registry." + "yarnpkg.com", "proxy." + "golang.org", "pypi" + ".org", "files." + "pythonhosted.org",
	"repo1." + "maven.org", "repo.maven." + "apache.org", "deb." + "debian.org"}

func TestNoMachine(t *testing.T) {
	here := root(t) + string(filepath.Separator)
	for _, name := range listed(t) {
		b, err := os.ReadFile(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(b, 0) >= 0 {
			continue // no text
		}
		if m := home.Find(b); m != nil {
			t.Errorf("%s names %s, a path of one machine: make it relative, or an example below /srv", name, m)
		}
		if bytes.Contains(b, []byte(here)) {
			t.Errorf("%s names this checkout's own path: make it relative", name)
		}
		for _, host := range hosts {
			if bytes.Contains(b, []byte(host)) {
				t.Errorf("%s names %s, a package registry: leave the choice to the user's configuration (npm: omit-lockfile-registry-resolved)", name, host)
			}
		}
	}
}
