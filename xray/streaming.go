package xray

import "fmt"

// defaultMaxSubsegmentCount is how many closed subsegments a tree keeps, by default, to send them inside of their parents. It is what the
// X-Ray SDK for Go has always used; 20 usual ones are some 10 KB.
const defaultMaxSubsegmentCount = 20

// A StreamingStrategy decides when subsegments are sent before the root is complete, to bound the memory and the size of documents.
type StreamingStrategy interface {
	// RequiresStreaming is asked when a subsegment was closed. Its caller holds the lock of seg, the root.
	RequiresStreaming(seg *Segment) bool
	// StreamCompletedSubsegments returns documents that are to be sent now, of subsegments that it takes off seg. Its caller
	// holds the lock of seg. It is called until RequiresStreaming says no or no documents come.
	StreamCompletedSubsegments(seg *Segment) [][]byte
}

// DefaultStreamingStrategy sends complete subsegments while more than MaxSubsegmentCount closed ones are held.
type DefaultStreamingStrategy struct {
	MaxSubsegmentCount uint32
}

// NewDefaultStreamingStrategy returns a strategy that holds 20.
func NewDefaultStreamingStrategy() (*DefaultStreamingStrategy, error) {
	return &DefaultStreamingStrategy{MaxSubsegmentCount: defaultMaxSubsegmentCount}, nil
}

// NewDefaultStreamingStrategyWithMaxSubsegmentCount returns a strategy that holds as many as it is told, which is at least one.
func NewDefaultStreamingStrategyWithMaxSubsegmentCount(maxSubsegmentCount int) (*DefaultStreamingStrategy, error) {
	if maxSubsegmentCount <= 0 {
		return nil, fmt.Errorf("maxSubsegmentCount is %d and must be 1 or more", maxSubsegmentCount)
	}
	return &DefaultStreamingStrategy{MaxSubsegmentCount: uint32(min(maxSubsegmentCount, 1<<30))}, nil
}

// RequiresStreaming reports whether the tree of seg holds too many closed subsegments.
func (d *DefaultStreamingStrategy) RequiresStreaming(seg *Segment) bool {
	if seg == nil || seg.tree == nil {
		return false
	}
	seg.tree.mu.Lock()
	defer seg.tree.mu.Unlock()
	return seg.tree.held > d.MaxSubsegmentCount
}

// StreamCompletedSubsegments takes one complete child off seg and returns its document.
func (d *DefaultStreamingStrategy) StreamCompletedSubsegments(seg *Segment) [][]byte {
	if seg == nil || seg.tree == nil {
		return nil
	}
	c := seg.tree.takeChild(seg)
	if c == nil {
		return nil
	}
	c.Lock()
	defer c.Unlock()
	c.Emitted = true
	c.apart(seg.TraceID)
	return [][]byte{appendSegment(nil, c)}
}

// takeChild takes a complete child off p, nil if there is none.
func (t *tree) takeChild(p *Segment) *Segment {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.place.sent {
		return nil
	}
	for c := p.place.first; c != nil; c = c.place.next {
		if c.complete() {
			c.unlink()
			t.mark(new(batch), c) // complete: there is no other
			return c
		}
	}
	return nil
}

// crowded reports whether the default strategy wants a subsegment to be sent. The caller holds mu.
func (t *tree) crowded() bool {
	d, ok := t.cfg.StreamingStrategy.(*DefaultStreamingStrategy)
	return ok && t.held > d.MaxSubsegmentCount
}

// consult asks a strategy of the program's own. What it streams are documents, which only our emitter takes.
func (t *tree) consult() {
	if _, ok := t.cfg.StreamingStrategy.(*DefaultStreamingStrategy); ok {
		return
	}
	to, ok := t.cfg.Emitter.(sender)
	if !ok {
		return
	}
	t.root.Lock()
	defer t.root.Unlock()
	for t.root.Sampled && t.cfg.StreamingStrategy.RequiresStreaming(t.root) {
		docs := t.cfg.StreamingStrategy.StreamCompletedSubsegments(t.root)
		if len(docs) == 0 {
			return
		}
		for _, doc := range docs {
			to.send(doc)
		}
	}
}
