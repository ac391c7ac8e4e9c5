package agent

import (
	"strings"
	"testing"
)

func TestSigns(t *testing.T) {
	for _, tt := range []struct {
		endpoint            string
		remote, all, onlyMe bool // by Signing
	}{
		{AWS, true, true, true},
		{"https://xray.eu-west-1.amazonaws.com", true, true, true},
		{"https://XRAY.cn-north-1.amazonaws.com.cn", true, true, true},
		{"https://xray.us-iso-east-1.c2s.ic.gov", true, true, true},
		{"http://127.0.0.1:1895", false, true, false},
		{"http://localhost:1895/x", false, true, false},
		{"http://[::1]:1895", false, true, false},
		{"https://xray.example.org", true, true, false},
		{"https://amazonaws.com.example.org", true, true, false},
	} {
		for s, want := range map[Signing]bool{SignRemote: tt.remote, SignAll: tt.all, SignAWS: tt.onlyMe} {
			if got := (&Config{Sign: s}).signs(tt.endpoint); got != want {
				t.Errorf("%s with Signing %d: got %v, want %v", tt.endpoint, s, got, want)
			}
		}
	}
}

func TestSpoolName(t *testing.T) {
	seen := map[string]bool{}
	for endpoint, host := range map[string]string{
		"http://127.0.0.1:1895":                "127.0.0.1_1895-",
		"http://127.0.0.1:1895/a":              "127.0.0.1_1895-",
		"https://127.0.0.1:1895":               "127.0.0.1_1895-",
		"https://xray.eu-west-1.amazonaws.com": "xray.eu-west-1.amazonaws.com-",
		"http://[::1]:1895":                    "___1__1895-",
	} {
		name := spoolName(endpoint)
		if !strings.HasPrefix(name, host) || len(name) != len(host)+hashLength || seen[name] {
			t.Errorf("%s: got %s, want %s and a hash of its own", endpoint, name, host)
		}
		seen[name] = true
	}
}

func TestUserAgent(t *testing.T) {
	a := &agent{version: "v1 (x)", env: func(string) (string, bool) { return "AWS_ECS_FARGATE\r\nEvil: 1", true }}
	if got := a.userAgent(); !strings.HasPrefix(got, "rayscope-daemon/v1x xray-agent/xray-daemon/v1x exec-env/AWS_ECS_FARGATEEvil1 OS/") {
		t.Errorf("got %q", got)
	}
}
