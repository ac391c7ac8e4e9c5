package xray

import "github.com/rayscope/rayscope/xray/pattern"

// A SegmentNamer gives the segment of a request its name, which is the name of the service on the map.
// AWS_XRAY_TRACING_NAME beats it.
type SegmentNamer interface {
	// Name returns the name for a request whose Host header is host.
	Name(host string) string
}

// FixedSegmentNamer gives every segment the same name.
type FixedSegmentNamer struct {
	FixedName string
}

// NewFixedSegmentNamer returns a namer that always says name.
func NewFixedSegmentNamer(name string) *FixedSegmentNamer { return &FixedSegmentNamer{FixedName: name} }

// Name returns the fixed name.
func (n *FixedSegmentNamer) Name(string) string { return n.FixedName }

// DynamicSegmentNamer names segments after the host that was asked for, if that is one of ours.
type DynamicSegmentNamer struct {
	FallbackName    string // for hosts that do not match, as anybody may put anything into a Host header
	RecognizedHosts string // a pattern: * stands for any text, ? for one character; case does not matter
}

// NewDynamicSegmentNamer returns a namer that says the host if it matches the pattern recognized, else fallback.
func NewDynamicSegmentNamer(fallback string, recognized string) *DynamicSegmentNamer {
	return &DynamicSegmentNamer{FallbackName: fallback, RecognizedHosts: recognized}
}

// Name returns host or the fallback.
func (n *DynamicSegmentNamer) Name(host string) string {
	if pattern.WildcardMatchCaseInsensitive(n.RecognizedHosts, host) {
		return host
	}
	return n.FallbackName
}
