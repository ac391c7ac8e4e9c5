// Package sampling knows X-Ray's sampling: what a rule is and what is allowed in one, how the service divides a rule's
// reservoir among the clients that use it, and when it boosts a rule's rate.
//
// The package holds values and pure functions. It does no I/O and knows no clock: the time is an argument.
package sampling

import (
	"errors"
	"fmt"
	"math"
)

// A Rule says which requests it is for, and how many of them are sampled. The patterns take * (any run of characters)
// and ? (one character). Stores keep its JSON form: a field keeps its name.
type Rule struct {
	Name     string
	Priority int // rules are tried in ascending order

	FixedRate     float64 // share of the requests beyond the reservoir, 0 to 1
	ReservoirSize int     // requests per second, for all clients of the rule together

	ServiceName string
	ServiceType string
	Host        string
	HTTPMethod  string
	URLPath     string
	ResourceARN string
	Attributes  map[string]string
	Version     int // of the rule's form; SDKs skip all but 1

	Boost *RateBoost `json:",omitempty"` // nil: the rate is never raised
}

// A RateBoost lets the service raise a rule's rate while requests go wrong.
type RateBoost struct {
	MaxRate         float64 // 0 to 1; there is no boost unless it is above the fixed rate
	CooldownMinutes int     // from the start of a boost until the next may start
}

// What is fixed about the default rule, and the values that X-Ray gives it: one request each second and 5 % of the rest.
const (
	DefaultName          = "Default"
	DefaultPriority      = 10_000 // one above the range of a user's rules: it comes last
	DefaultFixedRate     = 0.05
	DefaultReservoirSize = 1
)

// MaxReservoirSize bounds a reservoir: X-Ray's clients keep it in 32 bits.
const MaxReservoirSize = math.MaxInt32

// Default is the rule that is always there and matches every request.
func Default(fixedRate float64, reservoirSize int) Rule {
	return Rule{
		Name:          DefaultName,
		Priority:      DefaultPriority,
		FixedRate:     fixedRate,
		ReservoirSize: reservoirSize,
		ServiceName:   "*",
		ServiceType:   "*",
		Host:          "*",
		HTTPMethod:    "*",
		URLPath:       "*",
		ResourceARN:   "*",
		Attributes:    map[string]string{},
		Version:       1,
	}
}

// CheckFixedRate says what is wrong with a rate.
func CheckFixedRate(rate float64) error {
	if rate >= 0 && rate <= 1 { // false for NaN
		return nil
	}
	return fmt.Errorf("rate %v is not between 0 and 1, for example 0.05 for 5 %%", rate)
}

// CheckReservoirSize says what is wrong with the size of a reservoir.
func CheckReservoirSize(size int) error {
	if size >= 0 && size <= MaxReservoirSize {
		return nil
	}
	return fmt.Errorf("reservoir of %d requests a second is not between 0 and %d", size, MaxReservoirSize)
}

// ErrUnknownRule is the answer to a report on a rule that does not exist, or no longer. Clients fetch the rules again
// when they see it.
//
//lint:ignore ST1005 it is the service's Message, sent as it is
var ErrUnknownRule = errors.New("Unknown rule")
