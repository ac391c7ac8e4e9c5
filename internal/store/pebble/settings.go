package pebble

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/cockroachdb/pebble/v2"

	"github.com/rayscope/rayscope/internal/store"
)

// Settings implements store.Settings.
func (s *Store) Settings(ctx context.Context, a store.Account, prefix string) (list []store.Setting, err error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.leave()
	lower := appendSetting(nil, a, prefix)
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: successor(nil, lower)})
	if err != nil {
		return nil, fmt.Errorf("read settings of account %s: %w", a, err)
	}
	for ok := it.First(); ok; ok = it.Next() {
		if set := settingOf(it.Key(), it.Value()); set.Key != revisionKey {
			list = append(list, set)
		}
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return nil, fmt.Errorf("read settings of account %s: %w", a, err)
	}
	return list, nil
}

// Change implements store.Settings. Changes are made one after the other: they are rare.
func (s *Store) Change(ctx context.Context, a store.Account, changes ...store.Change) error {
	if err := s.enterToWrite(ctx); err != nil {
		return err
	}
	defer s.leave()
	size := 0
	for i := range changes {
		if err := checkChange(&changes[i]); err != nil {
			return err
		}
		size += len(changes[i].Key) + len(changes[i].Value)
	}
	if err := s.space.check(size); err != nil {
		return err
	}
	s.settings.Lock()
	defer s.settings.Unlock()
	w, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	if err := w.change(a, changes); err != nil {
		w.abandon()
		return err
	}
	return w.commit(ctx)
}

func checkChange(c *store.Change) error {
	switch {
	case len(c.Key) == 0 || len(c.Key) > store.MaxSettingKey || strings.HasPrefix(c.Key, "\x00"):
		return fmt.Errorf("change setting %.40q: the key has %d bytes, 1 to %d are allowed, and none may begin with a zero byte", c.Key, len(c.Key), store.MaxSettingKey)
	case len(c.Value) > store.MaxSettingValue:
		return fmt.Errorf("change setting %q: the value has %d bytes, %d is the most", c.Key, len(c.Value), store.MaxSettingValue)
	}
	return nil
}

// change puts the changes into the batch, all with the next revision of the account.
func (w *write) change(a store.Account, changes []store.Change) error {
	counter := appendSetting(nil, a, revisionKey)
	last, err := w.s.setting(counter)
	if err != nil {
		return err
	}
	next := last.Revision + 1
	for i := range changes {
		c := &changes[i]
		w.key = appendSetting(w.key[:0], a, c.Key)
		is, err := w.s.setting(w.key)
		switch {
		case err != nil:
			return err
		case c.Was != store.Any && c.Was != is.Revision:
			return fmt.Errorf("change setting %q: %w: it has revision %d, not %d", c.Key, store.ErrConflict, is.Revision, c.Was)
		case c.Value == nil:
			err = w.batch.Delete(w.key, nil)
		default:
			err = w.set(append(binary.BigEndian.AppendUint64(nil, next), c.Value...))
		}
		if err != nil {
			return fmt.Errorf("change setting %q: %w", c.Key, err)
		}
	}
	w.key = append(w.key[:0], counter...)
	return w.set(binary.BigEndian.AppendUint64(nil, next))
}

// setting reads one; the zero Setting if it is not there.
func (s *Store) setting(key []byte) (store.Setting, error) {
	v, closer, err := s.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return store.Setting{}, nil
	}
	if err != nil {
		return store.Setting{}, fmt.Errorf("read settings: %w", err)
	}
	is := settingOf(key, v)
	return is, closer.Close()
}

// settingOf copies a setting out of a row.
func settingOf(key, value []byte) store.Setting {
	return store.Setting{Key: string(key[accountEnd:]), Revision: binary.BigEndian.Uint64(value), Value: append([]byte{}, value[8:]...)}
}
