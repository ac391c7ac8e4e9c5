package settings_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
)

const everybody = `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"}]}`

func TestPolicies(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	put := func(name string, revision *string) (settings.Policy, error) {
		return r.PutPolicy(ctx, own, name, everybody, revision, false)
	}
	p := must[settings.Policy](t)(put("p", ptr(settings.NoPolicy)))
	if want := (settings.Policy{Name: "p", Document: everybody, Revision: 1, Updated: r.now}); p != want {
		t.Errorf("created: got %+v, want %+v", p, want)
	}
	r.now = r.now.Add(1500 * time.Millisecond)
	if p = must[settings.Policy](t)(put("p", nil)); p.Revision != 2 || p.Updated.UnixMilli() != 1758654601000 {
		t.Errorf("overwritten: got %+v, want revision 2, and whole seconds", p)
	}
	p = must[settings.Policy](t)(put("p", ptr("2")))
	list := must[[]settings.Policy](t)(r.another().Policies(ctx, own))
	if len(list) != 1 || list[0].Revision != 3 || !list[0].Updated.Equal(p.Updated) {
		t.Errorf("list: got %+v, want revision 3", list)
	}
	for about, revision := range map[string]string{"old": "2", "new": "4", "create only": settings.NoPolicy, "no number": "x", "empty": "", "padded": "03"} {
		_, err := put("p", &revision)
		want(t, "put at "+about, err, settings.WrongRevision, "Another concurrent request has modified the resource policy p")
		want(t, "delete at "+about, r.DeletePolicy(ctx, own, "p", &revision), settings.WrongRevision, "modified or deleted the resource policy p")
	}
	_, err := put("q", ptr("1"))
	want(t, "a revision of none", err, settings.WrongRevision, "")
	want(t, "delete none at a revision", r.DeletePolicy(ctx, own, "q", ptr("1")), settings.WrongRevision, "")
	want(t, "delete none at revision 0", r.DeletePolicy(ctx, own, "q", ptr(settings.NoPolicy)), settings.WrongRevision, "")
	want(t, "delete none", r.DeletePolicy(ctx, own, "q", nil), settings.Invalid, "The resource policy q does not exist.")
	_, err = put(strings.Repeat("p", 129), nil)
	want(t, "long name", err, settings.Invalid, "PolicyName")
	want(t, "delete without a name", r.DeletePolicy(ctx, own, "", nil), settings.Invalid, "PolicyName")
	if err := r.DeletePolicy(ctx, own, "p", ptr("3")); err != nil {
		t.Fatal(err)
	}
	if p = must[settings.Policy](t)(put("p", nil)); p.Revision != 1 {
		t.Errorf("made again: got revision %d, want 1", p.Revision)
	}
	if err := r.DeletePolicy(ctx, own, "p", nil); err != nil {
		t.Error(err)
	}
}

func TestPolicyLimits(t *testing.T) {
	r := newRoom(t)
	long := everybody + strings.Repeat(" ", 5<<10-len(everybody))
	if _, err := r.PutPolicy(t.Context(), own, "long", long, nil, false); err != nil {
		t.Errorf("5 KiB: %v", err)
	}
	_, err := r.PutPolicy(t.Context(), own, "long", long+" ", nil, false)
	want(t, "5 KiB and one byte", err, settings.TooLarge, "PolicyDocument has 5121 bytes, 5120 is the most")
	var made atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		s := []*settings.Settings{r.Settings, r.another()}[i%2]
		all.Go(func() {
			_, err := s.PutPolicy(t.Context(), own, fmt.Sprint("p", i), everybody, nil, false)
			if err == nil {
				made.Add(1)
				return
			}
			want(t, "one too many", err, settings.TooManyPolicies, "there are 5 resource policies")
		})
	}
	all.Wait()
	if made.Load() != 4 {
		t.Errorf("got %d policies made beside one, want 4", made.Load())
	}
	if _, err := r.PutPolicy(t.Context(), own, "long", everybody, nil, false); err != nil {
		t.Errorf("change one when there is no room: %v", err)
	}
}

func TestEncryption(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	if got := must[settings.Encryption](t)(r.Encryption(ctx, own)); got != (settings.Encryption{Type: "NONE"}) {
		t.Errorf("at first: got %+v, want NONE", got)
	}
	const id = "0d4f3b52-7c1e-4a59-9f0e-3c2b1a998877"
	const here = "arn:aws:kms:eu-central-1:111122223333:"
	uuid := `[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`
	for _, tt := range []struct{ given, want string }{ // patterns
		{id, here + "key/" + id},
		{"mrk-1234abcd12ab34cd56ef1234567890ab", here + "key/mrk-1234abcd12ab34cd56ef1234567890ab"},
		{here + "key/" + id, here + "key/" + id},
		{"arn:aws-cn:kms:cn-north-1:222233334444:key/" + id, "arn:aws-cn:kms:cn-north-1:222233334444:key/" + id},
		{"alias/traces", here + "key/" + uuid},
		{"alias/aws/xray", here + "key/" + uuid},
		{"arn:aws:kms:eu-west-1:222233334444:alias/traces", "arn:aws:kms:eu-west-1:222233334444:key/" + uuid},
	} {
		if err := r.SetEncryption(ctx, own, settings.Encryption{Type: "KMS", KeyID: tt.given}); err != nil {
			t.Errorf("%s: %v", tt.given, err)
		}
		got := must[settings.Encryption](t)(r.another().Encryption(ctx, own))
		if got.Type != "KMS" || !regexp.MustCompile("^"+tt.want+"$").MatchString(got.KeyID) {
			t.Errorf("%s: got %+v, want %s", tt.given, got, tt.want)
		}
	}
	key := func(id string) string {
		if err := r.SetEncryption(ctx, own, settings.Encryption{Type: "KMS", KeyID: id}); err != nil {
			t.Fatal(err)
		}
		return must[settings.Encryption](t)(r.Encryption(ctx, own)).KeyID
	}
	if a, b, c := key("alias/traces"), key(here+"alias/traces"), key("alias/other"); a != b || a == c {
		t.Errorf("keys of an alias, its ARN and another: got %s, %s, %s; want the first two alone equal", a, b, c)
	}
	last := key(id)
	for _, tt := range []struct {
		e    settings.Encryption
		part string
	}{
		{settings.Encryption{}, `Type "" is not known`},
		{settings.Encryption{Type: "kms", KeyID: id}, `Type "kms" is not known`},
		{settings.Encryption{Type: "NONE", KeyID: id}, "KeyId is given"},
		{settings.Encryption{Type: "KMS"}, "KeyId is missing"},
		{settings.Encryption{Type: "KMS", KeyID: strings.Repeat("k", 3001)}, "KeyId has 3001 characters"},
		{settings.Encryption{Type: "KMS", KeyID: "a key"}, "none of the forms"},
		{settings.Encryption{Type: "KMS", KeyID: "a_b"}, "none of the forms"},
		{settings.Encryption{Type: "KMS", KeyID: "key/" + id}, "none of the forms"},
		{settings.Encryption{Type: "KMS", KeyID: "alias/"}, "none of the forms"},
		{settings.Encryption{Type: "KMS", KeyID: here + id}, "none of the forms"},
		{settings.Encryption{Type: "KMS", KeyID: here + "key/a/b"}, "none of the forms"},
		{settings.Encryption{Type: "KMS", KeyID: "arn:aws:s3:::bucket/key/" + id}, "none of the forms"},
		{settings.Encryption{Type: "KMS", KeyID: id + "\n"}, "none of the forms"},
	} {
		want(t, fmt.Sprintf("%.60v", tt.e), r.SetEncryption(ctx, own, tt.e), settings.Invalid, tt.part)
	}
	if got := must[settings.Encryption](t)(r.Encryption(ctx, own)); got.KeyID != last {
		t.Errorf("after errors: got %+v, want %s as before", got, last)
	}
	if err := r.SetEncryption(ctx, own, settings.Encryption{Type: "NONE"}); err != nil {
		t.Fatal(err)
	}
	if got := must[settings.Encryption](t)(r.Encryption(ctx, own)); got != (settings.Encryption{Type: "NONE"}) {
		t.Errorf("turned off: got %+v", got)
	}
}

func TestIndexing(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	if got := must[settings.IndexingRule](t)(r.IndexingRule(ctx, own)); got != (settings.IndexingRule{Name: "Default", Desired: 100}) {
		t.Errorf("at first: got %+v, want Default with 100 %%, never modified", got)
	}
	for _, percent := range []float64{0, 0.5, 100} {
		must[settings.IndexingRule](t)(r.SetIndexingRule(ctx, own, "Default", percent))
		if got := must[settings.IndexingRule](t)(r.another().IndexingRule(ctx, own)); got.Desired != percent || !got.Modified.Equal(r.now) {
			t.Errorf("got %+v, want %v %% and now", got, percent)
		}
	}
	for _, percent := range []float64{-0.1, 100.1} {
		_, err := r.SetIndexingRule(ctx, own, "Default", percent)
		want(t, fmt.Sprint(percent), err, settings.Invalid, "0 to 100 is allowed")
	}
	_, err := r.SetIndexingRule(ctx, own, "Mine", 5)
	want(t, "another name", err, settings.NotFound, `"Mine" does not exist`)
}

func TestDestination(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	if got := must[string](t)(r.Destination(ctx, own)); got != "XRay" {
		t.Errorf("at first: got %s, want XRay", got)
	}
	for _, d := range []string{"CloudWatchLogs", "XRay"} {
		if err := r.SetDestination(ctx, own, d); err != nil {
			t.Fatal(err)
		}
		if got := must[string](t)(r.another().Destination(ctx, own)); got != d {
			t.Errorf("got %s, want %s", got, d)
		}
	}
	want(t, "another", r.SetDestination(ctx, own, "S3"), settings.Invalid, `Destination "S3" is not known`)
}

func TestDaemons(t *testing.T) {
	r, ctx := newRoom(t), t.Context()
	hear := func(s *settings.Settings, d settings.Daemon) {
		t.Helper()
		if err := s.Hear(ctx, own, d); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		r.now = r.now.Add(time.Minute)
		s := []*settings.Settings{r.Settings, r.another()}[i%2] // whichever server it reaches
		hear(s, settings.Daemon{Host: "a", Records: []settings.Telemetry{{Time: r.now, Received: int32(i)}}})
	}
	hear(r.Settings, settings.Daemon{Host: "a", Instance: "i-1", Records: make([]settings.Telemetry, 40)})
	got := must[[]settings.Daemon](t)(r.another().Daemons(ctx, own))
	if len(got) != 2 || len(got[0].Records) != 15 || len(got[1].Records) != 15 {
		t.Fatalf("got %+v, want two daemons with 15 records each", got)
	}
	if a := got[0]; a.Instance != "" || a.Records[0].Received != 5 || a.Records[14].Received != 19 || !a.Heard.Equal(r.now) {
		t.Errorf("got %+v, want records 5 to 19", a)
	}

	// There are only so many: of the rest those that were silent longest are forgotten.
	var others []store.Change
	for i := range 498 { // two more have reported
		others = append(others, r.change(fmt.Sprintf("daemon/%03d", i), settings.Daemon{Host: fmt.Sprint("h", i), Heard: r.now.Add(-time.Hour - time.Duration(i)*time.Second)}))
	}
	if err := r.store.Change(ctx, own, others...); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		hear(r.Settings, settings.Daemon{Host: "b"})
	}
	hear(r.Settings, settings.Daemon{Host: "c"})
	got = must[[]settings.Daemon](t)(r.Daemons(ctx, own))
	if len(got) != 500 || got[0].Host != "a" || got[2].Host != "b" || got[3].Host != "c" || len(r.keys("daemon/497")) != 0 || len(r.keys("daemon/496")) != 0 {
		t.Errorf("got %d daemons, keys %q; want 500: a twice, b, c, and of the silent ones all but the last two", len(got), r.keys("daemon/49"))
	}
}
