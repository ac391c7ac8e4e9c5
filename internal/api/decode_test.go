package api

import (
	"errors"
	"testing"
)

// The path of a wrong value leads through lists and objects to it, whatever type it has.
func TestDecodeNamesTheMember(t *testing.T) {
	type inner struct {
		Count int32
		At    timestamp
		Flag  *bool
	}
	type shape struct {
		Name string
		List []inner
		More *struct{ Inner inner }
		Map  map[string]string
		Rate float64
		Tag  string `json:"TagName"`
	}
	for _, tt := range []struct{ body, want string }{
		{`{"Name":7}`, "Name has the wrong type: a JSON number (7) was found, a string is needed."},
		{`{"name":7}`, "Name has the wrong type: a JSON number (7) was found, a string is needed."},
		{`{"TagName":[]}`, "TagName has the wrong type: a JSON array was found, a string is needed."},
		{`{"List":{}}`, "List has the wrong type: a JSON object was found, a list is needed."},
		{`{"List":[{},{"Count":1.5}]}`, "List[1].Count has the wrong type: a JSON number (1.5) was found, a whole number of 32 bits is needed."},
		{`{"List":[{},{"Count":3000000000}]}`, "List[1].Count has the wrong type: a JSON number (3000000000) was found, a whole number of 32 bits is needed."},
		{`{"List":[null,{"Flag":"yes"}]}`, "List[1].Flag has the wrong type: a JSON string was found, true or false is needed."},
		{`{"List":[{"At":true}]}`, "List[0].At: true is not a time. Send epoch seconds as a number, for example 1758654600.25."},
		{`{"List":["x"]}`, "List[0] has the wrong type: a JSON string was found, an object is needed."},
		{`{"More":{"Inner":{"At":"noon"}}}`, `More.Inner.At: "noon" is not a time. Send epoch seconds as a number, for example 1758654600.25.`},
		{`{"Map":{"a":"b","c":false}}`, "Map.c has the wrong type: a JSON truth value was found, a string is needed."},
		{`{"Rate":"1"}`, "Rate has the wrong type: a JSON string was found, a number is needed."},
		{`{"Unknown":7,"Rate":[1]}`, "Rate has the wrong type: a JSON array was found, a number is needed."},
		{` 7`, "The body is a JSON number (7), an object is needed."},
		{`[]`, "The body is a JSON array, an object is needed."},
		{`{`, "The body is not a JSON object: unexpected end of JSON input."},
	} {
		err := decode([]byte(tt.body), new(shape))
		var e *Error
		if !errors.As(err, &e) || e.Message != tt.want {
			t.Errorf("decode %s:\n got %v\nwant %s", tt.body, err, tt.want)
		}
	}
	for _, body := range []string{``, `{}`, `null`, `{"Name":null,"List":null,"More":null,"Map":null,"Rate":null}`, `{"Unknown":{"a":[1]}}`} {
		if err := decode([]byte(body), new(shape)); err != nil {
			t.Errorf("decode %q: got %v, want no error", body, err)
		}
	}
}
