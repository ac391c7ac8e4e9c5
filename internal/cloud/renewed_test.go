package cloud

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// TestRenewed is inside the package as the cache above renewed knows no clock but the machine's.
func TestRenewed(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	down := errors.New("down")
	for _, c := range []struct {
		name          string
		life          time.Duration
		renewAt       time.Duration // when the cache shall look again
		passed        time.Duration // when looking again fails
		usedUntil     time.Duration // till when the old ones shall be used then; 0: not at all
		static, empty bool
	}{
		{name: "fresh", life: time.Hour, renewAt: 55 * time.Minute, passed: 55 * time.Minute, usedUntil: 55*time.Minute + 30*time.Second},
		{name: "at the end", life: time.Hour, renewAt: 55 * time.Minute, passed: time.Hour - time.Second, usedUntil: time.Hour},
		{name: "over", life: time.Hour, renewAt: 55 * time.Minute, passed: time.Hour},
		{name: "short", life: 8 * time.Minute, renewAt: 6 * time.Minute, passed: 7 * time.Minute, usedUntil: 7*time.Minute + 30*time.Second},
		{name: "over from the start", life: -time.Minute, renewAt: -time.Minute, passed: 0},
		{name: "forgotten", life: time.Hour, renewAt: 55 * time.Minute, passed: time.Minute, empty: true},
		{name: "without an end", static: true, passed: time.Minute},
	} {
		clock := now
		r := &renewed{now: func() time.Time { return clock }, from: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "geheim", CanExpire: !c.static, Expires: now.Add(c.life)}, nil
		})}
		got, err := r.Retrieve(t.Context())
		if err != nil || !c.static && got.Expires.Sub(now) != c.renewAt {
			t.Errorf("%s: got renewal after %v, error %v; want %v", c.name, got.Expires.Sub(now), err, c.renewAt)
		}
		if c.empty {
			got = aws.Credentials{}
		}
		clock = now.Add(c.passed)
		old, err := r.HandleFailToRefresh(t.Context(), got, down)
		switch {
		case c.usedUntil == 0:
			if err != down {
				t.Errorf("%s: got %v, error %v; want the error of looking again", c.name, old.Expires, err)
			}
		case err != nil || !old.HasKeys() || old.Expires.Sub(now) != c.usedUntil:
			t.Errorf("%s: got old ones until %v, error %v; want until %v", c.name, old.Expires.Sub(now), err, c.usedUntil)
		}
	}
}
