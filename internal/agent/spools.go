package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rayscope/rayscope/internal/relay"
	"github.com/rayscope/rayscope/internal/spool"
)

// spools are the open ones. While a pipeline takes over from another both use the same spool of an endpoint.
type spools struct {
	log *slog.Logger

	mu   sync.Mutex // guards open spools and their users
	refs map[string]*spoolRef
}

type spoolRef struct {
	dir   string
	spool *spool.Spool
	drops relay.Drops
	users int
}

// open is the spool of the endpoint, below the configured directory.
func (s *spools) open(c *Config, endpoint string) (*spoolRef, error) {
	dir := filepath.Join(c.SpoolDir, spoolName(endpoint))
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.refs[dir]; r != nil {
		r.users++
		return r, nil
	}
	r := &spoolRef{dir: dir, users: 1}
	var err error
	r.spool, err = spool.Open(dir, spool.Options{
		MaxBytes: c.SpoolMax,
		MaxAge:   c.SpoolMaxAge,
		Now:      time.Now,
		Dropped:  r.drops.Count,
		Failed: func(err error) {
			s.log.Error("the spool's disk fails", "spool", dir, "error", err.Error())
		},
	})
	if err != nil {
		return nil, err
	}
	if st := r.spool.Stats(); st.Documents > 0 {
		s.log.Info("documents of an earlier run wait on disk and are sent first", "endpoint", endpoint, "spool", dir,
			"documents", st.Documents, "bytes", st.Bytes, "oldest", st.Oldest)
	}
	if s.refs == nil {
		s.refs = map[string]*spoolRef{}
	}
	s.refs[dir] = r
	return r, nil
}

// giveBack closes those that nobody else uses.
func (s *spools) giveBack(refs []*spoolRef) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range refs {
		if r.users--; r.users > 0 {
			continue
		}
		delete(s.refs, r.dir)
		if st := r.spool.Stats(); st.Documents > 0 {
			s.log.Info("documents wait on disk for the next start", "spool", r.dir, "documents", st.Documents, "bytes", st.Bytes)
		}
		err = errors.Join(err, r.spool.Close())
	}
	return err
}

// others are directories of endpoints that are no longer configured: what waits in them is sent when they are again.
func (s *spools) others(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // not there yet, or the spools in it have said so
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, e := range entries {
		if e.IsDir() && s.refs[filepath.Join(dir, e.Name())] == nil && strings.Contains(e.Name(), "-") {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names
}

// hashLength is the hex digits that tell endpoints of the same host apart.
const hashLength = 8

// spoolName is the directory of an endpoint: its host for people, and a hash of the whole URL.
func spoolName(endpoint string) string {
	host := "endpoint"
	if u, err := url.Parse(endpoint); err == nil {
		host = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
				return r
			}
			return '_'
		}, strings.ToLower(u.Host))
	}
	sum := sha256.Sum256([]byte(endpoint))
	return fmt.Sprintf("%s-%s", host, hex.EncodeToString(sum[:])[:hashLength])
}
