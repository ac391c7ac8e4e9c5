package filter_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// A maker makes traces and expressions at random, of so few names and values that they meet.
type maker struct{ *rand.Rand }

func newMaker(seed uint64) maker { return maker{rand.New(rand.NewPCG(seed, 3))} }

func (m maker) one(of ...string) string { return of[m.IntN(len(of))] }

func (m maker) chance(percent int) bool { return m.IntN(100) < percent }

// documents are those of one trace: segments with subsegments, which call each other, fail, are open, are lost.
func (m maker) documents() (docs []string) {
	ids := 0
	id := func() string { ids++; return fmt.Sprintf("%016x", ids) }
	for range 1 + m.IntN(4) {
		d := m.entity(id())
		d["trace_id"] = "1-68d2f100-000000000000000000000009"
		if m.chance(60) {
			d["parent_id"] = fmt.Sprintf("%016x", 1+m.IntN(12))
		}
		if m.chance(15) {
			d["type"] = "subsegment"
			d["parent_id"] = fmt.Sprintf("%016x", 1+m.IntN(12))
			d["namespace"] = "remote"
		} else {
			m.own(d)
		}
		var kids []any
		for range m.IntN(4) {
			kid := m.entity(id())
			m.call(kid)
			kids = append(kids, kid)
		}
		d["subsegments"] = kids
		b, err := json.Marshal(d)
		if err != nil {
			panic(err) // a bug of the maker
		}
		docs = append(docs, string(b))
	}
	return docs
}

func (m maker) entity(id string) map[string]any {
	start := 1758654700 + float64(m.IntN(20))/8
	e := map[string]any{"id": id, "name": m.one("a", "b", "c"), "start_time": start, "end_time": start + float64(m.IntN(60))/16}
	if m.chance(10) {
		delete(e, "end_time")
		e["in_progress"] = true
	}
	for _, flag := range []string{"fault", "error", "throttle"} {
		if m.chance(25) {
			e[flag] = true
		}
	}
	if m.chance(50) {
		e["http"] = map[string]any{"request": map[string]any{"method": m.one("GET", "POST"), "url": m.one("a", "b/c", "?a", "https://a", "https://a/b/c", "/a/12/c"), "user_agent": "a", "client_ip": "b"},
			"response": map[string]any{"status": []int{200, 404, 429, 500}[m.IntN(4)]}}
	}
	if m.chance(30) {
		e["cause"] = map[string]any{"exceptions": []any{map[string]any{"id": "00000000000000ff", "type": m.one("a", "b"), "message": m.one("", "c", "c 12")}}}
	}
	if m.chance(40) {
		e["annotations"] = map[string]any{m.one("a", "b"): []any{"a", "b", 1, 2.5, true, false}[m.IntN(6)], "c": m.IntN(3)}
	}
	return e
}

// own adds what segments have.
func (m maker) own(e map[string]any) {
	if m.chance(50) {
		e["user"] = m.one("a", "b")
	}
	if m.chance(50) {
		e["origin"] = m.one("AWS::Lambda", "remote")
	}
	if m.chance(50) {
		e["aws"] = map[string]any{"account_id": m.one("111122223333", "444455556666"), "ec2": map[string]any{"instance_id": "a", "availability_zone": "b"}}
	}
	if m.chance(30) {
		e["resource_arn"] = m.one("a", "b")
	}
}

// call makes a subsegment a call, or not.
func (m maker) call(e map[string]any) {
	switch m.IntN(4) {
	case 0:
		e["namespace"] = "remote"
	case 1:
		e["namespace"] = "aws"
	case 2:
		e["namespace"], e["name"] = "aws", "DynamoDB"
		e["aws"] = map[string]any{"operation": "GetItem", "table_name": m.one("a", "b")}
	}
}

// expression is one of at most so many levels. Places are "" for the top level, or the keyword before the braces.
func (m maker) expression(place string, depth int) string {
	if depth == 0 {
		return m.term(place)
	}
	sub := func() string { return m.expression(place, depth-1) }
	switch m.IntN(9) {
	case 0, 1:
		return sub() + m.one(" AND ", " ", " and ") + sub()
	case 2, 3:
		return sub() + " OR " + sub()
	case 4:
		return m.one("!", "NOT ") + sub()
	case 5:
		return "(" + sub() + ")"
	case 6:
		if place == "" {
			return m.structure(depth - 1)
		}
	}
	return m.term(place)
}

func (m maker) structure(depth int) string {
	selector := func() string {
		return m.one(`"a"`, `"b"`, `"c"`, `id(name: "a")`, `id(type: "remote")`, `id(type: "client", name: "b")`, `id(account.id: "111122223333")`)
	}
	switch m.IntN(6) {
	case 0, 1:
		return "service(" + m.one("", selector()) + ")" + m.one("", "{}", "{"+m.expression("service", depth)+"}")
	case 2:
		return "edge(" + m.one("", selector()+", "+selector()) + ")" + m.one("", "{}", "{"+m.expression("edge", depth)+"}")
	case 3:
		return m.one(`group.name = "a"`, `group.name != "a"`, `group.arn = "b"`, `group.name = "Default"`, `group.name != "loop"`, `group.arn = "none"`)
	case 4:
		return m.one(`rootcause.json = #[{"Services":[{"Name":"a"}]}]`, `rootcause.json != #[{}]`, `rootcause.json = #[{"ClientImpacting":true,"Services":[{"EntityPath":[{"Name":"b"}]}]}]`)
	}
	keyword := "rootcause." + m.one("fault.service", "fault.entity", "fault.exception", "error.service", "error.entity", "error.exception",
		"responsetime.service", "responsetime.entity")
	return keyword + "{" + m.expression(keyword, depth) + "}"
}

// term is one that is legal in the place.
func (m maker) term(place string) string {
	truths, numbers, texts := []string{"first", "last"}, []string{"index"}, []string{"name"}
	switch {
	case place == "" || place == "service" || place == "edge":
		truths, numbers = []string{"ok", "error", "fault", "throttle"}, []string{"responsetime", "duration", "http.status"}
		texts = []string{"http.url", "url.template", "exception", "http.method", "http.useragent", "http.clientip", "user", "availabilityzone", "instance.id", "resource.arn"}
		if m.chance(25) {
			return m.annotation(place)
		}
	case strings.HasSuffix(place, ".service"):
		truths, texts = append(truths, "inferred"), append(texts, "type")
	case strings.HasSuffix(place, ".entity"):
		truths = append(truths, "remote")
	default:
		texts = append(texts, "message")
	}
	switch place {
	case "":
		truths = append(truths, "partial", "inferred")
	case "service":
		truths, texts = append(truths, "inferred", "root"), append(texts, "name", "type")
	case "rootcause.responsetime.entity":
		numbers = append(numbers, "coverage")
	}
	switch m.IntN(3) {
	case 0:
		return m.one(truths...) + m.one("", "", " = true", " != true", ` = "false"`)
	case 1:
		return m.one(numbers...) + m.one("", m.compareNumber())
	}
	return m.one(texts...) + m.one("", m.compareText())
}

func (m maker) annotation(place string) string {
	side := ""
	if place == "edge" {
		side = m.one("", "source.", "destination.")
	}
	return side + "annotation." + m.one("a", "b", "c", "d") + m.one("", m.compareNumber(), m.compareText(), m.one(" = ", " != ")+m.one("true", "false"))
}

func (m maker) compareNumber() string {
	return m.one(" = ", " != ", " < ", " <= ", " > ", " >= ") + m.one("0", "1", "2", "2.5", "0.6875", "1e-1", "200", "429", "-3")
}

func (m maker) compareText() string {
	return m.one(" = ", " != ", " CONTAINS ", " BEGINSWITH ", " ENDSWITH ") + m.one(`"a"`, `"b"`, `"c"`, `""`, `"GET"`, `"remote"`, `"b/c"`, `"/"`, `"/a/{id}/c"`, `"i"`, `"}/c"`, `"a: c {n}"`)
}
