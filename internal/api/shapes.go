package api

import (
	"encoding/json"
	"math"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// The shapes of the service model that this release answers. Members that are not set are null, as the service writes
// them, so they are pointers without omitempty; lists are empty, not null, unless the service was seen to do otherwise.

// timestamp is a time in a request: epoch seconds with a fraction; text in RFC 3339 form is understood as well.
type timestamp struct {
	segment.Time
	set bool
}

// maxEpoch is the end of year 9999: times beyond are mistakes, mostly milliseconds taken for seconds.
const maxEpoch = 253402300800

func (t *timestamp) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if b[0] == '"' {
		var s time.Time
		if err := json.Unmarshal(b, &s); err != nil {
			return invalid("%.60s is not a time. Send epoch seconds as a number, for example 1758654600.25.", b)
		}
		*t = timestamp{segment.TimeOf(s), true}
		return nil
	}
	var f float64
	if err := json.Unmarshal(b, &f); err != nil {
		return invalid("%.60s is not a time. Send epoch seconds as a number, for example 1758654600.25.", b)
	}
	if f < 0 || f >= maxEpoch {
		return invalid("%.60s is not a time between the years 1970 and 9999. Send epoch seconds, not milliseconds.", b)
	}
	*t = timestamp{segment.Time(math.Round(f * 1e6)), true}
	return nil
}

type serviceID struct {
	Name      string
	Names     []string
	AccountId *string
	Type      *string
}

func toServiceID(s trace.Service) serviceID {
	return serviceID{Name: s.Name, Names: []string{s.Name}, AccountId: optional(s.Account), Type: optional(s.Type)}
}

// optional is null for the empty string.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func seconds(t segment.Time) *float64 {
	f := t.Seconds()
	return &f
}

// secondsIf is null when the time is not known.
func secondsIf(t segment.Time, known bool) *float64 {
	if !known {
		return nil
	}
	return seconds(t)
}

type httpShape struct {
	HttpURL    *string
	HttpStatus *int
	HttpMethod *string
	UserAgent  *string
	ClientIp   *string
}

func toHTTP(h segment.HTTP) httpShape {
	s := httpShape{HttpURL: optional(h.URL), HttpMethod: optional(h.Method), UserAgent: optional(h.UserAgent), ClientIp: optional(h.ClientIP)}
	if h.Status != 0 {
		s.HttpStatus = &h.Status
	}
	return s
}

// window checks the bounds of a request's time range.
func window(axis store.Axis, from, to timestamp, longest time.Duration) (store.Window, error) {
	if err := ordered(from, to); err != nil {
		return store.Window{}, err
	}
	if to.Time-from.Time > segment.Time(longest/time.Microsecond) {
		return store.Window{}, invalid("The time range has %s, %s is the most. Ask for a shorter one.",
			time.Duration(to.Time-from.Time)*time.Microsecond, longest)
	}
	return store.Window{Axis: axis, From: from.Time, To: to.Time}, nil
}

// ordered checks that both ends of a time range are given, the earlier one first.
func ordered(from, to timestamp) error {
	switch {
	case !from.set:
		return invalid("StartTime is missing. Send epoch seconds, for example 1758654600.")
	case !to.set:
		return invalid("EndTime is missing. Send epoch seconds, for example 1758654900.")
	case to.Time < from.Time:
		return invalid("End time cannot be earlier than start time")
	}
	return nil
}

// noToken refuses the NextToken of operations that answer everything at once.
func noToken(token *string) error {
	if token != nil && *token != "" {
		return invalid("NextToken is currently not supported")
	}
	return nil
}

// ids reads trace ids.
func ids(list []string) ([]segment.TraceID, error) {
	seen := make(map[segment.TraceID]bool, len(list))
	out := make([]segment.TraceID, len(list))
	for i, s := range list {
		id, err := segment.ParseTraceIDQuery(s)
		if err != nil {
			return nil, invalid("Invalid trace id %.60s: incorrect id format", s)
		}
		if seen[id] {
			return nil, invalid("Containing duplicate trace ids")
		}
		seen[id], out[i] = true, id
	}
	return out, nil
}
