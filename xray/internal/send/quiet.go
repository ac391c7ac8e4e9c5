package send

import (
	"fmt"
	"sync"
	"time"
)

// quietTime is between two messages of one kind: an absent daemon is no news, and must not fill a log.
const quietTime = time.Minute

// quiet lets one message of a kind through per quietTime, with the number of those that were kept back. The format is the kind.
type quiet struct {
	to    func(string) // nil: nobody listens
	clock func() time.Time

	mu    sync.Mutex // guards kinds
	kinds map[string]*kind
}

type kind struct {
	last time.Time
	kept int
}

func (q *quiet) say(format string, args ...any) {
	if q.to == nil {
		return
	}
	now := q.clock()
	q.mu.Lock()
	k := q.kinds[format]
	if k == nil {
		k = &kind{last: now.Add(-quietTime)}
		if q.kinds == nil {
			q.kinds = map[string]*kind{}
		}
		q.kinds[format] = k
	}
	if now.Sub(k.last) < quietTime {
		k.kept++
		q.mu.Unlock()
		return
	}
	kept := k.kept
	*k = kind{last: now}
	q.mu.Unlock()
	message := fmt.Sprintf(format, args...)
	if kept > 0 {
		message += fmt.Sprintf(" (%d more since the last message)", kept)
	}
	q.to(message)
}

// losses are the documents that could not be sent, for Flush and Close to tell.
type losses struct {
	mu   sync.Mutex
	n    uint64
	last error
}

func (l *losses) add(n uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n += n
	l.last = err
}

func (l *losses) count() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// since is an error if there were losses after the count was before.
func (l *losses) since(before uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n == before {
		return nil
	}
	return fmt.Errorf("X-Ray documents not sent: %d: %w", l.n-before, l.last)
}
