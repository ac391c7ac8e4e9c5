package wire_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rayscope/rayscope/internal/wire"
)

func zip(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReadBody(t *testing.T) {
	const limit = 1000
	most := strings.Repeat("x", limit)
	for _, c := range []struct {
		about, encoding, body string
		want, name, says      string
	}{
		{about: "empty"},
		{about: "plain", body: "{}", want: "{}"},
		{about: "identity", encoding: "identity", body: "{}", want: "{}"},
		{about: "the most", body: most, want: most},
		{about: "gzip", encoding: "gzip", body: zip(t, most), want: most},
		{about: "one too many", body: most + "x", name: "InvalidRequestException", says: "more than 1000 bytes"},
		{about: "a bomb", encoding: "gzip", body: zip(t, strings.Repeat(most, 1000)), name: "InvalidRequestException", says: "more than 1000 bytes"},
		{about: "no gzip", encoding: "gzip", body: "{}", name: "SerializationException", says: "the body is not"},
		{about: "half of it", encoding: "gzip", body: zip(t, most)[:20], name: "SerializationException", says: "could not be read"},
		{about: "unknown", encoding: "br", body: "{}", name: "SerializationException", says: `Content-Encoding "br" is not known`},
	} {
		r := httptest.NewRequest("POST", "/", iotest.OneByteReader(strings.NewReader(c.body)))
		r.Header.Set("Content-Encoding", c.encoding)
		b := []byte("what was there before")
		err := wire.ReadBody(r, limit, &b)
		var e *wire.Error
		switch {
		case c.name == "" && err != nil, c.name != "" && (!errors.As(err, &e) || e.Name != c.name || !strings.Contains(e.Message, c.says)):
			t.Errorf("%s: got error %v, want %s that says %q", c.about, err, c.name, c.says)
		case err == nil && string(b) != c.want:
			t.Errorf("%s: got body %.50q, want %.50q", c.about, b, c.want)
		}
	}
}

func TestWriteError(t *testing.T) {
	w := httptest.NewRecorder()
	wire.WriteError(w, &wire.Error{Name: wire.ResourceNotFound, Status: 404, Message: "No such rule.", ResourceName: "a"})
	if got, want := w.Body.String(), `{"Message":"No such rule.","ResourceName":"a"}`; got != want || w.Code != 404 || w.Header().Get("x-amzn-ErrorType") != wire.ResourceNotFound {
		t.Errorf("got %d %v %s, want 404 with %s", w.Code, w.Header(), got, want)
	}
	if id := w.Header().Get("x-amzn-RequestId"); len(id) != 36 {
		t.Errorf("request id %q, want a UUID", id)
	}
}
