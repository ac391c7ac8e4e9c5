package settings_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

const ruleAccount store.Account = 111122223333

// A samplerBench is a sampler over a store of its own, with a clock that the test sets.
type samplerBench struct {
	*settings.Sampler
	t     *testing.T
	store *pebble.Store
	now   time.Time
	log   strings.Builder
}

func newSampler(t *testing.T) *samplerBench {
	t.Helper()
	db, err := pebble.Open(t.TempDir(), pebble.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &samplerBench{t: t, store: db, now: time.Unix(1758650000, 0)}
	b.Sampler = b.another(sampling.Default(0.05, 1))
	return b
}

// another is one more server on the same store.
func (b *samplerBench) another(initial sampling.Rule) *settings.Sampler {
	b.t.Helper()
	all := settings.New(b.store, "eu-central-1", func() time.Time { return b.now })
	s, err := settings.NewSampler(b.t.Context(), all, ruleAccount, initial, slog.New(slog.NewTextHandler(&b.log, nil)))
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// rule is one that breaks no limit.
func rule() sampling.Rule {
	return sampling.Rule{Priority: 50, FixedRate: 0.2, ReservoirSize: 10, ServiceName: "orders", ServiceType: "*", Host: "*", HTTPMethod: "POST",
		URLPath: "/v2/*", ResourceARN: "*", Attributes: map[string]string{}, Version: 1}
}

func (b *samplerBench) create(name string) settings.RuleRecord {
	b.t.Helper()
	r, err := b.CreateRule(b.t.Context(), settings.RuleID{Name: name}, rule(), nil)
	if err != nil {
		b.t.Fatalf("create %s: %v", name, err)
	}
	return r
}

func (b *samplerBench) names(s *settings.Sampler) (names []string) {
	b.t.Helper()
	rules, err := s.Rules(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, r := range rules {
		names = append(names, r.Name)
	}
	return names
}

func (b *samplerBench) changed(s *settings.Sampler) int64 {
	b.t.Helper()
	_, at, err := s.Targets(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return at.Unix()
}

func TestRulesLifecycle(t *testing.T) {
	b := newSampler(t)
	if at := b.changed(b.Sampler); at != 1758650000 {
		t.Errorf("a new store: rules changed at %d, want the time of the start", at)
	}
	b.now = b.now.Add(10 * time.Second)
	b.create("zebra")
	made := b.create("Alpha")
	if made.Created != b.now || made.Modified != b.now {
		t.Errorf("created: got times %v and %v, want %v", made.Created, made.Modified, b.now)
	}
	if got, want := b.names(b.Sampler), []string{"Alpha", "zebra", "Default"}; !slices.Equal(got, want) {
		t.Errorf("rules are %v, want %v", got, want)
	}
	b.now = b.now.Add(10*time.Second + time.Millisecond)
	updated, err := b.UpdateRule(t.Context(), settings.RuleID{ARN: "arn:aws:xray:eu-central-1:111122223333:sampling-rule/zebra"}, func(r *sampling.Rule) { r.FixedRate = 1 })
	if err != nil || updated.FixedRate != 1 || updated.Priority != 50 || updated.Created != made.Created || updated.Modified != b.now.Truncate(time.Second) {
		t.Errorf("update by ARN: got %+v, %v", updated, err)
	}
	if at := b.changed(b.Sampler); at != 1758650021 {
		t.Errorf("a millisecond into second 20: rules changed at %d, want the next second", at)
	}
	b.now = b.now.Add(10 * time.Second)
	deleted, err := b.DeleteRule(t.Context(), settings.RuleID{ARN: "arn:aws:xray:eu-central-1::sampling-rule/zebra"})
	if err != nil || deleted.FixedRate != 1 || deleted.Name != "zebra" {
		t.Errorf("delete: got %+v, %v; want the rule as it was", deleted, err)
	}
	if got, want := b.names(b.Sampler), []string{"Alpha", "Default"}; !slices.Equal(got, want) {
		t.Errorf("rules are %v, want %v", got, want)
	}
	if at := b.changed(b.Sampler); at != 1758650031 {
		t.Errorf("after a deletion: rules changed at %d, want 1758650031", at)
	}

	b.now = b.now.Add(time.Hour)
	again := b.another(sampling.Default(0.05, 1))
	if at := b.changed(again); at != 1758650031 {
		t.Errorf("after a restart: rules changed at %d, want 1758650031 as before", at)
	}
	if got, want := b.names(again), []string{"Alpha", "Default"}; !slices.Equal(got, want) {
		t.Errorf("after a restart: rules are %v, want %v", got, want)
	}
}

// What the flags say of the default rule counts until somebody changes it through the API.
func TestDefaultRule(t *testing.T) {
	b := newSampler(t)
	b.now = b.now.Add(time.Minute)
	flags := b.another(sampling.Default(0.5, 7))
	if at := b.changed(flags); at != b.now.Unix() {
		t.Errorf("start with other flags: rules changed at %d, want now, %d", at, b.now.Unix())
	}
	if b.log.Len() > 0 {
		t.Errorf("before a change: logged %s, want nothing", &b.log)
	}
	id := settings.RuleID{Name: sampling.DefaultName}
	r, err := flags.UpdateRule(t.Context(), id, func(r *sampling.Rule) { r.ReservoirSize = 8 })
	if err != nil || r.FixedRate != 0.5 || r.ReservoirSize != 8 || r.Priority != sampling.DefaultPriority || r.Created.Unix() != 0 || r.Modified != b.now {
		t.Errorf("update: got %+v, %v; want the flag's rate and the new reservoir", r, err)
	}
	again := b.another(sampling.Default(0.05, 1))
	rules, err := again.Rules(t.Context())
	if err != nil || len(rules) != 1 || rules[0].FixedRate != 0.5 || rules[0].ReservoirSize != 8 {
		t.Errorf("after a restart with other flags: got %+v, %v; want the stored rule", rules, err)
	}
	if got := b.log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "rate=0.5 reservoir=8 flag_rate=0.05 flag_reservoir=1") {
		t.Errorf("logged %q, want one line on both", got)
	}
	for _, edit := range []func(*sampling.Rule){
		func(r *sampling.Rule) { r.Priority = 9999 },
		func(r *sampling.Rule) { r.Host = "a" },
		func(r *sampling.Rule) { r.Attributes = map[string]string{"a": "b"} },
		func(r *sampling.Rule) { r.Boost = &sampling.RateBoost{MaxRate: 1, CooldownMinutes: 1} },
		func(r *sampling.Rule) { r.FixedRate = 2 },
	} {
		if r, err := again.UpdateRule(t.Context(), id, edit); err == nil {
			t.Errorf("update of more than the rate and the reservoir: got %+v, want an error", r)
		}
	}
	if _, err := again.UpdateRule(t.Context(), id, func(r *sampling.Rule) { r.Host, r.FixedRate = "*", 0.1 }); err != nil {
		t.Errorf("update that names members as they are: got error %v, want none", err)
	}
}

func TestRuleErrors(t *testing.T) {
	b := newSampler(t)
	b.create("taken")
	byName := func(name string) settings.RuleID { return settings.RuleID{Name: name} }
	type edit = func(*sampling.Rule)
	for _, c := range []struct {
		about string
		id    settings.RuleID
		edit  edit
		want  string // part of the message
	}{
		{"no id", settings.RuleID{}, nil, "RuleName and RuleARN are missing"},
		{"two ids", settings.RuleID{Name: "a", ARN: "b"}, nil, "RuleName and RuleARN are both given"},
		{"ARN of another region", settings.RuleID{ARN: "arn:aws:xray:us-east-1:111122223333:sampling-rule/a"}, nil, "RuleARN"},
		{"ARN of another account", settings.RuleID{ARN: "arn:aws:xray:eu-central-1:111122223334:sampling-rule/a"}, nil, "RuleARN"},
		{"ARN of a group", settings.RuleID{ARN: "arn:aws:xray:eu-central-1:111122223333:group/a"}, nil, "RuleARN"},
		{"ARN without a name", settings.RuleID{ARN: "arn:aws:xray:eu-central-1:111122223333:sampling-rule/"}, nil, "RuleARN"},
		{"long name", byName(strings.Repeat("ä", 33)), nil, "RuleName has 33 characters"},
		{"slash in the name", byName("a/b"), nil, "RuleName"},
		{"control character in the name", byName("a\nb"), nil, "RuleName"},
		{"taken name", byName("taken"), nil, "exists already"},
		{"Default", byName("Default"), nil, "always there"},
		{"priority 0", byName("a"), func(r *sampling.Rule) { r.Priority = 0 }, "SamplingRule.Priority is 0"},
		{"priority of Default", byName("a"), func(r *sampling.Rule) { r.Priority = 10000 }, "SamplingRule.Priority is 10000"},
		{"rate", byName("a"), func(r *sampling.Rule) { r.FixedRate = 1.01 }, "SamplingRule.FixedRate is 1.01"},
		{"reservoir", byName("a"), func(r *sampling.Rule) { r.ReservoirSize = -1 }, "SamplingRule.ReservoirSize is -1"},
		{"version", byName("a"), func(r *sampling.Rule) { r.Version = 2 }, "SamplingRule.Version is 2"},
		{"service name", byName("a"), func(r *sampling.Rule) { r.ServiceName = strings.Repeat("x", 65) }, "ServiceName has 65"},
		{"service type", byName("a"), func(r *sampling.Rule) { r.ServiceType = strings.Repeat("x", 65) }, "ServiceType has 65"},
		{"host", byName("a"), func(r *sampling.Rule) { r.Host = strings.Repeat("x", 65) }, "Host has 65"},
		{"method", byName("a"), func(r *sampling.Rule) { r.HTTPMethod = strings.Repeat("x", 11) }, "HTTPMethod has 11"},
		{"path", byName("a"), func(r *sampling.Rule) { r.URLPath = strings.Repeat("x", 129) }, "URLPath has 129"},
		{"resource", byName("a"), func(r *sampling.Rule) { r.ResourceARN = strings.Repeat("x", 501) }, "ResourceARN has 501"},
		{"six attributes", byName("a"), func(r *sampling.Rule) {
			r.Attributes = map[string]string{"1": "a", "2": "a", "3": "a", "4": "a", "5": "a", "6": "a"}
		}, "Attributes has 6 pairs"},
		{"empty key", byName("a"), func(r *sampling.Rule) { r.Attributes = map[string]string{"": "a"} }, "key of 0"},
		{"empty value", byName("a"), func(r *sampling.Rule) { r.Attributes = map[string]string{"a": ""} }, "value of 0"},
		{"long value", byName("a"), func(r *sampling.Rule) { r.Attributes = map[string]string{"a": strings.Repeat("x", 33)} }, "value of 33"},
		{"boost", byName("a"), func(r *sampling.Rule) { r.Boost = &sampling.RateBoost{MaxRate: 1.5, CooldownMinutes: 1} }, "SamplingRateBoost.MaxRate is 1.5"},
		{"cooldown", byName("a"), func(r *sampling.Rule) { r.Boost = &sampling.RateBoost{MaxRate: 0.5} }, "SamplingRateBoost.CooldownWindowMinutes is 0"},
	} {
		r := rule()
		if c.edit != nil {
			c.edit(&r)
		}
		_, err := b.CreateRule(t.Context(), c.id, r, nil)
		wantInvalid(t, "create: "+c.about, err, c.want)
		if c.edit != nil && c.about != "version" { // the same limits hold for changes
			_, err := b.UpdateRule(t.Context(), settings.RuleID{Name: "taken"}, c.edit)
			wantInvalid(t, "update: "+c.about, err, strings.Replace(c.want, "SamplingRule.", "SamplingRuleUpdate.", 1))
		}
	}
	_, err := b.UpdateRule(t.Context(), byName("gone"), func(*sampling.Rule) {})
	wantInvalid(t, "update of none", err, "gone not found")
	_, err = b.DeleteRule(t.Context(), byName("gone"))
	wantInvalid(t, "delete of none", err, "gone not found")
	_, err = b.DeleteRule(t.Context(), byName("Default"))
	wantInvalid(t, "delete of Default", err, "cannot be deleted")
	if got := b.names(b.Sampler); !slices.Equal(got, []string{"taken", "Default"}) {
		t.Errorf("after refusals only: rules are %v", got)
	}
}

func wantInvalid(t *testing.T, about string, err error, part string) {
	t.Helper()
	e, ok := err.(*settings.Error)
	if !ok || e.Reason != settings.Invalid || !strings.Contains(e.Message, part) {
		t.Errorf("%s: got %v, want an invalid request with %q", about, err, part)
	}
}

// Many at once, on two servers: never more than the limit, and none lost.
func TestRuleLimit(t *testing.T) {
	b := newSampler(t)
	servers := []*settings.Sampler{b.Sampler, b.another(sampling.Default(0.05, 1))}
	var all sync.WaitGroup
	var mu sync.Mutex
	made, refused := 0, 0
	for i := range settings.MaxRules + 5 {
		all.Go(func() {
			for {
				_, err := servers[i%2].CreateRule(context.Background(), settings.RuleID{Name: fmt.Sprint("rule ", i)}, rule(), nil)
				if err != nil && strings.Contains(err.Error(), store.ErrConflict.Error()) {
					continue // so many at once meet too often
				}
				mu.Lock()
				defer mu.Unlock()
				if e, ok := err.(*settings.Error); ok && e.Reason == settings.TooMany {
					refused++
				} else if err == nil {
					made++
				} else {
					t.Error(err)
				}
				return
			}
		})
	}
	all.Wait()
	if n := len(b.names(b.Sampler)) - 1; made != settings.MaxRules || refused != 5 || n != made {
		t.Errorf("%d made, %d refused, %d are there; want 25, 5, 25", made, refused, n)
	}
}

// Reports are answered by rules that are at most a second old.
func TestRulesOfAnotherServer(t *testing.T) {
	b := newSampler(t)
	other := b.another(sampling.Default(0.05, 1))
	report := sampling.Report{Rule: "orders-post", Client: strings.Repeat("a", 24)}
	ask := func() error {
		targets, _, err := other.Targets(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = targets.Report(b.now, report)
		return err
	}
	if err := ask(); err != sampling.ErrUnknownRule {
		t.Errorf("before: got %v, want unknown rule", err)
	}
	b.create("orders-post")
	b.now = b.now.Add(time.Second)
	if err := ask(); err != nil {
		t.Errorf("a second later: got %v, want the rule known", err)
	}
	if _, err := other.DeleteRule(t.Context(), settings.RuleID{Name: "orders-post"}); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err != sampling.ErrUnknownRule {
		t.Errorf("at once after a deletion by the same server: got %v, want unknown rule", err)
	}
}

// A rule is read back as it was written by this and earlier versions.
func TestStoredForm(t *testing.T) {
	b := newSampler(t)
	r := rule()
	r.Boost = &sampling.RateBoost{MaxRate: 0.5, CooldownMinutes: 10}
	if _, err := b.CreateRule(t.Context(), settings.RuleID{Name: "orders-post"}, r, nil); err != nil {
		t.Fatal(err)
	}
	list, err := b.store.Settings(t.Context(), ruleAccount, "rule")
	if err != nil || len(list) != 2 {
		t.Fatalf("got %d settings, %v; want 2", len(list), err)
	}
	for i, want := range []string{
		`rule/orders-post {"Rule":{"Name":"orders-post","Priority":50,"FixedRate":0.2,"ReservoirSize":10,"ServiceName":"orders","ServiceType":"*","Host":"*","HTTPMethod":"POST","URLPath":"/v2/*","ResourceARN":"*","Attributes":{},"Version":1,"Boost":{"MaxRate":0.5,"CooldownMinutes":10}},"CreatedAt":1758650000,"ModifiedAt":1758650000}`,
		`rules {"ChangedAt":1758650000,"Rate":0.05,"Reservoir":1}`,
	} {
		if got := list[i].Key + " " + string(list[i].Value); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
}
