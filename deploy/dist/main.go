// Command dist builds what is handed out: archives of the program for each platform, with the list of their checksums, and
// with -nfpm the packages for Linux. The same commit, Go release and tools give the same bytes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var d dist
	flag.StringVar(&d.version, "version", "", "`name` of the release, as git describe gives it")
	flag.StringVar(&d.nfpm, "nfpm", "", "nfpm `program`: makes .deb and .rpm, too")
	flag.Parse()
	if err := d.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// Where programs and archives go. Both are made anew.
const (
	buildDir = "bin/build"
	distDir  = "bin/dist"
)

// A platform is an operating system and an architecture, in Go's words.
type platform struct{ os, arch string }

func (p platform) String() string { return p.os + "_" + p.arch }

var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// A dist is one run, in the top directory of the repository.
type dist struct {
	version     string
	nfpm        string    // empty: no packages
	time        time.Time // of everything in the archives
	steps, done int
}

func (d *dist) run(ctx context.Context) (err error) {
	if d.version == "" {
		return errors.New("a version is needed: -version=$(git describe --tags --always --dirty)")
	}
	if _, err := os.Stat("web/dist/index.html"); err != nil {
		return fmt.Errorf("the programs would have no console: make web/dist/index.html first, which needs Node.js: %w", err)
	}
	if d.time, err = commitTime(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(distDir); err != nil {
		return err
	}
	if err := os.MkdirAll(distDir, 0o755); err != nil {
		return err
	}
	d.steps = 2 * len(platforms)
	if d.nfpm != "" {
		d.steps += len(packages)
	}
	if err := d.archives(ctx); err != nil {
		return err
	}
	if d.nfpm != "" {
		if err := d.packages(ctx); err != nil {
			return err
		}
	}
	return writeSums(distDir)
}

// archives builds the programs one after the other, as each build has all cores busy, and packs them.
func (d *dist) archives(ctx context.Context) error {
	for _, p := range platforms {
		d.step("build %s", p)
		program, err := d.build(ctx, p)
		if err != nil {
			return err
		}
		files, err := d.files(p, program)
		if err != nil {
			return err
		}
		a := archive{name: fmt.Sprintf("rayscope_%s_%s", d.version, p), time: d.time, files: files}
		d.step("pack %s", a.name)
		if err := a.write(distDir, p.os == "windows"); err != nil {
			return err
		}
	}
	return nil
}

// step says what comes next, on a line of its own: builds have their own output.
func (d *dist) step(format string, args ...any) {
	d.done++
	fmt.Fprintf(os.Stderr, "[%2d/%d] %s\n", d.done, d.steps, fmt.Sprintf(format, args...))
}

// built is where the program of a platform is put.
func built(p platform) string { return filepath.Join(buildDir, p.String(), program(p)) }

func program(p platform) string {
	if p.os == "windows" {
		return "rayscope.exe"
	}
	return "rayscope"
}

func (d *dist) build(ctx context.Context, p platform) (string, error) {
	out := built(p)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w -X main.release="+d.version, "-o", out, "./cmd/rayscope")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.os, "GOARCH="+p.arch)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build for %s: %w", p, err)
	}
	return out, nil
}

// commitTime is SOURCE_DATE_EPOCH, else the time of the commit that is checked out.
func commitTime(ctx context.Context) (time.Time, error) {
	text, from := os.Getenv("SOURCE_DATE_EPOCH"), "SOURCE_DATE_EPOCH"
	if text == "" {
		from = "git log"
		out, err := exec.CommandContext(ctx, "git", "log", "-1", "--format=%ct").Output()
		if err != nil {
			return time.Time{}, fmt.Errorf("time of the commit: git log: %w; set SOURCE_DATE_EPOCH where there is no checkout", err)
		}
		text = strings.TrimSpace(string(out))
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s gives %q: a number of seconds is needed", from, text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
