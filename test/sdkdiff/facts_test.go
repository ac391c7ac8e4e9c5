package sdkdiff

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// facts are documents taken apart: "front#2/section cause.exceptions.0.message" says what. What differs from run to run, ids and
// times above all, is replaced by what it must be like.
type facts map[string]string

// An entity is a segment or subsegment of the run.
type entity struct {
	fields   document
	children []*entity
	alone    bool // sent as a document of its own
	path     string
}

// told turns documents into facts. Words are replaced first: addresses, which differ from run to run.
func told(docs []document, words *strings.Replacer) facts {
	f := facts{}
	byID := map[string]*entity{}
	var all []*entity
	for _, d := range docs {
		e := whole(d, f, words)
		e.alone = true
		if before := byID[e.id()]; before != nil {
			f[e.name()+" sent"] = "again"
			*before = *e // the last one is the most complete
			continue
		}
		byID[e.id()] = e
		all = append(all, e)
	}
	roots := adopt(all, byID)
	name(roots, "")
	paths := map[string]string{}
	for _, r := range roots {
		r.walk(func(e *entity) { paths[e.id()] = e.path })
	}
	for _, r := range roots {
		r.walk(func(e *entity) { e.tell(f, paths) })
	}
	return f
}

// whole makes an entity of a document, with its subsegments; one that is there twice counts once.
func whole(d document, f facts, words *strings.Replacer) *entity {
	e := &entity{fields: reword(d, words).(document)}
	subsegments, _ := d["subsegments"].([]any) // none: no children
	for _, s := range subsegments {
		child := whole(s.(document), f, words)
		same := func(c *entity) bool { return c.id() == child.id() }
		if i := slices.IndexFunc(e.children, same); i >= 0 {
			f[child.name()+" listed"] = "again"
			e.children[i] = child
			continue
		}
		e.children = append(e.children, child)
	}
	return e
}

// adopt hangs documents of subsegments under their parents, and returns the others.
func adopt(all []*entity, byID map[string]*entity) (roots []*entity) {
	for _, e := range all {
		for _, c := range e.children {
			c.walk(func(c *entity) { byID[c.id()] = c })
		}
	}
	for _, e := range all {
		parent, _ := e.fields["parent_id"].(string) // none: a root
		if e.fields["type"] == "subsegment" && byID[parent] != nil {
			byID[parent].children = append(byID[parent].children, e)
			continue
		}
		roots = append(roots, e)
	}
	return roots
}

// name gives paths: entities of one name and parent are numbered as they began.
func name(siblings []*entity, above string) {
	slices.SortStableFunc(siblings, func(a, b *entity) int { return cmp.Compare(a.number("start_time"), b.number("start_time")) })
	count := map[string]int{}
	for _, e := range siblings {
		count[e.name()]++
		e.path = fmt.Sprintf("%s%s#%d", above, e.name(), count[e.name()])
		name(e.children, e.path+"/")
	}
}

func (e *entity) id() string                { return fmt.Sprint(e.fields["id"]) }
func (e *entity) name() string              { return fmt.Sprint(e.fields["name"]) }
func (e *entity) number(key string) float64 { n, _ := e.fields[key].(float64); return n } // 0 where it is missing

func (e *entity) walk(visit func(*entity)) {
	visit(e)
	for _, c := range e.children {
		c.walk(visit)
	}
}

func (e *entity) tell(f facts, paths map[string]string) {
	if e.alone && e.fields["type"] == "subsegment" {
		f[e.path+" sent"] = "alone"
	}
	for _, key := range slices.Sorted(maps.Keys(e.fields)) {
		switch value := e.fields[key]; key {
		case "subsegments", "name":
		case "parent_id":
			parent, _ := value.(string)
			f[e.path+" parent_id"] = cmp.Or(paths[parent], fmt.Sprint(value))
		case "end_time":
			f[e.path+" end_time"] = map[bool]string{true: "after start_time", false: "before start_time"}[e.number("end_time") >= e.number("start_time")]
		default:
			flatten(f, e.path+" ", key, value)
		}
	}
}

// passing are values that no two runs have in common, by what they have to look like instead.
var passing = []struct {
	key  *regexp.Regexp
	like *regexp.Regexp
	says string
}{
	{regexp.MustCompile(`^(.*\.)?(id|cause)$`), regexp.MustCompile(`^[0-9a-f]{16}$`), "16 digits"},
	{regexp.MustCompile(`^trace_id$`), regexp.MustCompile(`^1-[0-9a-f]{8}-[0-9a-f]{24}$`), "a trace's"},
	{regexp.MustCompile(`^start_time$`), regexp.MustCompile(`^\d{10}(\.\d+)?$`), "a time"},
	{regexp.MustCompile(`\.idle_time$`), regexp.MustCompile(`^\d`), "a duration"},
}

// given are the trace ids that the programs take from their callers; they have to be kept.
const given = "1-5759e988-"

func flatten(f facts, path, key string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for k, v := range value {
			flatten(f, path, key+"."+k, v)
		}
	case []any:
		if strings.HasSuffix(key, ".stack") {
			f[path+key], f[path+key+" begins"] = stack(value)
			return
		}
		for i, v := range value {
			flatten(f, path, fmt.Sprintf("%s.%d", key, i), v)
		}
	default:
		text, err := json.Marshal(value)
		if err != nil {
			panic(err) // it came from JSON
		}
		f[path+key] = steady(key, strings.Trim(string(text), `"`))
	}
}

// sdkFrame is the path of a source file of either SDK.
var sdkFrame = regexp.MustCompile(`aws-xray-sdk-go|(^|/)xray/\w+\.go$`)

// stack tells a stack in one line, innermost frame first, and whose code it begins in. Which functions of an SDK are in between does not
// matter.
func stack(frames []any) (text, begins string) {
	var all []string
	for i, v := range frames {
		frame, _ := v.(map[string]any) // no object: it shows as such
		if !sdkFrame.MatchString(fmt.Sprint(frame["path"])) {
			all = append(all, fmt.Sprintf("%v %v:%v", frame["label"], frame["path"], frame["line"]))
		} else if i == 0 {
			begins = "in the SDK"
		}
	}
	return strings.Join(all, " < "), cmp.Or(begins, "in the program")
}

func steady(key, text string) string {
	for _, p := range passing {
		if p.key.MatchString(key) && p.like.MatchString(text) && !strings.HasPrefix(text, given) {
			return p.says
		}
	}
	return text
}

// reword replaces words in all strings of a value.
func reword(value any, words *strings.Replacer) any {
	switch value := value.(type) {
	case string:
		return words.Replace(value)
	case map[string]any:
		out := make(map[string]any, len(value))
		for k, v := range value {
			out[k] = reword(v, words)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, v := range value {
			out[i] = reword(v, words)
		}
		return out
	}
	return value
}
