package pebble

import (
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/store"
)

// Accounts implements store.Sealer.
func (s *Store) Accounts(ctx context.Context) (list []store.Account, err error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.leave()
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{tagDigest}, UpperBound: []byte{tagDigest + 1}})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	var next []byte
	for ok := it.First(); ok && err == nil; ok = it.SeekGE(next) {
		a := accountOf(it.Key())
		list = append(list, a)
		next = appendAccount(next[:0], tagDigest, a+1)
		err = s.step(ctx)
	}
	if err := errors.Join(err, it.Error(), it.Close()); err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return list, nil
}

// Unsealed implements store.Sealer. Minutes from before the store was opened are looked for once for each account, with a
// seek for each minute that has traces.
func (s *Store) Unsealed(ctx context.Context, a store.Account, last store.Minute, limit int) ([]store.Unsealed, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.leave()
	if !s.seals.walked(a) {
		if err := s.walk(ctx, a); err != nil {
			return nil, err
		}
		s.seals.setWalked(a)
	}
	return s.seals.list(a, last, limit), nil
}

// walk enters the minutes of the account that have traces.
func (s *Store) walk(ctx context.Context, a store.Account) (err error) {
	r, err := s.newReader(tagDigest, a, nil, nil)
	if err != nil {
		return err
	}
	defer r.close(&err)
	for ok := r.it.First(); ok; ok = r.it.SeekGE(r.seek) {
		if err := s.step(ctx); err != nil {
			return err
		}
		m := positionOf(r.it.Key()[accountEnd:]).Home.Minute()
		s.seals.found(minuteKey{a, m})
		r.seek = appendBehind(r.seek[:0], a, m)
	}
	return r.err()
}
