package segment

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// A frame is what the parser keeps of an entity until its end, where it is known what kind of entity it is and whether
// it is a good one.
type frame struct {
	// Values of the members that are checked, as they are written; nil if absent.
	kind, id, name, trace, parent []byte

	start, end instant

	inProgress bool
	traced     bool // traced beside the other members, where the Node SDK writes it
	aws        aws
}

// entity reads the object that becomes d.Entities[i].
func (p *parser) entity(i int, within int32) {
	p.d.Entities = append(p.d.Entities, Entity{Within: within})
	var f frame
	for key := p.FirstKey(); key != nil; key = p.NextKey() {
		p.member(key, i, &f)
	}
	if p.Err() != nil {
		return
	}
	if r := p.check(i, &f); r != nil {
		p.rejection = r // it comes before that of any nested entity
	}
	if i > 0 {
		p.subsegment(&p.d.Entities[i], &f)
		return
	}
	if p.rejection != nil {
		p.rejection.ID = writtenText(f.id)
		return
	}
	p.document(&f)
}

// member reads one member of entity i.
func (p *parser) member(key []byte, i int, f *frame) {
	e := &p.d.Entities[i]
	switch string(key) {
	case "id":
		f.id = p.given()
	case "name":
		f.name = p.given()
	case "start_time":
		f.start = p.instant()
	case "end_time":
		f.end = p.instant()
	case "in_progress":
		f.inProgress = p.is()
	case "http":
		p.http(e)
	case "aws":
		p.aws(&f.aws)
	case "namespace":
		p.namespace(e)
	case "sql":
		e.set(SQL, p.Peek() == '{')
		p.Skip()
	case "fault":
		e.set(Fault, p.is())
	case "error":
		e.set(Error, p.is())
	case "throttle":
		e.set(Throttle, p.is())
	case "traced":
		f.traced = p.is()
	case "cause":
		p.cause(e)
	case "annotations":
		p.annotations(e)
	case "subsegments":
		p.subsegments(i)
	default:
		if i > 0 {
			p.Skip()
			return
		}
		p.ownMember(key, f)
	}
}

// ownMember reads a member that counts only in the document's own entity.
func (p *parser) ownMember(key []byte, f *frame) {
	switch string(key) {
	case "trace_id":
		f.trace = p.given()
	case "parent_id":
		f.parent = p.given()
	case "type":
		f.kind = p.given()
	case "origin":
		p.d.Origin = p.string()
	case "user":
		p.d.User = p.string()
	case "resource_arn":
		p.d.ResourceARN = p.string()
	case "links":
		p.links()
	default:
		p.Skip()
	}
}

// given is the text of the next value, nil if that is null.
func (p *parser) given() []byte {
	if v := p.Value(); len(v) > 0 && v[0] != 'n' {
		return v
	}
	return nil
}

// set sets or clears flags.
func (e *Entity) set(f Flags, on bool) {
	e.Flags &^= f
	if on {
		e.Flags |= f
	}
}

// document settles what belongs to the document's own entity.
func (p *parser) document(f *frame) {
	d := p.d
	own := &d.Entities[0]
	if d.Kind == KindSubsegment {
		d.Origin, d.User, d.ResourceARN = "", "", ""
		p.subsegment(own, f)
		return
	}
	own.Flags &^= NamespaceAWS | NamespaceRemote | SQL | Traced
	d.AccountID = f.aws.account
	d.InstanceID, d.EC2Zone, d.ECSZone = f.aws.instance, f.aws.ec2Zone, f.aws.ecsZone
	d.SamplingRule = f.aws.rule
}

// subsegment settles what only subsegments have.
func (p *parser) subsegment(e *Entity, f *frame) {
	if f.traced {
		e.Flags |= Traced
	}
	e.AccountID, e.Region = f.aws.account, f.aws.region
	e.ResourceType, e.Resource = f.aws.resource(e.Name)
}

// subsegments reads the entities nested in d.Entities[parent]. Of several with the same id the first completed one
// stays: the Go SDK writes each twice when it sends a segment for the second time.
func (p *parser) subsegments(parent int) {
	p.d.Entities = p.d.Entities[:parent+1]
	p.rejection = nil
	var c children
	for ok := p.array(); ok; ok = p.More(']') {
		if p.Peek() != '{' || p.rejection != nil { // what follows a bad one cannot change the verdict, only be no JSON
			p.Skip()
			continue
		}
		child := len(p.d.Entities)
		p.entity(child, int32(parent))
		if p.Err() != nil || p.rejection != nil {
			continue
		}
		if twin := p.twin(&c, parent, child); twin >= 0 {
			p.deduplicate(&c, twin, child)
		}
	}
}

// deduplicate drops the last child of a parent, or its twin.
func (p *parser) deduplicate(c *children, twin, child int) {
	all := p.d.Entities
	if !all[twin].Is(InProgress) || all[child].Is(InProgress) {
		p.d.Entities = all[:child]
		return
	}
	all[twin].Within = superseded
	p.superseded = true
	if c.index != nil {
		c.index[all[child].ID] = int32(child)
	}
}

// children are those of one entity so far.
type children struct {
	seen  idSet
	index map[ID]int32 // nil until it is needed
}

// maxLooks is how many entities are looked at for twins before an index is made: more than a document of 64 KB has need of. In one of
// 16,000 children each would be compared with all before it.
const maxLooks = 1 << 16

// twin finds the earlier child of parent that has the same id as the last; -1 if there is none.
func (p *parser) twin(c *children, parent, child int) int {
	id := p.d.Entities[child].ID
	isNew := c.seen.add(id)
	if c.index == nil {
		if isNew {
			return -1
		}
		if p.looks < maxLooks {
			return p.look(parent, child)
		}
		c.index = p.indexOf(parent, child)
	}
	if twin, found := c.index[id]; found {
		return int(twin)
	}
	c.index[id] = int32(child)
	return -1
}

func (p *parser) look(parent, child int) int {
	all := p.d.Entities
	for i := parent + 1; i < child; i++ {
		if int(all[i].Within) == parent && all[i].ID == all[child].ID {
			p.looks += i - parent
			return i
		}
	}
	p.looks += child - parent
	return -1
}

// indexOf is the index of the children before the last.
func (p *parser) indexOf(parent, child int) map[ID]int32 {
	index := make(map[ID]int32)
	for i := parent + 1; i < child; i++ {
		if e := &p.d.Entities[i]; int(e.Within) == parent {
			index[e.ID] = int32(i)
		}
	}
	return index
}

// superseded is the value of Entity.Within that marks an entity which settle leaves out.
const superseded = -2

// settle does what can be done only when the whole document is read.
func (p *parser) settle() {
	if p.superseded {
		p.d.Entities = withoutSuperseded(p.d.Entities)
	}
	if len(p.d.annotations) > MaxAnnotations {
		p.d.limitAnnotations()
	}
}

// withoutSuperseded moves the other entities together.
func withoutSuperseded(all []Entity) []Entity {
	kept := all[:0]
	moved := make([]int32, len(all)) // index of an entity afterwards
	for i := range all {
		w := all[i].Within
		if w >= 0 {
			w = moved[w]
		}
		if w == superseded {
			moved[i] = superseded
			continue
		}
		moved[i] = int32(len(kept))
		kept = append(kept, all[i])
		kept[len(kept)-1].Within = w
	}
	return kept
}

// An idSet remembers ids by a hash: it never forgets one, and seldom takes a new one for known.
type idSet [64]uint64

// add reports whether id is surely new.
func (s *idSet) add(id ID) bool {
	h := binary.LittleEndian.Uint64(id[:]) * 0x9e3779b97f4a7c15 >> (64 - 12)
	word, bit := &s[h/64], uint64(1)<<(h%64)
	isNew := *word&bit == 0
	*word |= bit
	return isNew
}

// cutName shortens a name to MaxName characters.
func cutName(b []byte) []byte {
	if len(b) <= MaxName {
		return b
	}
	n := 0
	for range MaxName {
		_, size := utf8.DecodeRune(b[n:])
		n += size
	}
	return b[:n]
}

// isQuoted tells whether a value is a string.
func isQuoted(v []byte) bool { return bytes.HasPrefix(v, []byte{'"'}) }
