package xray

import "github.com/rayscope/rayscope/xray/strategy/sampling"

// A watch counts the failure of a root for the sampling rule that decided on it, recorded or not: the service raises the rate of
// a rule for a while when requests go wrong. There is one only if the rule asks for it.
type watch struct {
	strategy *sampling.CentralizedStrategy
	decision sampling.Decision
}

// newWatch returns a watch for a decision that the strategy wants to be told about.
func newWatch(s sampling.Strategy, d sampling.Decision) *watch {
	return &watch{s.(*sampling.CentralizedStrategy), d}
}

// failed counts a failure of the service of that name.
func (w *watch) failed(service string) { w.strategy.Anomaly(w.decision, service) }
