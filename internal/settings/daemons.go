package settings

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/rayscope/rayscope/internal/store"
)

// A Daemon is what a daemon has told of itself.
type Daemon struct {
	Host     string // name of the machine; the three together tell daemons apart
	Instance string // id of the EC2 instance
	Resource string // ARN of what it runs on
	Heard    time.Time
	Agent    string      // User-Agent of its last report; empty if there was none
	Records  []Telemetry // the last ones, oldest first
}

// Telemetry is what happened at a daemon in a span of time, mostly a minute.
type Telemetry struct {
	Time             time.Time // as the daemon's clock has it
	Received         int32     // segments
	Sent             int32
	Spilled          int32 // dropped for lack of room
	Rejected         int32
	ConnectionErrors ConnectionErrors
}

// ConnectionErrors counts why a daemon's requests failed.
type ConnectionErrors struct {
	Timeout, Refused, HTTP4XX, HTTP5XX, UnknownHost, Other int32
}

// Bounds of what daemons tell. A daemon sends a record a minute: so much tells what became of its last quarter of an hour,
// for more machines than one server is likely to serve.
const (
	maxDaemons   = 500
	maxTelemetry = 15 // of one daemon
)

// daemonPrefix begins the keys of Daemons; a digest of what tells them apart follows, which is as long as keys may be.
const daemonPrefix = "daemon/"

// Daemons are those heard of, the last heard first.
func (s *Settings) Daemons(ctx context.Context, account store.Account) ([]Daemon, error) {
	all, err := list[Daemon](ctx, s, account, daemonPrefix)
	if err != nil {
		return nil, err
	}
	daemons := make([]Daemon, len(all))
	for i := range all {
		daemons[i] = all[i].value
	}
	slices.SortFunc(daemons, func(a, b Daemon) int {
		return cmp.Or(b.Heard.Compare(a.Heard), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Instance, b.Instance))
	})
	return daemons, nil
}

// Hear notes the records of the daemon d, whose other members say which it is. If it is new and there are too many, the
// one that was silent for the longest time is forgotten.
//
// Records are written through: a daemon sends one a minute, among sixty times as many requests with segments that cost a
// synced write each. So nothing is lost by a crash, and servers that share a store know the same.
func (s *Settings) Hear(ctx context.Context, account store.Account, d Daemon) error {
	key := daemonKey(&d)
	return s.change(ctx, account, func() ([]store.Change, error) {
		is, err := get[Daemon](ctx, s, account, key)
		if err != nil {
			return nil, err
		}
		var changes []store.Change
		if is.revision == 0 {
			if changes, err = s.makeRoom(ctx, account); err != nil {
				return nil, err
			}
		}
		now := d
		now.Heard = s.now()
		now.Records = slices.Concat(is.value.Records, d.Records)
		now.Records = now.Records[max(0, len(now.Records)-maxTelemetry):]
		c, err := put(key, now, is.revision)
		return append(changes, c), err
	})
}

// makeRoom are the changes after which there is room for one more daemon.
func (s *Settings) makeRoom(ctx context.Context, account store.Account) ([]store.Change, error) {
	all, err := s.store.Settings(ctx, account, daemonPrefix)
	if err != nil || len(all) < maxDaemons {
		return nil, err
	}
	heard := make(map[string]time.Time, len(all))
	for i := range all {
		is, err := decode[Daemon](&all[i])
		if err != nil {
			return nil, err
		}
		heard[all[i].Key] = is.value.Heard
	}
	slices.SortStableFunc(all, func(a, b store.Setting) int { return heard[b.Key].Compare(heard[a.Key]) })
	var changes []store.Change
	for _, silent := range all[maxDaemons-1:] {
		changes = append(changes, store.Change{Key: silent.Key, Was: store.Any})
	}
	return changes, nil
}

func daemonKey(d *Daemon) string {
	sum := sha256.Sum256([]byte(d.Host + "\x00" + d.Instance + "\x00" + d.Resource))
	return daemonPrefix + hex.EncodeToString(sum[:16])
}
