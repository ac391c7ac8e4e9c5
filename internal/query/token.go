package query

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/rayscope/rayscope/internal/segment"
)

// A token continues a query behind a place, among the documents received until asOf.
type token struct {
	asOf  segment.Time
	place place
}

// tokenLen is asOf, order, trace id and the checksum.
const tokenLen = 8 + 8 + 16 + 8

// encode is the token in text form, tied to the query by its checksum.
func (t token) encode(sq SummaryQuery) string {
	b := make([]byte, 0, tokenLen)
	b = binary.BigEndian.AppendUint64(b, uint64(t.asOf))
	b = binary.BigEndian.AppendUint64(b, uint64(t.place.order))
	b = append(b, t.place.id[:]...)
	return base64.RawURLEncoding.EncodeToString(append(b, checksum(b, sq)...))
}

// decodeToken reads a token that encode made for the same query; any other is ErrToken.
func decodeToken(s string, sq SummaryQuery) (token, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != tokenLen || string(checksum(b[:tokenLen-8], sq)) != string(b[tokenLen-8:]) {
		return token{}, fmt.Errorf("%w: %.80q", ErrToken, s)
	}
	return token{
		asOf:  segment.Time(binary.BigEndian.Uint64(b)),
		place: place{segment.Time(binary.BigEndian.Uint64(b[8:])), segment.TraceID(b[16:32])},
	}, nil
}

// checksum binds the payload to the query's account, window, filter and share. It guards against mistakes, not against forgery: a
// forged token reaches nothing that a query of its own would not.
func checksum(payload []byte, sq SummaryQuery) []byte {
	h := sha256.New()
	share, expression := -1.0, ""
	if sq.Share != nil {
		share = *sq.Share
	}
	if sq.Filter != nil {
		expression = sq.Filter.String()
	}
	fmt.Fprintf(h, "summaries 2|%s|%d|%d|%d|%g|%q|", sq.Account, sq.Window.Axis, sq.Window.From, sq.Window.To, share, expression)
	h.Write(payload)
	return h.Sum(nil)[:8]
}
