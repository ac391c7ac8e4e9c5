package fold_test

import (
	"testing"

	"github.com/rayscope/rayscope/internal/fold"
)

func TestTemplates(t *testing.T) {
	for _, c := range []struct{ url, want string }{
		{"https://shop.example.com/orders/483460", "/orders/{id}"},
		{"https://shop.example.com", "/"},
		{"https://shop.example.com?x=1", "/"},
		{"/orders/483460/lines/7?sort=asc#top", "/orders/{id}/lines/{id}"},
		{"http://h/v2/orders", "/v2/orders"},
		{"http://h/api-v1.1/users/u-4711/", "/api-v1.1/users/{id}/"},
		{"http://h/users/anna@example.com", "/users/{id}"},
		{"http://h/item/6ba7b810-9dad-11d1-80b4-00c04fd430c8", "/item/{id}"},
		{"http://h/t/1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14", "/t/{id}"},
		{"http://h/o/507f1f77bcf86cd799439011/x", "/o/{id}/x"},
		{"http://h/s/dQw4w9WgXcQ83hTyUq", "/s/{id}"},
		{"http://h/report/2026-11-22", "/report/{id}"},
		{"http://h/p/4711-blue-shoes", "/p/{id}"},
		{"http://h/s3/ec2/index.html", "/s3/ec2/index.html"},
		{"http://h/feedface/deadbeef", "/feedface/deadbeef"},
		{"http://h/p/Straße", "/p/Straße"},
		{"", "/"},
	} {
		if got := string(fold.AppendTemplate(nil, c.url)); got != c.want {
			t.Errorf("template of %q: got %q, want %q", c.url, got, c.want)
		}
	}
}

func TestMessages(t *testing.T) {
	for _, c := range []struct{ message, want string }{
		{"order 483460 timed out after 30ms", "order {n} timed out after {n}ms"},
		{"no user 'anna' in \"shop\"", "no user '{text}' in \"{text}\""},
		{"can't connect, won't retry", "can't connect, won't retry"},
		{"request 6ba7b810-9dad-11d1-80b4-00c04fd430c8 failed", "request {id} failed"},
		{"dial tcp 10.0.3.9:3306: i/o timeout", "dial tcp {n}:{n}: i/o timeout"},
		{"Error 1205 (HY000): Lock wait", "Error {n} (HY000): Lock wait"},
		{"at 2026-11-22 12:00:01.5", "at {n} {n}:{n}:{n}"},
		{"it's 'open", "it's 'open"},
		{"", ""},
	} {
		if got := string(fold.AppendMessage(nil, c.message)); got != c.want {
			t.Errorf("folded %q: got %q, want %q", c.message, got, c.want)
		}
	}
}

func TestExceptions(t *testing.T) {
	for _, c := range []struct{ kind, message, want, whole string }{
		{"Timeout", "no answer in 30 ms", "Timeout: no answer in {n} ms", "Timeout: no answer in 30 ms"},
		{"Timeout", "", "Timeout", "Timeout"},
		{"", "order 7", "order {n}", "order 7"},
		{"E404", "", "E404", "E404"}, // a type is no message
		{"", "", "", ""},
	} {
		if got := string(fold.AppendException(nil, c.kind, c.message)); got != c.want {
			t.Errorf("%q, %q: got %q, want %q", c.kind, c.message, got, c.want)
		}
		if got := string(fold.AppendWhole(nil, c.kind, c.message)); got != c.whole {
			t.Errorf("whole %q, %q: got %q, want %q", c.kind, c.message, got, c.whole)
		}
	}
}

// Folding what is folded changes nothing, and neither panics nor grows without bound.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "https://h/a/1", "order 'x' 12", "'", "a-", "//", "1.5.", "?#", "x@y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := fold.AppendMessage(nil, s)
		if len(once) > 8*len(s) {
			t.Errorf("%q folds to %d bytes", s, len(once))
		}
		path := string(fold.AppendTemplate(nil, s))
		if path == "" {
			t.Errorf("the template of %q is empty", s)
		}
	})
}
