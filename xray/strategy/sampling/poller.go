package sampling

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/rayscope/rayscope/xray/internal/logger"
)

const (
	rulesEvery   = 300 * time.Second
	rulesJitter  = 5 * time.Second
	reportEvery  = 10 * time.Second
	reportJitter = 100 * time.Millisecond

	// maxReports is how many reports the service takes in one call.
	maxReports = 25
	// maxInterval bounds the seconds between reports that the service may ask for: later, rules are not good any more.
	maxInterval = rulesFor
	// complainEvery is how often an error is logged that goes on.
	complainEvery = time.Minute
)

// A poller keeps the rules of a strategy and their leases fresh. It is one goroutine, and all its state is its own.
type poller struct {
	*CentralizedStrategy
	rulesAt   time.Time     // when the rules are due
	retry     time.Duration // how long the next failure puts them off
	modified  float64       // newest change of a rule that is known, in seconds of the service's clock
	quietTill time.Time     // no error is logged before
}

func newPoller(ss *CentralizedStrategy) *poller {
	return &poller{CentralizedStrategy: ss, rulesAt: time.Now(), retry: reportEvery}
}

func (p *poller) run() {
	defer close(p.done)
	defer p.client.CloseIdleConnections()
	for {
		if !time.Now().Before(p.rulesAt) {
			p.complain(p.refreshRules())
		}
		select {
		case <-p.life.Done():
			return
		case <-p.moved:
			p.rulesAt, p.retry = time.Now(), reportEvery
		case <-time.After(reportEvery + rand.N(reportJitter)):
			p.complain(p.report())
		}
	}
}

// refreshRules gets the rules, and puts off the next time: after failures, from ten seconds up to the usual.
func (p *poller) refreshRules() error {
	select {
	case <-p.moved: // the call goes to the new address anyway
	default:
	}
	now := time.Now() // before the call, so that the rules are never taken for newer than they are
	records, err := p.getRules(p.life)
	if err != nil {
		p.rulesAt = now.Add(p.retry)
		p.retry = min(2*p.retry, rulesEvery)
		return err
	}
	set, err := newRuleSet(records, p.rules.Load(), now)
	p.rules.Store(set)
	for _, r := range records {
		if r != nil && r.ModifiedAt != nil {
			p.modified = max(p.modified, *r.ModifiedAt)
		}
	}
	p.rulesAt, p.retry = now.Add(rulesEvery+rand.N(rulesJitter)), reportEvery
	return err
}

// report tells the service of the rules that were used, and takes their leases. An error ends it: the rules that are not
// reported yet go on counting.
func (p *poller) report() error {
	set := p.rules.Load()
	if set == nil {
		return nil
	}
	now := time.Now().Unix()
	due := slices.DeleteFunc(slices.Clone(set.rules), func(r *rule) bool {
		return r.requests.Load() == 0 || now < r.reported+r.interval
	})
	for batch := range slices.Chunk(due, maxReports) {
		if err := p.reportBatch(set, batch, now); err != nil {
			return err
		}
	}
	return nil
}

func (p *poller) reportBatch(set *ruleSet, batch []*rule, now int64) error {
	var out GetSamplingTargetsOutput
	if err := p.call(p.life, "/SamplingTargets", p.statistics(batch, now), &out); err != nil {
		return err
	}
	reported := time.Now().Unix()
	for _, t := range out.SamplingTargetDocuments {
		set.take(t, reported)
	}
	if m := out.LastRuleModification; m != nil {
		// The rules are fetched again for a change that is newer than all that is known. So they are if they may have been
		// fetched within the second of the change.
		if *m > p.modified || *m >= float64(set.fetched.Unix()) {
			p.rulesAt = time.Now()
		}
		p.modified = max(p.modified, *m)
	}
	return p.refused(append(out.UnprocessedStatistics, out.UnprocessedBoostStatistics...))
}

// refused has the rules fetched again if a report was wrong, as it is for a rule that is no more, and returns the service's own failures.
func (p *poller) refused(reports []*UnprocessedStatistics) (err error) {
	for _, u := range reports {
		switch {
		case u == nil || u.ErrorCode == nil:
		case strings.HasPrefix(*u.ErrorCode, "4"):
			p.rulesAt = time.Now()
		case strings.HasPrefix(*u.ErrorCode, "5"):
			err = fmt.Errorf("report on sampling rule %q: error %s: %s", text(u.RuleName), *u.ErrorCode, text(u.Message))
		}
	}
	return err
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// statistics are what the rules have counted; they begin to count anew, whether the report arrives or not.
func (p *poller) statistics(batch []*rule, now int64) (in GetSamplingTargetsInput) {
	for _, r := range batch {
		// A request is counted before what became of it, so that in this order what is reported of it was, or is, reported as a request.
		borrowed, sampled := r.borrowed.Swap(0), r.sampled.Swap(0)
		requests := r.requests.Swap(0)
		in.SamplingStatisticsDocuments = append(in.SamplingStatisticsDocuments, &SamplingStatisticsDocument{
			RuleName: &r.name, ClientID: &p.clientID, Timestamp: &now,
			RequestCount: &requests, SampledCount: &sampled, BorrowCount: &borrowed,
		})
		for service, a := range r.anomalies.take() {
			in.SamplingBoostStatisticsDocuments = append(in.SamplingBoostStatisticsDocuments, &SamplingBoostStatisticsDocument{
				RuleName: &r.name, ServiceName: &service, Timestamp: &now,
				TotalCount: &requests, AnomalyCount: &a.count, SampledAnomalyCount: &a.sampled,
			})
		}
	}
	if boosts := in.SamplingBoostStatisticsDocuments; len(boosts) > maxReports {
		in.SamplingBoostStatisticsDocuments = boosts[:maxReports]
	}
	return in
}

// take gives a rule its lease; what the service leaves out stays. A rule that is not there is of the time before the last refresh.
func (s *ruleSet) take(t *SamplingTargetDocument, now int64) {
	if t == nil || t.RuleName == nil || t.FixedRate == nil {
		return
	}
	i := slices.IndexFunc(s.rules, func(r *rule) bool { return r.name == *t.RuleName })
	if i < 0 {
		return
	}
	r := s.rules[i]
	l := *r.lease.Load()
	l.rate = *t.FixedRate
	if t.ReservoirQuota != nil {
		l.quota = *t.ReservoirQuota
	}
	if t.ReservoirQuotaTTL != nil {
		l.expires = seconds(*t.ReservoirQuotaTTL)
	}
	if b := t.SamplingBoost; b != nil && b.BoostRate != nil && b.BoostRateTTL != nil {
		l.boost, l.boostedTill = *b.BoostRate, seconds(*b.BoostRateTTL)
	}
	r.lease.Store(&l)
	r.reported = now
	if t.Interval != nil {
		r.interval = min(max(*t.Interval, 1), maxInterval)
	}
}

// seconds are whole ones of the epoch, also of a time that is beyond any.
func seconds(t float64) int64 { return int64(min(max(t, 0), math.MaxInt32*1000)) }

// complain logs an error, if none was logged for a minute.
func (p *poller) complain(err error) {
	if now := time.Now(); err != nil && p.life.Err() == nil && !now.Before(p.quietTill) {
		p.quietTill = now.Add(complainEvery)
		logger.Warnf("sampling: %v", err)
	}
}
