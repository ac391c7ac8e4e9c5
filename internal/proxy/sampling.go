package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rayscope/rayscope/internal/uplink"
	"github.com/rayscope/rayscope/internal/wire"
)

const (
	rulesPath   = "/GetSamplingRules"
	targetsPath = "/SamplingTargets"
)

// getSamplingRules passes the call on. While the endpoint is away the last good answer to the same request stands in, how
// old it may be: old rules are nearer to what people want than an SDK's built-in ones.
func (p *Proxy) getSamplingRules(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	body, err := readCall(r)
	if err != nil {
		return err
	}
	page, known := pageOf(body)
	answer, err := p.ask(ctx, rulesPath, body)
	switch {
	case err == nil && known:
		p.pages.keep(page, answer, p.now())
	case err != nil && known && isAway(err):
		old, found := p.pages.get(page)
		if !found {
			return err
		}
		age := max(p.now().Sub(old.at), 0)
		p.metrics.remembered.Inc()
		p.quiet.Warn("remembered", "sampling rules are answered from memory, because the endpoint is away", func() []slog.Attr {
			return append(why(err), slog.Duration("age", age.Round(time.Second)))
		})
		w.Header().Set("Age", strconv.Itoa(int(age/time.Second)))
		answer, err = old.answer, nil
	}
	if err != nil {
		return err
	}
	pass(w, answer)
	return nil
}

// getSamplingTargets passes the call on. Nothing stands in for its answer: quotas are the endpoint's to divide, and SDKs
// go on with those that they have.
func (p *Proxy) getSamplingTargets(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	body, err := readCall(r)
	if err != nil {
		return err
	}
	answer, err := p.ask(ctx, targetsPath, body)
	if err != nil {
		return err
	}
	pass(w, answer)
	return nil
}

// readCall reads the body of a sampling call, which may be of any type or of none: SDKs differ. An empty one, which .NET
// sends, becomes the empty object that it means.
func readCall(r *http.Request) ([]byte, error) {
	var body []byte
	if err := wire.ReadBody(r, maxSampling, &body); err != nil {
		return nil, err
	}
	if len(body) == 0 {
		body = []byte("{}")
	}
	return body, nil
}

// ask posts a sampling call to the endpoint.
func (p *Proxy) ask(ctx context.Context, path string, body []byte) (uplink.Answer, error) {
	if err := p.calls.take(ctx); err != nil {
		return uplink.Answer{}, err
	}
	defer p.calls.give()
	answer, err := p.uplink.Post(ctx, uplink.Request{Path: path, ContentType: "application/json", Body: body})
	if errors.Is(err, context.DeadlineExceeded) { // ours, which is shorter than the uplink's
		err = &uplink.Error{Kind: uplink.TimedOut, Endpoint: p.uplink.Name(), Err: err}
	}
	return answer, err
}

// isAway tells whether another time the same request may be answered.
func isAway(err error) bool {
	e, ok := errors.AsType[*uplink.Error](err)
	return !ok || e.Temporary()
}

// pass answers as the endpoint did.
func pass(w http.ResponseWriter, a uplink.Answer) {
	h := w.Header()
	for name, values := range a.Header {
		if name == "Content-Type" || strings.HasPrefix(name, "X-Amzn-") {
			h[name] = values
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(a.Body)))
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // the caller is gone: nobody is left to tell
}

// pageOf is which page of the rules a request asks for, by its token; empty for the first. It is not known if the request
// is none that an endpoint could answer.
func pageOf(body []byte) (token string, known bool) {
	var in struct{ NextToken *string }
	if err := json.Unmarshal(body, &in); err != nil {
		return "", false
	}
	if in.NextToken != nil {
		token = *in.NextToken
	}
	return token, true
}

// Bounds of the answers that are kept. A rule is some 700 bytes, and an account of AWS has 25: one page of a few KB.
const (
	maxPages     = 16
	maxPageBytes = 256 << 10
	maxToken     = 4 << 10
)

// pages keeps good answers to GetSamplingRules. Its zero value keeps none yet.
type pages struct {
	mu   sync.Mutex // guards kept
	kept map[string]page
}

type page struct {
	answer uplink.Answer
	at     time.Time
}

// keep remembers an answer, unless it is too large. If there are too many, the one that was not renewed for the longest
// time goes: tokens change with every round through the pages.
func (p *pages) keep(token string, a uplink.Answer, at time.Time) {
	if len(a.Body) > maxPageBytes || len(token) > maxToken {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		p.kept = map[string]page{}
	}
	if _, renewed := p.kept[token]; !renewed && len(p.kept) == maxPages {
		delete(p.kept, p.oldest())
	}
	p.kept[token] = page{a, at}
}

func (p *pages) oldest() (token string) {
	var at time.Time
	for t, k := range p.kept {
		if at.IsZero() || k.at.Before(at) {
			token, at = t, k.at
		}
	}
	return token
}

func (p *pages) get(token string) (page, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k, ok := p.kept[token]
	return k, ok
}
