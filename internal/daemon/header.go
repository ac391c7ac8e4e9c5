package daemon

import (
	"bytes"

	"github.com/rayscope/rayscope/internal/jsonscan"
)

// A reason to reject a datagram, or none.
type reason int

const (
	good reason = iota
	noNewline
	badHeader
	emptyBody
	truncated // longer than MaxDatagram
	otlp
	metricsBody
	reasons // how many there are
)

var reasonNames = [reasons]string{"", "no_newline", "bad_header", "empty_body", "truncated", "otlp", "metrics"}

func (r reason) String() string { return reasonNames[r] }

// The two ways in which nearly all SDKs write the header.
var (
	compactHeader = []byte(`{"format":"json","version":1}` + "\n")
	spacedHeader  = []byte(`{"format": "json", "version": 1}` + "\n")
)

// maxHeader bounds what is read as JSON: a header that says no more than it must has 30 bytes.
const maxHeader = 256

// document is the one document of a datagram, or the reason why there is none. The document is not looked into. OTLP is
// one if the intake takes it.
func document(datagram []byte, takesOTLP bool) (doc []byte, why reason) {
	if len(datagram) > MaxDatagram {
		return nil, truncated
	}
	doc, ok := bytes.CutPrefix(datagram, compactHeader)
	if !ok {
		doc, ok = bytes.CutPrefix(datagram, spacedHeader)
	}
	if !ok {
		header, rest, found := bytes.Cut(datagram, []byte{'\n'})
		switch {
		case !found:
			return nil, noNewline
		case !goodHeader(header):
			return nil, badHeader
		}
		doc = rest
	}
	switch {
	case len(doc) == 0:
		return nil, emptyBody
	case !takesOTLP && isOTLP(doc):
		return nil, otlp
	case bytes.HasPrefix(doc, []byte("M1")): // Application Signals, by newer ADOT SDKs
		return nil, metricsBody
	}
	return doc, good
}

// goodHeader reads a header in any form. It may have other members: Envoy's comes from a general JSON printer. Floods of
// bad ones must cost little, therefore not encoding/json, of which this takes nothing that is not taken there.
func goodHeader(b []byte) bool {
	if len(b) > maxHeader {
		return false
	}
	format, version := false, false
	s := jsonscan.New(b, maxHeader)
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		value := s.Value()
		switch {
		case string(value) == "null": // says nothing
		case bytes.EqualFold(key, []byte("format")):
			if format = isJSON(value); !format {
				return false
			}
		case bytes.EqualFold(key, []byte("version")):
			if version = string(value) == "1"; !version {
				return false
			}
		}
	}
	s.End()
	return format && version && s.Err() == nil
}

// isJSON tells whether a value is the string "json", in letters of any size.
func isJSON(value []byte) bool {
	s := jsonscan.New(value, 0)
	return s.Peek() == '"' && bytes.EqualFold(s.AppendText(nil), []byte("json"))
}

// isOTLP tells base64 of OTLP, as newer ADOT SDKs send it behind the same header: T1S sampled, T1U unsampled.
func isOTLP(doc []byte) bool {
	return bytes.HasPrefix(doc, []byte("T1S")) || bytes.HasPrefix(doc, []byte("T1U"))
}
