package sampling

import "time"

// A LocalizedStrategy decides by local rules.
type LocalizedStrategy struct{ manifest *RuleManifest }

// NewLocalizedStrategy makes a strategy that traces one request each second and 5 % of the rest.
func NewLocalizedStrategy() (*LocalizedStrategy, error) {
	return &LocalizedStrategy{&RuleManifest{
		Version: 2,
		Default: &Rule{Properties: &Properties{FixedTarget: 1, Rate: 0.05}},
	}}, nil
}

// NewLocalizedStrategyFromFilePath makes a strategy of the rules in a file; see [ManifestFromFilePath].
func NewLocalizedStrategyFromFilePath(fp string) (*LocalizedStrategy, error) {
	return localized(ManifestFromFilePath(fp))
}

// NewLocalizedStrategyFromJSONBytes makes a strategy of the rules; see [ManifestFromJSONBytes].
func NewLocalizedStrategyFromJSONBytes(b []byte) (*LocalizedStrategy, error) {
	return localized(ManifestFromJSONBytes(b))
}

func localized(m *RuleManifest, err error) (*LocalizedStrategy, error) {
	if err != nil {
		return nil, err
	}
	return &LocalizedStrategy{m}, nil
}

// ShouldTrace decides by the first rule that applies.
func (lss *LocalizedStrategy) ShouldTrace(rq *Request) *Decision {
	d := lss.decide(known(rq), time.Now().Unix())
	return &d
}

// decide decides at a second of the epoch.
func (lss *LocalizedStrategy) decide(rq *Request, now int64) Decision {
	for _, r := range lss.manifest.Rules {
		if r.AppliesTo(rq.Host, rq.URL, rq.Method) {
			return Decision{Sample: r.sample(now)}
		}
	}
	return Decision{Sample: lss.manifest.Default.sample(now)}
}

var nothing Request

// known is the request, or one that nothing is known of.
func known(r *Request) *Request {
	if r == nil {
		return &nothing
	}
	return r
}
