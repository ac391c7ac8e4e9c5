package synthetic

import (
	"encoding/binary"

	"github.com/rayscope/rayscope/internal/segment"
)

// Times of sending, in microseconds.
const (
	announceAfter = 1_000_000 // what runs for longer is sent in progress first
	flush         = 1_000     // from the end of a span to its datagram
)

// browsers are the clients, as members of a request.
var browsers = [...]string{
	`"user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15","x_forwarded_for":true`,
	`"user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36","x_forwarded_for":true`,
	`"user_agent":"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148","x_forwarded_for":true`,
	`"user_agent":"shop-android/5.12.1 (Android 15; Pixel 9)","x_forwarded_for":true`,
}

// hosts are what callers name their subsegments after.
var hosts = func() (h [services]string) {
	for i := range fleet {
		h[i] = fleet[i].name + ".shop.internal"
	}
	return h
}()

// render appends the documents of a span that has any: of a segment, or of a subsegment that is sent on its own.
func (s *Shop) render(i int32) {
	sp := &s.play.spans[i]
	if sp.kind != segmentSpan && !s.alone(sp) {
		return
	}
	if sp.end-sp.start > announceAfter {
		s.document(i, sp.start+announceAfter, inProgress)
	}
	s.document(i, sp.end+flush, completed)
}

// alone tells whether a subsegment is sent as a document of its own: it hangs directly under a segment that streams.
func (s *Shop) alone(sp *span) bool {
	return sp.parent == sp.segment && s.play.spans[sp.segment].streams
}

// Whether a document says how its span ended.
const (
	inProgress = false
	completed  = true
)

func (s *Shop) document(i int32, after int64, complete bool) {
	from := len(s.text)
	sp, t := &s.play.spans[i], &s.text
	t.start()
	s.appendTraceID("trace_id", sp.trace)
	if sp.kind != segmentSpan {
		t.raw(`"type":"subsegment"`)
	}
	if sp.parent != none {
		t.id("parent_id", s.play.spans[sp.parent].id)
	}
	s.members(sp, complete)
	t.end()
	s.pieces = append(s.pieces, piece{after, from, len(s.text)})
}

// members appends what segments and subsegments, nested or not, have in common.
func (s *Shop) members(sp *span, complete bool) {
	t := &s.text
	t.id("id", sp.id)
	if sp.kind == segmentSpan {
		t.raw(s.identity(sp))
	} else {
		t.lit("name", sp.name)
	}
	t.instant("start_time", int64(s.start)+sp.start)
	if complete {
		t.instant("end_time", int64(s.start)+sp.end)
	} else {
		t.raw(`"in_progress":true`)
	}
	s.kindMembers(sp, complete)
	if sp.kind == segmentSpan {
		s.annotations(sp)
	}
	if complete {
		s.outcome(sp)
		s.metadata(sp)
		s.subsegments(sp)
	}
}

func (s *Shop) identity(sp *span) string {
	if sp.service == inventory && s.play.trouble.badRelease {
		return s.badVersion[sp.instance]
	}
	return s.identities[sp.service][sp.instance]
}

func (s *Shop) kindMembers(sp *span, complete bool) {
	t := &s.text
	switch sp.kind {
	case segmentSpan:
		if sp.route != nil {
			s.http(sp, complete)
		}
		if sp.trace == 1 && sp.parent == none {
			s.link()
		}
	case callSpan, remoteSpan:
		t.raw(`"namespace":"remote"`)
		s.http(sp, complete)
	case awsSpan:
		t.raw(`"namespace":"aws"`)
		s.aws(sp, complete)
	case sqlSpan:
		t.raw(`"namespace":"remote"`)
		s.sql(sp)
	case localSpan:
		if sp.name == "cache" {
			t.object("annotations")
			t.bool("cache_hit", sp.hit)
			t.end()
		}
	}
}

func (s *Shop) http(sp *span, complete bool) {
	t := &s.text
	t.raw(sp.route.http)
	t.endNumbered(sp.ref)
	switch sp.kind {
	case callSpan:
		t.raw(`"traced":true`)
	case segmentSpan:
		s.client(sp)
	}
	t.end()
	if complete {
		t.raw(`"response":{`)
		t.int("status", sp.status)
		t.int("content_length", sp.size)
		t.end()
	}
	t.end()
}

// client appends who asked: a browser, or the calling service.
func (s *Shop) client(sp *span) {
	t := &s.text
	if sp.parent == none {
		t.raw(browsers[s.play.agent])
		t.numbered("client_ip", "203.0.113.", s.play.ip)
		return
	}
	caller := &s.play.spans[s.play.spans[sp.parent].segment]
	t.raw(fleet[caller.service].agent)
	t.numbered("client_ip", "10.0.1.", 16*int(caller.service)+int(caller.instance))
}

func (s *Shop) aws(sp *span, complete bool) {
	t := &s.text
	if complete {
		t.raw(`"http":{"response":{`)
		t.int("status", sp.status)
		t.end()
		t.end()
	}
	t.raw(sp.operation.aws)
	t.id("request_id", ^sp.id)
	t.int("retries", sp.retries)
	if sp.operation == &sendOrder {
		t.id("message_id", sp.id)
	}
	t.end()
}

func (s *Shop) sql(sp *span) {
	s.text.raw(sp.statement.sql)
	s.text.lit("user", fleet[sp.service].name)
	s.text.end()
}

// link points from the worker's segment to the message's sending.
func (s *Shop) link() {
	t := &s.text
	t.array("links")
	t.item()
	s.appendTraceID("trace_id", 0)
	t.id("id", s.play.spans[s.play.send].id)
	t.raw(`"attributes":{"reference_type":"parent"}`)
	t.end()
	t.endArray()
}

// appendTraceID appends the id of the request's trace or the worker's: the second of its start, and its random part.
func (s *Shop) appendTraceID(name string, trace uint8) {
	start := s.start
	if trace == 1 {
		start += segment.Time(s.play.workerStart())
	}
	var id segment.TraceID
	binary.BigEndian.PutUint32(id[:], uint32(start.Floor()))
	copy(id[4:], s.traceID[trace][:])
	s.text.key(name)
	s.text = append(s.text, '"')
	s.text = id.Append(s.text)
	s.text = append(s.text, '"')
}

func (s *Shop) outcome(sp *span) {
	t := &s.text
	if sp.fault {
		t.raw(`"fault":true`)
	}
	if sp.error {
		t.raw(`"error":true`)
	}
	if sp.throttle {
		t.raw(`"throttle":true`)
	}
	switch {
	case sp.failure != nil:
		s.cause(sp)
	case sp.cause != none && (sp.fault || sp.error):
		t.id("cause", s.play.spans[sp.cause].exception)
	}
}

// cause appends the exception recorded on a span and the chain of those that caused it. Ids count up along the chain.
func (s *Shop) cause(sp *span) {
	t := &s.text
	t.object("cause")
	t.lit("working_directory", workingDirectory[sp.service])
	t.array("exceptions")
	id := sp.exception
	for f := sp.failure; f != nil; f, id = f.cause, id+1 {
		t.item()
		t.id("id", id)
		t.lit("type", f.kind)
		t.str("message", f.message)
		t.bool("remote", f.remote)
		if f.truncated > 0 {
			t.int("truncated", f.truncated)
		}
		if f.cause != nil {
			t.id("cause", id+1)
		}
		s.stack(f.stack)
		t.end()
	}
	t.endArray()
	t.end()
}

func (s *Shop) stack(frames []frame) {
	t := &s.text
	t.array("stack")
	for _, f := range frames {
		t.item()
		t.lit("path", f.path)
		t.int("line", f.line)
		t.lit("label", f.label)
		t.end()
	}
	t.endArray()
}

func (s *Shop) subsegments(sp *span) {
	t, listed := &s.text, false
	for i := sp.first; i != none; i = s.play.spans[i].next {
		sub := &s.play.spans[i]
		if s.alone(sub) {
			continue
		}
		if !listed {
			t.array("subsegments")
			listed = true
		}
		t.item()
		s.members(sub, completed)
		t.end()
	}
	if listed {
		t.endArray()
	}
}
