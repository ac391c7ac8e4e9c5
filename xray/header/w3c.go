package header

import "strings"

// The lengths of the parts of a traceparent of version 00: 2 of the version, 32 of the trace, 16 of the parent, 2 of the flags.
const (
	traceDigits  = 32
	epochDigits  = 8 // of a trace id in X-Ray's form before the second dash
	parentDigits = 16
	parentLength = 2 + 1 + traceDigits + 1 + parentDigits + 1 + 2
)

// FromTraceParent parses a W3C traceparent, such as 00-66f1c0de0123456789abcdef01234567-0a1b2c3d4e5f6071-01: the trace id in X-Ray's
// form, and a decision that is always Sampled or NotSampled. It reports false, with a nil header, for anything that the W3C's rules
// call invalid: such a header must be taken as if it were missing.
func FromTraceParent(s string) (h *Header, ok bool) {
	s = strings.Trim(s, " \t")
	if len(s) < parentLength || s[2] != '-' || s[35] != '-' || s[52] != '-' {
		return nil, false
	}
	version, trace, parent, flags := s[:2], s[3:35], s[36:52], s[53:55]
	// Later versions may go on after another dash.
	if !lowerHex(version) || version == "ff" || len(s) > parentLength && (version == "00" || s[parentLength] != '-') {
		return nil, false
	}
	if !lowerHex(trace) || zero(trace) || !lowerHex(parent) || zero(parent) || !lowerHex(flags) {
		return nil, false
	}
	h = &Header{
		TraceID:          "1-" + trace[:epochDigits] + "-" + trace[epochDigits:],
		ParentID:         parent,
		SamplingDecision: NotSampled,
		AdditionalData:   map[string]string{},
	}
	if hexValue(flags[1])&1 != 0 {
		h.SamplingDecision = Sampled
	}
	return h, true
}

// TraceParent is the header as a W3C traceparent of version 00, or nothing when an id is missing, malformed or zero. The W3C's flag
// cannot say that nobody has decided yet, so all decisions but Sampled are written as not sampled.
func (h Header) TraceParent() string {
	if len(h.TraceID) != 35 || h.TraceID[:2] != "1-" || h.TraceID[10] != '-' || len(h.ParentID) != parentDigits {
		return ""
	}
	b := make([]byte, 0, parentLength)
	b = append(b, "00-"...)
	b = append(b, h.TraceID[2:10]...)
	b = append(b, h.TraceID[11:]...)
	b = append(b, '-')
	b = append(b, h.ParentID...)
	for i := 3; i < len(b); i++ {
		if 'A' <= b[i] && b[i] <= 'F' { // X-Ray takes upper case, the W3C does not
			b[i] += 'a' - 'A'
		}
	}
	trace, parent := string(b[3:35]), string(b[36:])
	if !lowerHex(trace) || zero(trace) || !lowerHex(parent) || zero(parent) {
		return ""
	}
	if h.SamplingDecision == Sampled {
		return string(append(b, "-01"...))
	}
	return string(append(b, "-00"...))
}

func lowerHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func zero(s string) bool { return strings.Trim(s, "0") == "" }

// hexValue is that of a digit that lowerHex has accepted.
func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c - 'a' + 10
}
