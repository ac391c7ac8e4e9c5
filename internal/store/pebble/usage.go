package pebble

import (
	"context"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

var _ store.Gauge = (*Store)(nil)

// Usage implements store.Gauge. What has not been sorted into tables yet counts as the log.
func (s *Store) Usage(ctx context.Context, account store.Account) (u store.Usage, err error) {
	if err := s.enter(ctx); err != nil {
		return u, err
	}
	defer s.leave()
	if err := s.failure.cause(); err != nil {
		return u, err
	}
	for _, r := range []struct {
		tag byte
		to  *uint64
	}{
		{tagDocument, &u.Documents}, {tagDigest, &u.Digests}, {tagActivity, &u.Index}, {tagLocator, &u.Index},
		{tagMinute, &u.Rollups}, {tagSetting, &u.Settings},
	} {
		n, err := s.db.EstimateDiskUsage([]byte{r.tag}, []byte{r.tag + 1})
		if err != nil {
			return u, fmt.Errorf("estimate the size of key range %q: %w", r.tag, err)
		}
		*r.to += n
	}
	total := s.db.Metrics().DiskSpaceUsage()
	u.Log = total - min(total, u.Documents+u.Digests+u.Index+u.Rollups+u.Settings)
	u.Oldest, u.Newest, err = s.ends(ctx, account)
	return u, err
}

// ends are the homes of the account's oldest and newest trace, 0 if there is none.
func (s *Store) ends(ctx context.Context, account store.Account) (oldest, newest segment.Time, err error) {
	it, err := s.db.NewIterWithContext(ctx, &pebble.IterOptions{
		LowerBound: appendAccount(nil, tagDigest, account),
		UpperBound: appendAccount(nil, tagDigest, account+1),
	})
	if err != nil {
		return 0, 0, fmt.Errorf("look for the oldest trace: %w", err)
	}
	if it.First() {
		newest = positionOf(it.Key()[accountEnd:]).Home.Time()
	}
	if it.Last() {
		oldest = positionOf(it.Key()[accountEnd:]).Home.Time()
	}
	if err := it.Close(); err != nil {
		return 0, 0, fmt.Errorf("look for the oldest trace: %w", err)
	}
	return oldest, newest, nil
}
