package synthetic

import (
	"math"
	"math/rand/v2"
)

// kind is what a span is on the wire.
type kind uint8

const (
	segmentSpan kind = iota
	localSpan        // a block of code: no namespace
	callSpan         // an HTTP call to a service that reports
	remoteSpan       // an HTTP call to one that does not
	sqlSpan
	awsSpan
)

const none = -1

// A span is a segment or a subsegment of the request being played. Times are microseconds since the request began.
// Spans refer to each other by index.
type span struct {
	id         uint64
	start, end int64

	parent            int32 // the enclosing span; of a segment the calling subsegment, or none
	segment           int32 // the segment that it is in; of a segment itself
	first, last, next int32 // nested subsegments, as a list
	cause             int32 // the span whose exception made this one fail, or none

	kind     kind
	service  serviceID // whose segment it is or is in
	instance uint8
	trace    uint8 // 0 the request's, 1 the worker's
	streams  bool  // of a segment: its subsegments are sent as documents of their own

	fault, error, throttle bool

	name      string
	route     *route
	status    int // of HTTP; 0: no answer or not HTTP
	size      int // bytes of the HTTP response
	ref       int // number at the end of the route's URL
	statement *statement
	operation *operation
	retries   int
	hit       bool // of a cache look-up

	failure   *failure // the exception recorded here
	exception uint64   // its id
}

// An operation is a call through an AWS client.
type operation struct {
	service string
	aws     string // block, up to what differs from call to call
}

func newOperation(service, name, members string) operation {
	return operation{service, `"aws":{"operation":"` + name + `","region":"` + region + `",` + members}
}

const (
	tableName = "shop-users"
	queueURL  = "https://sqs." + region + ".amazonaws.com/" + account + "/order-placed"
	topicARN  = "arn:aws:sns:" + region + ":" + account + ":order-mail"
)

var (
	getUser    = newOperation("DynamoDB", "GetItem", `"table_name":"`+tableName+`","consistent_read":false`)
	updateUser = newOperation("DynamoDB", "UpdateItem", `"table_name":"`+tableName+`"`)
	sendOrder  = newOperation("SQS", "SendMessage", `"queue_url":"`+queueURL+`"`)
	publish    = newOperation("SNS", "Publish", `"topic_arn":"`+topicARN+`"`)
)

// A play is one request on its way through the shop: a clock, and the spans so far.
type play struct {
	rng     *rand.Rand
	now     int64 // microseconds since the request began
	spans   []span
	trouble trouble
	facts
}

func (p *play) chance(share float64) bool { return p.rng.Float64() < share }

// spend lets time pass: log-normal around ms milliseconds, one in a hundred five times as long.
func (p *play) spend(ms float64) {
	const sigma = 0.4
	d := ms * 1000 * math.Exp(sigma*p.rng.NormFloat64())
	if p.chance(0.01) {
		d *= 5
	}
	p.now += max(int64(d), 1)
}

func (p *play) open(parent int32, s span) int32 {
	i := int32(len(p.spans))
	s.id, s.start, s.parent = p.rng.Uint64(), p.now, parent
	s.first, s.last, s.next, s.cause = none, none, none, none
	if s.kind == segmentSpan {
		s.segment = i
		p.spans = append(p.spans, s)
		return i
	}
	in := &p.spans[parent]
	s.segment, s.service, s.trace = in.segment, in.service, in.trace
	if in.first == none {
		in.first = i
	} else {
		p.spans[in.last].next = i
	}
	in.last = i
	p.spans = append(p.spans, s)
	return i
}

// enter opens a segment of a service.
func (p *play) enter(caller int32, trace uint8, id serviceID, r *route, ref int) int32 {
	s := &fleet[id]
	return p.open(caller, span{kind: segmentSpan, service: id, trace: trace, instance: uint8(p.rng.IntN(s.instances)), name: s.name,
		streams: p.chance(s.streams), route: r, ref: ref})
}

// call opens the caller's subsegment and the callee's segment, which it returns.
func (p *play) call(from int32, r *route, ref int) int32 {
	p.spend(0.3)
	c := p.open(from, span{kind: callSpan, name: hosts[r.to], route: r, ref: ref})
	p.spend(0.7) // the network
	return p.enter(c, p.spans[c].trace, r.to, r, ref)
}

// answer closes a segment and the call that led to it, and returns the status.
func (p *play) answer(seg int32, status int) int {
	p.spend(0.4)
	p.finish(seg, status)
	if c := p.spans[seg].parent; c != none {
		p.spend(0.7)
		p.finish(c, status)
		p.spans[c].size = p.spans[seg].size
		if f := badAnswer[p.spans[c].service]; f != nil && status >= 500 {
			p.fail(c, f)
		}
	}
	return status
}

// finish ends a span of HTTP with the flags that SDKs set by the status.
func (p *play) finish(i int32, status int) {
	s := &p.spans[i]
	s.end, s.status, s.size = p.now, status, 57
	if status < 400 {
		s.size = 200 + p.rng.IntN(8000)
	}
	s.fault = status >= 500
	s.error = status/100 == 4
	s.throttle = status == 429
}

// fail records an exception on a span, and its id as the cause on all that it is nested in.
func (p *play) fail(i int32, f *failure) {
	p.spans[i].failure, p.spans[i].exception = f, p.rng.Uint64()
	for j := i; p.spans[j].kind != segmentSpan; {
		j = p.spans[j].parent
		p.spans[j].cause = i
	}
}

// local is a block of code of about ms milliseconds.
func (p *play) local(in int32, name string, ms float64) int32 {
	i := p.open(in, span{kind: localSpan, name: name})
	p.spend(ms)
	p.spans[i].end = p.now
	return i
}

// query runs SQL. It fails when a row lock is not given in time: rarely, and often while the database is slow.
func (p *play) query(in int32, st *statement) bool {
	i := p.open(in, span{kind: sqlSpan, name: databaseName, statement: st})
	mean, timeouts := st.mean, 0.001
	if p.trouble.slowDB {
		mean, timeouts = mean*5, 0.06
	}
	if p.tenant == hitTenant {
		mean *= 1.7 // its rows are many
	}
	failed := st.locks && p.chance(timeouts)
	if failed {
		mean = 1500 // innodb_lock_wait_timeout of this shop, more or less
	}
	p.spend(mean)
	p.spans[i].end = p.now
	if failed {
		p.spans[i].fault = true
		p.fail(i, lockTimeout[p.spans[i].service])
	}
	return !failed
}

// aws calls a service of AWS that answers at once.
func (p *play) aws(in int32, op *operation, ms float64) int32 {
	i := p.open(in, span{kind: awsSpan, name: op.service, operation: op})
	p.spend(ms)
	p.finish(i, 200)
	return i
}
