// Package xraylog is what the SDK writes its own messages to: a small interface, a logger for a stream, one for log/slog and one that
// says nothing. Choose with xray.SetLogger.
package xraylog

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

// A Logger takes the SDK's messages. Log may be called from many goroutines at once. A message costs little until its String is
// called, so leave the call out for levels that are not wanted.
type Logger interface {
	Log(level LogLevel, msg fmt.Stringer)
}

// A LogLevel is the weight of a message; a higher one weighs more.
type LogLevel int

const (
	LogLevelDebug LogLevel = iota + 1 // what the SDK does, step by step
	LogLevelInfo                      // what changed, such as new sampling rules
	LogLevelWarn                      // something is odd, and traces may be poorer for it
	LogLevelError                     // something is wrong, and traces are lost or not begun
)

// String is the level's name in capitals.
func (l LogLevel) String() string {
	switch l {
	case LogLevelDebug:
		return "DEBUG"
	case LogLevelInfo:
		return "INFO"
	case LogLevelWarn:
		return "WARN"
	case LogLevelError:
		return "ERROR"
	}
	return fmt.Sprintf("UNKNOWNLOGLEVEL<%d>", int(l))
}

// NewDefaultLogger returns a Logger that writes a line with time and level to w for each message of minLogLevel or above.
// It writes one line at a time, with one Write each; errors of w are ignored, as there is nowhere left to tell them.
func NewDefaultLogger(w io.Writer, minLogLevel LogLevel) Logger {
	return &streamLogger{w: w, min: minLogLevel}
}

type streamLogger struct {
	min LogLevel
	mu  sync.Mutex // guards writing to w
	w   io.Writer
}

func (l *streamLogger) Log(level LogLevel, msg fmt.Stringer) {
	if level < l.min {
		return
	}
	line := fmt.Appendf(nil, "%s [%s] %s\n", time.Now().Format(time.RFC3339), level, msg)
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.w.Write(line)
}

// NewSlogLogger returns a Logger that hands messages to l, or to slog.Default() at the time of each message if l is nil. Their
// texts are made only when l's handler is enabled for the level.
func NewSlogLogger(l *slog.Logger) Logger { return slogLogger{l} }

type slogLogger struct{ to *slog.Logger }

func (l slogLogger) Log(level LogLevel, msg fmt.Stringer) {
	to := l.to
	if to == nil {
		to = slog.Default()
	}
	if ctx, sl := context.Background(), slogLevel(level); to.Enabled(ctx, sl) {
		to.Log(ctx, sl, msg.String())
	}
}

// slogLevel maps our four names to slog's, which are four apart.
func slogLevel(l LogLevel) slog.Level {
	return slog.LevelDebug + slog.Level(l-LogLevelDebug)*(slog.LevelInfo-slog.LevelDebug)
}

// NullLogger drops every message.
var NullLogger = nullLogger{}

type nullLogger struct{}

func (nullLogger) Log(LogLevel, fmt.Stringer) {}
