package insight

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rayscope/rayscope/internal/cursor"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

// A Query asks for the insights of a group.
type Query struct {
	Account  store.Account
	GroupARN string
	Active   bool         // those that are active
	Closed   bool         // those that are closed
	From, To segment.Time // those that were active at some time in it, both ends included
	Max      int          // of a page, at least 1
	Token    string       // of the page before; empty for the first
}

// List answers one page, the latest start first, and the token of the next; empty at the end. Pages fit together while
// insights come and go on. cursor.ErrToken: the token is of another query.
func (r *Room) List(ctx context.Context, q Query) (list []*Insight, next string, err error) {
	after, err := q.after()
	if err != nil {
		return nil, "", err
	}
	for _, prefix := range q.prefixes(r.now()) {
		some, err := r.list(ctx, q.Account, prefix)
		if err != nil {
			return nil, "", err
		}
		for _, in := range some {
			if q.wants(in) && in.Time >= segment.TimeOf(r.now().Add(-Keep)) && (after == nil || compare(in, after) > 0) {
				list = append(list, in)
			}
		}
	}
	slices.SortFunc(list, compare)
	// One that was closed between two reads is there as both.
	list = slices.CompactFunc(list, func(a, b *Insight) bool { return a.ID == b.ID })
	if len(list) > q.Max {
		list = list[:q.Max]
		next = q.token(list[q.Max-1])
	}
	return list, next, nil
}

// prefixes are where the insights of the query are.
func (q *Query) prefixes(now time.Time) (list []string) {
	if q.Active {
		list = append(list, activePrefix)
	}
	if !q.Closed {
		return list
	}
	const day = 24 * 60 * 60 * segment.Second
	// Closed before the first day is too early; closed on a later day it may have been active in the window.
	first := max(q.From, segment.TimeOf(now.Add(-Keep))) / day * day
	for d := first; d <= segment.TimeOf(now)+day; d += day { // a day more, as clocks differ
		list = append(list, closedDay(d))
	}
	return list
}

func (q *Query) wants(in *Insight) bool {
	return in.GroupARN == q.GroupARN && in.Start <= q.To && (in.Active() || in.End >= q.From)
}

// compare orders insights: the latest start first, then by id.
func compare(a, b *Insight) int {
	return cmp.Or(cmp.Compare(b.Start, a.Start), strings.Compare(a.ID, b.ID))
}

func (q *Query) request() []string {
	return []string{"insights", q.Account.String(), q.GroupARN, fmt.Sprint(q.Active, q.Closed, q.From, q.To)}
}

func (q *Query) token(last *Insight) string {
	return cursor.Encode(append(binary.BigEndian.AppendUint64(nil, uint64(last.Start)), last.ID...), q.request()...)
}

// after is the place of the last insight of the page before; nil if there was none.
func (q *Query) after() (*Insight, error) {
	if q.Token == "" {
		return nil, nil
	}
	place, err := cursor.Decode(q.Token, q.request()...)
	if err == nil && len(place) < 8 {
		err = fmt.Errorf("%w: %.80q", cursor.ErrToken, q.Token)
	}
	if err != nil {
		return nil, err
	}
	return &Insight{Start: segment.Time(binary.BigEndian.Uint64(place)), ID: string(place[8:])}, nil
}

// Events answers one page of an insight's events, the newest first, at most max of them, and the token of the next page;
// empty at the end. ErrUnknown: the account has no such insight. cursor.ErrToken: the token is of another one.
func (r *Room) Events(ctx context.Context, account store.Account, id string, max int, token string) (list []Event, next string, err error) {
	if _, err := r.Get(ctx, account, id); err != nil {
		return nil, "", err
	}
	request := []string{"insight events", account.String(), id}
	var after []byte // key of the last event of the page before
	if token != "" {
		if after, err = cursor.Decode(token, request...); err != nil {
			return nil, "", err
		}
	}
	rows, err := r.store.Settings(ctx, account, eventPrefix+id+"/")
	if err != nil {
		return nil, "", err
	}
	for i := range rows {
		row := &rows[i]
		if bytes.Compare([]byte(row.Key), after) <= 0 {
			continue
		}
		if len(list) == max {
			return list, cursor.Encode([]byte(rows[i-1].Key), request...), nil
		}
		var e Event
		if err := json.Unmarshal(row.Value, &e); err != nil {
			return nil, "", fmt.Errorf("read setting %q: %w", row.Key, err)
		}
		list = append(list, e)
	}
	return list, "", nil
}
