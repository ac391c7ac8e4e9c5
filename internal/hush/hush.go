// Package hush keeps floods out of the log: of the messages with the same key it writes at most one per interval, with
// the number of those that came since the last.
package hush

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Interval is the least time between two messages with the same key. One line per second can be read along and does
// not fill a disk: at 300 bytes it makes 26 MB a day.
const Interval = time.Second

// A Log is safe for concurrent use. Its keys are never forgotten: they must be of a small, closed set.
type Log struct {
	to    *slog.Logger
	clock func() time.Time

	mu   sync.Mutex // guards keys
	keys map[string]*state
}

type state struct {
	last  time.Time
	since int // messages since then, not written
}

// New makes a Log that writes to the logger.
func New(to *slog.Logger, clock func() time.Time) *Log {
	return &Log{to: to, clock: clock, keys: map[string]*state{}}
}

// Warn writes a warning, with the number of messages that it stands for as attribute "count". The attributes are
// asked for only when it is written.
func (l *Log) Warn(key, msg string, attrs func() []slog.Attr) {
	count := l.due(key)
	if count == 0 {
		return
	}
	l.to.LogAttrs(context.Background(), slog.LevelWarn, msg, append(attrs(), slog.Int("count", count))...)
}

// due counts a message and is the number of those to be written as one now; 0 while it is too early.
func (l *Log) due(key string) int {
	now := l.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.keys[key]
	if s == nil {
		s = &state{last: now.Add(-Interval)}
		l.keys[key] = s
	}
	s.since++
	if since := now.Sub(s.last); since >= 0 && since < Interval {
		return 0
	}
	count := s.since
	s.last, s.since = now, 0
	return count
}
