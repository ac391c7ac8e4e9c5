package sampling_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

func ptr[T any](v T) *T { return &v }

// newRule is a rule for everything.
func newRule(name string, priority, reservoir int64, rate float64, edits ...func(*sampling.SamplingRule)) *sampling.SamplingRule {
	r := &sampling.SamplingRule{
		RuleName: &name, Priority: &priority, FixedRate: &rate, ReservoirSize: &reservoir, Version: ptr(int64(1)), ResourceARN: ptr("*"),
		ServiceName: ptr("*"), ServiceType: ptr("*"), Host: ptr("*"), HTTPMethod: ptr("*"), URLPath: ptr("*"),
	}
	for _, edit := range edits {
		edit(r)
	}
	return r
}

// A service is the tracing service and the daemon before it.
type service struct {
	mu       sync.Mutex
	rules    []*sampling.SamplingRule
	pageSize int                                         // of the rules; 0: one page
	modified float64                                     // LastRuleModification
	down     bool                                        // answers 503
	targets  map[string]*sampling.SamplingTargetDocument // by rule
	refused  map[string]string                           // error codes of reports, by rule

	fetches int // of the first page
	reports []sampling.GetSamplingTargetsInput
	wrong   []string // what was wrong with requests
}

// set changes the service while it runs.
func (s *service) set(edit func(*service)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	edit(s)
}

// reported are the reports so far.
func (s *service) reported() []sampling.GetSamplingTargetsInput {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.reports)
}

// fetched is how often the rules were asked for.
func (s *service) fetched() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fetches
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		s.wrong = append(s.wrong, r.Method+" with Content-Type "+r.Header.Get("Content-Type"))
	}
	var answer any
	switch r.URL.Path {
	case "/GetSamplingRules":
		var in sampling.GetSamplingRulesInput
		s.read(r, &in)
		answer = s.page(in)
	case "/SamplingTargets":
		var in sampling.GetSamplingTargetsInput
		s.read(r, &in)
		answer = s.take(in)
	default:
		s.wrong = append(s.wrong, "call of "+r.URL.Path)
	}
	if s.down {
		http.Error(w, "down for the test", http.StatusServiceUnavailable)
		return
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.wrong = append(s.wrong, err.Error())
	}
}

func (s *service) read(r *http.Request, in any) {
	if err := json.NewDecoder(r.Body).Decode(in); err != nil {
		s.wrong = append(s.wrong, err.Error())
	}
}

// page has the rules from the one on that the token names.
func (s *service) page(in sampling.GetSamplingRulesInput) (out sampling.GetSamplingRulesOutput) {
	rest := s.rules
	if in.NextToken == nil {
		s.fetches++
	} else {
		rest = rest[slices.IndexFunc(rest, func(r *sampling.SamplingRule) bool { return *r.RuleName == *in.NextToken }):]
	}
	if s.pageSize > 0 && s.pageSize < len(rest) {
		out.NextToken = rest[s.pageSize].RuleName
		rest = rest[:s.pageSize]
	}
	for _, r := range rest {
		out.SamplingRuleRecords = append(out.SamplingRuleRecords, &sampling.SamplingRuleRecord{SamplingRule: r})
	}
	return out
}

func (s *service) take(in sampling.GetSamplingTargetsInput) (out sampling.GetSamplingTargetsOutput) {
	s.reports = append(s.reports, in)
	out.LastRuleModification = &s.modified
	for _, d := range in.SamplingStatisticsDocuments {
		if code, ok := s.refused[*d.RuleName]; ok {
			out.UnprocessedStatistics = append(out.UnprocessedStatistics,
				&sampling.UnprocessedStatistics{RuleName: d.RuleName, ErrorCode: &code, Message: ptr("Unknown rule")})
		} else if t := s.targets[*d.RuleName]; t != nil {
			out.SamplingTargetDocuments = append(out.SamplingTargetDocuments, t)
		}
	}
	return out
}

// RoundTrip calls the service without a network, as the fake clock of a test stands still while one is waited for.
func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

// simulate runs a test with a strategy of the service, in simulated time, after the first rules were fetched.
func simulate(t *testing.T, s *service, test func(t *testing.T, strategy *sampling.CentralizedStrategy)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		strategy, err := sampling.NewCentralizedStrategy()
		if err != nil {
			t.Fatal(err)
		}
		strategy.Through(s)
		defer strategy.Close()
		if d := strategy.ShouldTrace(&sampling.Request{}); d.Rule != nil {
			t.Errorf("before there are rules, %q decides, want no rule", *d.Rule)
		}
		synctest.Wait()
		test(t, strategy)
		strategy.Close()
		if len(s.wrong) > 0 {
			t.Errorf("wrong requests: %q", s.wrong)
		}
	})
}

// pass lets simulated time pass, and the poller do what it has to do by then.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// target is a lease of so many requests a second, from now on.
func target(rule string, rate float64, quota int64, valid time.Duration) *sampling.SamplingTargetDocument {
	return &sampling.SamplingTargetDocument{
		RuleName: &rule, FixedRate: &rate, ReservoirQuota: &quota, Interval: ptr(int64(10)),
		ReservoirQuotaTTL: ptr(float64(time.Now().Add(valid).Unix())),
	}
}

// sampled is how many of n requests at the same time are traced.
func sampled(strategy sampling.Strategy, n int) (count int) {
	for range n {
		if strategy.ShouldTrace(&sampling.Request{}).Sample {
			count++
		}
	}
	return count
}
