package rayapi

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
)

// Timestamp is a time in a request: epoch seconds with a fraction; text in RFC 3339 form is understood as well. The zero
// Timestamp is one that was not given, which is null.
type Timestamp struct {
	segment.Time
	Set bool
}

// maxEpoch is the end of year 9999: times beyond are mistakes, mostly milliseconds taken for seconds.
const maxEpoch = 253402300800

// UnmarshalJSON reads either form. The error is a TimeError.
func (t *Timestamp) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if b[0] == '"' {
		var s time.Time
		if err := json.Unmarshal(b, &s); err != nil {
			return noTime(b)
		}
		*t = Timestamp{segment.TimeOf(s), true}
		return nil
	}
	var f float64
	if err := json.Unmarshal(b, &f); err != nil {
		return noTime(b)
	}
	if f < 0 || f >= maxEpoch {
		return TimeError(fmt.Sprintf("%.60s is not a time between the years 1970 and 9999. Send epoch seconds, not milliseconds.", b))
	}
	*t = Timestamp{segment.Time(math.Round(f * 1e6)), true}
	return nil
}

func noTime(b []byte) error {
	return TimeError(fmt.Sprintf("%.60s is not a time. Send epoch seconds as a number, for example 1758654600.25.", b))
}

// A TimeError says what is no time, and what to send instead.
type TimeError string

func (e TimeError) Error() string { return string(e) }

// MarshalJSON writes epoch seconds, for those who ask.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	if !t.Set {
		return []byte("null"), nil
	}
	return json.Marshal(t.Seconds())
}
