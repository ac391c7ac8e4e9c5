package segment

import (
	"encoding/binary"
	"math"
)

// The binary form of a digest, version 1. The trace id and the id of the document's own entity are not in it: they are
// in the key under which it is kept.
//
//	version      1 byte, 1
//	head         uvarint of bits: 1 the kind; 2 Origin, 4 User, 8 ResourceARN, 16 SamplingRule, 32 AccountID,
//	             64 InstanceID, 128 EC2Zone, 256 ECSZone are not empty; 512 there are links
//	strings      those of head, in that order
//	links        if there are any: count uvarint; each 1 byte of bits: 1 it has an id, 2 Child; 16 bytes trace id;
//	             8 bytes id if it has one
//	start        uvarint, microseconds since the epoch, of the own entity
//	entities     count uvarint; then each
//
// An entity:
//
//	bits         3 bytes, little-endian: the lower ten are Flags, then in rising order there is a
//	             Within other than 0, Method, URL, UserAgent, ClientIP, Status, ResourceType, Resource, AccountID, Region,
//	             annotation, exception
//	within       if there is: uvarint, index of the enclosing entity (the own entity has none)
//	id           8 bytes (the own entity has none)
//	parent       8 bytes if HasParent
//	cause        8 bytes if HasCauseRef
//	name         string
//	start        zigzag varint, microseconds after the own start (the own entity has none)
//	duration     uvarint, microseconds, unless InProgress
//	Method, URL, UserAgent, ClientIP    strings, those there are
//	Status       uvarint, if there is
//	ResourceType, Resource, AccountID, Region    strings, those there are
//	annotations  if there are: count uvarint; each a key as string, 1 byte of type, a value:
//	             type 0 string; 1 double, 8 bytes little-endian; 2 false, 3 true, no value; 4 whole number, zigzag varint
//	exceptions   if there are: count uvarint; each 1 byte of bits: 1 it has an id, 2 Remote; 8 bytes id if it has one;
//	             type and message as strings
//
// A string is its length in bytes as uvarint, then the bytes. References to equal strings before it are not worth their
// code: in blocks compressed with zstd they save 1 to 7 percent.
const codecVersion = 1

// Bits of the head.
const (
	headKind = 1 << iota
	headOrigin
	headUser
	headResourceARN
	headSamplingRule
	headAccountID
	headInstanceID
	headEC2Zone
	headECSZone
	headLinks
	headEnd
)

// Bits of an entity, above its Flags.
const (
	hasWithin = 1 << (flagBits + iota)
	hasMethod
	hasURL
	hasUserAgent
	hasClientIP
	hasStatus
	hasResourceType
	hasResource
	hasAccountID
	hasRegion
	hasAnnotations
	hasExceptions
	entityEnd
)

const (
	flagBits = 10
	flagMask = 1<<flagBits - 1
)

// Bits of a link or exception.
const (
	itemHasID = 1 << iota
	itemMark  // Child, or Remote
	itemEnd
)

// Types of an annotation's value.
const (
	valueString = iota
	valueDouble
	valueFalse
	valueTrue
	valueWhole
)

// Append appends the binary form of d to b. The form does not hold d.Trace and d.Own().ID, which Decode takes from its
// caller.
func (d *Digest) Append(b []byte) []byte {
	head := uint64(d.Kind)
	strings := [...]string{d.Origin, d.User, d.ResourceARN, d.SamplingRule, d.AccountID, d.InstanceID, d.EC2Zone, d.ECSZone}
	for i, s := range strings {
		if s != "" {
			head |= headOrigin << i
		}
	}
	if len(d.Links) > 0 {
		head |= headLinks
	}
	b = append(b, codecVersion)
	b = binary.AppendUvarint(b, head)
	for _, s := range strings {
		b = appendOptional(b, s)
	}
	b = d.appendLinks(b)
	b = binary.AppendUvarint(b, uint64(d.Own().Start))
	b = binary.AppendUvarint(b, uint64(len(d.Entities)))
	for i := range d.Entities {
		b = d.appendEntity(b, i)
	}
	return b
}

func (d *Digest) appendLinks(b []byte) []byte {
	if len(d.Links) == 0 {
		return b
	}
	b = binary.AppendUvarint(b, uint64(len(d.Links)))
	for _, l := range d.Links {
		b = append(b, itemBits(l.ID, l.Child))
		b = append(b, l.Trace[:]...)
		b = appendID(b, l.ID)
	}
	return b
}

func (d *Digest) appendEntity(b []byte, i int) []byte {
	e := &d.Entities[i]
	bits := e.bits()
	b = append(b, byte(bits), byte(bits>>8), byte(bits>>16))
	if bits&hasWithin != 0 {
		b = binary.AppendUvarint(b, uint64(e.Within))
	}
	if i > 0 {
		b = append(b, e.ID[:]...)
	}
	if e.Is(HasParent) {
		b = append(b, e.ParentID[:]...)
	}
	if e.Is(HasCauseRef) {
		b = append(b, e.CauseRef[:]...)
	}
	b = appendString(b, e.Name)
	if i > 0 {
		b = binary.AppendVarint(b, int64(e.Start-d.Own().Start))
	}
	if !e.Is(InProgress) {
		b = binary.AppendUvarint(b, uint64(e.End-e.Start))
	}
	for _, s := range [...]string{e.HTTP.Method, e.HTTP.URL, e.HTTP.UserAgent, e.HTTP.ClientIP} {
		b = appendOptional(b, s)
	}
	if e.HTTP.Status != 0 {
		b = binary.AppendUvarint(b, uint64(e.HTTP.Status))
	}
	for _, s := range [...]string{e.ResourceType, e.Resource, e.AccountID, e.Region} {
		b = appendOptional(b, s)
	}
	b = appendAnnotations(b, e.Annotations)
	return appendExceptions(b, e.Exceptions)
}

// bits tells what the binary form of e has.
func (e *Entity) bits() uint32 {
	bits := uint32(e.Flags) & flagMask
	for bit, has := range [...]bool{
		e.Within > 0, e.HTTP.Method != "", e.HTTP.URL != "", e.HTTP.UserAgent != "", e.HTTP.ClientIP != "", e.HTTP.Status != 0,
		e.ResourceType != "", e.Resource != "", e.AccountID != "", e.Region != "", len(e.Annotations) > 0, len(e.Exceptions) > 0,
	} {
		if has {
			bits |= hasWithin << bit
		}
	}
	return bits
}

func appendAnnotations(b []byte, all []Annotation) []byte {
	if len(all) == 0 {
		return b
	}
	b = binary.AppendUvarint(b, uint64(len(all)))
	for i := range all {
		a := &all[i]
		b = appendString(b, a.Key)
		whole := int64(a.Number)
		switch {
		case a.Kind == StringValue:
			b = append(b, valueString)
			b = appendString(b, a.String)
		case a.Kind == BoolValue && a.Bool:
			b = append(b, valueTrue)
		case a.Kind == BoolValue:
			b = append(b, valueFalse)
		case math.Float64bits(float64(whole)) == math.Float64bits(a.Number) && whole == whole<<8>>8: // shorter than 8 bytes
			b = append(b, valueWhole)
			b = binary.AppendVarint(b, whole)
		default:
			b = append(b, valueDouble)
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(a.Number))
		}
	}
	return b
}

func appendExceptions(b []byte, all []Exception) []byte {
	if len(all) == 0 {
		return b
	}
	b = binary.AppendUvarint(b, uint64(len(all)))
	for i := range all {
		x := &all[i]
		b = append(b, itemBits(x.ID, x.Remote))
		b = appendID(b, x.ID)
		b = appendString(b, x.Type)
		b = appendString(b, x.Message)
	}
	return b
}

func itemBits(id ID, mark bool) (bits byte) {
	if id != (ID{}) {
		bits |= itemHasID
	}
	if mark {
		bits |= itemMark
	}
	return bits
}

// appendID appends an id that is not zero.
func appendID(b []byte, id ID) []byte {
	if id == (ID{}) {
		return b
	}
	return append(b, id[:]...)
}

// appendOptional appends a string that is not empty.
func appendOptional(b []byte, s string) []byte {
	if s == "" {
		return b
	}
	return appendString(b, s)
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}
