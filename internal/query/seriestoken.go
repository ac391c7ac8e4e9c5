package query

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/rayscope/rayscope/internal/segment"
)

// seriesTokenLen is the end and the checksum.
const seriesTokenLen = 8 + 8

// seriesToken continues the query with the buckets whose ends are before the given one.
func seriesToken(sq SeriesQuery, end segment.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(end))
	return base64.RawURLEncoding.EncodeToString(append(b, seriesChecksum(b, sq)...))
}

// decodeSeriesToken reads a token that seriesToken made for the same query, whose ends lie in [first, end); any other is
// ErrToken.
func decodeSeriesToken(sq SeriesQuery, first, end segment.Time) (segment.Time, error) {
	b, err := base64.RawURLEncoding.DecodeString(sq.Token)
	if err != nil || len(b) != seriesTokenLen || string(seriesChecksum(b[:8], sq)) != string(b[8:]) {
		return 0, fmt.Errorf("%w: %.80q", ErrToken, sq.Token)
	}
	t := segment.Time(binary.BigEndian.Uint64(b))
	if t <= first || t >= end || t%sq.Period != 0 {
		return 0, fmt.Errorf("%w: %.80q", ErrToken, sq.Token)
	}
	return t, nil
}

// seriesChecksum binds the payload to the query, against mistakes.
func seriesChecksum(payload []byte, sq SeriesQuery) []byte {
	h := sha256.New()
	group := ""
	if sq.Group != nil {
		group = sq.Group.ID
	}
	fmt.Fprintf(h, "series 1|%s|%d|%d|%d|%q|%s|", sq.Account, sq.From, sq.To, sq.Period, sq.Name, group)
	h.Write(payload)
	return h.Sum(nil)[:8]
}
