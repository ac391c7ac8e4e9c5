package sampling

import (
	"encoding/json"
	"net/http"
	"runtime"
	"time"
)

// Through has the strategy call its daemon through rt.
func (ss *CentralizedStrategy) Through(rt http.RoundTripper) { ss.client.Transport = rt }

// AwaitRules returns when the strategy has rules.
func (ss *CentralizedStrategy) AwaitRules() {
	for ss.rules.Load() == nil {
		runtime.Gosched()
	}
}

// Answer lets the answers of the service decide on a request, without a service.
func Answer(rules, targets []byte, request *Request) {
	var page GetSamplingRulesOutput
	var out GetSamplingTargetsOutput
	if json.Unmarshal(rules, &page) != nil || json.Unmarshal(targets, &out) != nil {
		return
	}
	now := time.Now()
	set, _ := newRuleSet(page.SamplingRuleRecords, nil, now)
	set, _ = newRuleSet(page.SamplingRuleRecords, set, now)
	for _, t := range out.SamplingTargetDocuments {
		set.take(t, now.Unix())
	}
	if r := set.match(request, ""); r != nil {
		r.sample(now.Unix())
	}
}
