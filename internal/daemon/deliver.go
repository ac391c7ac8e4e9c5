package daemon

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// RetryFor is how long the same documents are offered again to an intake that fails. New ones wait meanwhile as far as
// there is room; a disk that is full for a moment costs nothing, and a batch that can never be kept blocks nobody for
// long.
const RetryFor = 30 * time.Second

// The pause between two tries, doubled each time.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
)

// Reasons why datagrams are spilled.
const (
	spilledQueue = "queue" // as many bytes as may wait do already
	spilledStore = "store" // the intake failed to the end
)

var errQueueFull = errors.New("documents come in faster than they are stored")

// deliverAll hands chunks to the intake until the queue is closed and empty.
func (s *Server) deliverAll() {
	for c := range s.queue {
		if err := s.deliver(s.work, c.docs); err != nil {
			s.spill(spilledStore, len(c.docs), err)
		}
		s.giveBack(c)
	}
}

// deliver offers documents until they are taken, for RetryFor, or once more after the stop.
func (s *Server) deliver(ctx context.Context, docs [][]byte) error {
	var spent time.Duration
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		err := s.intake(ctx, docs)
		if err == nil {
			return nil
		}
		if spent >= RetryFor || s.isStopping() {
			return err
		}
		s.metrics.retries.Add(1)
		spent += pause
		select {
		case <-time.After(pause):
		case <-s.stopping:
		}
	}
}

func (s *Server) spill(reason string, n int, err error) {
	s.metrics.spilled[reason].Add(uint64(n))
	s.quiet.Warn(reason, "documents dropped", func() []slog.Attr {
		return []slog.Attr{slog.String("error", err.Error())}
	})
}
