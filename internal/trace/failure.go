package trace

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"slices"

	"github.com/rayscope/rayscope/internal/segment"
)

// A failureSearch finds the causes of failures of one class. Each path begins at a failed segment that no failed caller
// contains and descends through failed children. It ends where nothing below explains the failure and something here
// does: at a call whose callee did not report, or at an entity with an exception. An entity with only a flag explains
// nothing. Segments that call each other in a circle have no beginning, and so no cause.
//
// Each entity is visited once, so the work is bounded by the size of the trace.
type failureSearch struct {
	t       *Trace
	failed  func(*Entity) bool
	kids    []int32 // failed entities that have something above, ordered by that, then by start
	visited []bool
	owners  map[segment.ID]int32 // of exceptions; made when first asked for

	path  []step
	seen  map[uint64]bool // hashes of the paths in causes
	items int             // entities and exceptions in causes

	causes []Cause
}

// A step is an entity on the path; hash is that of the path until here.
type step struct {
	at   int32
	hash uint64
}

func (t *Trace) failureCauses(failed func(*Entity) bool) []Cause {
	if !slices.ContainsFunc(t.Segments, func(i int32) bool { return failed(&t.Entities[i]) }) {
		return nil
	}
	f := failureSearch{t: t, failed: failed, visited: make([]bool, len(t.Entities)), seen: make(map[uint64]bool)}
	f.collectKids()
	for _, i := range t.Segments {
		if e := &t.Entities[i]; failed(e) && !f.contained(e) && !f.visited[i] {
			f.path = f.path[:0]
			f.explain(i, false)
		}
	}
	return f.causes
}

func (f *failureSearch) collectKids() {
	all := f.t.Entities
	for i := range all {
		if e := &all[i]; e.up() != None && f.failed(e) {
			f.kids = append(f.kids, int32(i))
		}
	}
	slices.SortFunc(f.kids, func(x, y int32) int {
		p, q := &all[x], &all[y]
		return cmp.Or(cmp.Compare(p.up(), q.up()), cmp.Compare(p.Start, q.Start), bytes.Compare(p.ID[:], q.ID[:]))
	})
}

// children are the failed children of an entity.
func (f *failureSearch) children(of int32) []int32 {
	up := func(kid, of int32) int { return cmp.Compare(f.t.Entities[kid].up(), of) }
	from, _ := slices.BinarySearchFunc(f.kids, of, up)
	n, _ := slices.BinarySearchFunc(f.kids[from:], of+1, up)
	return f.kids[from : from+n]
}

// contained tells whether everything from the segment's caller up to the caller's segment failed, so that the search
// comes here from there.
func (f *failureSearch) contained(e *Entity) bool {
	at := e.Caller
	for range maxCausePath {
		if at == None {
			return false
		}
		above := &f.t.Entities[at]
		if !f.failed(above) {
			return false
		}
		if above.IsSegment() {
			return true
		}
		at = above.Parent
	}
	return true // deeper than any path goes
}

// explain looks for causes at and below the entity and tells whether it found any. With away, only those in other services
// count: the entity is part of a call whose failing callee explains more than what happened on this side of it.
func (f *failureSearch) explain(i int32, away bool) bool {
	if f.full() {
		return true
	}
	if f.visited[i] || len(f.path) == maxCausePath {
		return false
	}
	f.push(i)
	defer f.pop()
	e := &f.t.Entities[i]
	infers := e.Infers() && f.failed(e)
	away = !e.IsSegment() && (away || infers)
	switch {
	case f.descend(e, away):
	case infers:
		f.found(true)
	case len(e.Exceptions) > 0 && !away:
		f.found(false)
	default:
		return false
	}
	return true
}

// descend looks below: where the entity's cause refers to, or else in all failed children.
func (f *failureSearch) descend(e *Entity, away bool) (found bool) {
	if e.Is(segment.HasCauseRef) {
		if way := f.way(e.Index, e.CauseRef); way != nil && f.follow(way, away) {
			return true
		}
	}
	for _, kid := range f.children(e.Index) {
		found = f.explain(kid, away) || found
	}
	return found
}

// way is how to get from the entity down to the one below it that owns the exception, that one first; nil if there is
// none. Whether those between failed does not matter: the reference says that this is the cause.
func (f *failureSearch) way(from int32, exception segment.ID) []int32 {
	at, ok := f.owner(exception)
	var way []int32
	for ok && at != None && len(f.path)+len(way) < maxCausePath {
		if at == from {
			return way
		}
		way = append(way, at)
		at = f.t.Entities[at].up()
	}
	return nil
}

// owner is the entity that the exception is recorded on.
func (f *failureSearch) owner(exception segment.ID) (int32, bool) {
	if f.owners == nil {
		f.owners = make(map[segment.ID]int32)
		for i := range f.t.Entities {
			for _, x := range f.t.Entities[i].Exceptions {
				if _, known := f.owners[x.ID]; !known {
					f.owners[x.ID] = int32(i)
				}
			}
		}
		delete(f.owners, segment.ID{}) // that of exceptions without one
	}
	at, ok := f.owners[exception]
	return at, ok
}

// follow explains the owner of an exception at the end of a way.
func (f *failureSearch) follow(way []int32, away bool) bool {
	n := len(f.path)
	defer func() { f.path = f.path[:n] }()
	for _, i := range slices.Backward(way[1:]) {
		if f.visited[i] {
			return false
		}
		f.push(i)
		away = away && !f.t.Entities[i].IsSegment()
	}
	return f.explain(way[0], away)
}

// push steps to an entity. The hash takes in what the cause will show, so that equal paths have equal hashes.
func (f *failureSearch) push(i int32) {
	e := &f.t.Entities[i]
	f.visited[i] = true
	before, service := uint64(0), Service{}
	if n := len(f.path); n > 0 {
		before = f.path[n-1].hash
	}
	if e.IsSegment() {
		service = e.Service()
	}
	hash := maphash.Comparable(seed, struct {
		before       uint64
		name         string
		service      Service
		client, call bool
	}{before, e.Name, service, i == f.t.Root, e.leaves()})
	for _, x := range e.Exceptions {
		hash = maphash.Comparable(seed, struct {
			before        uint64
			kind, message string
		}{hash, x.Type, x.Message})
	}
	f.path = append(f.path, step{i, hash})
}

func (f *failureSearch) pop() { f.path = f.path[:len(f.path)-1] }

// leaves tells whether the entity is a subsegment that called another service, reporting or not.
func (e *Entity) leaves() bool { return e.calls() || !e.IsSegment() && e.Callees > 0 }

// found takes the path as a cause, unless there is one that looks the same.
func (f *failureSearch) found(infer bool) {
	last := f.path[len(f.path)-1]
	key := last.hash
	if infer {
		key = maphash.Comparable(seed, inference{key, f.t.Entities[last.at].Service()})
	}
	if f.seen[key] {
		return
	}
	f.seen[key] = true
	path := make([]int32, len(f.path))
	for i, s := range f.path {
		path[i] = s.at
		f.items += 1 + len(f.t.Entities[s.at].Exceptions)
	}
	f.causes = append(f.causes, f.t.describe(path, infer, func(e *Entity) CauseEntity {
		return CauseEntity{Name: e.Name, Exceptions: e.Exceptions, Remote: e.leaves()}
	}))
}

// An inference is a path that ends at the callee that its last entity infers.
type inference struct {
	path   uint64
	callee Service
}

func (f *failureSearch) full() bool {
	return len(f.causes) >= MaxCauses || f.items >= maxCauseItems
}
