package segment

import (
	"slices"

	"github.com/rayscope/rayscope/internal/jsonscan"
)

// http reads the http block.
func (p *parser) http(e *Entity) {
	e.HTTP = HTTP{}
	e.set(Traced, false)
	for key := p.object(); key != nil; key = p.NextKey() {
		switch string(key) {
		case "request":
			p.request(e)
		case "response":
			p.response(e)
		default:
			p.Skip()
		}
	}
}

func (p *parser) request(e *Entity) {
	e.HTTP = HTTP{Status: e.HTTP.Status}
	e.set(Traced, false)
	for key := p.object(); key != nil; key = p.NextKey() {
		switch string(key) {
		case "method":
			e.HTTP.Method = p.string()
		case "url":
			e.HTTP.URL = p.string()
		case "user_agent":
			e.HTTP.UserAgent = p.string()
		case "client_ip":
			e.HTTP.ClientIP = p.string()
		case "traced":
			e.set(Traced, p.is())
		default:
			p.Skip()
		}
	}
}

func (p *parser) response(e *Entity) {
	e.HTTP.Status = 0
	for key := p.object(); key != nil; key = p.NextKey() {
		if string(key) == "status" {
			e.HTTP.Status = p.status()
		} else {
			p.Skip()
		}
	}
}

// status reads an HTTP status: a whole number of up to three digits, which some clients write as a string or with a
// fraction of zeros. It is 0 for any other value.
func (p *parser) status() int {
	var n jsonscan.Number
	switch c := p.Peek(); {
	case c == '"':
		quoted := jsonscan.New([]byte(p.string()), 0)
		n = quoted.Number()
		quoted.End()
		if quoted.Err() != nil {
			return 0
		}
	case isNumber(c):
		n = p.Number()
	default:
		p.Skip()
		return 0
	}
	t, ok := micros(n)
	if status := int(t / Second); ok && t%Second == 0 && status <= maxStatus {
		return status
	}
	return 0
}

// maxStatus is the largest number of three digits: RFC 9110 has no longer status.
const maxStatus = 999

// namespace reads the namespace. Only two are known; Python's "local" means none.
func (p *parser) namespace(e *Entity) {
	name := p.string()
	e.set(NamespaceAWS, name == "aws")
	e.set(NamespaceRemote, name == "remote")
}

// cause reads the id of an exception, or exceptions.
func (p *parser) cause(e *Entity) {
	e.Exceptions = nil
	e.CauseRef = ID{}
	e.set(HasCauseRef, false)
	if p.Peek() == '"' {
		id, ok := idFrom(p.string())
		e.CauseRef = id
		e.set(HasCauseRef, ok)
		return
	}
	for key := p.object(); key != nil; key = p.NextKey() {
		if string(key) == "exceptions" {
			e.Exceptions = p.exceptions()
		} else {
			p.Skip()
		}
	}
}

func (p *parser) exceptions() []Exception {
	d := p.d
	start := len(d.exceptions)
	for ok := p.array(); ok; ok = p.More(']') {
		if p.Peek() != '{' || len(d.exceptions)-start == MaxExceptions {
			p.Skip()
			continue
		}
		d.exceptions = append(d.exceptions, p.exception())
	}
	return slices.Clip(d.exceptions[start:])
}

func (p *parser) exception() (x Exception) {
	for key := p.object(); key != nil; key = p.NextKey() {
		switch string(key) {
		case "id":
			x.ID = p.hex()
		case "type":
			x.Type = p.string()
		case "message":
			x.Message = p.string()
		case "remote":
			x.Remote = p.is()
		default:
			p.Skip()
		}
	}
	return x
}

// links reads the links to other traces. Those that name no trace are left out.
func (p *parser) links() {
	d := p.d
	d.Links = d.Links[:0]
	for ok := p.array(); ok; ok = p.More(']') {
		if l, ok := p.link(); ok && len(d.Links) < MaxLinks {
			d.Links = append(d.Links, l)
		}
	}
}

func (p *parser) link() (l Link, ok bool) {
	for key := p.object(); key != nil; key = p.NextKey() {
		switch string(key) {
		case "trace_id":
			l.Trace, ok = traceIDFrom(p.string())
		case "id":
			l.ID = p.hex()
		case "attributes":
			l.Child = p.childReference()
		default:
			p.Skip()
		}
	}
	return l, ok
}

// childReference reads the attributes of a link.
func (p *parser) childReference() (child bool) {
	for key := p.object(); key != nil; key = p.NextKey() {
		switch string(key) {
		case "reference_type", "aws.xray.reserved.reference_type": // the second is AWS Lambda's
			child = p.string() == "child"
		default:
			p.Skip()
		}
	}
	return child
}
