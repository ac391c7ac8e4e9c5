package settings

import (
	"context"
	"math"
	"time"

	"github.com/rayscope/rayscope/internal/store"
)

// An IndexingRule says which share of spans an account wants to be found. It is kept and told; Rayscope indexes all spans,
// whatever it says.
type IndexingRule struct {
	Name     string
	Desired  float64   // percent
	Modified time.Time // zero: never
}

// Indexed is the percentage of spans that are indexed.
const Indexed = 100

// The destinations of spans. They are kept and told; Rayscope keeps and indexes all spans itself, whichever is set.
const (
	DestinationXRay = "XRay"
	DestinationLogs = "CloudWatchLogs"
)

const destinationKey = "destination"

// IndexingRule is the only one, which every account has.
func (s *Settings) IndexingRule(ctx context.Context, account store.Account) (IndexingRule, error) {
	k, err := get[IndexingRule](ctx, s, account, indexingPrefix+defaultName)
	if err == nil && k.revision == 0 {
		k.value = IndexingRule{Name: defaultName, Desired: Indexed}
	}
	return k.value, err
}

// SetIndexingRule sets the percentage of the rule with the name. NotFound: there is none.
func (s *Settings) SetIndexingRule(ctx context.Context, account store.Account, name string, percent float64) (IndexingRule, error) {
	if name != defaultName {
		return IndexingRule{}, notFound(name, "Indexing rule %.40q does not exist. The only one is %s.", name, defaultName)
	}
	if percent < 0 || percent > 100 || math.IsNaN(percent) {
		return IndexingRule{}, invalid("Rule.Probabilistic.DesiredSamplingPercentage is %v, 0 to 100 is allowed.", percent)
	}
	r := IndexingRule{Name: name, Desired: percent, Modified: s.now()}
	c, err := put(indexingPrefix+name, r, store.Any)
	if err != nil {
		return IndexingRule{}, err
	}
	return r, s.store.Change(ctx, account, c)
}

// Destination is the one set last.
func (s *Settings) Destination(ctx context.Context, account store.Account) (string, error) {
	k, err := get[string](ctx, s, account, destinationKey)
	if err == nil && k.revision == 0 {
		return DestinationXRay, nil
	}
	return k.value, err
}

// SetDestination sets it.
func (s *Settings) SetDestination(ctx context.Context, account store.Account, d string) error {
	if d != DestinationXRay && d != DestinationLogs {
		return invalid("Destination %.40q is not known. Send %s or %s.", d, DestinationXRay, DestinationLogs)
	}
	c, err := put(destinationKey, d, store.Any)
	if err != nil {
		return err
	}
	return s.store.Change(ctx, account, c)
}
