package daemon

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Reasons to reject a datagram.
const (
	rejectedNoNewline = "no_newline"
	rejectedHeader    = "bad_header"
	rejectedEmpty     = "empty_body"
	rejectedTruncated = "truncated" // longer than MaxDatagram
	rejectedOTLP      = "otlp"
)

var rejectedReasons = []string{rejectedNoNewline, rejectedHeader, rejectedEmpty, rejectedTruncated, rejectedOTLP}

// The two ways in which nearly all SDKs write the header.
var (
	compactHeader = []byte(`{"format":"json","version":1}` + "\n")
	spacedHeader  = []byte(`{"format": "json", "version": 1}` + "\n")
)

// maxHeader bounds what is read as JSON: a header that says no more than it must has 30 bytes.
const maxHeader = 1024

// document is the one document of a datagram, or the reason why there is none. The document is not looked into.
func document(datagram []byte) (doc []byte, reason string) {
	if len(datagram) > MaxDatagram {
		return nil, rejectedTruncated
	}
	doc, ok := bytes.CutPrefix(datagram, compactHeader)
	if !ok {
		doc, ok = bytes.CutPrefix(datagram, spacedHeader)
	}
	if !ok {
		header, rest, found := bytes.Cut(datagram, []byte{'\n'})
		switch {
		case !found:
			return nil, rejectedNoNewline
		case !goodHeader(header):
			return nil, rejectedHeader
		}
		doc = rest
	}
	switch {
	case len(doc) == 0:
		return nil, rejectedEmpty
	case isOTLP(doc):
		return nil, rejectedOTLP
	}
	return doc, ""
}

// goodHeader reads a header in any form. It may have other members: Envoy's comes from a general JSON printer.
func goodHeader(b []byte) bool {
	var h struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	return len(b) <= maxHeader && json.Unmarshal(b, &h) == nil && strings.EqualFold(h.Format, "json") && h.Version == 1
}

// isOTLP tells base64 of OTLP, as newer ADOT SDKs send it behind the same header: T1S sampled, T1U unsampled.
func isOTLP(doc []byte) bool {
	return bytes.HasPrefix(doc, []byte("T1S")) || bytes.HasPrefix(doc, []byte("T1U"))
}
