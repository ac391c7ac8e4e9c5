package agent

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Log is where the daemon writes what happens.
type Log struct {
	*slog.Logger
	level slog.LevelVar
	file  *logFile // nil: the log goes to the process's own stream
}

// OpenLog opens the log. Without a file it goes to out; what a file cannot take goes to errors.
func OpenLog(c LogConfig, out, errors io.Writer) (*Log, error) {
	l := &Log{}
	l.level.Set(c.Level)
	if c.File != "" {
		f, err := openLogFile(c.File, c.rotateAt(), errors)
		if err != nil {
			return nil, err
		}
		l.file, out = f, f
	}
	if c.JSON {
		l.Logger = slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: &l.level}))
	} else {
		l.Logger = slog.New(&lineHandler{level: &l.level, out: &lineWriter{to: out}})
	}
	return l, nil
}

func (c *LogConfig) rotateAt() int64 {
	if !c.Rotate {
		return 0
	}
	return c.Max
}

// change sets what can be changed while the log is open, and opens its file anew, as programs that rotate logs ask for.
func (l *Log) change(c LogConfig) error {
	l.level.Set(c.Level)
	if l.file == nil {
		return nil
	}
	return l.file.reopen(c.rotateAt())
}

// Close closes the file, if there is one.
func (l *Log) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.close()
}

// A lineHandler writes lines of the X-Ray daemon's form, so that what searches its logs finds the same in ours:
//
//	2026-07-14T09:30:00Z [Info] message key=value group.key="two words"
type lineHandler struct {
	level slog.Leveler
	out   *lineWriter
	group string // of attributes to come: "group."
	attrs []byte // written already
}

// A lineWriter writes one line at a time.
type lineWriter struct {
	mu sync.Mutex // guards to
	to io.Writer
}

func (h *lineHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level.Level() }

func (h *lineHandler) Handle(_ context.Context, r slog.Record) error {
	b := r.Time.UTC().AppendFormat(nil, time.RFC3339)
	b = append(append(append(b, " ["...), levelName(r.Level)...), "] "...)
	b = appendMessage(b, r.Message)
	b = append(b, h.attrs...)
	r.Attrs(func(a slog.Attr) bool {
		b = appendAttr(b, h.group, a)
		return true
	})
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	_, err := h.out.to.Write(append(b, '\n'))
	return err
}

func (h *lineHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *h
	c.attrs = append([]byte(nil), h.attrs...)
	for _, a := range attrs {
		c.attrs = appendAttr(c.attrs, h.group, a)
	}
	return &c
}

func (h *lineHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	c := *h
	c.group += name + "."
	return &c
}

func levelName(l slog.Level) string {
	switch {
	case l < slog.LevelInfo:
		return "Debug"
	case l < slog.LevelWarn:
		return "Info"
	case l < slog.LevelError:
		return "Warn"
	}
	return "Error"
}

// appendMessage keeps a message on its line.
func appendMessage(b []byte, s string) []byte {
	if oneLine(s) {
		return append(b, s...)
	}
	return strconv.AppendQuote(b, s)
}

// appendAttr writes " key=value", or the members of a group.
func appendAttr(b []byte, group string, a slog.Attr) []byte {
	v := a.Value.Resolve()
	switch {
	case a.Equal(slog.Attr{}):
		return b
	case v.Kind() == slog.KindGroup:
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, member := range v.Group() {
			b = appendAttr(b, group, member)
		}
		return b
	}
	b = append(append(append(b, ' '), group...), a.Key...)
	b = append(b, '=')
	s := text(v)
	if !plain(s) {
		return strconv.AppendQuote(b, s)
	}
	return append(b, s...)
}

// text is a value for people.
func text(v slog.Value) string {
	if v.Kind() == slog.KindTime {
		return v.Time().UTC().Format(time.RFC3339Nano)
	}
	return v.String()
}

// oneLine tells whether the text can stand in a line as it is.
func oneLine(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// plain tells whether a value can be told from its neighbours without quotes.
func plain(s string) bool {
	for _, r := range s {
		if r == ' ' || r == '"' || r == '=' {
			return false
		}
	}
	return s != "" && oneLine(s)
}
