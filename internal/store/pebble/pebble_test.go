package pebble_test

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
	"github.com/rayscope/rayscope/internal/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		return open(t, vfs.NewMem(), pebble.Options{})
	}, storetest.Options{})
}

// open opens the data directory "data" of fs.
func open(t *testing.T, fs vfs.FS, o pebble.Options) *pebble.Store {
	t.Helper()
	o.FS = fs
	s, err := pebble.Open("data", o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
