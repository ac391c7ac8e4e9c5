package logger_test

import (
	"bytes"
	"fmt"
	"regexp"
	"testing"

	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/xraylog"
)

// costly counts how often it is formatted.
type costly struct{ times *int }

func (c costly) Format(s fmt.State, _ rune) { *c.times++; _, _ = fmt.Fprint(s, "value") }

func TestLevels(t *testing.T) {
	before := logger.Get()
	defer logger.Set(before)
	var out bytes.Buffer
	times := 0
	logger.Set(xraylog.NewDefaultLogger(&out, xraylog.LogLevelWarn))
	for _, log := range []func(string, ...any){logger.Debugf, logger.Infof, logger.Warnf, logger.Errorf} {
		log("the %v", costly{&times})
	}
	want := regexp.MustCompile(`^\S+ \[WARN\] the value\n\S+ \[ERROR\] the value\n$`)
	if !want.MatchString(out.String()) || times != 2 {
		t.Errorf("got %q, formatted %d times; want two lines, 2 times", out.String(), times)
	}
}

func TestNilSilences(t *testing.T) {
	before := logger.Get()
	defer logger.Set(before)
	logger.Set(nil)
	times := 0
	logger.Errorf("the %v", costly{&times})
	if times != 0 {
		t.Errorf("a message for nobody was formatted %d times", times)
	}
}
