package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// A server is a process of `rayscope serve` with a data directory of its own.
type server struct {
	*process
	url, udp string
}

func start(binary string) (*server, error) {
	dir, err := os.MkdirTemp("", "rayscope-bench-")
	if err != nil {
		return nil, err
	}
	api, err := freePort()
	if err != nil {
		return nil, err
	}
	daemon, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://" + api, udp: daemon}
	cmd := exec.Command(binary, "serve", "--listen", api, "--daemon-listen", daemon, "--data-dir", filepath.Join(dir, dataDir))
	if s.process, err = launch(cmd, dir, func() bool { return answers(s.url + "/readyz") }); err != nil {
		_ = os.RemoveAll(dir) // a directory for temporary files: the system removes what is left
		return nil, err
	}
	return s, nil
}

// dataDir is the data directory below the process's.
const dataDir = "data"

func (s *server) data() string { return filepath.Join(s.dir, dataDir) }

func (s *server) stop() error {
	err := s.quit()
	_ = os.RemoveAll(s.dir) // a directory for temporary files: the system removes what is left
	return err
}

// metric is the sum of all series of a metric.
func (s *server) metric(name string) (float64, error) { return metric(s.url, name) }

// disk is the bytes in the data directory.
func (s *server) disk() (n int64) {
	_ = filepath.WalkDir(s.data(), func(_ string, d fs.DirEntry, err error) error {
		if err == nil {
			if i, err := d.Info(); err == nil && i.Mode().IsRegular() {
				n += i.Size()
			}
		}
		return nil // files come and go
	})
	return n
}
