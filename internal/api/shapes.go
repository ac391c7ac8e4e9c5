package api

import (
	"time"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// The shapes of the service model that this release answers. Members that are not set are null, as the service writes
// them, so they are pointers without omitempty; lists are empty, not null, unless the service was seen to do otherwise.

// timestamp is a time in a request.
type timestamp = rayapi.Timestamp

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
	case !from.Set:
		return invalid("StartTime is missing. Send epoch seconds, for example 1758654600.")
	case !to.Set:
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
