package cursor_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/cursor"
)

func TestTokenFitsItsRequestOnly(t *testing.T) {
	token := cursor.Encode([]byte("place"), "list", "ab", "c")
	if got, err := cursor.Decode(token, "list", "ab", "c"); err != nil || string(got) != "place" {
		t.Errorf("Decode(Encode(place)) = %q, %v; want place", got, err)
	}
	for _, request := range [][]string{{"list", "a", "bc"}, {"list", "ab"}, {"other", "ab", "c"}, {"list", "ab", "c", ""}, nil} {
		if got, err := cursor.Decode(token, request...); !errors.Is(err, cursor.ErrToken) {
			t.Errorf("Decode for request %q = %q, %v; want ErrToken", request, got, err)
		}
	}
	for _, damaged := range []string{"", "x", token[1:], token + "A", token + "\n", "é", strings.Repeat("A", 3000)} {
		if got, err := cursor.Decode(damaged, "list", "ab", "c"); !errors.Is(err, cursor.ErrToken) {
			t.Errorf("Decode(%.20q) = %q, %v; want ErrToken", damaged, got, err)
		}
	}
}

// What decodes is what Encode writes, to the letter.
func FuzzDecode(f *testing.F) {
	for _, place := range []string{"", "\x00\x00\x00\x01", "a longer place"} {
		f.Add(cursor.Encode([]byte(place), "list"))
	}
	f.Add("not a token")
	f.Fuzz(func(t *testing.T, token string) {
		place, err := cursor.Decode(token, "list")
		if err != nil {
			if !errors.Is(err, cursor.ErrToken) {
				t.Errorf("Decode(%q): error %v, want ErrToken", token, err)
			}
			return
		}
		again, err := cursor.Decode(cursor.Encode(place, "list"), "list")
		if cursor.Encode(place, "list") != token || err != nil || !bytes.Equal(again, place) {
			t.Errorf("token %q holds %q, which encodes to %q", token, place, cursor.Encode(place, "list"))
		}
	})
}
