package relay

import (
	"sync"
	"time"
)

const (
	// sayInterval is the least time between two lines about the same failure of an endpoint: an endpoint that is away for
	// a day makes 1,440 of them.
	sayInterval = time.Minute
	// maxSaid bounds what is remembered, as codes of failures come from outside.
	maxSaid = 64
)

// minutely tells what was not said in the last minute.
type minutely struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// due notes that the thing is said now, if it may be.
func (m *minutely) due(what string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, said := m.last[what]; said && now.Sub(at) < sayInterval {
		return false
	}
	if m.last == nil || len(m.last) >= maxSaid {
		m.last = map[string]time.Time{}
	}
	m.last[what] = now
	return true
}
