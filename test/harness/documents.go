package harness

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// NewID is a random segment id.
func NewID() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// NewTraceID is a trace id as an X-Ray SDK makes it at that time.
func NewTraceID(at time.Time) string {
	return fmt.Sprintf("1-%08x-%s%s", uint32(at.Unix()), NewID(), NewID()[:8])
}

// NewW3CTraceID is a trace id as OpenTelemetry makes it, random throughout, but for those in which the time would be one
// before 2038: one in 7,000 looks like a time of the last days, and its trace is listed out of its place (store.HomeInID).
func NewW3CTraceID() string {
	late := "89abcdef"
	return fmt.Sprintf("1-%c%s-%s%s", late[NewID()[0]%8], NewID()[:7], NewID(), NewID()[:8])
}

// Seconds is a time as documents have it.
func Seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// Segment is the text of a complete segment. The members come on top of the usual ones; one that is nil is left out.
func Segment(trace string, start time.Time, duration time.Duration, members Args) string {
	doc := Args{
		"trace_id": trace, "id": NewID(), "name": "shop", "start_time": Seconds(start), "end_time": Seconds(start.Add(duration)),
	}
	maps.Copy(doc, members)
	maps.DeleteFunc(doc, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(doc)
	if err != nil {
		panic(err) // only strings, numbers, lists and maps are in there
	}
	return string(text)
}

// Put stores documents over HTTP, in as many calls as needed, and fails unless all of them are taken.
func Put(c Caller, documents ...string) error {
	for len(documents) > 0 {
		n := min(len(documents), MaxDocuments)
		got, err := Get[Unprocessed](c, "PutTraceSegments", Args{"TraceSegmentDocuments": documents[:n]})
		if err != nil {
			return err
		}
		if len(got.UnprocessedTraceSegments) != 0 {
			return fmt.Errorf("good documents were refused: %+v", got.UnprocessedTraceSegments)
		}
		documents = documents[n:]
	}
	return nil
}

// MaxDocuments is how many documents a call may carry.
const MaxDocuments = 50
