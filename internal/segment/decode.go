package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrCorrupt is wrapped by the error of Decode for bytes that Append cannot have made.
var ErrCorrupt = errors.New("corrupt digest")

// Least bytes of what a digest counts. A count that cannot be true for the bytes that are left is found before memory is
// taken for it.
const (
	minLink       = 1 + 16
	minEntity     = 3 + 1 // what the own entity has at least, if in progress
	minAnnotation = 2 + 1
	minException  = 3
)

// Decode reads what Append wrote into d, which it resets first. The strings of d point into b. The error wraps
// ErrCorrupt, and d is then of no use.
func (d *Digest) Decode(trace TraceID, own ID, b []byte) error {
	d.Reset()
	if len(b) == 0 || b[0] != codecVersion {
		return fmt.Errorf("%w: it does not begin with the version %d", ErrCorrupt, codecVersion)
	}
	r := reader{b: b[1:]}
	d.Trace = trace
	d.decodeHead(&r)
	start := r.time(0)
	for i := range r.count(minEntity) {
		d.Entities = append(d.Entities, Entity{})
		d.decodeEntity(&r, i, start)
		if r.bad {
			break
		}
	}
	if r.bad || len(d.Entities) == 0 || len(r.b) > 0 {
		return fmt.Errorf("%w: %d bytes of %d make no sense", ErrCorrupt, len(r.b), len(b))
	}
	d.Entities[0].ID = own
	return nil
}

func (d *Digest) decodeHead(r *reader) {
	head := r.uvarint()
	r.check(head < headEnd)
	d.Kind = Kind(head & headKind)
	for i, s := range [...]*string{&d.Origin, &d.User, &d.ResourceARN, &d.SamplingRule, &d.AccountID, &d.InstanceID, &d.EC2Zone, &d.ECSZone} {
		if head&(headOrigin<<i) != 0 {
			*s = r.string()
		}
	}
	if head&headLinks == 0 {
		return
	}
	n := r.count(minLink)
	r.check(n <= MaxLinks)
	for range n {
		var l Link
		bits := r.byte()
		r.check(bits < itemEnd)
		copy(l.Trace[:], r.take(len(l.Trace)))
		if bits&itemHasID != 0 {
			l.ID = r.id()
		}
		l.Child = bits&itemMark != 0
		d.Links = append(d.Links, l)
	}
}

func (d *Digest) decodeEntity(r *reader, i int, start Time) {
	e := &d.Entities[i]
	bits := r.bits()
	e.Flags = Flags(bits & flagMask)
	e.Within = int32(i) - 1
	if i > 0 {
		e.Within = 0
		if bits&hasWithin != 0 {
			w := r.uvarint()
			r.check(w < uint64(i))
			e.Within = int32(w)
		}
		e.ID = r.id()
	}
	r.check(i > 0 || bits&hasWithin == 0)
	if bits&uint32(HasParent) != 0 {
		e.ParentID = r.id()
	}
	if bits&uint32(HasCauseRef) != 0 {
		e.CauseRef = r.id()
	}
	e.Name = r.string()
	e.Start = start
	if i > 0 {
		e.Start += Time(r.varint())
	}
	e.End = e.Start
	if bits&uint32(InProgress) == 0 {
		e.End = r.time(e.Start)
	}
	r.check(e.Start >= 0 && e.Start <= maxTime)
	d.decodeBlocks(r, e, bits)
}

func (d *Digest) decodeBlocks(r *reader, e *Entity, bits uint32) {
	if bits&hasMethod != 0 {
		e.HTTP.Method = r.string()
	}
	if bits&hasURL != 0 {
		e.HTTP.URL = r.string()
	}
	if bits&hasUserAgent != 0 {
		e.HTTP.UserAgent = r.string()
	}
	if bits&hasClientIP != 0 {
		e.HTTP.ClientIP = r.string()
	}
	if bits&hasStatus != 0 {
		status := r.uvarint()
		r.check(status <= maxStatus)
		e.HTTP.Status = int(status)
	}
	if bits&hasResourceType != 0 {
		e.ResourceType = r.string()
	}
	if bits&hasResource != 0 {
		e.Resource = r.string()
	}
	if bits&hasAccountID != 0 {
		e.AccountID = r.string()
	}
	if bits&hasRegion != 0 {
		e.Region = r.string()
	}
	if bits&hasAnnotations != 0 {
		e.Annotations = d.decodeAnnotations(r)
	}
	if bits&hasExceptions != 0 {
		e.Exceptions = d.decodeExceptions(r)
	}
}

func (d *Digest) decodeAnnotations(r *reader) []Annotation {
	from := len(d.annotations)
	n := r.count(minAnnotation)
	r.check(n <= MaxAnnotations)
	for range n {
		if r.bad {
			break
		}
		a := Annotation{Key: r.string()}
		switch r.byte() {
		case valueString:
			a.String = r.string()
		case valueDouble:
			a.Kind, a.Number = NumberValue, r.double()
		case valueFalse:
			a.Kind = BoolValue
		case valueTrue:
			a.Kind, a.Bool = BoolValue, true
		case valueWhole:
			a.Kind, a.Number = NumberValue, float64(r.varint())
		default:
			r.fail()
		}
		d.annotations = append(d.annotations, a)
	}
	return slices.Clip(d.annotations[from:])
}

func (d *Digest) decodeExceptions(r *reader) []Exception {
	from := len(d.exceptions)
	n := r.count(minException)
	r.check(n <= MaxExceptions)
	for range n {
		if r.bad {
			break
		}
		var x Exception
		bits := r.byte()
		r.check(bits < itemEnd)
		if bits&itemHasID != 0 {
			x.ID = r.id()
		}
		x.Remote = bits&itemMark != 0
		x.Type = r.string()
		x.Message = r.string()
		d.exceptions = append(d.exceptions, x)
	}
	return slices.Clip(d.exceptions[from:])
}

// A reader takes values off the front of b. After the first that is not there bad is set and the rest is empty.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) fail() { r.b, r.bad = nil, true }

func (r *reader) check(ok bool) {
	if !ok {
		r.fail()
	}
}

// take is the next n bytes; nil if there are fewer.
func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.fail()
		return nil
	}
	t := r.b[:n]
	r.b = r.b[n:]
	return t
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) uvarint() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 {
		v := r.b[0]
		r.b = r.b[1:]
		return uint64(v)
	}
	return r.longUvarint()
}

func (r *reader) longUvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// bits reads the 3 bytes that an entity begins with.
func (r *reader) bits() uint32 {
	b := r.take(3)
	if b == nil {
		return 0
	}
	bits := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	r.check(bits < entityEnd)
	return bits
}

// time reads a time as microseconds after base.
func (r *reader) time(base Time) Time {
	v := r.uvarint()
	r.check(v <= maxTime)
	return base + Time(v)
}

func (r *reader) id() (id ID) {
	if len(r.b) < len(id) {
		r.fail()
		return id
	}
	id = ID(r.b)
	r.b = r.b[len(id):]
	return id
}

func (r *reader) double() float64 {
	b := r.take(8)
	if b == nil {
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(b))
	r.check(!math.IsNaN(f) && !math.IsInf(f, 0))
	return f
}

func (r *reader) string() string {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail()
		return ""
	}
	s := view(r.b[:n])
	r.b = r.b[n:]
	return s
}

// count reads how many items of at least size bytes follow.
func (r *reader) count(size int) int {
	n := r.uvarint()
	if n > uint64(len(r.b)/size) {
		r.fail()
		return 0
	}
	return int(n)
}
