package segment

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// A TraceID is the 16 bytes of a trace id. Written "1-5759e988-bd862e3fe1be46a994272793": a version, 8 hex digits that
// are the epoch second of the request in ids made by X-Ray SDKs (and random in ids that come from W3C trace context),
// and 24 random hex digits.
type TraceID [16]byte

// TraceIDLen is the length of the written form.
const TraceIDLen = 35

// ParseTraceID reads the written form; upper-case digits are accepted.
func ParseTraceID(s string) (TraceID, error) {
	id, ok := traceIDFrom(s)
	if !ok {
		return TraceID{}, fmt.Errorf("trace id %q is not of the form 1-8hex-24hex, for example 1-5759e988-bd862e3fe1be46a994272793", s)
	}
	return id, nil
}

// ParseTraceIDQuery reads what people paste into a search: the written form, or the 32 hex digits of a W3C trace id.
func ParseTraceIDQuery(s string) (TraceID, error) {
	s = strings.TrimSpace(s)
	var id TraceID
	if len(s) == 32 {
		if _, err := hex.Decode(id[:], []byte(s)); err == nil {
			return id, nil
		}
	}
	return ParseTraceID(s)
}

func traceIDFrom[S ~string | ~[]byte](s S) (id TraceID, ok bool) {
	if len(s) != TraceIDLen || s[0] != '1' || s[1] != '-' || s[10] != '-' {
		return id, false
	}
	return id, unhex(id[:4], s[2:10]) && unhex(id[4:], s[11:])
}

// Epoch is the first half word of the id: the epoch second of the request, if the id was made by an X-Ray SDK.
func (t TraceID) Epoch() uint32 { return binary.BigEndian.Uint32(t[:4]) }

func (t TraceID) String() string {
	var b [TraceIDLen]byte
	return string(t.Append(b[:0]))
}

// Append appends the written form to b.
func (t TraceID) Append(b []byte) []byte {
	b = append(b, "1-"...)
	b = hex.AppendEncode(b, t[:4])
	b = append(b, '-')
	return hex.AppendEncode(b, t[4:])
}

// An ID names a segment, a subsegment or an exception within its trace. Written as 16 hex digits.
type ID [8]byte

// ParseID reads 16 hex digits; upper case is accepted.
func ParseID(s string) (ID, error) {
	id, ok := idFrom(s)
	if !ok {
		return ID{}, fmt.Errorf("segment id %q is not 16 hex digits", s)
	}
	return id, nil
}

func idFrom[S ~string | ~[]byte](s S) (id ID, ok bool) {
	return id, len(s) == 16 && unhex(id[:], s)
}

func (id ID) String() string { return hex.EncodeToString(id[:]) }

// unhex fills dst from twice as many hex digits.
func unhex[S ~string | ~[]byte](dst []byte, s S) bool {
	for i := range dst {
		hi, lo := nibble[s[2*i]], nibble[s[2*i+1]]
		if hi|lo > 15 {
			return false
		}
		dst[i] = hi<<4 | lo
	}
	return true
}

// nibble is the value of a hex digit, 255 for any other byte.
var nibble = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i, c := range []byte("0123456789abcdef") {
		t[c] = byte(i)
	}
	for i, c := range []byte("ABCDEF") {
		t[c] = byte(10 + i)
	}
	return t
}()
