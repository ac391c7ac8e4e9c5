package agent

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLines(t *testing.T) {
	var b bytes.Buffer
	l, err := OpenLog(LogConfig{Level: slog.LevelInfo}, &b, &b)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 7, 14, 11, 30, 0, 5, time.FixedZone("", 7200))
	for _, tt := range []struct {
		level slog.Level
		msg   string
		attrs []slog.Attr
		with  func(slog.Handler) slog.Handler
		want  string
	}{
		{slog.LevelInfo, "Using region: eu-west-1", nil, nil, "[Info] Using region: eu-west-1"},
		{slog.LevelWarn, "slow", []slog.Attr{slog.Int("n", 2), slog.String("why", "a b"), slog.Any("err", errors.New("x=1")), slog.Duration("for", time.Second), slog.Time("at", at)}, nil,
			`[Warn] slow n=2 why="a b" err="x=1" for=1s at=2026-07-14T09:30:00.000000005Z`},
		{slog.LevelError, "two\nlines\xff", []slog.Attr{slog.String("none", ""), {}, slog.String("bad", "a\nb")}, nil, `[Error] "two\nlines\xff" none="" bad="a\nb"`},
		{slog.LevelInfo, "groups", []slog.Attr{slog.Group("g", "a", 1, slog.Group("h", "b", 2)), slog.Group("", "c", 3)},
			func(h slog.Handler) slog.Handler {
				return h.WithAttrs([]slog.Attr{slog.Int("z", 0)}).WithGroup("").WithGroup("w").WithAttrs([]slog.Attr{slog.Int("y", 1)})
			}, "[Info] groups z=0 w.y=1 w.g.a=1 w.g.h.b=2 w.c=3"},
	} {
		h := l.Handler()
		if tt.with != nil {
			h = tt.with(h)
		}
		r := slog.NewRecord(at, tt.level, tt.msg, 0)
		r.AddAttrs(tt.attrs...)
		b.Reset()
		if err := h.Handle(t.Context(), r); err != nil || b.String() != "2026-07-14T09:30:00Z "+tt.want+"\n" {
			t.Errorf("got %q, error %v; want %q", &b, err, tt.want)
		}
	}
	b.Reset()
	l.Debug("no")
	if err := l.change(LogConfig{Level: slog.LevelDebug}); err != nil {
		t.Fatal(err)
	}
	l.Debug("yes")
	if got := b.String(); !strings.HasSuffix(got, " [Debug] yes\n") || strings.Contains(got, "no") {
		t.Errorf("got %q, want the second line only", got)
	}
}

func TestLogFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "new", "xray.log")
	var stderr bytes.Buffer
	f, err := openLogFile(name, 10, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	write := func(lines ...string) {
		t.Helper()
		for _, l := range lines {
			if n, err := f.Write([]byte(l)); n != len(l) || err != nil {
				t.Fatalf("write %q: got %d, %v", l, n, err)
			}
		}
	}
	check := func(step, want, wantOld, wantErr string) {
		t.Helper()
		is, _ := os.ReadFile(name)
		old, _ := os.ReadFile(name + ".1")
		if string(is) != want || string(old) != wantOld || !strings.Contains(stderr.String(), wantErr) || wantErr == "" && stderr.Len() > 0 {
			t.Fatalf("%s: got %q, old %q, stderr %q; want %q, %q, %q", step, is, old, &stderr, want, wantOld, wantErr)
		}
	}
	write("12345678\n", "a\n")
	check("full", "a\n", "12345678\n", "")
	write("0123456789abcdef\n", "b\n")
	check("a line longer than the bound", "b\n", "0123456789abcdef\n", "")
	if err := os.Rename(name, name+".1"); err != nil {
		t.Fatal(err)
	}
	write("c\n")
	if err := f.reopen(0); err != nil {
		t.Fatal(err)
	}
	write("0123456789\n", "0123456789\n")
	check("reopened, without a bound", "0123456789\n0123456789\n", "b\nc\n", "")

	if err := errors.Join(f.reopen(10), os.Remove(name+".1"), os.MkdirAll(filepath.Join(name+".1", "x"), 0o755)); err != nil {
		t.Fatal(err)
	}
	write("d\n", "e\n")
	check("cannot be renamed", "0123456789\n0123456789\nd\ne\n", "", "rotate the log: ")

	if err := errors.Join(f.close(), f.close()); err != nil {
		t.Fatal(err)
	}
	write("late\n")
	check("closed", "0123456789\n0123456789\nd\ne\n", "", "late\n")
	if _, err := openLogFile(filepath.Join(name, "x"), 0, &stderr); err == nil {
		t.Error("a log below a file could be opened")
	}
}
