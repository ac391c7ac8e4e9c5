package pebble

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// A failure is where Pebble's errors from the background arrive. After a failed write of its log or manifest Pebble
// cannot know what is on disk, and asks its logger to end the process. Instead, the store stops writing for good and says
// so to every caller; what was acknowledged is safe, and the next start reads it.
//
// It is Pebble's Logger.
type failure struct {
	log       *slog.Logger
	onFailure func(error)

	once sync.Once
	done chan struct{} // closed when err is set
	err  error         // written once, before done is closed

	closing     chan struct{} // closed when the store begins to close
	closingOnce sync.Once
}

func newFailure(o *Options) *failure {
	return &failure{log: o.Logger, onFailure: o.OnFailure, done: make(chan struct{}), closing: make(chan struct{})}
}

// backoff is how long Pebble is held up after a failed flush or compaction: it would try again at once, for ever. Pebble's
// lock is held meanwhile: writes wait if they need a new memtable, reads do not.
const backoff = 500 * time.Millisecond

// commitFailed begins the message of the one fatal error that is raised from our own call, with no lock held.
const commitFailed = "pebble: fatal commit error"

// cause is the reason why the store has failed, or nil.
func (f *failure) cause() error {
	select {
	case <-f.done:
		return f.err
	default:
		return nil
	}
}

func (f *failure) set(err error) {
	f.once.Do(func() {
		f.err = fmt.Errorf("store stopped, because its files could not be written: %w; what was acknowledged is safe: see to the volume and restart", err)
		close(f.done)
		f.log.Error("store stopped", "error", err)
		go f.onFailure(f.err)
	})
}

func (f *failure) close() { f.closingOnce.Do(func() { close(f.closing) }) }

// Infof implements pebble.Logger.
func (f *failure) Infof(format string, args ...any) {
	if f.log.Enabled(context.Background(), slog.LevelDebug) {
		f.log.Debug(fmt.Sprintf(format, args...))
	}
}

// Errorf implements pebble.Logger.
func (f *failure) Errorf(format string, args ...any) { f.log.Error(fmt.Sprintf(format, args...)) }

// Fatalf implements pebble.Logger. It returns to a commit, which then reports the failure. Elsewhere Pebble's state is not
// fit to go on: its goroutine is parked for good, with what it holds, so that nothing more is written.
func (f *failure) Fatalf(format string, args ...any) {
	f.set(fmt.Errorf(format, args...))
	if !strings.HasPrefix(format, commitFailed) {
		select {}
	}
}

func (f *failure) listener() *pebble.EventListener {
	return &pebble.EventListener{
		BackgroundError: func(err error) {
			f.log.Error("store: background work failed, trying again", "error", err)
			select {
			case <-time.After(backoff):
			case <-f.closing:
			}
		},
		// The read that met it returns the error. Without this, Pebble would end the process.
		DataCorruption: func(i pebble.DataCorruptionInfo) {
			f.log.Error("store: a file is damaged", "path", i.Path, "error", i.Details)
		},
		DiskSlow: func(i pebble.DiskSlowInfo) {
			f.log.Warn("store: disk is slow", "path", i.Path, "took", i.Duration)
		},
		WriteStallBegin: func(i pebble.WriteStallBeginInfo) {
			f.log.Warn("store: writes wait for compaction", "reason", i.Reason)
		},
	}
}
