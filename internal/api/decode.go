package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/rayscope/rayscope/internal/rayapi"
)

// shaped makes an operation of a function on its input shape. An empty body is an empty object.
func shaped[In any](f func(context.Context, *In) (any, error)) func(context.Context, []byte) (any, error) {
	return func(ctx context.Context, body []byte) (any, error) {
		in := new(In)
		if err := decode(body, in); err != nil {
			return nil, err
		}
		return f(ctx, in)
	}
}

// decode reads a body into the shape that in points to. The error is an *Error.
func decode(body []byte, in any) error {
	if len(body) == 0 {
		return nil
	}
	err := json.Unmarshal(body, in)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return malformed("The body is not a JSON object: %v.", err)
	}
	if e := mistake("", body, reflect.TypeOf(in).Elem()); e != nil {
		return e
	}
	return malformed("The body is not a JSON object: %v.", err)
}

// mistake finds the first value in JSON without syntax errors that is not of the type t, and says where it is. It reads
// the value again at each level down, which only errors pay for; shapes are few levels deep.
func mistake(path string, value []byte, t reflect.Type) error {
	v := reflect.New(t)
	err := json.Unmarshal(value, v.Interface())
	if err == nil {
		return nil
	}
	if inner := mistakeInside(path, value, t, v); inner != nil {
		return inner
	}
	var own rayapi.TimeError
	if errors.As(err, &own) {
		return invalid("%s: %s", path, own)
	}
	if path == "" {
		return malformed("The body is a JSON %s, an object is needed.", kindOf(value))
	}
	return invalid("%s has the wrong type: a JSON %s was found, %s is needed.", path, kindOf(value), typeName(t))
}

// mistakeInside finds a mistake in the members or items of the value, of which v is a zero.
func mistakeInside(path string, value []byte, t reflect.Type, v reflect.Value) error {
	if _, self := v.Interface().(json.Unmarshaler); self {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return mistake(path, value, t.Elem())
	case reflect.Slice:
		var items []json.RawMessage
		if json.Unmarshal(value, &items) != nil {
			return nil // not a list, which is the caller's mistake to tell
		}
		for i, item := range items {
			if err := mistake(path+"["+strconv.Itoa(i)+"]", item, t.Elem()); err != nil {
				return err
			}
		}
	case reflect.Map, reflect.Struct:
		var members map[string]json.RawMessage
		if json.Unmarshal(value, &members) != nil {
			return nil
		}
		return mistakeOf(path, members, t)
	}
	return nil
}

// mistakeOf finds a mistake among the members of an object. Those that the shape does not know are ignored.
func mistakeOf(path string, members map[string]json.RawMessage, t reflect.Type) error {
	if path != "" {
		path += "."
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		known, of := memberOf(t, name)
		if of == nil {
			continue
		}
		if err := mistake(path+known, members[name], of); err != nil {
			return err
		}
	}
	return nil
}

// memberOf is the name and the type of a member of a map or a struct; nil if there is none. Names match in any case, as
// they do when a shape is read.
func memberOf(t reflect.Type, name string) (string, reflect.Type) {
	if t.Kind() == reflect.Map {
		return fmt.Sprintf("%.60s", name), t.Elem()
	}
	for _, f := range reflect.VisibleFields(t) {
		own := f.Name
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag != "" {
			own = tag
		}
		if f.IsExported() && !f.Anonymous && strings.EqualFold(own, name) {
			return own, f.Type
		}
	}
	return "", nil
}

// kindOf is what a JSON value is; of a short number the value itself, which may be out of range.
func kindOf(value []byte) string {
	value = bytes.TrimLeft(value, " \t\r\n")
	switch value[0] {
	case '"':
		return "string"
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return "truth value"
	}
	return fmt.Sprintf("number (%.30s)", value)
}

func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return fmt.Sprintf("a whole number of %d bits", t.Bits())
	}
	return "a number"
}
