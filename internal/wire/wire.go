// Package wire is the HTTP form of X-Ray's API, for all doors that speak it: how bodies are read and bounded, how
// documents travel in them, and how answers and errors are written.
package wire

import (
	"compress/gzip"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// MaxBody is the most bytes of a request, unpacked. It holds 50 documents of 64 KiB with every character escaped once,
// which is what a daemon may send, and one of segment.MaxDocument in the longest escapes, of six bytes each.
const MaxBody = 8 << 20

// ReadBody reads the request's body into b, which it grows, and unpacks it if it is packed by gzip. It is an error if it
// has more than limit bytes then. The error is an *Error.
func ReadBody(r *http.Request, limit int, b *[]byte) error {
	var in io.Reader = r.Body
	switch e := r.Header.Get("Content-Encoding"); e {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return Malformed("Content-Encoding is gzip, but the body is not: %v", err)
		}
		in = z
	default:
		return Malformed("Content-Encoding %.40q is not known. Send the body as gzip or plain.", e)
	}
	*b = (*b)[:0]
	for {
		if len(*b) == cap(*b) {
			*b = append(*b, 0)[:len(*b)]
		}
		n, err := in.Read((*b)[len(*b):cap(*b)])
		*b = (*b)[:len(*b)+n]
		switch {
		case len(*b) > limit:
			return Invalid("The body has more than %d bytes. Send fewer documents at once.", limit)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return Malformed("The body could not be read: %v", err)
		}
	}
}

// Write answers with v as JSON.
func Write(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("x-amzn-RequestId", requestID())
	h.Set("Content-Length", fmt.Sprint(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client is gone: nobody is left to tell
	return nil
}

// WriteError answers with e.
func WriteError(w http.ResponseWriter, e *Error) {
	w.Header().Set("x-amzn-ErrorType", e.Name)
	body := map[string]string{"Message": e.Message}
	if e.Name == ResourceNotFound || e.Name == TooManyTags {
		body["ResourceName"] = e.ResourceName
	}
	_ = Write(w, e.Status, body) // strings always encode
}

// requestID is a random UUID.
func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
