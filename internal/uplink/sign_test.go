package uplink_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/cloud"
	"github.com/rayscope/rayscope/internal/uplink"
)

var discard = log.New(io.Discard, "", 0)

// keys are credentials by environment variables.
var keys = map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "geheim1", "AWS_SESSION_TOKEN": "geheim2"}

// signed makes an uplink sign with what this environment, and nothing else, gives.
func signed(t testing.TB, env map[string]string, change ...func(*cloud.Config)) func(*uplink.Config) {
	t.Helper()
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // restores it afterwards
			os.Unsetenv(name)
		}
	}
	nowhere := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", nowhere)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", nowhere)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for name, value := range env {
		t.Setenv(name, value)
	}
	c := cloud.Config{Env: os.LookupEnv, Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&c)
	}
	s, err := cloud.Identify(t.Context(), c, cloud.Place{Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	return func(c *uplink.Config) { c.Signer = s }
}

func ok(w http.ResponseWriter) {
	w.Header().Set("Content-Type", asJSON)
	io.WriteString(w, "{}")
}

// refuse answers as AWS' front end does.
func refuse(w http.ResponseWriter, code, message string) {
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprintf(w, `{"message":%q}`, message)
}

func TestSigned(t *testing.T) {
	var got http.Header
	for _, hash := range []string{"", cloud.Hash(batch.Body)} {
		u, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.Header
			ok(w)
		}, signed(t, keys))
		r := batch
		r.Hash = hash
		if _, err := u.Post(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		a := got.Get("Authorization")
		if !strings.Contains(a, "Credential=AKIDEXAMPLE/20261122/eu-west-1/xray/aws4_request, ") || got.Get("X-Amz-Security-Token") != "geheim2" ||
			!strings.Contains(a, "SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-security-token;x-amzn-xray-timestamp, ") {
			t.Errorf("got %v, want a signature by the environment's keys", got)
		}
	}
}

// strict takes signatures of the last and next 5 minutes by a clock that is ahead of ours.
func strict(ahead time.Duration, calls *atomic.Int32) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		now := noon.Add(ahead)
		w.Header().Set("Date", now.Format(http.TimeFormat))
		at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		switch {
		case err != nil:
			refuse(w, "IncompleteSignatureException", "no X-Amz-Date")
		case now.Sub(at) > 5*time.Minute:
			refuse(w, "InvalidSignatureException", "Signature expired: 20261122T120000Z is now earlier than 20261122T125500Z (20261122T130000Z - 5 min.)")
		case at.Sub(now) > 5*time.Minute:
			refuse(w, "InvalidSignatureException", "Signature not yet current: 20261122T120000Z is still later than 20261122T110500Z (20261122T110000Z + 5 min.)")
		default:
			ok(w)
		}
	}
}

func TestSkew(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour, 0} {
		var calls atomic.Int32
		var text bytes.Buffer
		u, _ := serve(t, strict(ahead, &calls), signed(t, keys), func(c *uplink.Config) { c.Log = slog.New(slog.NewTextHandler(&text, nil)) })
		for range 3 {
			if _, err := u.Post(t.Context(), batch); err != nil {
				t.Errorf("%v ahead: %v", ahead, err)
			}
		}
		want, lines := int32(4), 1
		if ahead == 0 {
			want, lines = 3, 0
		}
		if got := calls.Load(); got != want {
			t.Errorf("%v ahead: %d requests for 3 calls, want %d", ahead, got, want)
		}
		if got := strings.Count(text.String(), "\n"); got != lines || lines == 1 && !strings.Contains(text.String(), "endpoint_ahead="+ahead.String()) {
			t.Errorf("%v ahead: got log %q, want %d lines", ahead, text.String(), lines)
		}
	}
}

// What a second request may help against, and what not.
func TestCorrections(t *testing.T) {
	for _, c := range []struct {
		name, code, message string
		date                string // of the answer; empty: ours; "-": none
		kind                uplink.Kind
		calls               int32
	}{
		{"skew that stays", "RequestTimeTooSkewed", "no", "", uplink.Skewed, 2},
		{"skew without a date", "RequestTimeTooSkewed", "no", "-", uplink.Skewed, 1},
		{"another signature and time", "InvalidSignatureException", "does not match", "Sun, 22 Nov 2026 12:05:00 GMT", uplink.Unidentified, 2},
		{"another signature", "InvalidSignatureException", "does not match", "Sun, 22 Nov 2026 12:03:00 GMT", uplink.Unidentified, 1},
		{"expired token", "ExpiredTokenException", "The security token included in the request is expired", "", uplink.Unidentified, 2},
		{"denied at another time", "AccessDeniedException", "no", "Sun, 22 Nov 2026 13:00:00 GMT", uplink.Denied, 1},
	} {
		var calls atomic.Int32
		u, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			calls.Add(1)
			switch c.date {
			case "":
				w.Header().Set("Date", noon.Format(http.TimeFormat))
			case "-":
				w.Header()["Date"] = nil
			default:
				w.Header().Set("Date", c.date)
			}
			refuse(w, c.code, c.message)
		}, signed(t, keys))
		if e := failure(t, u, batch); e.Kind != c.kind || calls.Load() != c.calls {
			t.Errorf("%s: got %v after %d requests, want %v after %d", c.name, e, calls.Load(), c.kind, c.calls)
		}
	}
}

// Credentials that the endpoint calls expired are looked for again, and the call succeeds.
func TestExpiredCredentials(t *testing.T) {
	var asked atomic.Int32
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"AccessKeyId":"ASIA%d","SecretAccessKey":"geheim1","Token":"geheim2","Expiration":%q}`, asked.Add(1), time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	t.Cleanup(source.Close)
	var calls atomic.Int32
	u, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if strings.Contains(r.Header.Get("Authorization"), "=ASIA1/") {
			refuse(w, "ExpiredTokenException", "The security token included in the request is expired")
			return
		}
		ok(w)
	}, signed(t, map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": source.URL}))
	for range 2 {
		if _, err := u.Post(t.Context(), batch); err != nil {
			t.Error(err)
		}
	}
	if calls.Load() != 3 || asked.Load() != 2 {
		t.Errorf("%d requests and %d look-ups for 2 calls, want 3 and 2", calls.Load(), asked.Load())
	}
}

// Without a signature nothing is sent.
func TestNoCredentials(t *testing.T) {
	hang := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(func() {
		hang.CloseClientConnections()
		hang.Close()
	})
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>`)
	}))
	t.Cleanup(sts.Close)
	for _, c := range []struct {
		name       string
		sign       func() func(*uplink.Config)
		kind       uplink.Kind
		text, hint string
	}{
		{"none", func() func(*uplink.Config) { return signed(t, nil) }, uplink.Unidentified, "caller not identified: no AWS credentials: ", "AWS_ACCESS_KEY_ID"},
		{"source hangs", func() func(*uplink.Config) {
			return signed(t, map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": hang.URL})
		}, uplink.Unidentified, "wait for AWS credentials: context deadline exceeded", "does not answer"},
		{"role denied", func() func(*uplink.Config) {
			return signed(t, keys, func(c *cloud.Config) { c.RoleARN, c.STSEndpoint = "arn:aws:iam::210987654321:role/TracesIn", sts.URL })
		}, uplink.Denied, "permission denied: assume role arn:aws:iam::210987654321:role/TracesIn as ", "trust policy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, _ := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }, c.sign(), within(400*time.Millisecond))
			check(t, failure(t, u, batch), c.kind, c.text, c.hint)
		})
	}
}

// An endpoint may throw all that it got back at us: none of the secrets in it comes into errors or the log.
func TestRedaction(t *testing.T) {
	for _, contentType := range []string{asJSON, "text/plain"} {
		for _, status := range []int{200, 302, 400, 403, 404, 500} {
			var text bytes.Buffer
			var signature string
			u, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, signature, _ = strings.Cut(r.Header.Get("Authorization"), "Signature=")
				var b bytes.Buffer
				for _, name := range []string{"Authorization", "X-Amz-Security-Token"} {
					fmt.Fprintf(&b, "%s: %s ", name, r.Header.Get(name))
				}
				w.Header().Set("Content-Type", contentType)
				w.Header().Set("Date", noon.Add(time.Hour).Format(http.TimeFormat))
				w.Header().Set("Location", "http://x.test/?X-Amz-Security-Token="+r.Header.Get("X-Amz-Security-Token"))
				w.WriteHeader(status)
				if contentType == asJSON && status != 200 {
					fmt.Fprintf(w, `{"code":"InvalidSignatureException","message":%q}`, b.String())
					return
				}
				w.Write(b.Bytes())
			}, signed(t, keys), func(c *uplink.Config) { c.Log = slog.New(slog.NewTextHandler(&text, nil)) })
			e := failure(t, u, batch)
			all := e.Error() + e.Hint() + e.Message + e.Code + text.String()
			for _, secret := range []string{"geheim1", "geheim2", signature} {
				if secret == "" || strings.Contains(all, secret) {
					t.Errorf("%s, status %d: secret %q in %s", contentType, status, secret, all)
				}
			}
		}
	}
}
