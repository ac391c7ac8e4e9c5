package agent_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/agent"
	"github.com/rayscope/rayscope/internal/cli"
)

func TestServiceArguments(t *testing.T) {
	here, err := filepath.Abs("spool")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"", "daemon --log-file=/data/daemon.log"},
		{"--service-name=X -o -n eu-west-1", "daemon --local-mode=true --region=eu-west-1 --log-file=/data/daemon.log"},
		{"--spool-dir=spool -f /var/log/x.log", "daemon --log-file=/var/log/x.log --spool-dir=" + here},
		{"--endpoint=http://127.0.0.1:1895 --endpoint=aws --log-file=",
			"daemon --endpoint=http://127.0.0.1:1895 --endpoint=aws --log-file=/data/daemon.log"},
	} {
		var got []string
		p := cli.Program{Name: "rayscope", Commands: []cli.Command{{Name: "daemon", Args: "[VERB]", Settings: agent.Settings(),
			Run: func(_ context.Context, v *cli.Values, _ cli.Streams) error {
				config, _, err := agent.Load(v, nil)
				if err != nil {
					return err
				}
				got, err = agent.ServiceArguments(v, config, "/data/daemon.log")
				return err
			}}}}
		// The machine that installs has another environment than the service.
		env := func(name string) (string, bool) { return "us-west-2", name == "RAYSCOPE_REGION" }
		args := append([]string{"daemon", "install"}, strings.Fields(c.args)...)
		if err := p.Run(context.Background(), args, env, cli.Streams{}); err != nil {
			t.Fatal(err)
		}
		if want := strings.Fields(c.want); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", c.args, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		out    string
		err    string // part of it
	}{
		{http.StatusOK, `{"Status":"ok"}`, "ok\n", ""},
		{http.StatusOK, `{"Status":"degraded"}`, "degraded\n", ""},
		{http.StatusServiceUnavailable, `{"Status":"failed"}`, "", "503 Service Unavailable: failed"},
		{http.StatusOK, "<html>", "", "no Rayscope daemon"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/healthz" || r.Method != http.MethodGet {
				t.Errorf("got %s %s, want GET /healthz", r.Method, r.URL.Path)
			}
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		}))
		_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
		// An address to listen on is not always one to call.
		for _, host := range []string{"127.0.0.1", "0.0.0.0", ""} {
			var out bytes.Buffer
			err := agent.Check(context.Background(), agent.Config{Admin: host + ":" + port}, &out)
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) || out.String() != c.out {
				t.Errorf("%d %s at %q: got %q, %v, want %q, %q", c.status, c.body, host, &out, err, c.out, c.err)
			}
		}
		s.Close()
	}
}

func TestCheckNobody(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	err := agent.Check(context.Background(), agent.Config{Admin: s.Listener.Addr().String()}, &bytes.Buffer{})
	if err == nil || cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), "is it running") {
		t.Errorf("nobody listens: got %v, want a question whether it runs, exit code 1", err)
	}
	err = agent.Check(context.Background(), agent.Config{}, &bytes.Buffer{})
	if cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(err.Error(), "--admin-listen") {
		t.Errorf("without an address: got %v, want wrong usage and the setting's name", err)
	}
}
