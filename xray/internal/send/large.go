package send

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// postTime bounds one call. A daemon answers when its server has taken the document, which may be far away.
	postTime = 10 * time.Second
	// offTime is how long a daemon that does not serve the call is not asked again: it may be replaced by one that does.
	offTime = 10 * time.Minute
	// maxAnswer is far above an answer about one document.
	maxAnswer = 64 << 10
)

// errNotServed is the answer of a daemon that takes documents by UDP only. Rayscope's takes them by TCP, too, and AWS' passes every call on
// to X-Ray.
var errNotServed = errors.New("the daemon does not take documents by TCP, where those over 64 KB have to go: they are dropped; use Rayscope's daemon, or AWS'")

// A poster posts documents to the daemon's TCP address, one after the other. Its goroutine is there only while one waits.
type poster struct {
	s      *Sender
	limit  int // bytes that may wait
	client *http.Client
	lost   atomic.Uint64
	at     sync.WaitGroup // the goroutine

	mu              sync.Mutex // guards what follows
	queue           [][]byte
	bytes           int // in queue and with the goroutine
	given, finished uint64
	waiters         waiters
	running         bool
	closed          bool
	offUntil        time.Time
	told            bool // of errNotServed
}

func newPoster(s *Sender, limit int) *poster {
	return &poster{s: s, limit: limit, client: &http.Client{
		Timeout: postTime,
		// The daemon is near: no proxy. Large documents are rare: no connection is kept for the next.
		Transport:     &http.Transport{Proxy: nil, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// put copies the document into the queue, or counts it as lost.
func (p *poster) put(doc []byte) {
	p.mu.Lock()
	full := p.bytes+len(doc) > p.limit
	if p.closed || full || p.s.log.clock().Before(p.offUntil) {
		p.mu.Unlock()
		p.lost.Add(1)
		if full {
			p.s.log.say("a document of %d bytes, too large for a datagram, was dropped: %d bytes may wait to be sent by TCP", len(doc), p.limit)
		}
		return
	}
	p.queue = append(p.queue, bytes.Clone(doc))
	p.bytes += len(doc)
	p.given++
	if !p.running {
		p.running = true
		p.at.Add(1)
		go p.run()
	}
	p.mu.Unlock()
}

// run posts until the queue is empty.
func (p *poster) run() {
	defer p.at.Done()
	for doc := p.next(); doc != nil; doc = p.next() {
		err := p.post(doc)
		if err == nil {
			p.s.sent.Add(1)
		} else {
			p.failed(len(doc), err)
		}
		p.finish(len(doc))
	}
}

func (p *poster) next() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 {
		p.queue, p.running = nil, false
		return nil
	}
	doc := p.queue[0]
	p.queue = slices.Delete(p.queue, 0, 1)
	return doc
}

// post makes the call for one document.
func (p *poster) post(doc []byte) error {
	p.mu.Lock()
	off := p.s.log.clock().Before(p.offUntil)
	p.mu.Unlock()
	if off { // since it was put
		return errNotServed
	}
	body, err := json.Marshal(struct{ TraceSegmentDocuments []string }{[]string{string(doc)}})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(p.s.life, http.MethodPost, "http://"+p.s.to.Load().tcp+"/TraceSegments", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return judge(resp)
}

// judge is nil if the document was taken.
func judge(resp *http.Response) error {
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return errNotServed
	case err != nil:
		return fmt.Errorf("read answer of %s: %w", resp.Request.URL, err)
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("%s answered %s: %.300s", resp.Request.URL, resp.Status, answer)
	}
	var said struct {
		UnprocessedTraceSegments []struct{ ErrorCode, Message string }
	}
	if err := json.Unmarshal(answer, &said); err != nil {
		return fmt.Errorf("answer of %s: %w", resp.Request.URL, err)
	}
	if un := said.UnprocessedTraceSegments; len(un) > 0 {
		return fmt.Errorf("%s did not take the document: %s: %.300s", resp.Request.URL, un[0].ErrorCode, un[0].Message)
	}
	return nil
}

// failed counts and tells why a document was not taken.
func (p *poster) failed(size int, err error) {
	p.lost.Add(1)
	p.s.loss.add(1, err)
	if !errors.Is(err, errNotServed) {
		p.s.log.say("a document of %d bytes, too large for a datagram, was dropped: %v", size, err)
		return
	}
	p.mu.Lock()
	p.offUntil = p.s.log.clock().Add(offTime)
	told := p.told
	p.told = true
	p.mu.Unlock()
	if !told {
		p.s.log.say("%v", err)
	}
}

// finish lets the next document in, and tells those who wait for this one.
func (p *poster) finish(size int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes -= size
	p.finished++
	p.waiters.release(p.finished)
}

// flush waits until everything put before is taken or lost.
func (p *poster) flush(ctx context.Context) error {
	p.mu.Lock()
	given := p.given
	if p.finished >= given {
		p.mu.Unlock()
		return nil
	}
	w := p.waiters.add(given)
	p.mu.Unlock()
	return p.waiters.await(ctx, w, &p.mu)
}

// reopen asks again whether documents are taken: another daemon may be there.
func (p *poster) reopen() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offUntil = time.Time{}
}

// close takes no more documents and waits for those that are there.
func (p *poster) close(ctx context.Context) error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	return p.flush(ctx)
}

// ended returns when the goroutine is gone; the end of the Sender's life has stopped its call.
func (p *poster) ended() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.at.Wait()
}
