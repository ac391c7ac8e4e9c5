// Package sampling decides which requests are traced.
//
// A [LocalizedStrategy] decides by rules of a file, or by the default: one request each second and 5 % of the rest. A
// [CentralizedStrategy], which package xray uses unless it is told otherwise, decides by the rules of the tracing service,
// which it gets from the daemon, and by local rules while there are none. In both, each rule has a reservoir, a number of
// requests per second that are always traced, and a rate, the share of the others that is.
//
// The patterns of rules take * for any run of characters and ? for one; case does not matter. An empty member of a request
// matches every pattern.
package sampling

import "time"

// A Strategy decides whether a request is traced. It is safe for concurrent use.
type Strategy interface {
	ShouldTrace(request *Request) *Decision
}

// A Request is what is known of a request when it is decided on. What is empty is unknown.
type Request struct {
	Host        string // of the HTTP header
	Method      string // of HTTP
	URL         string // its path
	ServiceName string // name of the segment
	ServiceType string // where the service runs, as AWS::EC2::Instance; empty: what the plugins of package awsplugins found
}

// A Decision says whether a request is traced.
type Decision struct {
	Sample bool
	Rule   *string // name of the central rule that decided; nil if a local rule did
}

// Decide asks the strategy. The strategies of this package answer without allocating; any other has its ShouldTrace called.
// Without an answer the request is not traced.
func Decide(s Strategy, r Request) Decision {
	d, _ := DecideAt(s, r, time.Now().Unix())
	return d
}

// DecideAt is Decide for a caller who knows the time, in seconds of the epoch. If it reports that the rule is watched, s is a
// *[CentralizedStrategy] whose Anomaly is to be called if the request goes wrong.
func DecideAt(s Strategy, r Request, now int64) (d Decision, watched bool) {
	// The types are compared rather than a method looked for, as a type that embeds one of these has its own ShouldTrace.
	switch s := s.(type) {
	case *CentralizedStrategy:
		return s.decide(&r, now)
	case *LocalizedStrategy:
		return s.decide(&r, now), false
	case nil:
		return Decision{}, false
	}
	escaping := r // r itself stays on the stack
	if d := s.ShouldTrace(&escaping); d != nil {
		return *d, false
	}
	return Decision{}, false
}
