package pebble

import "context"

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
