// Package ctxmissing says what happens when the program uses the SDK with a context in which no segment was begun.
//
// The strategy is Config.ContextMissingStrategy, or that which the environment variable AWS_XRAY_CONTEXT_MISSING names, which
// counts for more. Without a choice it is LOG_ERROR.
package ctxmissing

import (
	"fmt"
	"sync"
	"time"

	"github.com/rayscope/rayscope/xray/internal/logger"
)

// A Strategy is told of each missing segment; v says what was attempted. ContextMissing may be called from many goroutines at once.
type Strategy interface {
	ContextMissing(v any)
}

// The names of the strategies in AWS_XRAY_CONTEXT_MISSING. They are variables because they always were; changing them changes nothing.
var (
	RuntimeErrorStrategy = "RUNTIME_ERROR"
	LogErrorStrategy     = "LOG_ERROR"
	IgnoreErrorStrategy  = "IGNORE_ERROR"
)

// DefaultRuntimeErrorStrategy panics. It is meant for tests and for development: who chooses it wants the program to stop where the
// context was lost.
type DefaultRuntimeErrorStrategy struct{}

// NewDefaultRuntimeErrorStrategy returns the strategy that panics.
func NewDefaultRuntimeErrorStrategy() *DefaultRuntimeErrorStrategy {
	return &DefaultRuntimeErrorStrategy{}
}

// ContextMissing panics with v.
func (*DefaultRuntimeErrorStrategy) ContextMissing(v any) { panic(v) }

// DefaultIgnoreErrorStrategy does nothing.
type DefaultIgnoreErrorStrategy struct{}

// NewDefaultIgnoreErrorStrategy returns the strategy that does nothing.
func NewDefaultIgnoreErrorStrategy() *DefaultIgnoreErrorStrategy {
	return &DefaultIgnoreErrorStrategy{}
}

// ContextMissing does nothing.
func (*DefaultIgnoreErrorStrategy) ContextMissing(any) {}

const (
	// hush is how long a message is not repeated: one place in the code that lost its context would fill the log otherwise.
	hush = time.Second
	// maxHushed is how many messages are remembered. Texts are few unless names of segments vary; then all new ones are hushed
	// until the oldest are forgotten.
	maxHushed = 64
)

// DefaultLogErrorStrategy logs an error, at most once a second for each text. Its zero value is ready.
type DefaultLogErrorStrategy struct {
	mu     sync.Mutex
	hushed map[string]*repeat // by text; at most maxHushed
	lost   int                // messages hushed because there was no room to remember them
}

// A repeat is a text that was logged within the last second, or more often than that since.
type repeat struct {
	at    time.Time // of the last time that it was logged
	count int       // how often it was hushed since
}

// NewDefaultLogErrorStrategy returns the strategy that logs errors.
func NewDefaultLogErrorStrategy() *DefaultLogErrorStrategy { return &DefaultLogErrorStrategy{} }

// ContextMissing logs v unless the same text was logged within the last second. The next time, the log tells how often it was hushed.
func (s *DefaultLogErrorStrategy) ContextMissing(v any) {
	text := fmt.Sprint(v)
	logs, before := s.admit(text, time.Now())
	switch {
	case logs && before > 0:
		logger.Errorf("Suppressing AWS X-Ray context missing panic: %s (and %d more before)", text, before)
	case logs:
		logger.Errorf("Suppressing AWS X-Ray context missing panic: %s", text)
	}
}

// admit says whether to log text now, and how many messages were hushed before that nobody has told of.
func (s *DefaultLogErrorStrategy) admit(text string, now time.Time) (logs bool, before int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.hushed[text]; r != nil {
		if now.Sub(r.at) < hush {
			r.count++
			return false, 0
		}
		before = r.count
		*r = repeat{at: now}
		return true, before
	}
	if len(s.hushed) >= maxHushed {
		s.forget(now)
	}
	if len(s.hushed) >= maxHushed {
		s.lost++
		return false, 0
	}
	if s.hushed == nil {
		s.hushed = map[string]*repeat{}
	}
	s.hushed[text] = &repeat{at: now}
	before, s.lost = s.lost, 0
	return true, before
}

// forget drops what was last logged over a second ago; what was hushed of it is told with the next message.
func (s *DefaultLogErrorStrategy) forget(now time.Time) {
	for text, r := range s.hushed {
		if now.Sub(r.at) >= hush {
			s.lost += r.count
			delete(s.hushed, text)
		}
	}
}
