// Package cursor makes page tokens: opaque text that says where a list goes on and fits only the request it was made for.
package cursor

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrToken says that a token is damaged, or was made for another request.
var ErrToken = errors.New("page token does not belong to this request")

// maxToken bounds what is decoded. The API's own bound of tokens is 2,000 characters.
const maxToken = 2000

// sumLen is the length of the checksum in front of a place. It guards against mistakes, not against forgery: a forged
// token reaches nothing that a request of its own would not.
const sumLen = 8

// Encode is the token for a place in the list that answers the request. The request is told by all that decides what the
// list holds and in which order; its first part names the kind of list.
func Encode(place []byte, request ...string) string {
	return base64.RawURLEncoding.EncodeToString(append(checksum(place, request), place...))
}

// Decode is the place in a token that Encode made for the same request; any other token is ErrToken.
func Decode(token string, request ...string) (place []byte, err error) {
	if len(token) <= maxToken {
		b, err := base64.RawURLEncoding.DecodeString(token)
		// The decoder passes over line breaks and spare bits: only what Encode writes is a token.
		if err == nil && len(b) >= sumLen && Encode(b[sumLen:], request...) == token {
			return b[sumLen:], nil
		}
	}
	return nil, fmt.Errorf("%w: %.80q", ErrToken, token)
}

func checksum(place []byte, request []string) []byte {
	h := sha256.New()
	for _, s := range request {
		var n [8]byte // tells ("ab", "c") from ("a", "bc")
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	h.Write(place)
	return h.Sum(nil)[:sumLen]
}
