// Package header reads and writes the trace header, X-Amzn-Trace-Id, that joins the documents of one trace:
//
//	Root=1-66f1c0de-0123456789abcdef01234567;Parent=0a1b2c3d4e5f6071;Sampled=1;Lineage=a87bd80c:1
//
// and converts it from and to W3C Trace Context's traceparent. Reading is lenient, as X-Ray's own SDKs are: what is not understood is
// left out or passed on, and nothing is refused.
package header

import (
	"slices"
	"strings"
)

// What the known pieces of a header begin with.
const (
	RootPrefix    = "Root="
	ParentPrefix  = "Parent="
	SampledPrefix = "Sampled="
	SelfPrefix    = "Self=" // added by load balancers; never passed on
)

// A SamplingDecision is the Sampled piece of a header as it is written, or nothing.
type SamplingDecision string

const (
	Sampled    SamplingDecision = "Sampled=1" // the caller records the trace
	NotSampled SamplingDecision = "Sampled=0" // the caller does not
	Requested  SamplingDecision = "Sampled=?" // the callee is to decide, and to answer with its decision
	Unknown    SamplingDecision = ""          // nobody has decided
)

const (
	// maxLength is the longest header, in bytes, of which unknown pieces are kept and passed on: what servers take as the headers
	// of a request all together. Of a longer one only the known pieces count.
	maxLength = 8 << 10
	// maxID is the longest id taken from a longer header. X-Ray's have 35 characters.
	maxID = 128
)

// A Header is a parsed trace header.
type Header struct {
	TraceID          string // "1-", 8 hex digits, "-", 24 hex digits; not checked
	ParentID         string // of the caller's segment or subsegment: 16 hex digits; not checked
	SamplingDecision SamplingDecision

	// AdditionalData has the other pieces by key, such as Lambda's Lineage. They are passed on unchanged.
	AdditionalData map[string]string

	// order is that in which the keys of AdditionalData arrived. It is kept from two on, so that common headers compare equal
	// to literals.
	order []string
}

// FromString parses s. It returns what it understands, for an empty or senseless s a header without ids. AdditionalData is never nil.
func FromString(s string) *Header {
	h := Parse(s)
	if h.AdditionalData == nil {
		h.AdditionalData = map[string]string{}
	}
	return &h
}

// Parse is FromString for hot paths: without unknown pieces it allocates nothing, and AdditionalData is nil.
func Parse(s string) Header {
	var h Header
	long := len(s) > maxLength
	for len(s) > 0 {
		var piece string
		piece, s, _ = strings.Cut(s, ";")
		key, value, ok := strings.Cut(strings.TrimSpace(piece), "=")
		if !ok || unprintable(piece) {
			continue
		}
		if long {
			h.setOfLong(key, value)
		} else {
			h.set(key, value)
		}
	}
	return h
}

// unprintable reports control characters: a header with one could not be sent on, and the user's request would fail with it.
func unprintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
			return true
		}
	}
	return false
}

func (h *Header) set(key, value string) {
	switch key {
	case "Root":
		h.TraceID = value
	case "Parent":
		h.ParentID = value
	case "Sampled":
		h.SamplingDecision = decision(value)
	case "Self":
	default:
		h.add(key, value)
	}
}

// setOfLong takes a known piece only, as a copy, so that the long text can be freed.
func (h *Header) setOfLong(key, value string) {
	if len(value) <= maxID && (key == "Root" || key == "Parent" || key == "Sampled") {
		h.set(key, strings.Clone(value))
	}
}

func decision(value string) SamplingDecision {
	switch value {
	case "1":
		return Sampled
	case "0":
		return NotSampled
	case "?":
		return Requested
	}
	return Unknown
}

func (h *Header) add(key, value string) {
	if h.AdditionalData == nil {
		h.AdditionalData = map[string]string{key: value}
		return
	}
	if _, ok := h.AdditionalData[key]; !ok {
		if h.order == nil {
			for first := range h.AdditionalData {
				h.order = append(h.order, first)
			}
		}
		h.order = append(h.order, key)
	}
	h.AdditionalData[key] = value
}

// String writes the header: Root, Parent and Sampled as far as they are known, then AdditionalData in the order in which it arrived;
// keys that were added since come last, sorted.
func (h Header) String() string {
	var stack [160]byte // enough for ids, a decision and a usual Lineage
	b := stack[:0]
	if h.TraceID != "" {
		b = appendPiece(b, RootPrefix, h.TraceID)
	}
	if h.ParentID != "" {
		b = appendPiece(b, ParentPrefix, h.ParentID)
	}
	if h.SamplingDecision != Unknown {
		b = appendPiece(b, string(h.SamplingDecision))
	}
	if len(h.AdditionalData) == 1 {
		for key, value := range h.AdditionalData {
			b = appendPiece(b, key, "=", value)
		}
		return string(b)
	}
	for _, key := range h.keys() {
		b = appendPiece(b, key, "=", h.AdditionalData[key])
	}
	return string(b)
}

func appendPiece(b []byte, parts ...string) []byte {
	if len(b) > 0 {
		b = append(b, ';')
	}
	for _, part := range parts {
		b = append(b, part...)
	}
	return b
}

// keys lists those of AdditionalData in the order in which they are written.
func (h *Header) keys() []string {
	if len(h.AdditionalData) == 0 {
		return nil
	}
	keys := make([]string, 0, len(h.AdditionalData))
	arrived := make(map[string]bool, len(h.order))
	for _, key := range h.order {
		if _, ok := h.AdditionalData[key]; ok {
			keys = append(keys, key)
			arrived[key] = true
		}
	}
	added := len(keys)
	for key := range h.AdditionalData {
		if !arrived[key] {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys[added:])
	return keys
}
