package settings

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/store"
)

// MaxRules is how many sampling rules an account may have beside the default one.
const MaxRules = 25

// A RuleRecord is a sampling rule with its times, which are whole seconds; both are 1970 for a default rule that nobody
// has changed.
type RuleRecord struct {
	sampling.Rule
	Created, Modified time.Time
}

// A RuleID addresses a sampling rule: by its name or by its ARN, of which the other is empty.
type RuleID struct{ Name, ARN string }

// storedRule is the value of a rule's setting.
type storedRule struct {
	Rule                  sampling.Rule
	CreatedAt, ModifiedAt int64 // epoch seconds
}

// rulesKey is the setting with the ruleState. Every change of a rule changes it too, so that changes come one after the
// other. It lies beside the rules, so that one read gets all.
const rulesKey = "rules"

// ruleState is what is known of the rules as a whole.
type ruleState struct {
	ChangedAt int64 // epoch second of the last change, rounded up

	// The rate and reservoir of the default rule, as the server that wrote this had them from its flags.
	Rate      float64
	Reservoir int
}

// ruleSet is the rules of the account as they are.
type ruleSet struct {
	rules []kept[storedRule] // by name, the default rule among them if it was changed
	state kept[ruleState]
}

// loadRules reads them.
func (s *Settings) loadRules(ctx context.Context, account store.Account) (set ruleSet, err error) {
	list, err := s.store.Settings(ctx, account, strings.TrimSuffix(rulePrefix, "/"))
	for i := range list {
		switch key := list[i].Key; {
		case err != nil:
		case key == rulesKey:
			set.state, err = decode[ruleState](&list[i])
		case strings.HasPrefix(key, rulePrefix):
			var rule kept[storedRule]
			rule, err = decode[storedRule](&list[i])
			set.rules = append(set.rules, rule)
		}
	}
	return set, err
}

// find is the rule with the name; nil if there is none in the store.
func (set *ruleSet) find(name string) *kept[storedRule] {
	for i := range set.rules {
		if set.rules[i].value.Rule.Name == name {
			return &set.rules[i]
		}
	}
	return nil
}

// custom is the number of rules but for the default one.
func (set *ruleSet) custom() int {
	if set.find(sampling.DefaultName) != nil {
		return len(set.rules) - 1
	}
	return len(set.rules)
}

func (r *storedRule) record() RuleRecord {
	return RuleRecord{r.Rule, time.Unix(r.CreatedAt, 0), time.Unix(r.ModifiedAt, 0)}
}

// Rules are the rules of the account by name, the default one last.
func (s *Sampler) Rules(ctx context.Context) ([]RuleRecord, error) {
	set, err := s.settings.loadRules(ctx, s.account)
	if err != nil {
		return nil, err
	}
	return s.records(&set), nil
}

func (s *Sampler) records(set *ruleSet) []RuleRecord {
	out := make([]RuleRecord, 0, len(set.rules)+1)
	for i := range set.rules {
		out = append(out, set.rules[i].value.record())
	}
	if set.find(sampling.DefaultName) == nil {
		out = append(out, s.unchanged().record())
	}
	last := func(r RuleRecord) int {
		if r.Name == sampling.DefaultName {
			return 1
		}
		return 0
	}
	slices.SortFunc(out, func(a, b RuleRecord) int {
		return cmp.Or(cmp.Compare(last(a), last(b)), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// unchanged is the default rule as the flags have it.
func (s *Sampler) unchanged() *storedRule { return &storedRule{Rule: s.initial} }

// CreateRule adds a rule with tags; its name is that of the id. The error is an *Error with Reason TooMany or Invalid, or the
// store's.
func (s *Sampler) CreateRule(ctx context.Context, id RuleID, rule sampling.Rule, tags []Tag) (record RuleRecord, err error) {
	if rule.Name, err = s.ruleName(id); err != nil {
		return record, err
	}
	if rule.Name == sampling.DefaultName {
		return record, invalid("SamplingRule.RuleName %s is the name of the rule that is always there. Choose another, or change that one with UpdateSamplingRule.", rule.Name)
	}
	if err := checkRule("SamplingRule", &rule); err != nil {
		return record, err
	}
	return s.change(ctx, func(set *ruleSet, now int64) (*storedRule, []store.Change, error) {
		if set.find(rule.Name) != nil {
			return nil, nil, invalid("A sampling rule with the name %s exists already. Choose another name, or change the rule with UpdateSamplingRule.", rule.Name)
		}
		if set.custom() >= MaxRules {
			return nil, nil, &Error{Reason: TooMany, Message: "There are 25 sampling rules beside Default, which is the most. Delete one first."}
		}
		is := &storedRule{rule, now, now}
		c, err := put(rulePrefix+rule.Name, is, 0)
		if err != nil {
			return nil, nil, err
		}
		marks, err := tagged(s.RuleARN(rule.Name), tags)
		return is, append(marks, c), err
	})
}

// UpdateRule changes a rule by edit, which may be called more than once. Of the default rule only the rate and the
// reservoir may change. The error is an *Error with Reason Invalid, or the store's.
func (s *Sampler) UpdateRule(ctx context.Context, id RuleID, edit func(*sampling.Rule)) (record RuleRecord, err error) {
	name, err := s.ruleName(id)
	if err != nil {
		return record, err
	}
	return s.change(ctx, func(set *ruleSet, now int64) (*storedRule, []store.Change, error) {
		was, err := s.existing(set, name)
		if err != nil {
			return nil, nil, err
		}
		is := &storedRule{was.value.Rule, was.value.CreatedAt, now}
		edit(&is.Rule)
		if name == sampling.DefaultName {
			err = checkDefault(&is.Rule)
		}
		if err = cmp.Or(err, checkRule("SamplingRuleUpdate", &is.Rule)); err != nil {
			return nil, nil, err
		}
		c, err := put(rulePrefix+name, is, was.revision)
		return is, []store.Change{c}, err
	})
}

// DeleteRule removes a rule and returns it. The error is an *Error with Reason Invalid, or the store's.
func (s *Sampler) DeleteRule(ctx context.Context, id RuleID) (record RuleRecord, err error) {
	name, err := s.ruleName(id)
	if err != nil {
		return record, err
	}
	if name == sampling.DefaultName {
		return record, invalid("The sampling rule Default cannot be deleted. To sample nothing by it, set its FixedRate and ReservoirSize to 0 with UpdateSamplingRule.")
	}
	return s.change(ctx, func(set *ruleSet, _ int64) (*storedRule, []store.Change, error) {
		was, err := s.existing(set, name)
		if err != nil {
			return nil, nil, err
		}
		return &was.value, []store.Change{{Key: rulePrefix + name, Was: was.revision}, untagged(s.RuleARN(name))}, nil
	})
}

// existing is the rule with the name; the default rule may not be in the store.
func (s *Sampler) existing(set *ruleSet, name string) (kept[storedRule], error) {
	if is := set.find(name); is != nil {
		return *is, nil
	}
	if name == sampling.DefaultName {
		return kept[storedRule]{value: *s.unchanged()}, nil
	}
	return kept[storedRule]{}, invalid("Sampling rule %s not found. GetSamplingRules lists those that exist.", name)
}

// change makes the changes that edit decides upon, given the rules as they are and the second now, and returns its rule.
func (s *Sampler) change(ctx context.Context, edit func(set *ruleSet, now int64) (*storedRule, []store.Change, error)) (record RuleRecord, err error) {
	err = s.settings.change(ctx, s.account, func() ([]store.Change, error) {
		set, err := s.settings.loadRules(ctx, s.account)
		if err != nil {
			return nil, err
		}
		rule, changes, err := edit(&set, s.settings.now().Unix())
		if err != nil {
			return nil, err
		}
		state, err := s.stamp(&set)
		record = rule.record()
		return append(changes, state), err
	})
	s.forget()
	return record, err
}

// stamp is the change that notes that rules change now. The second is rounded up: a client that fetched the rules within
// the second of the change, but before it, must see that they are newer.
func (s *Sampler) stamp(set *ruleSet) (store.Change, error) {
	now := s.settings.now().Add(time.Second - 1).Unix()
	return put(rulesKey, ruleState{max(now, set.state.value.ChangedAt), s.initial.FixedRate, s.initial.ReservoirSize}, set.state.revision)
}

// ruleName is the name that the id leads to.
func (s *Sampler) ruleName(id RuleID) (string, error) {
	switch {
	case id.Name == "" && id.ARN == "":
		return "", invalid("RuleName and RuleARN are missing. Name the sampling rule by one of them.")
	case id.Name != "" && id.ARN != "":
		return "", invalid("RuleName and RuleARN are both given. Name the sampling rule by one of them only.")
	case id.Name != "":
		return id.Name, checkName(id.Name)
	}
	kind, name, _, ok := s.settings.splitARN(s.account, id.ARN)
	if !ok || kind != ruleResource || checkName(name) != nil {
		return "", invalid("RuleARN %.200q is not that of a sampling rule here. They are %sNAME.", id.ARN, s.settings.ARN(s.account, ruleResource, ""))
	}
	return name, nil
}

// RuleARN is the ARN of the rule with the name.
func (s *Sampler) RuleARN(name string) string { return s.settings.ARN(s.account, ruleResource, name) }

func checkName(name string) error {
	if err := sampling.CheckName(name); err != nil {
		return invalid("%s.", err)
	}
	return nil
}

// checkRule says what is wrong with a rule that came as the member in of a request.
func checkRule(in string, rule *sampling.Rule) error {
	if err := rule.Check(); err != nil {
		return invalid("%s.%s.", in, err)
	}
	return nil
}

// checkDefault says what else than the rate and the reservoir of the default rule would change.
func checkDefault(rule *sampling.Rule) error {
	if d := sampling.Default(rule.FixedRate, rule.ReservoirSize); !reflect.DeepEqual(*rule, d) {
		return invalid("SamplingRuleUpdate changes more than FixedRate and ReservoirSize of the sampling rule Default, which is for every request. Send only those two, or create a rule with CreateSamplingRule.")
	}
	return nil
}
