package segment

import "time"

// A Time is an instant in microseconds since the Unix epoch: the resolution of segment documents. Times are integers
// everywhere inside; only the wire form is a fraction of seconds.
type Time int64

// Second is one second of Time.
const Second Time = 1e6

// TimeOf converts t, dropping what is finer than a microsecond.
func TimeOf(t time.Time) Time { return Time(t.UnixMicro()) }

// Std is t as a time.Time in UTC.
func (t Time) Std() time.Time { return time.UnixMicro(int64(t)).UTC() }

// Seconds is t as epoch seconds with a fraction: the wire form of times and durations.
func (t Time) Seconds() float64 { return float64(t) / 1e6 }

// Floor is the whole epoch second that contains t.
func (t Time) Floor() int64 {
	s := int64(t) / int64(Second)
	if int64(t)%int64(Second) < 0 {
		s--
	}
	return s
}
