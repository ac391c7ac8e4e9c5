package checkup

import (
	"fmt"

	"github.com/rayscope/rayscope/internal/arrivals"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
)

// A rule is what a code of refusal means to people.
type rule struct{ member, rule, next string }

var documentRules = map[segment.Code]rule{
	segment.ParseError:                     {"", "a document is one JSON object", "Print the document before it is sent: it is cut off, or two were sent as one."},
	segment.UnknownType:                    {"type", `type is left out, "segment" or "subsegment"`, "Leave type out of segments."},
	segment.MissingID:                      {"id", "id must be there", "Give each segment 16 random hex digits."},
	segment.InvalidID:                      {"id", "id is 16 hex digits", "Give each segment 16 random hex digits, for example 70de5b6f19ff9a0a."},
	segment.MissingName:                    {"name", "name is a string of one character or more", "Name the service, for example by AWS_XRAY_TRACING_NAME."},
	segment.MissingTraceID:                 {"trace_id", "trace_id must be there", "Take it from the request's X-Amzn-Trace-Id (Root), or make one."},
	segment.InvalidTraceID:                 {"trace_id", "trace_id is 1-8 hex digits-24 hex digits", "Write the time in seconds as 8 hex digits, then 24 random ones: 1-5759e988-bd862e3fe1be46a994272793."},
	segment.MissingStartTime:               {"start_time", "start_time is a number of seconds since 1970", "Send seconds with a fraction, not milliseconds and not text."},
	segment.InProgressSegmentHasEndTime:    {"in_progress", "a segment in progress has no end_time", "Leave in_progress out when the segment has ended."},
	segment.InProgressSubsegmentHasEndTime: {"in_progress", "a subsegment in progress has no end_time", "Leave in_progress out when the subsegment has ended."},
	segment.MissingEndTime:                 {"end_time", "a document has end_time, or in_progress: true", "Close the segment before it is sent: look for early returns and exceptions."},
	segment.MissingParentID:                {"parent_id", "a subsegment sent on its own names its parent", "Send the id of the segment as parent_id."},
	segment.InvalidParentID:                {"parent_id", "parent_id is 16 hex digits", "Take it from the request's X-Amzn-Trace-Id (Parent); trim blanks."},
	segment.InvalidSegment:                 {"", "a document has a bounded size", "Send finished subsegments as documents of their own, and less metadata."},
}

// callNext is what to do about a call that was refused as a whole, by the name of the exception.
var callNext = map[string]string{
	"SerializationException":  "Look at what the sender posts: the body of PutTraceSegments is a JSON object with the list TraceSegmentDocuments.",
	"InvalidRequestException": "Send what the sentence asks for.",
	"ThrottledException":      "Make room on the disk; senders try again by themselves.",
	"AccessDeniedException":   "Call the server as localhost or 127.0.0.1, over a tunnel from other machines.",
}

func refusals(r *arrivals.Report) []rayapi.Refusal {
	list := make([]rayapi.Refusal, len(r.Refusals))
	for i, f := range r.Refusals {
		out := rayapi.Refusal{Door: string(f.Door), Address: f.Address, UserAgent: f.Agent, ErrorCode: f.Code, Count: f.Count, LastTime: epoch(f.Last), Bytes: int64(f.Bytes)}
		if f.Message != "" {
			out.Rule, out.NextStep = f.Message, callNext[f.Code]
		} else {
			d := documentRules[segment.Code(f.Code)]
			out.Member, out.Rule, out.NextStep = d.member, d.rule, d.next
		}
		if f.ID != "" {
			out.SegmentId = &f.ID
		}
		list[i] = out
	}
	return list
}

// refused: is anything refused, and why?
func (o *round) refused() rayapi.Check {
	c := rayapi.Check{Id: "refused", Question: "Is anything refused?", State: ok, Documentation: "documents-are-refused"}
	total, recent := int64(0), 0
	for _, code := range o.report.Codes {
		total += code.Count
	}
	for _, r := range refusals(&o.report) {
		if o.now.Sub(segment.Time(r.LastTime*1e6).Std()) > newsFor {
			continue
		}
		recent++
		value := fmt.Sprintf("%s, the last %s: %s. %s", number(r.Count), o.ago(segment.Time(r.LastTime*1e6)), sentence(r.Rule), r.NextStep)
		if r.SegmentId != nil {
			value += " Segment " + *r.SegmentId + "."
		}
		c.Facts = append(c.Facts, rayapi.Fact{Name: r.ErrorCode + " from " + o.from(arrivals.Sender{Door: arrivals.Door(r.Door), Address: r.Address, Agent: r.UserAgent}), Value: value})
	}
	switch {
	case total == 0:
		c.Sentence = "No document and no call was refused since the start."
	case recent == 0:
		c.Sentence = fmt.Sprintf("Nothing was refused in the last 15 minutes; %s since the start.", number(total))
	default:
		c.State = problem
		c.Sentence = fmt.Sprintf("Documents or calls were refused in the last 15 minutes, for %s; %s since the start.", plural(recent, "reason", "reasons"), number(total))
		c.NextStep = "Each reason is below with its sender, the rule and what to do."
	}
	return c
}

// sentence takes the full stop off, if there is one.
func sentence(s string) string {
	if n := len(s); n > 0 && s[n-1] == '.' {
		return s[:n-1]
	}
	return s
}
