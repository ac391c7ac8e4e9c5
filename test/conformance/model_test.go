package conformance

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/rayscope/rayscope/test/harness"
)

// A model is the service model of X-Ray as botocore has it.
type model struct {
	Operations map[string]struct {
		HTTP struct {
			Method     string
			RequestURI string
		}
		Input, Output ref
		Errors        []ref
	}
	Shapes map[string]shape

	paginators map[string]paginator
}

type ref struct{ Shape string }

type shape struct {
	Type     string
	Members  map[string]ref
	Required []string
	Member   ref // of a list
	Value    ref // of a map
	Key      ref
	Min, Max *float64
	Enum     []string
	Pattern  string
	Union    bool
	Error    struct{ HTTPStatusCode int }
}

type paginator struct {
	ResultKey string `json:"result_key"`
}

// loadModel reads the model once.
var loadModel = sync.OnceValues(func() (*model, error) {
	dirs, err := filepath.Glob("../.venv/lib/python3*/site-packages/botocore/data/xray/2016-04-12")
	if err != nil || len(dirs) != 1 {
		return nil, fmt.Errorf("botocore is not installed below test/.venv (found %q, %v); run test/setup", dirs, err)
	}
	m := new(model)
	if err := readJSON(filepath.Join(dirs[0], "service-2.json"), m); err != nil {
		return nil, err
	}
	var p struct{ Pagination map[string]paginator }
	if err := readJSON(filepath.Join(dirs[0], "paginators-1.json"), &p); err != nil {
		return nil, err
	}
	m.paginators = p.Pagination
	return m, nil
})

// readJSON reads a file of botocore, which may be packed.
func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		var packed []byte
		if packed, err = os.ReadFile(path + ".gz"); err == nil {
			b, err = unpack(packed)
		}
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

func unpack(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func theModel(t testing.TB) *model {
	t.Helper()
	m, err := loadModel()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// operations are the names of all operations.
func (m *model) operations() []string { return slices.Sorted(maps.Keys(m.Operations)) }

// leftOut are members that the server leaves out where the service writes null, or may: the service was seen to leave out the
// boost of a target and the members of a forecast that it cannot make; SDKs for Java before 2.18.3 refuse the others.
var leftOut = []string{
	"SamplingTargetDocument.SamplingBoost", "ForecastStatistics.FaultCountHigh", "ForecastStatistics.FaultCountLow",
	"SamplingRule.SamplingRateBoost", "GetSamplingTargetsResult.UnprocessedBoostStatistics",
}

// A checker holds JSON values to the shapes of a model, and notes which members it has seen with a value.
type checker struct {
	*model
	mu    sync.Mutex
	found []string        // what is wrong
	seen  map[string]bool // Shape.Member
}

func newChecker(m *model) *checker { return &checker{model: m, seen: map[string]bool{}} }

// answer checks an answer of an operation and returns what is wrong with it.
func (c *checker) answer(op string, raw []byte) []string {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return []string{fmt.Sprintf("the answer is not JSON: %v", err)}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found = nil
	if output := c.Operations[op].Output.Shape; output != "" {
		c.value(op, output, v)
	} else if members, ok := v.(map[string]any); !ok || len(members) != 0 {
		c.wrong(op, "is %s, want {}", raw)
	}
	return c.found
}

func (c *checker) wrong(path, format string, args ...any) {
	c.found = append(c.found, path+" "+fmt.Sprintf(format, args...))
}

func (c *checker) value(path, name string, v any) {
	s := c.Shapes[name]
	switch s.Type {
	case "structure":
		c.structure(path, name, s, v)
	case "list":
		c.list(path, s, v)
	case "map":
		c.entries(path, s, v)
	case "string":
		c.text(path, s, v)
	case "boolean":
		if _, ok := v.(bool); !ok {
			c.wrong(path, "is %v, want true or false", v)
		}
	case "integer", "long", "double", "timestamp":
		c.number(path, s, v)
	default:
		c.wrong(path, "has a type that this test does not know: %s", s.Type)
	}
}

func (c *checker) structure(path, name string, s shape, v any) {
	members, ok := v.(map[string]any)
	if !ok {
		c.wrong(path, "is %v, want an object", v)
		return
	}
	set := 0
	for _, member := range slices.Sorted(maps.Keys(members)) {
		of, known := s.Members[member]
		switch {
		case !known:
			c.wrong(path, "has a member %s that %s has not", member, name)
		case members[member] == nil:
			if slices.Contains(s.Required, member) {
				c.wrong(path, "has no value in %s, which %s requires", member, name)
			}
		default:
			set++
			c.seen[name+"."+member] = true
			c.value(path+"."+member, of.Shape, members[member])
		}
	}
	for member := range s.Members {
		if _, ok := members[member]; !ok && !slices.Contains(leftOut, name+"."+member) {
			c.wrong(path, "leaves out %s; the service writes null", member)
		}
	}
	if (s.Union || name == "AnnotationValue") && set != 1 {
		c.wrong(path, "has %d members with a value, want one", set)
	}
}

func (c *checker) list(path string, s shape, v any) {
	items, ok := v.([]any)
	if !ok {
		c.wrong(path, "is %v, want a list", v)
		return
	}
	c.bounds(path, s, float64(len(items)), "items")
	for i, item := range items {
		c.value(path+"["+strconv.Itoa(i)+"]", s.Member.Shape, item)
	}
}

func (c *checker) entries(path string, s shape, v any) {
	entries, ok := v.(map[string]any)
	if !ok {
		c.wrong(path, "is %v, want an object", v)
		return
	}
	c.bounds(path, s, float64(len(entries)), "entries")
	for key, value := range entries {
		c.value(path+"."+key, s.Key.Shape, key)
		c.value(path+"."+key, s.Value.Shape, value)
	}
}

func (c *checker) text(path string, s shape, v any) {
	text, ok := v.(string)
	if !ok {
		c.wrong(path, "is %v, want a string", v)
		return
	}
	c.bounds(path, s, float64(utf8.RuneCountInString(text)), "characters")
	if s.Enum != nil && !slices.Contains(s.Enum, text) {
		c.wrong(path, "is %q, want one of %q", text, s.Enum)
	}
	if s.Pattern != "" && !regexp.MustCompile(`^(?:`+s.Pattern+`)$`).MatchString(text) {
		c.wrong(path, "is %q, want a match of %s", text, s.Pattern)
	}
}

// defaultPriority is that of the rule Default, which is outside the range that rules of users may have.
const defaultPriority = "10000"

func (c *checker) number(path string, s shape, v any) {
	number, ok := v.(json.Number)
	if !ok {
		c.wrong(path, "is %v, want a number", v)
		return
	}
	if s.Type == "integer" || s.Type == "long" {
		n, err := strconv.ParseInt(number.String(), 10, 64)
		if err != nil {
			c.wrong(path, "is %s, want a whole number without exponent: clients refuse others", number)
		}
		if s.Type == "integer" && (n < math.MinInt32 || n > math.MaxInt32) {
			c.wrong(path, "is %s, want a number of 32 bits", number)
		}
	}
	if f, err := number.Float64(); err != nil {
		c.wrong(path, "is %s: %v", number, err)
	} else if number != defaultPriority {
		c.bounds(path, s, f, "")
	}
}

func (c *checker) bounds(path string, s shape, n float64, unit string) {
	if s.Min != nil && n < *s.Min || s.Max != nil && n > *s.Max {
		c.wrong(path, "has %v %s, beyond the model's bounds %v to %v", n, unit, show(s.Min), show(s.Max))
	}
}

func show(bound *float64) string {
	if bound == nil {
		return "any"
	}
	return fmt.Sprint(*bound)
}

// reachable are the members of an operation's output, and of all in it, as Shape.Member.
func (m *model) reachable(name string, into map[string]bool) {
	s := m.Shapes[name]
	for _, next := range []string{s.Member.Shape, s.Value.Shape} {
		if next != "" {
			m.reachable(next, into)
		}
	}
	for member, of := range s.Members {
		if id := name + "." + member; !into[id] {
			into[id] = true
			m.reachable(of.Shape, into)
		}
	}
}

// TestPaths holds the table of the harness to the model.
func TestPaths(t *testing.T) {
	m := theModel(t)
	if len(m.Operations) == 0 {
		t.Fatal("the model has no operations")
	}
	for op, is := range m.Operations {
		if is.HTTP.Method != "POST" || harness.Path[op] != is.HTTP.RequestURI {
			t.Errorf("%s: the harness has the path %q, the model %s %s", op, harness.Path[op], is.HTTP.Method, is.HTTP.RequestURI)
		}
	}
	for op := range harness.Path {
		if _, ok := m.Operations[op]; !ok {
			t.Errorf("%s is not in the model", op)
		}
	}
}
