package xray

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http/httptrace"
	"sync"
)

// HTTPSubsegments records the steps of one HTTP request as subsegments of the one that its context has: connect with dns, dial and
// tls inside, request and response. Its methods are those of httptrace.ClientTrace and may be called by several goroutines, in any
// order, and after the request has ended; steps that come too late are not recorded.
type HTTPSubsegments struct {
	ctx context.Context

	mu         sync.Mutex      // guards what follows
	over       bool            // the request has ended
	answered   bool            // the first byte of the answer has come
	connectCtx context.Context // nil while there is no connect
	connect    *Segment
	dns        *Segment
	tls        *Segment
	dials      []dial // several at once if a host has several addresses
	request    *Segment
	response   *Segment
}

// A dial is an attempt to connect to one address.
type dial struct {
	network, addr string
	seg           *Segment
}

// NewHTTPSubsegments returns what records the steps of a request below the subsegment of opCtx. Without one it records nothing.
func NewHTTPSubsegments(opCtx context.Context) *HTTPSubsegments {
	return &HTTPSubsegments{ctx: opCtx}
}

// enter takes the lock and reports whether steps may still be recorded.
func (xt *HTTPSubsegments) enter() bool {
	xt.mu.Lock()
	if xt.over {
		return false
	}
	xt.over = !GetSegment(xt.ctx).live()
	return !xt.over
}

func beginStep(ctx context.Context, name string) *Segment {
	_, seg := BeginSubsegment(ctx, name)
	return seg
}

// end closes the step, if it is open, and forgets it.
func endStep(step **Segment, err error) {
	if *step != nil {
		(*step).Close(err)
		*step = nil
	}
}

// describe adds what is known about a step.
func describe(step *Segment, key string, value map[string]any) {
	if step != nil {
		// It fails for values that have no JSON form only, and these are our own.
		_ = step.AddMetadataToNamespace("http", key, value)
	}
}

// GetConn begins connect. The transport may call it again, when a connection that it kept turns out to be dead.
func (xt *HTTPSubsegments) GetConn(hostPort string) {
	defer xt.mu.Unlock()
	if !xt.enter() {
		return
	}
	xt.endAll(nil)
	xt.connectCtx, xt.connect = BeginSubsegment(xt.ctx, "connect")
}

// DNSStart begins dns.
func (xt *HTTPSubsegments) DNSStart(info httptrace.DNSStartInfo) {
	defer xt.mu.Unlock()
	if xt.enter() && xt.connect != nil && xt.dns == nil {
		xt.dns = beginStep(xt.connectCtx, "dns")
	}
}

// DNSDone ends dns, with the addresses that were found.
func (xt *HTTPSubsegments) DNSDone(info httptrace.DNSDoneInfo) {
	defer xt.mu.Unlock()
	if xt.enter() {
		describe(xt.dns, "dns", map[string]any{"addresses": info.Addrs, "coalesced": info.Coalesced})
		endStep(&xt.dns, info.Err)
	}
}

// ConnectStart begins a dial.
func (xt *HTTPSubsegments) ConnectStart(network, addr string) {
	defer xt.mu.Unlock()
	if xt.enter() && xt.connect != nil {
		xt.dials = append(xt.dials, dial{network, addr, beginStep(xt.connectCtx, "dial")})
	}
}

// ConnectDone ends the dial to that address.
func (xt *HTTPSubsegments) ConnectDone(network, addr string, err error) {
	defer xt.mu.Unlock()
	if !xt.enter() {
		return
	}
	for i, d := range xt.dials {
		if d.network == network && d.addr == addr {
			describe(d.seg, "connect", map[string]any{"network": network})
			d.seg.Close(err)
			xt.dials = append(xt.dials[:i], xt.dials[i+1:]...)
			return
		}
	}
}

// TLSHandshakeStart begins tls.
func (xt *HTTPSubsegments) TLSHandshakeStart() {
	defer xt.mu.Unlock()
	if xt.enter() && xt.connect != nil && xt.tls == nil {
		xt.tls = beginStep(xt.connectCtx, "tls")
	}
}

// TLSHandshakeDone ends tls, with what was agreed upon.
func (xt *HTTPSubsegments) TLSHandshakeDone(connState tls.ConnectionState, err error) {
	defer xt.mu.Unlock()
	if !xt.enter() {
		return
	}
	describe(xt.tls, "tls", map[string]any{
		"did_resume":                    connState.DidResume,
		"negotiated_protocol":           connState.NegotiatedProtocol,
		"negotiated_protocol_is_mutual": true, // always so, says crypto/tls
		"cipher_suite":                  connState.CipherSuite,
	})
	endStep(&xt.tls, err)
}

// GotConn ends connect, and removes it if the connection was there already. Then it begins request; with an error it does not, and info may be nil.
// Dials that are still going on lost the race and end too.
func (xt *HTTPSubsegments) GotConn(info *httptrace.GotConnInfo, err error) {
	defer xt.mu.Unlock()
	if !xt.enter() || xt.connect == nil {
		return
	}
	switch {
	case info != nil && info.Reused:
		GetSegment(xt.ctx).RemoveSubsegment(xt.connect)
	case info != nil:
		xt.describeConnection(info)
	}
	xt.endConnecting(err)
	endStep(&xt.connect, err)
	if err == nil {
		xt.request = beginStep(xt.ctx, "request")
	}
}

func (xt *HTTPSubsegments) describeConnection(info *httptrace.GotConnInfo) {
	connection := map[string]any{"reused": info.Reused, "was_idle": info.WasIdle}
	if info.WasIdle {
		connection["idle_time"] = info.IdleTime
	}
	describe(xt.connect, "connection", connection)
}

// WroteRequest ends request and begins response, which has no length if the answer is there already.
func (xt *HTTPSubsegments) WroteRequest(info httptrace.WroteRequestInfo) {
	defer xt.mu.Unlock()
	if !xt.enter() {
		return
	}
	endStep(&xt.connect, nil)
	if xt.request == nil {
		return
	}
	endStep(&xt.request, info.Err)
	if info.Err == nil {
		xt.response = beginStep(xt.ctx, "response")
	}
	if xt.answered { // before this was told, as over HTTP/2 others read the answers: there was nothing left to wait for
		endStep(&xt.response, nil)
	}
}

// GotFirstResponseByte ends response. A server may answer before it has read the whole request.
func (xt *HTTPSubsegments) GotFirstResponseByte() {
	defer xt.mu.Unlock()
	if xt.enter() {
		xt.answered = true
		endStep(&xt.response, nil)
	}
}

// got100Continue takes back that the answer has begun: the server has only asked for the rest of the request.
func (xt *HTTPSubsegments) got100Continue() {
	defer xt.mu.Unlock()
	if xt.enter() {
		xt.answered = false
	}
}

// finish ends the steps that are open with the error that ended the request, and records no others.
func (xt *HTTPSubsegments) finish(err error) {
	defer xt.mu.Unlock()
	if !xt.enter() {
		return
	}
	if err == nil && xt.request != nil { // the answer was faster than this was told that the request is written
		endStep(&xt.request, nil)
		xt.response = beginStep(xt.ctx, "response")
	}
	xt.endAll(err)
	xt.over = true
}

func (xt *HTTPSubsegments) endAll(err error) {
	xt.endConnecting(err)
	endStep(&xt.connect, err)
	endStep(&xt.request, err)
	endStep(&xt.response, err)
	xt.answered = false
}

// endConnecting ends what goes on inside of connect.
func (xt *HTTPSubsegments) endConnecting(err error) {
	endStep(&xt.dns, err)
	for _, d := range xt.dials {
		d.seg.Close(err)
	}
	xt.dials = nil
	endStep(&xt.tls, err)
}

// trace returns xt as the hooks of net/http.
func (xt *HTTPSubsegments) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:              xt.GetConn,
		DNSStart:             xt.DNSStart,
		DNSDone:              xt.DNSDone,
		ConnectStart:         xt.ConnectStart,
		ConnectDone:          xt.ConnectDone,
		TLSHandshakeStart:    xt.TLSHandshakeStart,
		TLSHandshakeDone:     xt.TLSHandshakeDone,
		GotConn:              func(info httptrace.GotConnInfo) { xt.GotConn(&info, nil) },
		WroteRequest:         xt.WroteRequest,
		GotFirstResponseByte: xt.GotFirstResponseByte,
		Got100Continue:       xt.got100Continue,
	}
}

// ClientTrace has the hooks of net/http that record the steps of a request.
type ClientTrace struct {
	subsegments *HTTPSubsegments
	httpTrace   *httptrace.ClientTrace
}

// NewClientTrace returns the hooks for a request below the subsegment of opCtx, which must not be nil.
func NewClientTrace(opCtx context.Context) (ct *ClientTrace, err error) {
	if opCtx == nil {
		return nil, errors.New("client trace: opCtx must be non-nil")
	}
	xt := NewHTTPSubsegments(opCtx)
	return &ClientTrace{subsegments: xt, httpTrace: xt.trace()}, nil
}
