package uplink

import (
	"strconv"
	"strings"
	"time"
)

// A Kind says what became of a call that failed, and so what to do about it.
type Kind int

const (
	Unreachable  Kind = iota // no connection, or it broke
	TimedOut                 // no answer in time
	Throttled                // too many calls for the endpoint
	Failing                  // the endpoint has a fault of its own: 5xx
	Unidentified             // no, wrong or expired credentials
	Denied                   // the caller is known, but may not
	Skewed                   // the signature's time is too far from the endpoint's, and correcting it did not help
	TooLarge                 // 413: a smaller request may be taken
	Refused                  // other 4xx of the X-Ray API: the request itself is wrong
	Foreign                  // something answers, but not as X-Ray does: 404, redirects, HTML
)

// kinds are the Kinds in words: their label in metrics, the middle of the error's text, and what to do if nothing more special
// is known.
var kinds = [...]struct{ label, text, hint string }{
	Unreachable:  {"unreachable", "not reachable", "check that the endpoint runs and that a network path, a firewall or a proxy leads to it"},
	TimedOut:     {"timeout", "no answer in time", "check the endpoint's load, and whether a firewall or security group between drops packets"},
	Throttled:    {"throttled", "throttled", "the endpoint limits the rate of calls: data waits and is sent again; lower sampling rates or raise the account's quota if it lasts"},
	Failing:      {"failing", "endpoint fails", "look into the endpoint's own log or status page; data waits and is sent again"},
	Unidentified: {"unidentified", "caller not identified", "renew or replace the daemon's credentials; a session's key needs its session token too"},
	Denied:       {"denied", "permission denied", "attach the policy AWSXRayDaemonWriteAccess to the role or user named in the message"},
	Skewed:       {"skewed", "signature's time refused", "set this machine's clock, for example with 'chronyc makestep'"},
	TooLarge:     {"too_large", "request too large", "raise the limit for request bodies of the endpoint, or of the proxy in front of it, to 4 MiB"},
	Refused:      {"refused", "request refused", "the endpoint will never take this request: the message says what is wrong in it"},
	Foreign:      {"foreign", "not an X-Ray API", "correct the endpoint's URL, or the proxy or log-in page that answers in its place"},
}

// String is the kind as a label of metrics.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kinds) {
		return "kind " + strconv.Itoa(int(k))
	}
	return kinds[k].label
}

// An Error is a call that failed. Its texts hold no credentials, and are of one line each.
type Error struct {
	Kind       Kind
	Endpoint   string        // Name of the Uplink
	Status     int           // of HTTP; 0 if there was no answer
	Code       string        // the exception that the endpoint named; may be empty
	Message    string        // of the endpoint; may be empty
	RetryAfter time.Duration // how long the endpoint wants to be left alone; 0 if it did not say. At most MaxRetryAfter
	Err        error         // cause, if it lies on our side or in the network

	hint string    // more special than that of Kind
	date time.Time // the endpoint's clock, if it told
}

func (e *Error) Error() string {
	parts := []string{e.Endpoint, kinds[e.Kind].text}
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace("status "+strconv.Itoa(e.Status)+" "+e.Code))
	}
	if e.Message != "" {
		parts = append(parts, e.Message)
	}
	if e.Err != nil {
		parts = append(parts, oneLine(e.Err.Error(), maxMessage))
	}
	return strings.Join(parts, ": ")
}

func (e *Error) Unwrap() error { return e.Err }

// Hint is one sentence for the operator: what to do.
func (e *Error) Hint() string {
	if e.hint != "" {
		return e.hint
	}
	return kinds[e.Kind].hint
}

// Temporary tells whether the same request may succeed later.
func (e *Error) Temporary() bool { return e.Kind != TooLarge && e.Kind != Refused }
