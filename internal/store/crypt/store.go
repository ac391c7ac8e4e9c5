package crypt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// A Store is a store whose documents may be encrypted. All else goes to the engine as it is. It is safe for concurrent
// use.
type Store struct {
	store.Store
	key    *Key // nil: none
	wanted Wanted
	codec  *codec
	pool   sync.Pool // of *batch

	mu    sync.Mutex // guards noted
	noted bool       // the engine remembers that documents are encrypted with the key
}

// Wanted tells whether the documents of an account are to be encrypted now. It is asked at each Append while there is a
// key.
type Wanted func(ctx context.Context, account store.Account) (bool, error)

// Which key documents in the engine are encrypted with is kept as a setting, for all accounts together.
const (
	noteAccount = store.Account(0)
	noteKey     = "encryption/check"
)

type note struct{ Key string }

// Open puts encryption in front of an engine. The key may be nil: then nothing is encrypted.
//
// ErrKey: documents in the engine are encrypted with another key, or the account wants encryption, and there is no key or
// the wrong one. The sentence says which key is needed.
func Open(ctx context.Context, engine store.Store, key *Key, wanted Wanted, account store.Account) (*Store, error) {
	s := &Store{Store: engine, key: key, wanted: wanted, pool: sync.Pool{New: func() any { return new(batch) }}}
	used, err := s.readNote(ctx)
	if err != nil {
		return nil, err
	}
	s.noted = used != ""
	switch {
	case s.noted && key == nil:
		return nil, fmt.Errorf("%w: there are documents encrypted with key %s, and no key is given", ErrKey, used)
	case s.noted && key.ID() != used:
		return nil, fmt.Errorf("%w: there are documents encrypted with key %s, and the key given is %s", ErrKey, used, key.ID())
	case key == nil:
		want, err := wanted(ctx, account)
		if err != nil {
			return nil, fmt.Errorf("read whether account %s wants encryption: %w", account, err)
		}
		if want {
			return nil, fmt.Errorf("%w: account %s has encryption set, and no key is given", ErrKey, account)
		}
	}
	s.codec, err = newCodec()
	return s, err
}

func (s *Store) readNote(ctx context.Context) (keyID string, err error) {
	list, err := s.Store.Settings(ctx, noteAccount, noteKey)
	if err != nil {
		return "", fmt.Errorf("read which key documents are encrypted with: %w", err)
	}
	for i := range list {
		if list[i].Key != noteKey {
			continue
		}
		var n note
		if err := json.Unmarshal(list[i].Value, &n); err != nil {
			return "", fmt.Errorf("read setting %q: %w", noteKey, err)
		}
		return n.Key, nil
	}
	return "", nil
}

// remember notes which key is used, durably, before the first document is encrypted with it.
func (s *Store) remember(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.noted {
		return nil
	}
	value, err := json.Marshal(note{s.key.ID()})
	if err != nil {
		return fmt.Errorf("encode setting %q: %w", noteKey, err)
	}
	// Another server on the same engine may have been first, or this one without having learned of it.
	err = s.Change(ctx, noteAccount, store.Change{Key: noteKey, Value: value})
	if errors.Is(err, store.ErrConflict) {
		var used string
		if used, err = s.readNote(ctx); err == nil && used != s.key.ID() {
			err = fmt.Errorf("%w: there are documents encrypted with key %s, and the key given is %s", ErrKey, used, s.key.ID())
		}
	}
	if err != nil {
		return fmt.Errorf("note the encryption key: %w", err)
	}
	s.noted = true
	return nil
}

// A batch is what one Append works with.
type batch struct {
	records []store.Record
	bytes   []byte // encrypted documents, one behind the other
	scratch scratch
}

// maxBatch is how many bytes a batch may have room for and still be pooled: several full batches of the daemon.
const maxBatch = 4 << 20

// Append implements store.Writer.
func (s *Store) Append(ctx context.Context, records []store.Record) error {
	if s.key == nil {
		return s.Store.Append(ctx, records)
	}
	b := s.pool.Get().(*batch)
	defer s.release(b)
	encrypted, err := s.encrypt(ctx, b, records)
	if err != nil {
		return err
	}
	if encrypted {
		if err := s.remember(ctx); err != nil {
			return err
		}
		records = b.records
	}
	return s.Store.Append(ctx, records)
}

// encrypt copies the records into the batch, with the documents encrypted of accounts that want it; false if none does.
func (s *Store) encrypt(ctx context.Context, b *batch, records []store.Record) (found bool, err error) {
	b.records = append(b.records, records...)
	want := false
	for i := range b.records {
		r := &b.records[i]
		if i == 0 || r.Account != b.records[i-1].Account { // records of a call belong to one account, nearly always
			if want, err = s.wanted(ctx, r.Account); err != nil {
				return false, fmt.Errorf("read whether account %s wants encryption: %w", r.Account, err)
			}
		}
		if !want {
			continue
		}
		found = true
		from := len(b.bytes)
		b.bytes, err = s.codec.seal(b.bytes, &b.scratch, s.key, place{r.Account, r.Trace, r.Segment}, r.Document)
		if err != nil {
			return false, fmt.Errorf("encrypt segment %s of trace %s: %w", r.Segment, r.Trace, err)
		}
		// When bytes grows and moves, documents made before keep the old array.
		r.Document = b.bytes[from:len(b.bytes):len(b.bytes)]
	}
	return found, nil
}

func (s *Store) release(b *batch) {
	if cap(b.bytes) > maxBatch {
		return
	}
	clear(b.records)
	b.records, b.bytes = b.records[:0], b.bytes[:0]
	s.pool.Put(b)
}

// Documents implements store.Reader. ErrKey, ErrDamaged: a document cannot be decrypted; the sequence ends with it.
func (s *Store) Documents(ctx context.Context, account store.Account, ids ...segment.TraceID) iter.Seq2[*store.Trace, error] {
	return func(yield func(*store.Trace, error) bool) {
		d := decrypter{store: s, account: account}
		for t, err := range s.Store.Documents(ctx, account, ids...) {
			if err == nil {
				t, err = d.decrypt(t)
			}
			if !yield(t, err) || err != nil {
				return
			}
		}
	}
}

// A decrypter decrypts the traces of a sequence, one after the other.
type decrypter struct {
	store   *Store
	account store.Account
	trace   store.Trace
	bytes   []byte // plain documents, one behind the other
	scratch scratch
}

// decrypt is the trace with its documents plain. Like what the engine hands out it is valid until the next step.
func (d *decrypter) decrypt(t *store.Trace) (*store.Trace, error) {
	if !hasEncrypted(t) {
		return t, nil
	}
	rows := append(d.trace.Rows[:0], t.Rows...)
	d.trace = *t
	d.trace.Rows, d.bytes = rows, d.bytes[:0]
	for i := range rows {
		r := &rows[i]
		if !isEncrypted(r.Data) {
			continue
		}
		doc, err := d.store.codec.open(&d.scratch, d.store.key, place{d.account, t.ID, r.Segment}, r.Data)
		if err != nil {
			return nil, fmt.Errorf("decrypt segment %s of trace %s: %w", r.Segment, t.ID, err)
		}
		if len(d.bytes)+len(doc) > store.MaxTraceBytes {
			// The engine counts bytes as they are on the disk; plain ones are more.
			d.trace.Rows, d.trace.Truncated = rows[:i], true
			break
		}
		from := len(d.bytes)
		d.bytes = append(d.bytes, doc...)
		r.Data = d.bytes[from:len(d.bytes):len(d.bytes)]
	}
	return &d.trace, nil
}

func hasEncrypted(t *store.Trace) bool {
	for i := range t.Rows {
		if isEncrypted(t.Rows[i].Data) {
			return true
		}
	}
	return false
}

// isEncrypted tells by the first byte: JSON text begins with white space or a brace, all of it printable or a line break.
func isEncrypted(data []byte) bool {
	return len(data) > 0 && data[0] < ' ' && data[0] != '\t' && data[0] != '\n' && data[0] != '\r'
}
