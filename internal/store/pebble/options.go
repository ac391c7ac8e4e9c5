package pebble

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options of an engine. The zero value is ready for use.
type Options struct {
	// CacheBytes is the size of the cache of uncompressed blocks. Memtables count in it. Default 64 MiB, at least 8 MiB.
	CacheBytes int64

	// MemTableBytes is how much is gathered in memory, besides the log, before it is sorted into a file. Up to three
	// such tables can exist, and count in the cache. Default 16 MiB, at least 1 MiB, at most a quarter of the cache.
	MemTableBytes int64

	// Reserve is the room on the volume, in bytes, below which Append answers store.ErrFull: compactions and Trim need
	// some to make room. Default: 512 MiB or 5 % of the volume, whichever is smaller.
	Reserve uint64

	// Logger hears what an operator may have to know. Default: nobody.
	Logger *slog.Logger

	// OnFailure is called once, from a goroutine of its own, when the engine had to stop because its log or its manifest
	// could not be written. Every Append fails from then on. The process should end: the next start needs no repair.
	OnFailure func(error)

	FS  vfs.FS           // default: the operating system's
	Now func() time.Time // default: time.Now; it paces the look at the free space
}

// Sizes, with their reasons. The figures are in docs/adr/001-key-layout.md.
const (
	defaultCache    = 64 << 20 // 280,000 digests: the newest minutes of a busy server
	minCache        = 8 << 20
	defaultMemTable = 16 << 20  // 11,000 documents: of a second that two tables share, each row is compacted twice
	minMemTable     = 1 << 20   // a batch of maxBatchBytes must fit
	firstBlockSize  = 64 << 10  // of level 0, which is soon written again
	lastBlockSize   = 128 << 10 // of what stays: documents take a fifth less than in 32 KiB; one takes 0.2 ms to decompress
	indexBlockSize  = 64 << 10
	stopSublevels   = 64        // of level 0, when writes wait for compaction: see engine
	compactDepth    = 8         // half as many tables of level 0 may hold a key before they are compacted
	compactTables   = 48        // tables of level 0 before they are compacted: two dozen memtables, 100 MB
	tableSize       = 4 << 20   // a compaction writes the newest table again, so it is small; older ones are only moved down
	bytesPerSync    = 512 << 10 // lets the kernel write while we fill, so that no sync has much to do
	bloomBits       = 10        // one false positive in a hundred
)

// EnsureDefaults fills in what is unset.
func (o *Options) EnsureDefaults() {
	if o.CacheBytes == 0 {
		o.CacheBytes = defaultCache
	}
	if o.MemTableBytes == 0 {
		o.MemTableBytes = min(defaultMemTable, max(minMemTable, o.CacheBytes/4))
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.OnFailure == nil {
		o.OnFailure = func(error) {}
	}
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// Validate reports all that is wrong with options that have their defaults.
func (o *Options) Validate() error {
	var errs []error
	if o.CacheBytes < minCache {
		errs = append(errs, fmt.Errorf("cache of %d bytes is too small, at least %d are needed, for example %d", o.CacheBytes, minCache, defaultCache))
	}
	if o.MemTableBytes < minMemTable || o.MemTableBytes > max(minMemTable, o.CacheBytes/4) {
		errs = append(errs, fmt.Errorf("memtable of %d bytes must be between %d and a quarter of the cache (%d), for example %d",
			o.MemTableBytes, minMemTable, o.CacheBytes/4, defaultMemTable))
	}
	return errors.Join(errs...)
}

// engine is Pebble's options.
func (o *Options) engine(f *failure) *pebble.Options {
	p := &pebble.Options{
		FS:                          o.FS,
		Comparer:                    comparer,
		FormatMajorVersion:          pebble.FormatTableFormatV6,
		CacheSize:                   o.CacheBytes,
		MemTableSize:                uint64(o.MemTableBytes),
		MemTableStopWritesThreshold: 3,
		// One compaction runs; a second one may when the first lags behind, never more: the machine has other work.
		CompactionConcurrencyRange: func() (int, int) { return 1, 2 },
		L0CompactionThreshold:      compactDepth,
		L0CompactionFileThreshold:  compactTables,
		// Tables that follow each other share the second in which one ended and the next began. Pebble counts a chain of
		// them as so many levels, though no key is in more than a few: the usual bound of 12 would stop writes for nothing.
		L0StopWritesThreshold: stopSublevels,
		BytesPerSync:          bytesPerSync,
		WALBytesPerSync:       bytesPerSync,
		FlushDelayDeleteRange: 10 * time.Second, // or a quiet server would not give back what Trim removed
		FlushSplitBytes:       tableSize,
		MaxOpenFiles:          500,
		Logger:                f,
		EventListener:         f.listener(),
	}
	for i := range p.Levels {
		p.TargetFileSizes[i] = tableSize
		p.Levels[i] = pebble.LevelOptions{
			BlockSize:      lastBlockSize,
			IndexBlockSize: indexBlockSize,
			FilterPolicy:   bloom.FilterPolicy(bloomBits),
			Compression:    func() *sstable.CompressionProfile { return &zstd1 },
		}
	}
	// Level 0 alone is sure to be written again: below it tables are moved down as they are.
	first := &p.Levels[0]
	first.BlockSize = firstBlockSize
	first.Compression = func() *sstable.CompressionProfile { return sstable.FastestCompression }
	p.Experimental.SpanPolicyFunc = spanPolicy
	p.WithFSDefaults() // watches for slow writes
	return p
}

// zstd1 is zstd at level 1 for every block. The profile that it is made from tries the faster codec now and then, to see
// whether zstd is worth it: for documents it always is.
var zstd1 = func() sstable.CompressionProfile {
	p := *sstable.BalancedCompression
	p.AdaptiveReductionCutoffPercent = 0
	return p
}()

// spanPolicy makes a table end where a key range ends: a table across the border of two ranges would overlap all older
// rows of the first, and drag them into its compaction. It keeps values beside their keys: what shares a prefix here are
// documents of a trace, not versions of a value. Only documents are worth zstd: digests are half ids, and read in bulk.
func spanPolicy(start []byte) (pebble.SpanPolicy, []byte, error) {
	return pebble.SpanPolicy{
		DisableValueSeparationBySuffix: true,
		PreferFastCompression:          start[0] != tagDocument,
	}, []byte{start[0] + 1}, nil
}
