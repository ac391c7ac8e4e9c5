package checkup

import (
	"context"
	"fmt"
	"time"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

const (
	day = 24 * time.Hour

	// rateAfter and growthAfter are how long must be measured before a day is told from it.
	rateAfter   = 10 * time.Minute
	growthAfter = time.Hour

	// A disk with less free than this, or that is full in less time, wants attention.
	littleFree = 2 << 30
	soonFull   = 7 * day
)

// Storage is what is kept and for how long there is room. An error means that the store could not be read.
func (r *Room) Storage(ctx context.Context) (*rayapi.StorageResponse, error) {
	now := r.Now()
	today := r.Book.Report(now).Day
	stats := r.Disk.Stats()
	out := &rayapi.StorageResponse{Time: epoch(segment.TimeOf(now)), Retention: rayapi.Seconds(r.Retention.Seconds()), DiskBytes: int64(stats.DiskBytes),
		MeasuredFor: rayapi.Seconds(today.Length.Seconds()), Kinds: []rayapi.StorageKind{}}
	if stats.FreeBytes > 0 {
		free := int64(stats.FreeBytes)
		out.FreeBytes = &free
	}
	if today.Length >= rateAfter {
		days := today.Length.Hours() / 24
		documents, traces := float64(today.Documents)/days, float64(today.Traces)/days
		out.DocumentsPerDay, out.TracesPerDay = &documents, &traces
	}
	if g, ok := r.Disk.(store.Gauge); ok {
		u, err := g.Usage(ctx, r.Account)
		if err != nil {
			return nil, fmt.Errorf("ask the store for its usage: %w", err)
		}
		out.Kinds = kinds(&u)
		out.OldestTrace, out.NewestTrace = moment(u.Oldest), moment(u.Newest)
		r.forecast(out, now, &u)
	}
	if out.Forecast == "" {
		out.Forecast = "When the disk will be full cannot be told yet: it takes an hour of traces to know how fast they grow."
	}
	return out, nil
}

func moment(t segment.Time) *rayapi.EpochSeconds {
	if t == 0 {
		return nil
	}
	e := epoch(t)
	return &e
}

func kinds(u *store.Usage) []rayapi.StorageKind {
	return []rayapi.StorageKind{
		{Kind: "documents", Bytes: int64(u.Documents)}, {Kind: "digests", Bytes: int64(u.Digests)}, {Kind: "index", Bytes: int64(u.Index)},
		{Kind: "rollups", Bytes: int64(u.Rollups)}, {Kind: "settings", Bytes: int64(u.Settings)}, {Kind: "log", Bytes: int64(u.Log)},
	}
}

// forecast adds what the growth so far means. It counts what is sorted: the log has about the same size all the time.
func (r *Room) forecast(out *rayapi.StorageResponse, now time.Time, u *store.Usage) {
	data := float64(u.Documents + u.Digests + u.Index + u.Rollups)
	age := now.Sub(u.Oldest.Std())
	if u.Oldest == 0 || age < growthAfter || data == 0 {
		return
	}
	perDay := data / min(age, r.Retention+day).Hours() * 24
	expected := max(data, perDay*r.Retention.Hours()/24)
	out.BytesPerDay, out.ExpectedBytes = &perDay, &expected
	if out.FreeBytes == nil {
		out.Forecast = fmt.Sprintf("A day of traces takes %s, so those of %s take %s. How much is free the system does not tell.", size(perDay), span(r.Retention), size(expected))
		return
	}
	if grow := expected - data; grow <= float64(*out.FreeBytes) {
		out.Forecast = fmt.Sprintf("A day of traces takes %s, so those of %s take %s. There is room for them: %s are free.", size(perDay), span(r.Retention), size(expected), size(*out.FreeBytes))
		return
	}
	in := time.Duration(float64(*out.FreeBytes) / perDay * float64(day))
	full := epoch(segment.TimeOf(now.Add(in)))
	out.FullTime = &full
	out.Forecast = fmt.Sprintf("A day of traces takes %s and %s are free: the disk is full in %s, before traces of %s are kept.", size(perDay), size(*out.FreeBytes), span(in), span(r.Retention))
}

// stored: is the store well?
func (o *round) stored(ctx context.Context) (rayapi.Check, error) {
	c := rayapi.Check{Id: "store", Question: "Is the store well?", State: ok, Documentation: "the-disk-is-full"}
	s, err := o.Storage(ctx)
	if err != nil {
		return c, err
	}
	c.Facts = []rayapi.Fact{{Name: "On disk", Value: size(s.DiskBytes)}, {Name: "Kept for", Value: span(o.Retention)}, {Name: "Forecast", Value: s.Forecast}}
	if s.FreeBytes != nil {
		c.Facts = append(c.Facts, rayapi.Fact{Name: "Free", Value: size(*s.FreeBytes)})
	}
	if s.OldestTrace != nil {
		c.Facts = append(c.Facts, rayapi.Fact{Name: "Oldest trace", Value: o.ago(segment.Time(*s.OldestTrace * 1e6))})
	}
	const room = "Make room on the volume, or keep traces for a shorter time (--retention)."
	f := o.report.Failure
	switch {
	case f != nil && o.now.Sub(f.Time.Std()) <= newsFor:
		c.State, c.NextStep = problem, room
		c.Sentence = fmt.Sprintf("Documents could not be written, the last time %s: %v.", o.ago(f.Time), f.Error)
	case s.FreeBytes != nil && *s.FreeBytes < littleFree:
		c.State, c.NextStep = attention, room
		c.Sentence = fmt.Sprintf("Every write succeeded, but only %s are free on the volume.", size(*s.FreeBytes))
	case s.FullTime != nil && float64(*s.FullTime-s.Time) < soonFull.Seconds():
		c.State, c.Sentence, c.NextStep = attention, s.Forecast, room
	default:
		c.Sentence = fmt.Sprintf("Every write of the last 15 minutes succeeded. %s are on disk, kept for %s.", size(s.DiskBytes), span(o.Retention))
	}
	return c, nil
}
