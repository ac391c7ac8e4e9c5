package analysis

import "github.com/rayscope/rayscope/internal/trace"

// maxKinds is how many kinds of requests are told apart: more than most programs have. The others are one kind together.
const maxKinds = 64

// kinds number the kinds of requests: the method and the template of the root's URL, or the root's service if it has none.
type kinds struct {
	numbers map[string]uint8
	counts  [maxKinds][2]int64 // traces of A and B of each
}

func newKinds() *kinds { return &kinds{numbers: make(map[string]uint8)} }

// of is the kind of a request, whose template is given if it has a URL.
func (k *kinds) of(root *trace.Entity, template, scratch []byte) (uint8, []byte) {
	scratch = scratch[:0]
	switch {
	case root == nil:
	case len(template) > 0:
		scratch = append(append(append(scratch, root.HTTP.Method...), ' '), template...)
	default:
		scratch = append(scratch, root.Name...)
	}
	n, known := k.numbers[string(scratch)]
	if !known {
		n = k.number(string(scratch))
	}
	return n, scratch
}

func (k *kinds) number(name string) uint8 {
	n, known := k.numbers[name]
	if !known {
		if len(k.numbers) == maxKinds-1 {
			return maxKinds - 1
		}
		n = uint8(len(k.numbers))
		k.numbers[name] = n
	}
	return n
}

func (k *kinds) add(o *observation) {
	for side, in := range o.sides {
		if in {
			k.counts[o.kind][side]++
		}
	}
}

// merge adds the counts of o and tells how its numbers are called here.
func (k *kinds) merge(o *kinds) (here [maxKinds]uint8) {
	for i := range here {
		here[i] = maxKinds - 1
	}
	for name, n := range o.numbers {
		here[n] = k.number(name)
	}
	for i, c := range o.counts {
		for side, n := range c {
			k.counts[here[i]][side] += n
		}
	}
	return here
}

// A kindCount counts the traces of a row that are of one kind.
type kindCount struct {
	kind uint8
	n    [2]uint32
}

const kindBytes = 12

// countKind counts a trace and tells by how many bytes the row grew.
func (r *row) countKind(o *observation) (grown int) {
	c, grown := r.kind(o.kind)
	for side, in := range o.sides {
		if in {
			c.n[side]++
		}
	}
	return grown
}

func (r *row) kind(kind uint8) (c *kindCount, grown int) {
	for i := range r.kinds {
		if r.kinds[i].kind == kind {
			return &r.kinds[i], 0
		}
	}
	before := cap(r.kinds)
	r.kinds = append(r.kinds, kindCount{kind: kind})
	return &r.kinds[len(r.kinds)-1], (cap(r.kinds) - before) * kindBytes
}

func (r *row) mergeKinds(o *row) (grown int) {
	for _, k := range o.kinds {
		c, more := r.kind(k.kind)
		grown += more
		for side, n := range k.n {
			c.n[side] += n
		}
	}
	return grown
}
