package send

import (
	"context"
	"slices"
	"sync"
)

// waiters wait until all up to a position is done with. Whose they are guards them.
type waiters []waiter

type waiter struct {
	upTo uint64
	done chan struct{}
}

// add is a new waiter for a position.
func (ws *waiters) add(upTo uint64) waiter {
	w := waiter{upTo, make(chan struct{})}
	*ws = append(*ws, w)
	return w
}

// release tells those who wait for no more than finished.
func (ws *waiters) release(finished uint64) {
	*ws = slices.DeleteFunc(*ws, func(w waiter) bool {
		if w.upTo <= finished {
			close(w.done)
		}
		return w.upTo <= finished
	})
}

// await returns when w is told, or forgets it when the context ends. The lock guards ws.
func (ws *waiters) await(ctx context.Context, w waiter, lock sync.Locker) error {
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
	}
	lock.Lock()
	defer lock.Unlock()
	*ws = slices.DeleteFunc(*ws, func(other waiter) bool { return other.done == w.done })
	return ctx.Err()
}

// postpone makes all wait for a later position: what they wait for has been put there.
func (ws waiters) postpone(upTo uint64) {
	for i := range ws {
		ws[i].upTo = upTo
	}
}
