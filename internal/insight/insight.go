// Package insight keeps insights: times in which a group's traces had more faults than expected, with the events that
// tell how each went on. Who detects them calls Record; everything else reads.
//
// Insights are rows of the store's settings, each of at most a few kilobytes:
//
//	insight/id/ID              the insight
//	insight/active/ID          the same again, while it is active
//	insight/closed/DAY/ID      the same again, once it is closed; DAY is that of its end, 20261122
//	insight/event/ID/NUMBER    one event; the newest has the smallest number, in 8 hex digits
//
// So an insight is found by its id with one look, and those of a span of time by the days in it. The rows of one change are
// written together or not at all.
package insight

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// Bounds of what is kept.
const (
	// Keep is how long insights are kept after their last event: X-Ray's bound.
	Keep = 30 * 24 * time.Hour

	// MaxEvents is how many events one insight has, the newest: at one each five minutes those of three and a half days.
	MaxEvents = 1000

	// maxSummary and maxAnomalous keep a row to a few kilobytes.
	maxSummary   = 1000 // bytes
	maxAnomalous = 20
)

// Errors that callers test for.
var (
	ErrUnknown = errors.New("no such insight")
	ErrClosed  = errors.New("insight is closed")
)

// An Insight is the newest state of one.
type Insight struct {
	ID        string // a UUID, in lower case
	Group     string
	GroupARN  string
	RootCause trace.Service // the anomalous node furthest downstream
	Start     segment.Time
	End       segment.Time // 0 while it is active
	Recorded  int          // events so far, those that are no longer kept included; Record counts
	Event                  // the newest one
}

// An Event is what an insight was like at one time.
type Event struct {
	Time      segment.Time
	Summary   string // a sentence for people, at most 1,000 bytes
	Clients   Impact // on requests at the root services
	Service   Impact // on requests to the service that is the root cause
	Anomalous []trace.Service
}

// An Impact counts requests by what became of them.
type Impact struct{ Faults, OK, Total int64 }

// Active tells whether the insight has not ended.
func (in *Insight) Active() bool { return in.End == 0 }

// A Room keeps insights. It is safe for concurrent use; of two that record the same insight at the same time one gets
// store.ErrConflict.
type Room struct {
	store store.Settings
	now   func() time.Time
}

// New is the room of the insights in s.
func New(s store.Settings, now func() time.Time) *Room { return &Room{s, now} }

// The beginnings of keys.
const (
	idPrefix     = "insight/id/"
	activePrefix = "insight/active/"
	closedPrefix = "insight/closed/"
	eventPrefix  = "insight/event/"
)

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// ParseID reads the id of an insight, which is a UUID in letters of either case.
func ParseID(s string) (string, error) {
	id := strings.ToLower(s)
	if !uuid.MatchString(id) {
		return "", fmt.Errorf("insight id %.60q is not a UUID, for example 5b0f6c1e-8a2d-4c37-9e51-2f7d4a6b8c90", s)
	}
	return id, nil
}

// Record opens an insight, if its id is new, or moves it on: it keeps the state with its event. With End set the insight is
// closed. When it returns nil that is durable.
//
// ErrClosed: the insight was closed before; open another. store.ErrConflict: somebody else recorded it meanwhile.
func (r *Room) Record(ctx context.Context, account store.Account, in Insight) error {
	if err := in.check(); err != nil {
		return fmt.Errorf("record insight %.60q: %w", in.ID, err)
	}
	was, revision, err := r.find(ctx, account, in.ID)
	if errors.Is(err, ErrUnknown) {
		// Old ones go when a new one comes: without that, nothing piles up.
		err = r.trim(ctx, account, segment.TimeOf(r.now().Add(-Keep)))
	} else if err == nil {
		err = in.follows(was)
		in.Recorded = was.Recorded
	}
	if err != nil {
		return fmt.Errorf("record insight %s: %w", in.ID, err)
	}
	in.Recorded++
	changes, err := in.changes(revision)
	if err != nil {
		return fmt.Errorf("record insight %s: %w", in.ID, err)
	}
	return r.store.Change(ctx, account, changes...)
}

// check is what must hold for every state.
func (in *Insight) check() error {
	switch {
	case !uuid.MatchString(in.ID):
		return errors.New("the id is not a UUID in lower case")
	case in.Group == "" || in.GroupARN == "":
		return errors.New("it names no group")
	case in.Start <= 0 || in.Time < in.Start || in.End != 0 && in.End < in.Start:
		return fmt.Errorf("it starts at %d, has an event at %d and ends at %d: it must start first", in.Start, in.Time, in.End)
	case len(in.Summary) > maxSummary:
		return fmt.Errorf("the summary has %d bytes, %d is the most", len(in.Summary), maxSummary)
	case len(in.Anomalous) > maxAnomalous:
		return fmt.Errorf("%d services are anomalous, %d is the most: leave out those with the least excess", len(in.Anomalous), maxAnomalous)
	}
	return nil
}

// follows is what must hold for the state behind another.
func (in *Insight) follows(was *Insight) error {
	switch {
	case !was.Active():
		return ErrClosed
	case in.Start != was.Start || in.GroupARN != was.GroupARN:
		return errors.New("its start or group is not what it was")
	case in.Time < was.Time:
		return fmt.Errorf("its event at %d is before the last one, at %d", in.Time, was.Time)
	}
	return nil
}

// changes are the rows of the state, with the row of its id expected at the revision.
func (in *Insight) changes(revision uint64) ([]store.Change, error) {
	state, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	event, err := json.Marshal(&in.Event)
	if err != nil {
		return nil, err
	}
	list := []store.Change{
		{Key: idPrefix + in.ID, Value: state, Was: revision},
		{Key: eventKey(in.ID, in.Recorded), Value: event, Was: store.Any},
		{Key: in.listKey(), Value: state, Was: store.Any},
	}
	if !in.Active() {
		list = append(list, store.Change{Key: activePrefix + in.ID, Was: store.Any})
	}
	if in.Recorded > MaxEvents {
		list = append(list, store.Change{Key: eventKey(in.ID, in.Recorded-MaxEvents), Was: store.Any})
	}
	return list, nil
}

// listKey is where the insight is among those of its time.
func (in *Insight) listKey() string {
	if in.Active() {
		return activePrefix + in.ID
	}
	return closedDay(in.End) + in.ID
}

func closedDay(t segment.Time) string { return closedPrefix + t.Std().Format("20060102") + "/" }

// eventKey is that of the event with the number, from 1.
func eventKey(id string, n int) string { return fmt.Sprintf("%s%s/%08x", eventPrefix, id, ^uint32(n)) }

// Get is the insight with the id. ErrUnknown: the account has none, or no longer.
func (r *Room) Get(ctx context.Context, account store.Account, id string) (*Insight, error) {
	in, _, err := r.find(ctx, account, id)
	if err == nil && in.Time < segment.TimeOf(r.now().Add(-Keep)) {
		return nil, fmt.Errorf("%w: %.60q", ErrUnknown, id)
	}
	return in, err
}

func (r *Room) find(ctx context.Context, account store.Account, id string) (*Insight, uint64, error) {
	list, err := r.store.Settings(ctx, account, idPrefix+id)
	if err != nil {
		return nil, 0, err
	}
	if len(list) == 0 || list[0].Key != idPrefix+id {
		return nil, 0, fmt.Errorf("%w: %.60q", ErrUnknown, id)
	}
	in, err := decode(&list[0])
	return in, list[0].Revision, err
}

func decode(row *store.Setting) (*Insight, error) {
	in := new(Insight)
	if err := json.Unmarshal(row.Value, in); err != nil {
		return nil, fmt.Errorf("read setting %q: %w", row.Key, err)
	}
	return in, nil
}

// trim removes the insights whose last event was before the given time.
func (r *Room) trim(ctx context.Context, account store.Account, before segment.Time) error {
	for _, prefix := range []string{activePrefix, closedPrefix} {
		list, err := r.list(ctx, account, prefix)
		if err != nil {
			return err
		}
		for _, in := range list {
			if in.Time >= before {
				continue
			}
			if err := r.remove(ctx, account, in); err != nil {
				return fmt.Errorf("remove old insight %s: %w", in.ID, err)
			}
		}
	}
	return nil
}

func (r *Room) remove(ctx context.Context, account store.Account, in *Insight) error {
	changes := []store.Change{{Key: idPrefix + in.ID, Was: store.Any}, {Key: in.listKey(), Was: store.Any}}
	for n := max(1, in.Recorded-MaxEvents+1); n <= in.Recorded; n++ {
		changes = append(changes, store.Change{Key: eventKey(in.ID, n), Was: store.Any})
	}
	return r.store.Change(ctx, account, changes...)
}

func (r *Room) list(ctx context.Context, account store.Account, prefix string) ([]*Insight, error) {
	rows, err := r.store.Settings(ctx, account, prefix)
	if err != nil {
		return nil, err
	}
	list := make([]*Insight, len(rows))
	for i := range rows {
		if list[i], err = decode(&rows[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}
