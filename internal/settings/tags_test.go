package settings_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rayscope/rayscope/internal/settings"
)

func tags(pairs ...string) (list []settings.Tag) {
	for p := range slices.Chunk(pairs, 2) {
		list = append(list, settings.Tag{Key: p[0], Value: p[1]})
	}
	return list
}

// many are n tags whose keys begin with the prefix.
func many(prefix string, n int) (list []settings.Tag) {
	for i := range n {
		list = append(list, settings.Tag{Key: fmt.Sprint(prefix, i)})
	}
	return list
}

func TestTags(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	g := must[*settings.Group](t)(r.CreateGroup(ctx, own, "slow", expression("ok"), tags("team", "shop", "Über 2", "ja")))
	if err := r.PutTags(ctx, own, g.ARN, tags("team", "cart", "_.:/=+-@", "")); err != nil {
		t.Fatal(err)
	}
	if err := r.RemoveTags(ctx, own, g.ARN, []string{"Über 2", "never there"}); err != nil {
		t.Fatal(err)
	}
	got := must[[]settings.Tag](t)(r.another().Tags(ctx, own, g.ARN))
	if wanted := tags("_.:/=+-@", "", "team", "cart"); !slices.Equal(got, wanted) {
		t.Errorf("got %q, want %q", got, wanted)
	}
	if err := r.RemoveTags(ctx, own, g.ARN, []string{"team", "_.:/=+-@"}); err != nil {
		t.Fatal(err)
	}
	if got := must[[]settings.Tag](t)(r.Tags(ctx, own, g.ARN)); got == nil || len(got) != 0 || len(r.keys("tag/")) != 0 {
		t.Errorf("all removed: got %q, keys %q; want none", got, r.keys("tag/"))
	}
	if err := r.RemoveTags(ctx, own, g.ARN, []string{"team"}); err != nil {
		t.Errorf("remove from none: %v", err)
	}
}

func TestTagsGoWithTheirResource(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	g := must[*settings.Group](t)(r.CreateGroup(ctx, own, "slow", expression("ok"), tags("team", "shop")))
	if err := r.DeleteGroup(ctx, own, "slow", ""); err != nil {
		t.Fatal(err)
	}
	if keys := r.keys("tag/"); len(keys) != 0 {
		t.Errorf("after the deletion: tags %q are left", keys)
	}
	_, err := r.Tags(ctx, own, g.ARN)
	want(t, "tags of a deleted group", err, settings.NotFound, "Resource ARN not found")
	again := r.create("slow", "ok")
	want(t, "tag by the ARN of the one before", r.PutTags(ctx, own, g.ARN, tags("a", "b")), settings.NotFound, "Resource ARN not found")
	if got := must[[]settings.Tag](t)(r.Tags(ctx, own, again.ARN)); len(got) != 0 {
		t.Errorf("made again: got tags %q, want none", got)
	}
}

func TestTagsOfRules(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	r.set("rule/orders", map[string]any{"Rule": map[string]any{"Name": "orders"}})
	arn := "arn:aws:xray:eu-central-1:111122223333:sampling-rule/orders"
	for _, by := range []string{arn, "arn:aws:xray:eu-central-1::sampling-rule/orders"} { // the guide's samples leave the account out
		if err := r.PutTags(ctx, own, by, tags(by[:30], "x")); err != nil {
			t.Errorf("tag %s: %v", by, err)
		}
	}
	if got := must[[]settings.Tag](t)(r.Tags(ctx, own, arn)); len(got) != 2 {
		t.Errorf("got %q, want the tags of both forms of the ARN", got)
	}
	if keys := r.keys("tag/"); !slices.Equal(keys, []string{"tag/" + arn}) {
		t.Errorf("keys: got %q, want one", keys)
	}
}

func TestTagErrors(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	g := r.create("slow", "ok")
	put := func(list []settings.Tag) error { return r.PutTags(ctx, own, g.ARN, list) }
	if err := put(many("k", 49)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		about  string
		err    error
		reason settings.Reason
		part   string
	}{
		{"51 in all", put(many("l", 2)), settings.TooManyTags, "would have 51 tags, 50 is the most"},
		{"201 at once", put(many("l", 201)), settings.Invalid, "Tags has 201 items"},
		{"no key", put(tags("", "v")), settings.Invalid, "Tags[0].Key has 0 characters"},
		{"long key", put(tags("a", "", strings.Repeat("ü", 129), "v")), settings.Invalid, "Tags[1].Key has 129 characters"},
		{"long value", put(tags("k", strings.Repeat("ü", 257))), settings.Invalid, "Tags[0].Value has 257 characters"},
		{"reserved", put(tags("aws:cloud", "v")), settings.Invalid, `begins with "aws:"`},
		{"reserved in capitals", put(tags("AWS:cloud", "v")), settings.Invalid, `begins with "aws:"`},
		{"character of a key", put(tags("a,b", "v")), settings.Invalid, "Tags[0].Key"},
		{"line feed in a value", put(tags("a", "b\n")), settings.Invalid, "Tags[0].Value"},
		{"twice", put(tags("a", "1", "a", "2")), settings.Invalid, "is there twice"},
		{"key to remove", r.RemoveTags(ctx, own, g.ARN, []string{"a", ""}), settings.Invalid, "TagKeys[1] has 0 characters"},
		{"many keys to remove", r.RemoveTags(ctx, own, g.ARN, make([]string, 201)), settings.Invalid, "TagKeys has 201 items"},
		{"no ARN", r.PutTags(ctx, own, "", nil), settings.Invalid, "ResourceARN has 0 characters"},
		{"long ARN", r.PutTags(ctx, own, strings.Repeat("a", 1012), nil), settings.Invalid, "ResourceARN has 1012 characters"},
		{"no ARN of ours", r.PutTags(ctx, own, "arn:aws:s3:::bucket", nil), settings.NotFound, "Resource ARN not found"},
		{"unknown rule", r.PutTags(ctx, own, "arn:aws:xray:eu-central-1:111122223333:sampling-rule/x", nil), settings.NotFound, "Resource ARN not found"},
		{"rule without a name", r.PutTags(ctx, own, "arn:aws:xray:eu-central-1:111122223333:sampling-rule/", nil), settings.NotFound, "Resource ARN not found"},
		{"group without an account", r.PutTags(ctx, own, strings.Replace(g.ARN, "111122223333", "", 1), nil), settings.NotFound, "Resource ARN not found"},
		{"group without its id", r.PutTags(ctx, own, strings.TrimSuffix(g.ARN, "/"+g.ID), nil), settings.NotFound, "Resource ARN not found"},
		{"Default with an id", r.PutTags(ctx, own, "arn:aws:xray:eu-central-1:111122223333:group/Default/"+g.ID, nil), settings.NotFound, "Resource ARN not found"},
		{"Default group", r.PutTags(ctx, own, "arn:aws:xray:eu-central-1:111122223333:group/Default", tags("a", "b")), settings.Invalid, "cannot have tags"},
		{"Default rule", r.PutTags(ctx, own, "arn:aws:xray:eu-central-1:111122223333:sampling-rule/Default", tags("a", "b")), settings.Invalid, "cannot have tags"},
	} {
		want(t, tt.about, tt.err, tt.reason, tt.part)
	}
	if err := put(many("k", 50)); err != nil {
		t.Errorf("49 again and one more: %v", err)
	}
	_, err := r.CreateGroup(ctx, own, "new", expression("ok"), many("t", 51))
	want(t, "51 tags of a new group", err, settings.Invalid, "Tags has 51 items, a resource can have 50")
	_, err = r.CreateGroup(ctx, own, "new", expression("ok"), tags("aws:x", ""))
	want(t, "bad tag of a new group", err, settings.Invalid, "reserved")
	if got := names(must[[]*settings.Group](t)(r.Groups(ctx, own))); got != "Default slow" {
		t.Errorf("after errors: got groups %s, want Default slow", got)
	}
	if got := must[[]settings.Tag](t)(r.Tags(ctx, own, "arn:aws:xray:eu-central-1:111122223333:group/Default")); len(got) != 0 {
		t.Errorf("tags of Default: got %q, want none", got)
	}
}

// Whoever tags while somebody else deletes leaves no tags behind.
func TestTagWhileDeleting(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	for i := range 20 {
		g := r.create("slow", "ok")
		var both sync.WaitGroup
		both.Go(func() {
			if err := r.another().PutTags(ctx, own, g.ARN, tags("a", fmt.Sprint(i))); err != nil {
				want(t, "tag", err, settings.NotFound, "")
			}
		})
		both.Go(func() {
			if err := r.DeleteGroup(ctx, own, "slow", ""); err != nil {
				t.Errorf("delete: %v", err)
			}
		})
		both.Wait()
		if keys := r.keys("tag/"); len(keys) != 0 {
			t.Fatalf("round %d: tags %q outlive their group", i, keys)
		}
	}
}
