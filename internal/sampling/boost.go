package sampling

import (
	"math"
	"time"
)

// The service does not publish when it boosts; it was seen to raise the rate step by step while anomalies went on, with a
// time of expiry some 20 s ahead. These constants make a rule of that.
const (
	boostStep   = 20 * time.Second // a boost lives, unless anomalies renew it
	boostMost   = 60 * time.Second // from the start of a boost to its end
	boostTarget = 0.5              // no boost is needed while this share of the anomalies is sampled
	boostSlope  = 10               // the whole boost is given when one request in so many is anomalous
)

// maxServices bounds the services that are remembered of one rule: far more than match one. Others get no boost.
const maxServices = 1_000

// A BoostReport is what a client counted of a service's requests under a rule since its last report. Negative counts are
// taken as 0.
type BoostReport struct {
	Rule      string
	Service   string
	Requests  int
	Anomalies int // requests that went wrong
	Sampled   int // anomalies that were sampled
}

// A Boost replaces a rule's fixed rate until it expires. The reservoir stays as it is.
type Boost struct {
	Rate    float64
	Expires time.Time // whole second
}

// boosts are the services of a rule that reported anomalies, by name.
type boosts map[string]*boosted

type boosted struct {
	windows [2]anomalies // in which there were reports, newer first
	started time.Time    // of the last boost; zero if there was none
	boost   Boost
}

type anomalies struct {
	start                      time.Time
	requests, anomaly, sampled int
}

// report notes what a client counted for the rule and returns the boost that is on, which may begin or grow by it.
func (b *boosts) report(now time.Time, rule *Rule, r BoostReport) *Boost {
	if rule.Boost == nil || rule.Boost.MaxRate <= rule.FixedRate {
		return nil
	}
	cooldown := rule.Boost.cooldown()
	s := b.of(now, r.Service, cooldown)
	if s == nil {
		return nil
	}
	s.add(now, r)
	sum := s.sum(now)
	if rate := sum.rate(rule); rate > 0 && s.may(now, cooldown, &sum) {
		if now.Sub(s.started) >= boostMost {
			s.started = now
		}
		s.boost = Boost{rate, earlier(now.Add(boostStep), s.started.Add(boostMost)).Truncate(time.Second)}
	}
	if !s.boost.Expires.After(now) {
		return nil
	}
	boost := s.boost
	return &boost
}

// cooldown is the time from the start of a boost until the next may start.
func (b *RateBoost) cooldown() time.Duration {
	return time.Duration(min(b.CooldownMinutes, int(math.MaxInt64/time.Minute))) * time.Minute
}

// of is what is known of the service; nil if there is no room for another.
func (b *boosts) of(now time.Time, service string, cooldown time.Duration) *boosted {
	if s := (*b)[service]; s != nil {
		return s
	}
	if len(*b) >= maxServices {
		b.forget(now, cooldown)
	}
	if len(*b) >= maxServices {
		return nil
	}
	if *b == nil {
		*b = boosts{}
	}
	s := &boosted{}
	(*b)[service] = s
	return s
}

// forget removes the services that are silent and may be boosted again, so that nothing is lost.
func (b *boosts) forget(now time.Time, cooldown time.Duration) {
	for name, s := range *b {
		if now.Sub(s.windows[0].start) > LeaseFor && now.Sub(s.started) >= max(cooldown, boostMost) {
			delete(*b, name)
		}
	}
}

func (s *boosted) add(now time.Time, r BoostReport) {
	if start := now.Truncate(WindowLength); !s.windows[0].start.Equal(start) {
		s.windows[1], s.windows[0] = s.windows[0], anomalies{start: start}
	}
	w := &s.windows[0]
	w.requests += max(0, r.Requests)
	w.anomaly += max(0, r.Anomalies)
	w.sampled += max(0, r.Sampled)
}

// sum is what the last reports of the service's clients say together.
func (s *boosted) sum(now time.Time) (sum anomalies) {
	for _, w := range s.windows {
		if now.Sub(w.start) < 2*WindowLength {
			sum.requests += w.requests
			sum.anomaly += w.anomaly
			sum.sampled += w.sampled
		}
	}
	return sum
}

// may tells whether a boost may go on or begin: one that is under way as long as there are anomalies, another when too few
// of them are sampled and the last is long enough ago.
func (s *boosted) may(now time.Time, cooldown time.Duration, sum *anomalies) bool {
	since := now.Sub(s.started)
	if since < boostMost {
		return true
	}
	return since >= cooldown && float64(sum.sampled) < boostTarget*float64(sum.anomaly)
}

// rate is the boosted rate that the anomalies ask for; 0 if there are none. Counts need not fit together: clients send them.
func (a *anomalies) rate(rule *Rule) float64 {
	if a.anomaly == 0 {
		return 0
	}
	share := min(1, boostSlope*float64(a.anomaly)/float64(max(a.requests, a.anomaly)))
	return rule.FixedRate + (rule.Boost.MaxRate-rule.FixedRate)*share
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
