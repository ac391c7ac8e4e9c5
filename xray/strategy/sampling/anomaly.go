package sampling

import "sync"

// maxServices bounds the services of this process that anomalies of one rule are counted for, as each has a document in a report.
const maxServices = 5

// anomalies counts the requests of a rule that went wrong, by service.
type anomalies struct {
	mu        sync.Mutex
	byService map[string]anomaly
}

type anomaly struct{ count, sampled int64 }

func (a *anomalies) add(service string, sampled bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	n, there := a.byService[service]
	if !there && len(a.byService) >= maxServices {
		return
	}
	n.count++
	if sampled {
		n.sampled++
	}
	if a.byService == nil {
		a.byService = make(map[string]anomaly)
	}
	a.byService[service] = n
}

// take returns what was counted, and begins anew.
func (a *anomalies) take() map[string]anomaly {
	a.mu.Lock()
	defer a.mu.Unlock()
	taken := a.byService
	a.byService = nil
	return taken
}

// Anomaly counts a request that this strategy decided on and that went wrong, so that the service can raise the rate of the rule
// for a while, if the rule has a SamplingRateBoost. The service name is that of its segment. Package xray calls it for segments that are
// closed as faults, recorded or not.
func (ss *CentralizedStrategy) Anomaly(d Decision, service string) {
	set := ss.rules.Load()
	if set == nil || d.Rule == nil {
		return
	}
	for _, r := range set.rules {
		if r.boosted && r.name == *d.Rule {
			r.anomalies.add(service, d.Sample)
			return
		}
	}
}
