package settings

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/store"
)

// A Sampler keeps the sampling rules of one account and tells its clients what to sample. It is safe for concurrent use.
//
// The rules that reports are answered by may be refresh old, so that several servers can share a store: each divides the
// reservoirs among the clients that report to it.
type Sampler struct {
	settings *Settings
	account  store.Account
	initial  sampling.Rule // the default rule, until somebody changes it
	targets  *sampling.Targets

	mu      sync.Mutex // guards the rest
	read    time.Time  // when the rules were read last; zero if they must be read again
	changed time.Time  // when rules changed last, as of then
}

// refresh is how old rules may be that reports are answered by. SDKs report every ten seconds.
const refresh = time.Second

// NewSampler is the sampler of the account, whose default rule is as given until somebody changes it through the API. It
// logs when that was done, and notes the change when the default rule is not what it was at the last start.
func NewSampler(ctx context.Context, s *Settings, account store.Account, initial sampling.Rule, log *slog.Logger) (*Sampler, error) {
	r := &Sampler{settings: s, account: account, initial: initial, targets: sampling.NewTargets()}
	if err := s.change(ctx, account, func() ([]store.Change, error) { return r.begin(ctx, log) }); err != nil {
		return nil, fmt.Errorf("prepare sampling rules of account %s: %w", account, err)
	}
	return r, nil
}

// begin logs and decides upon the change to make at the start.
func (s *Sampler) begin(ctx context.Context, log *slog.Logger) ([]store.Change, error) {
	set, err := s.settings.loadRules(ctx, s.account)
	if err != nil {
		return nil, err
	}
	is, was := s.initial, set.state.value
	if d := set.find(sampling.DefaultName); d != nil {
		if rule := d.value.Rule; rule.FixedRate != is.FixedRate || rule.ReservoirSize != is.ReservoirSize {
			log.Info("the sampling rule Default was changed through the API, which counts; --default-sampling-rate and --default-sampling-reservoir do not",
				"rate", rule.FixedRate, "reservoir", rule.ReservoirSize, "flag_rate", is.FixedRate, "flag_reservoir", is.ReservoirSize)
		}
		return nil, nil
	}
	if set.state.revision != 0 && was.Rate == is.FixedRate && was.Reservoir == is.ReservoirSize {
		return nil, nil
	}
	state, err := s.stamp(&set)
	return []store.Change{state}, err
}

// forget makes the next report read the rules again.
func (s *Sampler) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read = time.Time{}
}

// Targets are the account's rules as of now, to be reported on, and when a rule was created, changed or deleted last, in
// whole seconds.
func (s *Sampler) Targets(ctx context.Context) (*sampling.Targets, time.Time, error) {
	s.mu.Lock() // while reading too: whoever else asks wants the same
	defer s.mu.Unlock()
	now := s.settings.now()
	if age := now.Sub(s.read); age >= 0 && age < refresh {
		return s.targets, s.changed, nil
	}
	set, err := s.settings.loadRules(ctx, s.account)
	if err != nil {
		return nil, time.Time{}, err
	}
	records := s.records(&set)
	rules := make([]sampling.Rule, len(records))
	for i := range records {
		rules[i] = records[i].Rule
	}
	s.targets.Set(rules)
	s.read, s.changed = now, time.Unix(set.state.value.ChangedAt, 0)
	return s.targets, s.changed, nil
}

// Totals calls f with what clients reported of each rule since the server began, or the rule did.
func (s *Sampler) Totals(f func(rule string, total sampling.Counts)) { s.targets.Totals(f) }
