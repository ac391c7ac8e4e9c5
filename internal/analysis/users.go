package analysis

import (
	"hash/maphash"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
)

// maxUsers is how many users are told apart: a few megabytes of them.
const maxUsers = 1 << 15

// seed keeps senders from choosing names that fall together.
var seed = maphash.MakeSeed()

// A distinct counts distinct names with what is true of them. When there are too many it keeps those whose hashes end in so many
// zero bits, of which there are half as many with each bit: an even sample, of which the number of all is estimated. Names kept
// are kept from the start, so what is true of them is complete, and two of them merge.
type distinct struct {
	limit int
	level uint
	marks map[uint64]uint16 // by hash
}

func newDistinct(limit int) *distinct { return &distinct{limit: limit, marks: make(map[uint64]uint16)} }

func (d *distinct) add(name string, mark uint16) { d.mark(maphash.String(seed, name), mark) }

func (d *distinct) mark(hash uint64, mark uint16) {
	if hash&(1<<d.level-1) != 0 {
		return
	}
	d.marks[hash] |= mark
	for len(d.marks) > d.limit {
		d.raise(d.level + 1)
	}
}

// raise keeps names whose hashes end in so many zero bits.
func (d *distinct) raise(level uint) {
	d.level = level
	for h := range d.marks {
		if h&(1<<level-1) != 0 {
			delete(d.marks, h)
		}
	}
}

func (d *distinct) merge(o *distinct) {
	if o.level > d.level {
		d.raise(o.level)
	}
	for h, m := range o.marks {
		d.mark(h, m)
	}
}

// exact tells whether counts are no estimates.
func (d *distinct) exact() bool { return d.level == 0 }

// count is the number of names of which all of mark is true.
func (d *distinct) count(mark uint16) (n int64) {
	for _, m := range d.marks {
		if m&mark == mark {
			n++
		}
	}
	return n << d.level
}

// Marks of a user by the traces of one set; those of B are shifted by sideMarks.
const (
	present uint16 = 1 << iota
	faulted
	errored
	throttled
	slowed
	sideMarks = iota
)

var classMarks = [classes]uint16{segment.ClassFault: faulted, segment.ClassError: errored, segment.ClassThrottle: throttled}

// users counts who is affected.
type users struct {
	*distinct
	slow  segment.Time
	timed bool // slow is given
}

func (u *users) add(name string, o *observation) {
	m := present | classMarks[o.class]
	if u.timed && o.class != open && o.time >= u.slow {
		m |= slowed
	}
	var mark uint16
	for side, in := range o.sides {
		if in {
			mark |= m << (side * sideMarks)
		}
	}
	u.distinct.add(name, mark)
}

func (u *users) result(split bool) *rayapi.Users {
	r := &rayapi.Users{Exact: u.exact(), A: u.counts(0)}
	if split {
		b := u.counts(1)
		r.B = &b
	}
	return r
}

func (u *users) counts(side int) rayapi.UserCounts {
	count := func(mark uint16) int64 { return u.count(mark << (side * sideMarks)) }
	c := rayapi.UserCounts{All: count(present), Faulted: count(faulted), Errored: count(errored), Throttled: count(throttled)}
	if u.timed {
		n := count(slowed)
		c.Slowed = &n
	}
	return c
}
