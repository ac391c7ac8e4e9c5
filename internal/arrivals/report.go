package arrivals

import (
	"cmp"
	"slices"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
)

// A Report is what the book says at a time. It belongs to the caller.
type Report struct {
	Start    segment.Time // of the book
	Since    segment.Time // from when on documents are counted as lately; before Start in a young book
	Senders  []SenderRow  // the last heard first
	Services []ServiceRow // by documents, most first; those with none lately are left out
	Refusals []Refusal    // the newest first
	Codes    []CodeCount  // most first
	Asked    map[string]segment.Time
	Failures int64    // writes that failed, since the start
	Failure  *Failure // the last of them; nil for none
	Day      Day
}

// A SenderRow is one sender.
type SenderRow struct {
	Sender
	Counts              // lately
	Total  int64        // documents since the start
	Last   segment.Time // when its last document came
}

// A ServiceRow is one service on one machine.
type ServiceRow struct {
	Name     string // empty for subsegments sent on their own
	Instance string // EC2 instance, if its SDK said so
	From     Sender // who sent its last document
	Counts          // lately
	Last     segment.Time
}

// A CodeCount counts refusals since the start.
type CodeCount struct {
	Code  string
	Count int64
}

// A Failure is a write that failed.
type Failure struct {
	Time  segment.Time
	Error error
}

// A Day is what was kept in the last 24 hours, or since the start if that is later.
type Day struct {
	Length    time.Duration
	Documents int64
	Bytes     int64 // of the documents as they came
	Traces    int64 // completed segments without a parent
}

// Report reads the book.
func (b *Book) Report(at time.Time) Report {
	now := segment.TimeOf(at)
	b.mu.RLock()
	defer b.mu.RUnlock()
	r := Report{Start: b.start, Since: (now/span - 1) * span, Failures: b.failures, Failure: b.failure, Day: b.day(now), Asked: make(map[string]segment.Time, len(b.asked))}
	for op, t := range b.asked {
		r.Asked[op] = t
	}
	for _, s := range b.senders {
		r.Senders = append(r.Senders, s.row(now))
	}
	if b.others.sender.total > 0 {
		r.Senders = append(r.Senders, b.others.sender.row(now))
	}
	for _, s := range b.services {
		r.addService(s, now)
	}
	r.addService(&b.others.service, now)
	for _, f := range b.refusals {
		r.Refusals = append(r.Refusals, *f)
	}
	for code, n := range b.codes {
		r.Codes = append(r.Codes, CodeCount{code, n})
	}
	r.sort()
	return r
}

func (s *sender) row(now segment.Time) SenderRow {
	return SenderRow{Sender: s.Sender, Counts: s.windows.sum(now), Total: s.total, Last: s.last}
}

func (r *Report) addService(s *service, now segment.Time) {
	c := s.windows.sum(now)
	if c.Documents == 0 {
		return
	}
	r.Services = append(r.Services, ServiceRow{Name: s.name, Instance: s.instance, From: s.from.Sender, Counts: c, Last: s.last})
}

func (r *Report) sort() {
	slices.SortFunc(r.Senders, func(a, b SenderRow) int {
		return cmp.Or(cmp.Compare(b.Last, a.Last), cmp.Compare(a.Door, b.Door), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Agent, b.Agent))
	})
	slices.SortFunc(r.Services, func(a, b ServiceRow) int {
		return cmp.Or(cmp.Compare(b.Documents, a.Documents), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Instance, b.Instance))
	})
	slices.SortFunc(r.Refusals, func(a, b Refusal) int {
		return cmp.Or(cmp.Compare(b.Last, a.Last), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Agent, b.Agent))
	})
	slices.SortFunc(r.Codes, func(a, b CodeCount) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code)) })
}

// day adds the hours up; mu is held.
func (b *Book) day(now segment.Time) (d Day) {
	n := int64(now / anHour)
	from := max(b.start, segment.Time(n-hours+1)*anHour)
	d.Length = time.Duration(max(0, now-from)) * time.Microsecond
	for _, h := range b.hours {
		if h.number > n-hours && h.number <= n {
			d.Documents += h.documents
			d.Bytes += h.bytes
			d.Traces += h.roots
		}
	}
	return d
}
