package xraylog_test

import (
	"bytes"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray/xraylog"
)

// A text counts how often it is asked for itself.
type text struct{ asked *int }

func (t text) String() string { *t.asked++; return "a message" }

var levels = []xraylog.LogLevel{xraylog.LogLevelDebug, xraylog.LogLevelInfo, xraylog.LogLevelWarn, xraylog.LogLevelError}

func TestDefaultLogger(t *testing.T) {
	var out bytes.Buffer
	asked := 0
	l := xraylog.NewDefaultLogger(&out, xraylog.LogLevelWarn)
	for _, level := range levels {
		l.Log(level, text{&asked})
	}
	want := regexp.MustCompile(`^\S+T\S+ \[WARN\] a message\n\S+T\S+ \[ERROR\] a message\n$`)
	if !want.MatchString(out.String()) || asked != 2 {
		t.Errorf("got %q, texts asked for %d times; want lines of WARN and ERROR, 2 times", out.String(), asked)
	}
}

func TestSlogLogger(t *testing.T) {
	var out bytes.Buffer
	asked := 0
	to := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo}))
	l := xraylog.NewSlogLogger(to)
	for _, level := range levels {
		l.Log(level, text{&asked})
	}
	for _, want := range []string{"level=INFO", "level=WARN", "level=ERROR"} {
		if strings.Count(out.String(), want+` msg="a message"`) != 1 {
			t.Errorf("got %q, want one line with %s", out.String(), want)
		}
	}
	if asked != 3 {
		t.Errorf("texts asked for %d times, want 3: none for debug", asked)
	}
}

func TestSlogDefault(t *testing.T) {
	var out bytes.Buffer
	before := slog.Default()
	defer slog.SetDefault(before)
	l := xraylog.NewSlogLogger(nil)
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	l.Log(xraylog.LogLevelError, text{new(int)})
	if !strings.Contains(out.String(), `level=ERROR msg="a message"`) {
		t.Errorf("got %q, want the message in the default logger of that time", out.String())
	}
}

func TestLevelNames(t *testing.T) {
	for level, want := range map[xraylog.LogLevel]string{1: "DEBUG", 2: "INFO", 3: "WARN", 4: "ERROR", 0: "UNKNOWNLOGLEVEL<0>", 9: "UNKNOWNLOGLEVEL<9>"} {
		if got := level.String(); got != want {
			t.Errorf("level %d is called %q, want %q", int(level), got, want)
		}
	}
}
