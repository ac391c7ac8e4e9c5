// Package logger writes the SDK's own messages to the logger that the user chose.
package logger

import (
	"fmt"
	"os"
	"sync/atomic"

	"github.com/rayscope/rayscope/xray/xraylog"
)

// current is read at every message and may be set at any time.
var current atomic.Pointer[xraylog.Logger]

func init() { Set(xraylog.NewDefaultLogger(os.Stdout, xraylog.LogLevelInfo)) }

// Set makes l the logger from now on; nil silences the SDK.
func Set(l xraylog.Logger) {
	if l == nil {
		l = xraylog.NullLogger
	}
	current.Store(&l)
}

// Get returns the logger.
func Get() xraylog.Logger { return *current.Load() }

// Debugf logs what the SDK does, step by step.
func Debugf(format string, args ...any) { log(xraylog.LogLevelDebug, format, args) }

// Infof logs what changed.
func Infof(format string, args ...any) { log(xraylog.LogLevelInfo, format, args) }

// Warnf logs what is odd.
func Warnf(format string, args ...any) { log(xraylog.LogLevelWarn, format, args) }

// Errorf logs what is wrong.
func Errorf(format string, args ...any) { log(xraylog.LogLevelError, format, args) }

func log(level xraylog.LogLevel, format string, args []any) {
	Get().Log(level, message{format, args})
}

// A message is formatted when it is asked for its text.
type message struct {
	format string
	args   []any
}

func (m message) String() string { return fmt.Sprintf(m.format, m.args...) }
