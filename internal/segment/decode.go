package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/rayscope/rayscope/internal/varint"
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
	r := reader{varint.Reader{Rest: b[1:]}}
	d.Trace = trace
	d.decodeHead(&r)
	start := r.time(0)
	for i := range r.Count(minEntity) {
		d.Entities = append(d.Entities, Entity{})
		d.decodeEntity(&r, i, start)
		if r.Bad {
			break
		}
	}
	if r.Bad || len(d.Entities) == 0 || len(r.Rest) > 0 {
		return fmt.Errorf("%w: %d bytes of %d make no sense", ErrCorrupt, len(r.Rest), len(b))
	}
	d.Entities[0].ID = own
	return nil
}

func (d *Digest) decodeHead(r *reader) {
	head := r.Uvarint()
	r.Check(head < headEnd)
	d.Kind = Kind(head & headKind)
	for i, s := range [...]*string{&d.Origin, &d.User, &d.ResourceARN, &d.SamplingRule, &d.AccountID, &d.InstanceID, &d.EC2Zone, &d.ECSZone} {
		if head&(headOrigin<<i) != 0 {
			*s = r.string()
		}
	}
	if head&headLinks == 0 {
		return
	}
	n := r.Count(minLink)
	r.Check(n <= MaxLinks)
	for range n {
		var l Link
		bits := r.Byte()
		r.Check(bits < itemEnd)
		copy(l.Trace[:], r.Take(len(l.Trace)))
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
			w := r.Uvarint()
			r.Check(w < uint64(i))
			e.Within = int32(w)
		}
		e.ID = r.id()
	}
	r.Check(i > 0 || bits&hasWithin == 0)
	if bits&uint32(HasParent) != 0 {
		e.ParentID = r.id()
	}
	if bits&uint32(HasCauseRef) != 0 {
		e.CauseRef = r.id()
	}
	e.Name = r.string()
	e.Start = start
	if i > 0 {
		e.Start += Time(r.Varint())
	}
	e.End = e.Start
	if bits&uint32(InProgress) == 0 {
		e.End = r.time(e.Start)
	}
	r.Check(e.Start >= 0 && e.Start <= maxTime)
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
		status := r.Uvarint()
		r.Check(status <= maxStatus)
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
	n := r.Count(minAnnotation)
	r.Check(n <= MaxAnnotations)
	for range n {
		if r.Bad {
			break
		}
		a := Annotation{Key: r.string()}
		switch r.Byte() {
		case valueString:
			a.String = r.string()
		case valueDouble:
			a.Kind, a.Number = NumberValue, r.double()
		case valueFalse:
			a.Kind = BoolValue
		case valueTrue:
			a.Kind, a.Bool = BoolValue, true
		case valueWhole:
			a.Kind, a.Number = NumberValue, float64(r.Varint())
		default:
			r.Fail()
		}
		d.annotations = append(d.annotations, a)
	}
	return slices.Clip(d.annotations[from:])
}

func (d *Digest) decodeExceptions(r *reader) []Exception {
	from := len(d.exceptions)
	n := r.Count(minException)
	r.Check(n <= MaxExceptions)
	for range n {
		if r.Bad {
			break
		}
		var x Exception
		bits := r.Byte()
		r.Check(bits < itemEnd)
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

// A reader takes what a digest is made of off the front.
type reader struct{ varint.Reader }

// bits reads the 3 bytes that an entity begins with.
func (r *reader) bits() uint32 {
	b := r.Take(3)
	if b == nil {
		return 0
	}
	bits := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	r.Check(bits < entityEnd)
	return bits
}

// time reads a time as microseconds after base.
func (r *reader) time(base Time) Time {
	v := r.Uvarint()
	r.Check(v <= maxTime)
	return base + Time(v)
}

func (r *reader) id() (id ID) {
	if len(r.Rest) < len(id) {
		r.Fail()
		return id
	}
	id = ID(r.Rest)
	r.Rest = r.Rest[len(id):]
	return id
}

func (r *reader) double() float64 {
	b := r.Take(8)
	if b == nil {
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(b))
	r.Check(!math.IsNaN(f) && !math.IsInf(f, 0))
	return f
}

func (r *reader) string() string { return view(r.Block()) }
