package daemon

import (
	"bytes"
	"regexp"
)

var hints = [reasons]string{
	noNewline:   `a datagram is the line {"format":"json","version":1} and one segment document; this one has no line feed`,
	badHeader:   `the first line of a datagram must be {"format":"json","version":1}`,
	emptyBody:   "behind the header line there must be a segment document: the sender sent the header alone",
	truncated:   "send parts of the segment as subsegment documents, or all of it by POST /TraceSegments to the TCP port",
	otlp:        "OTLP comes with a later release: until then let the program send X-Ray segments, or OTLP to another collector",
	metricsBody: "only traces are taken: turn Application Signals off (OTEL_AWS_APPLICATION_SIGNALS_ENABLED=false)",
}

// What is sent to the port by mistake, told by how it begins.
var (
	httpBegin     = regexp.MustCompile(`^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PRI) \S+ HTTP/`)
	statsdBegin   = regexp.MustCompile(`^[\w.\-/]+:[-+0-9.eE:]+\|(c|g|ms|h|s|d)\b`)
	documentBegin = regexp.MustCompile(`^\s*\{[^\n]{0,200}"(trace_id|id|name|start_time)"\s*:`)
)

// hint says what to do about a rejected datagram.
func hint(why reason, datagram []byte) string {
	begin := datagram[:min(len(datagram), 256)]
	switch {
	case why != noNewline && why != badHeader:
	case httpBegin.Match(begin):
		return "this is HTTP: send it by TCP"
	case statsdBegin.Match(begin):
		return "these are StatsD metrics: let the sender send to the StatsD port, usually 8125"
	case documentBegin.Match(bytes.ReplaceAll(begin, []byte{'\n'}, []byte{' '})):
		return `put the line {"format":"json","version":1} before the document`
	}
	return hints[why]
}
