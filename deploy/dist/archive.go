package main

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A member is a file of an archive, or a symbolic link.
type member struct {
	name       string
	executable bool
	content    []byte
	link       string // what a symbolic link points to
}

func (m *member) mode() int64 {
	switch {
	case m.link != "":
		return 0o777
	case m.executable:
		return 0o755
	}
	return 0o644
}

// An archive holds members below a directory of its own name.
type archive struct {
	name  string
	time  time.Time
	files []member
}

// write makes the archive in dir: .zip or .tar.gz.
func (a *archive) write(dir string, zipped bool) (err error) {
	slices.SortFunc(a.files, func(x, y member) int { return strings.Compare(x.name, y.name) })
	pack, name := a.tar, a.name+".tar.gz"
	if zipped {
		pack, name = a.zip, a.name+".zip"
	}
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := bufio.NewWriter(f)
	if err := pack(w); err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	return w.Flush()
}

func (a *archive) tar(w io.Writer) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	for _, m := range a.files {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: a.name + "/" + m.name, Size: int64(len(m.content)), Mode: m.mode(), ModTime: a.time,
			Uname: "root", Gname: "root"}
		if m.link != "" {
			h.Typeflag, h.Linkname = tar.TypeSymlink, m.link
		}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(m.content); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

func (a *archive) zip(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, m := range a.files {
		h := &zip.FileHeader{Name: a.name + "/" + m.name, Method: zip.Deflate, Modified: a.time}
		h.SetMode(os.FileMode(m.mode()))
		f, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := f.Write(m.content); err != nil {
			return err
		}
	}
	return z.Close()
}

// xrayCommand stands in zip archives for the link named xray: a copy would make them twice as large.
const xrayCommand = "@rem The name of the AWS X-Ray daemon, for scripts that call it. One that calls xray.exe needs a copy of rayscope.exe of that name.\r\n" +
	"@\"%~dp0rayscope.exe\" daemon %*\r\n"

// files are those of a platform's archive.
func (d *dist) files(p platform, program string) (files []member, err error) {
	add := func(name, from string, executable bool) {
		var b []byte
		if err == nil {
			b, err = os.ReadFile(from)
		}
		files = append(files, member{name: name, executable: executable, content: b})
	}
	add(filepath.Base(program), program, true)
	for _, from := range []string{"LICENSE", "README.md", "docs/daemon.md", "deploy/cfg.yaml"} {
		add(filepath.Base(from), from, false)
	}
	switch p.os {
	case "windows":
		files = append(files, member{name: "xray.cmd", content: []byte(xrayCommand)})
		return files, err
	case "linux":
		add("rayscope-daemon.service", "deploy/systemd/rayscope-daemon.service", false)
	case "darwin":
		add("io.rayscope.daemon.plist", "deploy/launchd/io.rayscope.daemon.plist", false)
	}
	return append(files, member{name: "xray", link: filepath.Base(program)}), err
}

// writeSums writes SHA256SUMS over all that is in the directory, in the form that sha256sum -c reads.
func writeSums(dir string) error {
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(b), e.Name())
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(sums.String()), 0o644)
}
