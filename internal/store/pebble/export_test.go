package pebble

import (
	"context"

	"github.com/cockroachdb/pebble/v2"
)

// SealedBytes is how much the sealed minutes take in tables, compacted.
func SealedBytes(s *Store) (uint64, error) {
	if err := s.db.Flush(); err != nil {
		return 0, err
	}
	if err := s.db.Compact(context.Background(), []byte{tagMinute}, []byte{tagMinute + 1}, false); err != nil {
		return 0, err
	}
	return s.db.EstimateDiskUsage([]byte{tagMinute}, []byte{tagMinute + 1})
}

// SealedKeys counts the keys of sealed minutes: marks, and contents.
func SealedKeys(s *Store) (n int, err error) {
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{tagMinute}, UpperBound: []byte{tagMinute + 1}})
	if err != nil {
		return 0, err
	}
	for ok := it.First(); ok; ok = it.Next() {
		n++
	}
	return n, it.Close()
}

// Flush sorts into tables what is in memory.
func Flush(s *Store) error { return s.db.Flush() }
