package awsv2

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// What is recorded of one member is bounded, as a document has 64 KB for everything.
const (
	maxText  = 2048 // bytes; longer than the names of all resources, and than S3's keys
	maxItems = 100  // of a list or a map; the most that DynamoDB's and SQS' batches have
	maxDepth = 6    // of members within members
)

// A member is where a parameter is in an input or output.
type member struct {
	index int
	key   string
	part  part
}

// record puts the parameters of an operation's input or output into the AWS data of its subsegment.
func (p *Parameters) record(data map[string]any, service, operation string, d direction, of any) {
	v := reflect.ValueOf(of)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return
	}
	v = v.Elem()
	for _, m := range p.plan(v.Type(), service, operation, d) {
		field := v.Field(m.index)
		if d == request && field.IsZero() { // the program has not set it
			continue
		}
		if value, ok := m.part.of(field); ok {
			data[m.key] = value
		}
	}
}

// plan finds the members that are wanted in a type. Which there are is looked up once.
func (p *Parameters) plan(t reflect.Type, service, operation string, d direction) []member {
	if plan, ok := p.plans.Load(t); ok {
		return plan.([]member)
	}
	var plan []member
	for _, w := range p.of(service, operation, d) {
		if f, ok := t.FieldByName(w.name); ok && f.IsExported() && len(f.Index) == 1 {
			plan = append(plan, member{f.Index[0], w.key, w.part})
		}
	}
	p.plans.Store(t, plan)
	return plan
}

// of returns what is to be recorded of a member, and whether there is anything.
func (p part) of(v reflect.Value) (any, bool) {
	switch p {
	case keys:
		if v.Kind() != reflect.Map || v.Type().Key().Kind() != reflect.String || v.Len() == 0 {
			return nil, false
		}
		return keysOf(v), true
	case count:
		if k := v.Kind(); k != reflect.Slice && k != reflect.Map {
			return nil, false
		}
		return v.Len(), true
	}
	return plain(v, 0)
}

func keysOf(v reflect.Value) []string {
	names := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		names = append(names, cut(k.String()))
	}
	slices.Sort(names)
	return names[:min(len(names), maxItems)]
}

// plain returns a copy of v, of Go's own types, that later changes of v do not reach, and whether there is anything in it. Bytes and
// streams are data, and are never recorded.
func plain(v reflect.Value, depth int) (any, bool) {
	if depth > maxDepth {
		return nil, false
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil, false
		}
		return plain(v.Elem(), depth+1)
	case reflect.String:
		return cut(v.String()), v.Len() > 0
	case reflect.Bool:
		return v.Bool(), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), true
	case reflect.Float32, reflect.Float64:
		return v.Float(), true
	case reflect.Slice:
		return list(v, depth)
	case reflect.Map:
		return dictionary(v, depth)
	case reflect.Struct:
		return object(v, depth)
	}
	return nil, false
}

func list(v reflect.Value, depth int) (any, bool) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return nil, false
	}
	var items []any
	for i := range min(v.Len(), maxItems) {
		if item, ok := plain(v.Index(i), depth+1); ok {
			items = append(items, item)
		}
	}
	return items, len(items) > 0
}

func dictionary(v reflect.Value, depth int) (any, bool) {
	if v.Type().Key().Kind() != reflect.String {
		return nil, false
	}
	items := map[string]any{}
	for _, name := range keysOf(v) {
		key := reflect.ValueOf(name).Convert(v.Type().Key())
		value := v.MapIndex(key)
		if !value.IsValid() { // its name was cut
			continue
		}
		if item, ok := plain(value, depth+1); ok {
			items[name] = item
		}
	}
	return items, len(items) > 0
}

func object(v reflect.Value, depth int) (any, bool) {
	if t, ok := v.Interface().(time.Time); ok {
		return t.UTC().Format(time.RFC3339), !t.IsZero()
	}
	items := map[string]any{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() || f.Name == "ResultMetadata" {
			continue
		}
		if item, ok := plain(v.Field(i), depth+1); ok {
			items[f.Name] = item
		}
	}
	return items, len(items) > 0
}

// cut bounds a text, between characters.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for end > maxText-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// account returns the account that owns the resource, if one of the parameters tells, or "".
func account(data map[string]any) string {
	for _, value := range data {
		text, ok := value.(string)
		if !ok {
			continue
		}
		if id := accountOf(text); id != "" {
			return id
		}
	}
	return ""
}

// accountOf returns the account in an ARN or in the URL of a queue, or "".
func accountOf(text string) string {
	var id string
	if strings.HasPrefix(text, "arn:") {
		if parts := strings.SplitN(text, ":", 6); len(parts) == 6 {
			id = parts[4]
		}
	} else if strings.HasPrefix(text, "http") {
		if u, err := url.Parse(text); err == nil {
			id, _, _ = strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
		}
	}
	if len(id) != 12 || strings.Trim(id, "0123456789") != "" {
		return ""
	}
	return id
}
