package settings_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
)

func expression(text string) settings.GroupChange {
	return settings.GroupChange{FilterExpression: &text}
}

func (r *room) create(name, text string) *settings.Group {
	r.t.Helper()
	return must[*settings.Group](r.t)(r.CreateGroup(r.t.Context(), own, name, expression(text), nil))
}

func names(groups []*settings.Group) string {
	var b strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&b, "%s ", g.Name)
	}
	return strings.TrimSpace(b.String())
}

func TestGroupLifecycle(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	text := `service("orders") {responsetime>2 }` // kept as it is given, not in canonical form
	g := r.create("slow-orders", text)
	if form := regexp.MustCompile(`^arn:aws:xray:eu-central-1:111122223333:group/slow-orders/[A-Z2-7]{52}$`); !form.MatchString(g.ARN) || !strings.HasSuffix(g.ARN, g.ID) {
		t.Errorf("ARN: got %s of id %s, want the form %s", g.ARN, g.ID, form)
	}
	if g.FilterExpression != text || g.Version != 1 || g.Expression == nil || g.Problem != nil || g.InsightsEnabled || g.NotificationsEnabled {
		t.Errorf("created: got %+v", g)
	}
	r.create("a-first", "ok")
	if got := names(must[[]*settings.Group](t)(r.another().Groups(ctx, own))); got != "Default a-first slow-orders" {
		t.Errorf("groups: got %s, want Default a-first slow-orders", got)
	}
	if got := must[[]*settings.Group](t)(r.Groups(ctx, own+1)); names(got) != "Default" {
		t.Errorf("groups of another account: got %s, want Default", names(got))
	}

	update := settings.GroupChange{InsightsEnabled: ptr(true), NotificationsEnabled: ptr(true)}
	g = must[*settings.Group](t)(r.UpdateGroup(ctx, own, "", g.ARN, update))
	if g.Version != 1 || g.FilterExpression != text || !g.InsightsEnabled || !g.NotificationsEnabled {
		t.Errorf("insights enabled: got %+v, want the rest as it was", g)
	}
	g = must[*settings.Group](t)(r.UpdateGroup(ctx, own, "slow-orders", g.ARN, expression("fault")))
	if g.Version != 2 || g.FilterExpression != "fault" || !g.InsightsEnabled || !g.NotificationsEnabled {
		t.Errorf("expression changed: got %+v, want version 2 and the rest as it was", g)
	}
	g = must[*settings.Group](t)(r.UpdateGroup(ctx, own, "slow-orders", "", expression("fault")))
	if g.Version != 2 {
		t.Errorf("the same expression again: got version %d, want 2", g.Version)
	}
	g = must[*settings.Group](t)(r.UpdateGroup(ctx, own, "slow-orders", "", settings.GroupChange{InsightsEnabled: ptr(false)}))
	if g.InsightsEnabled || g.NotificationsEnabled {
		t.Errorf("insights disabled: got %+v, want no notifications either", g)
	}
	if got := must[*settings.Group](t)(r.another().Group(ctx, own, "slow-orders", g.ARN)); got.ID != g.ID || got.Version != 2 {
		t.Errorf("read: got %+v, want %+v", got, g)
	}

	if err := r.DeleteGroup(ctx, own, "slow-orders", g.ARN); err != nil {
		t.Fatal(err)
	}
	_, err := r.Group(ctx, own, "slow-orders", "")
	want(t, "deleted", err, settings.Invalid, "Group not found.")
	again := r.create("slow-orders", "ok")
	_, err = r.Group(ctx, own, "", g.ARN)
	want(t, "the ARN of the one before", err, settings.Invalid, "Group not found.")
	if again.ID == g.ID || again.Version != 1 {
		t.Errorf("made again: got %+v, want another id and version 1", again)
	}
}

func TestDefaultGroup(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	arn := "arn:aws:xray:eu-central-1:111122223333:group/Default"
	for _, by := range [][2]string{{"Default", ""}, {"", arn}, {"Default", arn}} {
		g := must[*settings.Group](t)(r.Group(ctx, own, by[0], by[1]))
		if g.ID != "Default" || g.ARN != arn || g.Expression.String() != "" || g.FilterExpression != "" || g.Version != 1 || g.InsightsEnabled {
			t.Errorf("by %q: got %+v", by, g)
		}
	}
	g := must[*settings.Group](t)(r.UpdateGroup(ctx, own, "Default", "", settings.GroupChange{InsightsEnabled: ptr(true)}))
	if !g.InsightsEnabled || g.ARN != arn || g.Version != 1 {
		t.Errorf("insights of Default: got %+v", g)
	}
	if got := must[[]*settings.Group](t)(r.Groups(ctx, own)); names(got) != "Default" || !got[0].InsightsEnabled {
		t.Errorf("groups: got %+v, want Default once, with insights", got)
	}
	_, err := r.UpdateGroup(ctx, own, "Default", "", expression("ok"))
	want(t, "expression of Default", err, settings.Invalid, "cannot be changed")
	want(t, "delete Default", r.DeleteGroup(ctx, own, "", arn), settings.Invalid, "cannot be deleted")
	_, err = r.CreateGroup(ctx, own, "Default", expression("ok"), nil)
	want(t, "create Default", err, settings.Invalid, "Default already exists")
	if g := must[*settings.Group](t)(r.Group(ctx, own, "Default", "")); !g.InsightsEnabled {
		t.Errorf("after refused changes: got %+v, want insights as they were", g)
	}
}

func TestGroupErrors(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	g, other := r.create("slow", "responsetime > 2"), r.create("other", "ok")
	create := func(name string, c settings.GroupChange) error {
		_, err := r.CreateGroup(ctx, own, name, c, nil)
		return err
	}
	update := func(name, arn string, c settings.GroupChange) error {
		_, err := r.UpdateGroup(ctx, own, name, arn, c)
		return err
	}
	for _, tt := range []struct {
		about string
		err   error
		part  string
	}{
		{"no name", create("", expression("ok")), "GroupName has 0 characters, 1 to 32"},
		{"long name", create(strings.Repeat("g", 33), expression("ok")), "GroupName has 33 characters"},
		{"name with a slash", create("a/b", expression("ok")), "letters, digits and dashes"},
		{"name with a letter beyond ASCII", create("größe", expression("ok")), "letters, digits and dashes"},
		{"taken", create("slow", expression("ok")), "slow already exists"},
		{"no expression", create("new", settings.GroupChange{}), "Filter Expression is empty"},
		{"empty expression", create("new", expression("")), "Filter Expression is empty"},
		{"blank expression", create("new", expression(" \t")), "Filter Expression is empty"},
		{"bad expression", create("new", expression("responsetime >")), "FilterExpression is invalid: col "},
		{"long expression", create("new", expression(strings.Repeat("ok ", 10_000))), "FilterExpression is invalid"},
		{"notifications alone", create("new", settings.GroupChange{FilterExpression: ptr("ok"), NotificationsEnabled: ptr(true)}), "no notifications without insights"},
		{"notifications without insights", update("slow", "", settings.GroupChange{InsightsEnabled: ptr(false), NotificationsEnabled: ptr(true)}), "no notifications without insights"},
		{"update to empty", update("slow", "", expression("")), "Filter Expression is empty"},
		{"update to bad", update("slow", "", expression("foo = 1")), "FilterExpression is invalid: col 1"},
		{"neither name nor ARN", update("", "", expression("ok")), "GroupName and GroupARN are missing"},
		{"unknown name", update("nosuch", "", expression("ok")), "Group not found."},
		{"part of a name", update("slo", "", expression("ok")), "Group not found."},
		{"another case", update("Slow", "", expression("ok")), "Group not found."},
		{"two groups", update("slow", other.ARN, expression("ok")), "those of two groups"},
		{"ARN without id", update("", strings.TrimSuffix(g.ARN, "/"+g.ID), expression("ok")), "Group not found."},
		{"ARN of another account", update("", strings.Replace(g.ARN, "111122223333", "111122223334", 1), expression("ok")), "Group not found."},
		{"ARN of another region", update("", strings.Replace(g.ARN, "eu-central-1", "eu-west-1", 1), expression("ok")), "Group not found."},
		{"ARN of a rule", update("", "arn:aws:xray:eu-central-1:111122223333:sampling-rule/slow", expression("ok")), "Group not found."},
		{"long ARN", update("", strings.Repeat("a", 401), expression("ok")), "GroupARN has 401 characters"},
		{"delete unknown", r.DeleteGroup(ctx, own, "nosuch", ""), "Group not found."},
	} {
		want(t, tt.about, tt.err, settings.Invalid, tt.part)
	}
	if got := names(must[[]*settings.Group](t)(r.Groups(ctx, own))); got != "Default other slow" {
		t.Errorf("after errors: got groups %s, want Default other slow", got)
	}
}

func TestGroupLimit(t *testing.T) {
	r := newRoom(t)
	for i := range 20 {
		r.create(fmt.Sprintf("g%d", i), "ok")
	}
	var made, refused atomic.Int32
	var all sync.WaitGroup
	for i := range 12 { // two servers, and only room for four
		s := []*settings.Settings{r.Settings, r.another()}[i%2]
		all.Go(func() {
			_, err := s.CreateGroup(t.Context(), own, fmt.Sprintf("h%d", i), expression("ok"), nil)
			if err == nil {
				made.Add(1)
				return
			}
			refused.Add(1)
			want(t, "create beyond the limit", err, settings.Invalid, "There are 25 groups")
		})
	}
	all.Wait()
	groups := must[[]*settings.Group](t)(r.Groups(t.Context(), own))
	if made.Load() != 4 || refused.Load() != 8 || len(groups) != 25 {
		t.Errorf("got %d made, %d refused, %d groups; want 4, 8, 25 with Default", made.Load(), refused.Load(), len(groups))
	}
	if _, err := r.UpdateGroup(t.Context(), own, "Default", "", settings.GroupChange{InsightsEnabled: ptr(true)}); err != nil {
		t.Errorf("insights of Default when there is no room: %v", err)
	}
}

func TestOneNameAtOnce(t *testing.T) {
	r := newRoom(t)
	var made atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		s := []*settings.Settings{r.Settings, r.another()}[i%2]
		all.Go(func() {
			_, err := s.CreateGroup(t.Context(), own, "slow", expression("ok"), []settings.Tag{{Key: "by", Value: fmt.Sprint(i)}})
			if err == nil {
				made.Add(1)
				return
			}
			want(t, "create a name that is taken", err, settings.Invalid, "slow already exists")
		})
	}
	all.Wait()
	if made.Load() != 1 || len(r.keys("tag/")) != 1 {
		t.Errorf("got %d groups made, tags %q; want one and its tags", made.Load(), r.keys("tag/"))
	}
}

func TestGroupCycle(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	a := r.create("a", `fault OR group.name = "b"`) // b is not there yet: legal
	_, err := r.CreateGroup(ctx, own, "b", expression(`group.name = "a"`), nil)
	want(t, "b refers to a", err, settings.Invalid, "b -> a -> b")
	_, err = r.CreateGroup(ctx, own, "b", expression(`group.arn = "`+a.ARN+`"`), nil)
	want(t, "b refers to a by ARN", err, settings.Invalid, "b -> a -> b")
	_, err = r.CreateGroup(ctx, own, "self", expression(`ok AND group.name != "self"`), nil)
	want(t, "refers to itself", err, settings.Invalid, "self -> self")
	b := r.create("b", `group.name = "c" AND group.name = "Default"`)
	r.create("d", `group.name = "a" group.name = "b"`) // two ways to b are no cycle
	_, err = r.UpdateGroup(ctx, own, "b", "", expression(`group.arn = "`+b.ARN+`"`))
	want(t, "b refers to itself by ARN", err, settings.Invalid, "b -> b")
	_, err = r.CreateGroup(ctx, own, "c", expression(`group.name = "d"`), nil)
	want(t, "c closes a long way", err, settings.Invalid, "c -> d -> a -> b -> c")
	must[*settings.Group](t)(r.UpdateGroup(ctx, own, "a", "", expression("fault")))
	must[*settings.Group](t)(r.UpdateGroup(ctx, own, "b", "", expression(`group.name = "a"`))) // now legal
}

// Two that each are legal alone, but together make a cycle, are not both made.
func TestCycleAtOnce(t *testing.T) {
	r := newRoom(t)
	r.create("a", "ok")
	r.create("b", "ok")
	var made atomic.Int32
	var all sync.WaitGroup
	for i, s := range []*settings.Settings{r.Settings, r.another()} {
		all.Go(func() {
			from, to := string("ab"[i]), string("ba"[i])
			_, err := s.UpdateGroup(t.Context(), own, from, "", expression(fmt.Sprintf("group.name = %q", to)))
			if err == nil {
				made.Add(1)
				return
			}
			want(t, "close a cycle", err, settings.Invalid, "refer to itself")
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("got %d of two updates made, want 1", made.Load())
	}
}

// What a newer version wrote is a problem of that group alone.
func TestUnreadableExpression(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	r.create("good", "fault")
	r.set("group/new", map[string]any{"Name": "new", "ID": strings.Repeat("A", 52), "FilterExpression": "weather = sunny", "Version": 3, "Mood": "bright"})
	groups := must[[]*settings.Group](t)(r.Groups(ctx, own))
	if names(groups) != "Default good new" {
		t.Fatalf("got groups %s, want Default good new", names(groups))
	}
	g := groups[2]
	if g.Expression != nil || g.Problem == nil || !strings.Contains(g.Problem.Error(), "group new") || g.FilterExpression != "weather = sunny" {
		t.Errorf("got %+v, want a problem that names the group, and its text", g)
	}
	env := must[*filter.Env](t)(r.Env(ctx, own))
	if env.Group(filter.GroupRef{Name: "new"}) != nil || env.Group(filter.GroupRef{Name: "good"}) == nil {
		t.Error("in filters: want good known and new unknown")
	}
	var refused *settings.Error
	for _, ref := range []filter.GroupRef{{Name: "new"}, {ARN: g.ARN}} {
		if _, err := r.Env(ctx, own, filter.GroupRef{Name: "good"}, ref); !errors.As(err, &refused) || !strings.Contains(err.Error(), "names group new") {
			t.Errorf("a filter that names %v: got %v, want a refusal that names it", ref, err)
		}
	}
	if _, err := r.Env(ctx, own, filter.GroupRef{Name: "good"}, filter.GroupRef{Name: "nobody"}); err != nil {
		t.Errorf("a filter that names others: %v", err)
	}
	fixed := must[*settings.Group](t)(r.UpdateGroup(ctx, own, "new", "", expression("ok")))
	if fixed.Problem != nil || fixed.Version != 4 {
		t.Errorf("repaired: got %+v, want version 4 without a problem", fixed)
	}
}

func TestEnv(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	g := r.create("slow", "responsetime > 2")
	env := must[*filter.Env](t)(r.Env(ctx, own))
	for _, tt := range []struct {
		ref  filter.GroupRef
		want string // canonical; "?" for unknown
	}{
		{filter.GroupRef{Name: "slow"}, g.Expression.String()},
		{filter.GroupRef{ARN: g.ARN}, g.Expression.String()},
		{filter.GroupRef{Name: "Default"}, ""},
		{filter.GroupRef{ARN: "arn:aws:xray:eu-central-1:111122223333:group/Default"}, ""},
		{filter.GroupRef{Name: "nosuch"}, "?"},
		{filter.GroupRef{}, "?"},
	} {
		got := "?"
		if x := env.Group(tt.ref); x != nil {
			got = x.String()
		}
		if got != tt.want {
			t.Errorf("group %+v: got %q, want %q", tt.ref, got, tt.want)
		}
	}
	if env.Account != "111122223333" {
		t.Errorf("account: got %q", env.Account)
	}
	must[*settings.Group](t)(r.UpdateGroup(ctx, own, "slow", "", expression("ok")))
	if got := env.Group(filter.GroupRef{Name: "slow"}).String(); got != g.Expression.String() {
		t.Errorf("the environment of before: got %q, want the snapshot %q", got, g.Expression)
	}
}

// A setting that is no JSON at all is damage: an error that names it.
func TestDamagedSetting(t *testing.T) {
	r := newRoom(t)
	if err := r.store.Change(t.Context(), own, store.Change{Key: "group/bad", Value: []byte("{"), Was: 0}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Groups(t.Context(), own); err == nil || !strings.Contains(err.Error(), `"group/bad"`) {
		t.Errorf("got %v, want an error that names the setting", err)
	}
}
