package uplink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/rayscope/rayscope/internal/cloud"
)

const (
	// maxSkew is how far a refusing endpoint's clock may be from ours before that is taken for the cause. AWS takes signatures
	// that are up to 5 minutes off.
	maxSkew = 4 * time.Minute
	// newSkew is the change of the clocks' difference that is worth another line in the log.
	newSkew = time.Minute
)

// A clock is ours, corrected by what endpoints say when they refuse a signature's time.
type clock struct {
	now    func() time.Time
	offset atomic.Int64 // nanoseconds that the endpoint is ahead
	logged atomic.Int64 // offset that the log told last
	log    *slog.Logger
}

func (c *clock) endpoints() time.Time { return c.now().Add(time.Duration(c.offset.Load())) }

// learn takes over the endpoint's time.
func (c *clock) learn(date time.Time, endpoint string) {
	offset := date.Sub(c.now())
	c.offset.Store(int64(offset))
	last := c.logged.Load()
	if c.log == nil || (offset-time.Duration(last)).Abs() < newSkew || !c.logged.CompareAndSwap(last, int64(offset)) {
		return
	}
	c.log.Warn("this machine's clock differs from the endpoint's: signatures are corrected, times in traces are not; set the clock",
		"endpoint", endpoint, "endpoint_ahead", offset.Round(time.Second).String())
}

// correct removes the cause of a refusal if it is ours to remove, and tells whether it did.
func (u *Uplink) correct(e *Error) bool {
	switch {
	case u.signer == nil || e.date.IsZero() && e.Kind == Skewed:
		return false
	case e.Code == "ExpiredToken" || e.Code == "ExpiredTokenException":
		u.signer.Forget()
		return true
	case e.Kind == Skewed, e.Kind == Unidentified && !e.date.IsZero() && e.date.Sub(u.clock.endpoints()).Abs() > maxSkew:
		u.clock.learn(e.date, u.name)
		return true
	}
	return false
}

// sign signs the request, if this uplink does. A request without its signature is never sent.
func (u *Uplink) sign(ctx context.Context, req *http.Request, r Request) *Error {
	if u.signer == nil {
		return nil
	}
	hash := r.Hash
	if hash == "" {
		hash = cloud.Hash(r.Body)
	}
	err := u.signer.Sign(ctx, req, hash, u.clock.endpoints())
	if err == nil {
		return nil
	}
	e := &Error{Kind: Unidentified, Endpoint: u.name, Err: err}
	var c *cloud.CredentialsError
	switch {
	case errors.As(err, &c):
		e.hint = c.Hint
		if c.Denied {
			e.Kind = Denied
		}
	case ctx.Err() != nil:
		e.Err = fmt.Errorf("wait for AWS credentials: %w", err)
		e.hint = "the source of the daemon's credentials does not answer: look at STS, the metadata service and the way there"
	}
	return e
}
