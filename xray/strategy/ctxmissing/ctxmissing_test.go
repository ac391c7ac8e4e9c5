package ctxmissing_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/strategy/ctxmissing"
	"github.com/rayscope/rayscope/xray/xraylog"
)

// A record keeps messages.
type record struct {
	mu    sync.Mutex
	lines []string
}

func (r *record) Log(level xraylog.LogLevel, msg fmt.Stringer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, level.String()+" "+msg.String())
}

// listen gives the SDK's messages of one test.
func listen(t *testing.T) *record {
	before, r := logger.Get(), &record{}
	logger.Set(r)
	t.Cleanup(func() { logger.Set(before) })
	return r
}

func TestRuntimeError(t *testing.T) {
	defer func() {
		if got := recover(); got != "no segment" {
			t.Errorf("panic with %v, want no segment", got)
		}
	}()
	ctxmissing.NewDefaultRuntimeErrorStrategy().ContextMissing("no segment")
	t.Error("no panic")
}

func TestIgnoreError(t *testing.T) {
	r := listen(t)
	ctxmissing.NewDefaultIgnoreErrorStrategy().ContextMissing("no segment")
	if len(r.lines) > 0 {
		t.Errorf("logged %q, want nothing", r.lines)
	}
}

func TestLogErrorIsHushed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := listen(t)
		var s ctxmissing.DefaultLogErrorStrategy // the zero value is ready
		for range 5 {
			s.ContextMissing("a")
		}
		s.ContextMissing("b")
		<-time.After(time.Second)
		s.ContextMissing("a")
		s.ContextMissing("b")
		const begin = "ERROR Suppressing AWS X-Ray context missing panic: "
		want := []string{begin + "a", begin + "b", begin + "a (and 4 more before)", begin + "b"}
		if !slices.Equal(r.lines, want) {
			t.Errorf("got %q, want %q", r.lines, want)
		}
	})
}

func TestLogErrorIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := listen(t)
		s := ctxmissing.NewDefaultLogErrorStrategy()
		for i := range 1000 {
			s.ContextMissing(i)
		}
		if got := len(r.lines); got != 64 {
			t.Errorf("%d of 1,000 different messages logged within a second, want 64", got)
		}
		<-time.After(time.Second)
		s.ContextMissing("late")
		if got := r.lines[len(r.lines)-1]; !strings.HasSuffix(got, "late (and 936 more before)") {
			t.Errorf("a second later %q was logged, want the count of those hushed", got)
		}
	})
}

func TestLogErrorConcurrently(t *testing.T) {
	r := listen(t)
	s := ctxmissing.NewDefaultLogErrorStrategy()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 100 {
				s.ContextMissing(i % 3)
			}
		})
	}
	all.Wait()
	if len(r.lines) < 3 {
		t.Errorf("%d lines, want each text at least once", len(r.lines))
	}
}
