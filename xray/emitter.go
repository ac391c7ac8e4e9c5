package xray

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/rayscope/rayscope/xray/daemoncfg"
	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/internal/send"
)

// Header comes before each document in a datagram.
const Header = `{"format": "json", "version": 1}` + "\n"

// An Emitter takes segments that are complete.
type Emitter interface {
	// Emit takes a tree, whose top is a segment, or a subsegment that is sent apart: then its Type is "subsegment". The caller holds
	// the lock of seg for writing. Nothing is added to the tree any more; json.Marshal(seg) is its document.
	// Emit must not block, as the program waits for it.
	Emit(seg *Segment)
	// RefreshEmitterWithAddress is called with the daemon's address when it is configured.
	RefreshEmitterWithAddress(raddr *net.UDPAddr)
}

// DefaultEmitter sends segments to the daemon in the background: by UDP, and those too large for it by TCP. It does not block, except in AWS
// Lambda, at the end of a function's subsegment, until that is sent; what waits is bounded.
type DefaultEmitter struct {
	sync.Mutex // not used by this package: programs that lock the X-Ray SDK's go on to compile

	sender *send.Sender
	lambda bool // this is AWS Lambda
}

// lambdaPatience bounds how long a Lambda function waits for its documents to be on their way. It takes microseconds.
const lambdaPatience = 100 * time.Millisecond

// NewDefaultEmitter returns an emitter for the daemon at raddr, at 127.0.0.1:2000 if that is nil. Nothing is dialled before there is
// something to send. The error is always nil.
func NewDefaultEmitter(raddr *net.UDPAddr) (*DefaultEmitter, error) {
	return newEmitter(sameAddress(raddr)), nil
}

func newEmitter(a daemoncfg.Addresses) *DefaultEmitter {
	log := func(message string) { logger.Warnf("%s", message) }
	return &DefaultEmitter{sender: send.New(a.UDP, a.TCP, send.Options{Log: log}), lambda: tellLambda()}
}

// sameAddress is a daemon that answers at one address with both protocols.
func sameAddress(a *net.UDPAddr) daemoncfg.Addresses {
	if a == nil {
		a = daemoncfg.GetDefaultDaemonEndpoints().UDPAddr
	}
	return daemoncfg.Addresses{UDP: a.String(), TCP: a.String()}
}

// RefreshEmitterWithAddress sends to another daemon from now on.
func (de *DefaultEmitter) RefreshEmitterWithAddress(raddr *net.UDPAddr) {
	de.redirect(sameAddress(raddr))
}

func (de *DefaultEmitter) redirect(a daemoncfg.Addresses) {
	if de.sender != nil {
		de.sender.Redirect(a.UDP, a.TCP)
	}
}

// Emit sends seg. The caller holds its lock.
func (de *DefaultEmitter) Emit(seg *Segment) {
	if seg == nil || seg.tree == nil {
		return
	}
	e := encoders.Get().(*encoder)
	e.encode(seg, send.MaxDocument, de)
	encoders.Put(e)
	if de.lambda && seg.parent != nil && seg.parent.Facade {
		de.beforeFreeze()
	}
}

// beforeFreeze waits until everything is sent: AWS Lambda stops the process as soon as its function has returned.
func (de *DefaultEmitter) beforeFreeze() {
	ctx, cancel := context.WithTimeout(context.Background(), lambdaPatience)
	defer cancel()
	if err := de.Flush(ctx); err != nil {
		logger.Debugf("documents wait for the next call of the Lambda function: %v", err)
	}
}

// send sends a document. The zero DefaultEmitter drops it.
func (de *DefaultEmitter) send(doc []byte) {
	if de.sender != nil {
		de.sender.Send(doc)
	}
}

// Flush returns when everything emitted before is sent, or with ctx's error if that comes first.
func (de *DefaultEmitter) Flush(ctx context.Context) error {
	if de.sender == nil {
		return nil
	}
	return de.sender.Flush(ctx)
}

// Close is Flush, and ends the emitter: what is emitted later is dropped.
func (de *DefaultEmitter) Close(ctx context.Context) error {
	if de.sender == nil {
		return nil
	}
	return de.sender.Close(ctx)
}
