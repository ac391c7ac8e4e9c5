package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

var at = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

func sample() *archive {
	return &archive{name: "rayscope_v1_linux_amd64", time: at, files: []member{
		{name: "xray", link: "rayscope"},
		{name: "rayscope", executable: true, content: []byte("program")},
		{name: "LICENSE", content: []byte("text")},
	}}
}

// A listed is what an archive says of a member.
type listed struct {
	name, link, content string
	mode                os.FileMode
}

func TestTar(t *testing.T) {
	dir := t.TempDir()
	if err := sample().write(dir, false); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, "rayscope_v1_linux_amd64.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var got []listed
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !h.ModTime.Equal(at) {
			t.Errorf("%s has time %v, want %v", h.Name, h.ModTime, at)
		}
		got = append(got, listed{h.Name, h.Linkname, string(b), os.FileMode(h.Mode)})
	}
	want := []listed{
		{"rayscope_v1_linux_amd64/LICENSE", "", "text", 0o644},
		{"rayscope_v1_linux_amd64/rayscope", "", "program", 0o755},
		{"rayscope_v1_linux_amd64/xray", "rayscope", "", 0o777},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestZip(t *testing.T) {
	dir := t.TempDir()
	a := sample()
	a.files = a.files[1:] // zip archives get no links
	if err := a.write(dir, true); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(filepath.Join(dir, "rayscope_v1_linux_amd64.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var got []listed
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Modified.Equal(at) {
			t.Errorf("%s has time %v, want %v", f.Name, f.Modified, at)
		}
		got = append(got, listed{f.Name, "", string(b), f.Mode()})
	}
	want := []listed{
		{"rayscope_v1_linux_amd64/LICENSE", "", "text", 0o644},
		{"rayscope_v1_linux_amd64/rayscope", "", "program", 0o755},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The same files, in whatever order, give the same bytes.
func TestReproducible(t *testing.T) {
	for _, name := range []string{"rayscope_v1_linux_amd64.tar.gz", "rayscope_v1_linux_amd64.zip"} {
		var all [][]byte
		for _, first := range []int{1, 2} {
			dir, a := t.TempDir(), sample()
			a.files[1], a.files[first] = a.files[first], a.files[1]
			if err := a.write(dir, filepath.Ext(name) == ".zip"); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, b)
		}
		if !bytes.Equal(all[0], all[1]) {
			t.Errorf("%s: two archives of the same files differ", name)
		}
	}
}

func TestSums(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"b": "", "a": "abc"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeSums(dir); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n" +
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestPackageVersion(t *testing.T) {
	for version, want := range map[string]string{
		"v1.2.3":                    "1.2.3",
		"v1.2.3-rc.1":               "1.2.3~rc.1",
		"v1.2.3-beta-12-gdbf638f":   "1.2.3~beta+12.gdbf638f",
		"v1.2.3-4-gdbf638f":         "1.2.3+4.gdbf638f",
		"v1.2.3-4-gdbf638f-dirty":   "1.2.3+4.gdbf638f+dirty",
		"dbf638f":                   "0~20261122170000",
		"dbf638f-dirty":             "0~20261122170000",
		"unknown":                   "0~20261122170000",
		"v1.2.3; rm -rf everything": "0~20261122170000",
	} {
		if got := packageVersion(version, at); got != want {
			t.Errorf("packageVersion(%q) = %q, want %q", version, got, want)
		}
	}
}
