package show

import (
	"cmp"
	"container/heap"
)

// choose marks the at most limit entities that are drawn: from the roots down always the next one that has the worst below it,
// among equals the longest. So failures, the way to them and where the time went are seen, in a trace of any size.
func (g *tree) choose(limit int) {
	c := candidates(append([]*node(nil), g.roots...))
	heap.Init(&c)
	for n := 0; n < limit && c.Len() > 0; n++ {
		next := heap.Pop(&c).(*node)
		next.chosen = true
		for _, child := range next.children {
			heap.Push(&c, child)
		}
	}
}

// candidates are a heap with the next one to draw on top.
type candidates []*node

func (c candidates) Len() int      { return len(c) }
func (c candidates) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *candidates) Push(x any)   { *c = append(*c, x.(*node)) }

func (c candidates) Less(i, j int) bool {
	a, b := c[i], c[j]
	return cmp.Or(cmp.Compare(b.worst, a.worst), cmp.Compare(b.end-b.start, a.end-a.start), byStart(a, b)) < 0
}

func (c *candidates) Pop() any {
	last := len(*c) - 1
	n := (*c)[last]
	*c = (*c)[:last]
	return n
}
