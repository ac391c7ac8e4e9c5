package lint

import (
	"go/ast"
	"strings"
	"testing"
)

// A floor of the house; a package imports only its own floor and those below. See docs/architecture.md.
type floor int

const (
	words    floor = iota // pure values and functions: no I/O, no clock, no goroutine
	cellar                // where bytes are kept
	rooms                 // what we know: words combined with the store
	doors                 // I/O and formats
	roof                  // programs
	fittings floor = -1   // small aids that import nothing of ours, for rooms, doors and roof
)

var floorNames = map[floor]string{words: "words", cellar: "cellar", rooms: "rooms", doors: "doors", roof: "roof", fittings: "fittings"}

// floors says where each package lives; the longest prefix decides.
var floors = map[string]floor{
	"internal/jsonscan":   words,
	"internal/varint":     words,
	"internal/segment":    words,
	"internal/trace":      words,
	"internal/servicemap": words,
	"internal/sampling":   words,
	"internal/fact":       words,
	"internal/fold":       words,
	"internal/cursor":     words,
	"internal/filter":     words,
	"internal/rayapi":     words,
	"internal/analysis":   words,
	"internal/store":      cellar,
	"internal/spool":      cellar,
	"internal/arrivals":   rooms,
	"internal/checkup":    rooms,
	"internal/ingest":     rooms,
	"internal/query":      rooms,
	"internal/insight":    rooms,
	"internal/retention":  rooms,
	"internal/retrieval":  rooms,
	"internal/settings":   rooms,
	"internal/rollup":     rooms,
	"internal/api":        doors,
	"internal/daemon":     doors,
	"internal/agent":      doors,
	"internal/relay":      doors,
	"internal/proxy":      doors,
	"internal/uplink":     doors,
	"internal/cloud":      doors,
	"internal/console":    doors,
	"internal/demo":       doors,
	"internal/doctor":     doors,
	"internal/synthetic":  doors,
	"internal/server":     doors,
	"internal/wire":       doors,
	"internal/xrayclient": doors,
	"internal/show":       doors,
	"web":                 doors,
	"internal/ports":      fittings,
	"internal/hush":       fittings,
	"internal/cli":        fittings,
	"internal/terminal":   fittings,
	"bench":               roof,
	"cmd":                 roof,
	"deploy":              roof,
}

// elsewhere are directories that are no part of the house: rules and tests over it, modules of their own.
var elsewhere = []string{"internal/lint", "bench/sdk", "test", "tools", "xray"}

// traced is the one part of the house that uses the SDK, as programs of users do.
const traced = "internal/demo"

// shared is the one package of the SDK that every floor may use: pure functions, which decide alike in server and clients.
const shared = "xray/pattern"

func floorOf(pkg string) (f floor, known bool) {
	longest := ""
	for prefix := range floors {
		if within(pkg, prefix) && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	f, known = floors[longest]
	return f, known
}

func within(pkg, dir string) bool { return pkg == dir || strings.HasPrefix(pkg, dir+"/") }

func isElsewhere(pkg string) bool {
	for _, dir := range elsewhere {
		if within(pkg, dir) {
			return true
		}
	}
	return false
}

// house is the Go files of the floors, tests left out: a test may reach for anything.
func house(t *testing.T) (files []file) {
	for _, f := range sources(t) {
		if !f.isTest() && !isElsewhere(f.pkg()) {
			files = append(files, f)
		}
	}
	return files
}

func TestFloors(t *testing.T) {
	for _, f := range house(t) {
		own, known := floorOf(f.pkg())
		if !known {
			t.Errorf("%s: package %s is on no floor; add it to floors in internal/lint/floors_test.go", f.path, f.pkg())
			continue
		}
		for _, p := range f.imports() {
			imported, ours := strings.CutPrefix(p, module+"/")
			if !ours {
				continue
			}
			if imported == shared || within(imported, "xray") && within(f.pkg(), traced) {
				continue
			}
			other, known := floorOf(imported)
			if !known {
				t.Errorf("%s imports %s, which is no part of the house: nothing shipped may need it", f.path, imported)
			} else if !mayImport(own, other) {
				t.Errorf("%s (%s) imports %s (%s): a package imports only its own floor and those below; take what it needs as a parameter, "+
					"or an interface that it declares itself", f.path, floorNames[own], imported, floorNames[other])
			}
		}
	}
}

func mayImport(own, other floor) bool {
	switch {
	case own == fittings:
		return false
	case other == fittings:
		return own >= rooms
	}
	return other <= own
}

func TestMayImport(t *testing.T) {
	for _, tt := range []struct {
		own, other floor
		want       bool
	}{
		{words, words, true}, {words, cellar, false}, {cellar, words, true}, {cellar, rooms, false}, {rooms, cellar, true},
		{rooms, doors, false}, {doors, rooms, true}, {doors, fittings, true}, {rooms, fittings, true}, {cellar, fittings, false}, {fittings, words, false}, {roof, doors, true},
	} {
		if got := mayImport(tt.own, tt.other); got != tt.want {
			t.Errorf("mayImport(%s, %s) = %v, want %v", floorNames[tt.own], floorNames[tt.other], got, tt.want)
		}
	}
}

// outside is what words must not import, with what to do instead.
var outside = map[string]string{
	"net":          "take bytes and give values; doors talk to the network",
	"net/http":     "take bytes and give values; doors talk to the network",
	"os":           "take bytes and give values; the cellar and doors touch files",
	"os/exec":      "no word runs programs",
	"io/fs":        "take bytes and give values; the cellar and doors touch files",
	"log":          "return an error; where it stops travelling it is logged",
	"log/slog":     "return an error; where it stops travelling it is logged",
	"database/sql": "the cellar keeps bytes",
}

func TestWordsArePure(t *testing.T) {
	for _, f := range house(t) {
		if fl, known := floorOf(f.pkg()); !known || fl != words {
			continue
		}
		for _, p := range f.imports() {
			if instead, bad := outside[p]; bad {
				t.Errorf("%s imports %s, words do no I/O: %s", f.path, p, instead)
			}
		}
		for _, name := range []string{"Now", "Since", "Until", "After", "NewTimer", "NewTicker", "AfterFunc", "Sleep"} {
			for _, n := range f.uses("time", name) {
				t.Errorf("%s uses time.%s, words know no clock: take the time as a parameter", f.at(n), name)
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok {
				t.Errorf("%s starts a goroutine, words do not: return a value and let the caller decide", f.at(g))
			}
			return true
		})
	}
}

func TestSDKStandsAlone(t *testing.T) {
	for _, f := range sources(t) {
		if !within(f.pkg(), "xray") {
			continue
		}
		for _, p := range f.imports() {
			if within(p, module) && !within(p, module+"/xray") {
				t.Errorf("%s imports %s: the SDK goes into users' programs and needs nothing of the server; copy the few lines", f.path, p)
			}
		}
	}
}
