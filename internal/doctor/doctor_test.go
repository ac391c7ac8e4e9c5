package doctor_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/doctor"
	"github.com/rayscope/rayscope/internal/rayapi"
)

// A place is a machine with a daemon and a server that the test decides about.
type place struct {
	now     time.Time
	ahead   time.Duration // the server's clock
	err     error         // of the server
	arrives bool          // what is sent by UDP
	env     map[string]string
	status  int // that the daemon answers by TCP
	asked   string
}

func (p *place) Checks(context.Context) (*rayapi.ChecksResponse, error) {
	if p.err != nil {
		return nil, p.err
	}
	return &rayapi.ChecksResponse{Time: rayapi.EpochSeconds(float64(p.now.Add(p.ahead).UnixMicro()) / 1e6), State: "ok"}, nil
}

func (p *place) Trace(_ context.Context, id string) (*types.Trace, error) {
	p.asked = id
	if !p.arrives {
		return nil, nil
	}
	return &types.Trace{Id: &id}, nil
}

// examine runs the doctor against listeners of its own. The clock goes as far as the doctor waits.
func (p *place) examine(t *testing.T, o doctor.Options) map[string]rayapi.Check {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/GetSamplingRules" || r.Method != http.MethodPost {
			t.Errorf("the daemon is asked for %s %s", r.Method, r.URL)
		}
		w.WriteHeader(p.status)
		_, _ = io.WriteString(w, `{"SamplingRuleRecords":[]}`)
	}))
	defer web.Close()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	if o.Daemon == "" && p.env["AWS_XRAY_DAEMON_ADDRESS"] == "" {
		o.Daemon = "tcp:" + web.Listener.Addr().String() + " udp:" + udp.LocalAddr().String()
	}
	o.Server, o.Endpoint, o.Probe = p, "http://127.0.0.1:1895", true
	o.Env = func(name string) (string, bool) { v, ok := p.env[name]; return v, ok }
	o.Now = func() time.Time { return p.now }
	o.Wait = func(_ context.Context, d time.Duration) error { p.now = p.now.Add(d); return nil }
	r := doctor.Examine(t.Context(), o)
	if p.arrives {
		b := make([]byte, 1000)
		n, _, err := udp.ReadFrom(b)
		if err != nil || !strings.HasPrefix(string(b[:n]), "{\"format\":\"json\",\"version\":1}\n") || !strings.Contains(string(b[:n]), p.asked) {
			t.Errorf("the probe is %q, %v; want a datagram with trace %s", b[:n], err, p.asked)
		}
	}
	all := map[string]rayapi.Check{}
	for _, c := range r.Machine {
		all[c.Id] = c
	}
	return all
}

func TestExamine(t *testing.T) {
	closed := func(t *testing.T) string { // a port at which nobody listens
		l, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.LocalAddr().String()
	}
	for _, c := range []struct {
		name   string
		place  place
		daemon func(t *testing.T) string
		id     string
		state  string
		says   string
	}{
		{"all well", place{arrives: true}, nil, "daemon-udp", "ok", "found on the server"},
		{"all well", place{}, nil, "daemon-tcp", "ok", "answered with its sampling rules"},
		{"all well", place{}, nil, "clock-here", "ok", "within 0 ms"},
		{"all well", place{}, nil, "server", "ok", "http://127.0.0.1:1895 answered"},
		{"no UDP", place{}, nil, "daemon-udp", "problem", "does not have it 15 s later"},
		{"nobody there", place{}, closed, "daemon-udp", "problem", "Nobody listens on UDP 127.0.0.1:"},
		{"nobody there", place{}, closed, "daemon-tcp", "problem", "connection refused"},
		{"daemon without rights", place{status: 403}, nil, "daemon-tcp", "problem", "status 403"},
		{"no server", place{err: errors.New("nobody there")}, nil, "server", "problem", "nobody there"},
		{"no server", place{err: errors.New("nobody there")}, nil, "daemon-udp", "unknown", "cannot be told"},
		{"server ahead", place{ahead: 41 * time.Second}, nil, "clock-here", "problem", "It is 41s behind the server's"},
		{"server behind", place{ahead: -5 * time.Second}, nil, "clock-here", "attention", "It is 5s ahead of the server's"},
		{"nothing set", place{}, nil, "environment", "ok", "SDKs send to 127.0.0.1:2000"},
		{"URL", place{env: map[string]string{"AWS_XRAY_DAEMON_ADDRESS": "http://127.0.0.1:2000"}}, nil, "environment", "problem", "without http://"},
		{"two blanks", place{env: map[string]string{"AWS_XRAY_DAEMON_ADDRESS": "tcp:127.0.0.1:2000  udp:127.0.0.1:2000"}}, nil, "environment", "problem", "no host:port"},
		{"half", place{env: map[string]string{"AWS_XRAY_DAEMON_ADDRESS": "tcp:127.0.0.1:2000 tcp:127.0.0.1:2000"}}, nil, "environment", "problem", "two with one blank"},
		{"unknown address", place{env: map[string]string{"AWS_XRAY_DAEMON_ADDRESS": "x"}}, nil, "daemon-udp", "unknown", "not known"},
		{"off", place{env: map[string]string{"AWS_XRAY_SDK_ENABLED": "FALSE"}}, nil, "environment", "attention", "turns the SDKs off"},
		{"misspelt", place{env: map[string]string{"AWS_XRAY_CONTEXT_MISSING": "LOG"}}, nil, "environment", "attention", `is "LOG", SDKs know LOG_ERROR`},
	} {
		t.Run(c.name+" "+c.id, func(t *testing.T) {
			c.place.now = time.Unix(1758654600, 0)
			if c.place.status == 0 {
				c.place.status = http.StatusOK
			}
			var o doctor.Options
			if c.daemon != nil {
				o.Daemon = c.daemon(t)
			}
			got := c.place.examine(t, o)[c.id]
			if got.State != c.state || !strings.Contains(got.Sentence, c.says) {
				t.Errorf("got %s: %s\nwant %s with %q", got.State, got.Sentence, c.state, c.says)
			}
			if got.State == "problem" && got.NextStep == "" {
				t.Error("it does not say what to do")
			}
		})
	}
}
