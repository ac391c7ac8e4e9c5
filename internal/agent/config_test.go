package agent_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/agent"
	"github.com/rayscope/rayscope/internal/cli"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// load reads arguments and environment (NAME=value) as the command does.
func load(t *testing.T, args, env, defaultFiles []string) (c agent.Config, warnings []string, err error) {
	t.Helper()
	p := &cli.Program{Name: "rayscope", Commands: []cli.Command{{
		Name: "daemon", Settings: agent.Settings(),
		Run: func(_ context.Context, v *cli.Values, _ cli.Streams) (err error) {
			c, warnings, err = agent.Load(v, defaultFiles)
			return err
		},
	}}}
	lookup := func(name string) (string, bool) {
		for _, e := range env {
			if n, value, _ := strings.Cut(e, "="); n == name {
				return value, true
			}
		}
		return "", false
	}
	err = p.Run(t.Context(), append([]string{"daemon"}, args...), lookup, cli.Streams{Out: io.Discard, Err: io.Discard})
	return c, warnings, err
}

// The files of testdata/config, read as -c and as a default file, against what was found right once.
func TestConfigFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/config/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		var got strings.Builder
		for _, named := range []bool{true, false} {
			args, defaults := []string{"-c", file}, []string(nil)
			if !named {
				args, defaults = nil, []string{"testdata/config/none", file}
			}
			c, warnings, err := load(t, args, nil, defaults)
			fmt.Fprintf(&got, "named %v\n", named)
			for _, w := range warnings {
				fmt.Fprintf(&got, "warning: %s\n", w)
			}
			if err != nil {
				fmt.Fprintf(&got, "error: %s\n", err)
				continue
			}
			got.WriteString(difference(c))
		}
		golden := strings.TrimSuffix(file, ".yaml") + ".golden"
		if *rewrite {
			if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, &got, want)
		}
	}
}

// difference is each field that differs from that of a daemon without settings.
func difference(c agent.Config) string {
	var b strings.Builder
	is, plain := reflect.ValueOf(c), reflect.ValueOf(agent.Defaults())
	for i := range is.NumField() {
		if name := is.Type().Field(i).Name; name != "File" && !reflect.DeepEqual(is.Field(i).Interface(), plain.Field(i).Interface()) {
			fmt.Fprintf(&b, "%s: %+v\n", name, is.Field(i).Interface())
		}
	}
	return b.String()
}

func TestPrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cfg.yaml")
	if err := os.WriteFile(file, []byte("Version: 2\nRegion: eu-west-1\nConcurrency: 0\nSpoolDir: /file\nLocalMode: yes\nEndpoints: [aws, 'http://127.0.0.1:1895/']\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, env, want string }{
		{"", "", "eu-west-1 8 /file true [aws http://127.0.0.1:1895]"},
		{"", "RAYSCOPE_REGION=eu-west-2 RAYSCOPE_LOCAL_MODE=0 RAYSCOPE_ENDPOINT=http://a,http://b", "eu-west-2 8 /file false [http://a http://b]"},
		{"-n eu-west-3 -concurrency=2 --endpoint http://c", "RAYSCOPE_REGION=eu-west-2", "eu-west-3 2 /file true [http://c]"},
		{"--region= --spool-dir= --endpoint= -o=false", "", " 8  false [aws]"},
		{"", "RAYSCOPE_SPOOL_DIR= RAYSCOPE_ENDPOINT=", "eu-west-1 8  true [aws]"},
	} {
		c, warnings, err := load(t, append(strings.Fields(tt.args), "-c="+file), strings.Fields(tt.env), nil)
		got := fmt.Sprintf("%s %d %s %v %v", c.Region, c.Concurrency, c.SpoolDir, c.LocalMode, c.Endpoints)
		if err != nil || len(warnings) > 0 || got != tt.want {
			t.Errorf("%q, %q: got %q, warnings %q, error %v; want %q", tt.args, tt.env, got, warnings, err, tt.want)
		}
	}
}

// What flags and environment may not say; all of it is told at once, and by exit code 1 as the X-Ray daemon does.
func TestWrongSettings(t *testing.T) {
	for _, tt := range []struct {
		args, env string
		want      string
		code      int
	}{
		{"-m 2", "", `daemon: --buffer-memory "2": Not enough Buffers Memory Allocated. Min Buffers Memory required: 3 MB.`, 1},
		{"-m -1", "", `daemon: --buffer-memory "-1": a whole number of megabytes from 3 to 1048576 is needed, for example 24; 0 takes a share of the memory there is`, 1},
		{"", "RAYSCOPE_REGION=Dublin", `daemon: RAYSCOPE_REGION "Dublin": a region has 2 to 32 lower-case letters, digits and dashes, for example us-east-1`, 1},
		{"-p proxy:8080 -t 2000", "", "daemon: 2 settings cannot be used:\n" +
			`  --bind-tcp "2000": address "2000" is not of the form host:port, for example 127.0.0.1:1895` + "\n" +
			`  --proxy-address "proxy:8080": Bad proxy URL: a URL that begins with http:// or https:// or socks5:// is needed, for example http://proxy.example.org:8080`, 1},
		{"--endpoint aws --endpoint aws", "", "daemon: endpoint aws is given twice: leave one of them out", 1},
		{"--endpoint http://a/ --endpoint http://a", "", "daemon: endpoint http://a is given twice: leave one of them out", 1},
		{"--endpoint ftp://a", "", `daemon: --endpoint "ftp://a": a URL that begins with http:// or https:// is needed, for example http://127.0.0.1:1895`, 1},
		{"--endpoint http://me:pw@a", "", `daemon: --endpoint "http://***@a": an endpoint has no user, query or fragment: leave them out; credentials come from AWS' configuration`, 1},
		{"", "RAYSCOPE_PROXY_ADDRESS=htp://me:p@ss@proxy:8080", `daemon: RAYSCOPE_PROXY_ADDRESS "htp://***@proxy:8080": Bad proxy URL: a URL that begins with http:// or https:// or socks5:// is needed, for example http://proxy.example.org:8080`, 1},
		{"--external-id x", "", `daemon: external id "x" has no role to go with: add --role-arn, or leave it out`, 1},
		{"-r TracesIn", "", `daemon: --role-arn "TracesIn": the ARN of a role is needed, for example arn:aws:iam::123456789012:role/Traces`, 1},
		{"--spool-max 5", "", `daemon: --spool-max "5": a size in KB, MB, GB or TB from 16MB on is needed, for example 1GB`, 1},
		{"--spool-max 99999999999TB", "", `daemon: --spool-max "99999999999TB": a size in KB, MB, GB or TB from 16MB on is needed, for example 1GB`, 1},
		{"--spool-max-age 31d", "", `daemon: --spool-max-age "31d": a time from 1m to 30d is needed, for example 12h or 3d`, 1},
		{"--sign perhaps", "", `daemon: --sign "perhaps": true or false is needed`, 1},
		{"-l loud", "", `daemon: --log-level "loud": dev, debug, info, warn, error or prod is needed`, 1},
		{"-c nothing.yaml", "", "daemon: read settings: open nothing.yaml: no such file or directory", 1},
		{"--endpiont x", "", "daemon: unknown flag --endpiont, did you mean --endpoint?", 2},
		{"-x", "", "daemon: unknown flag -x", 2},
	} {
		_, _, err := load(t, strings.Fields(tt.args), strings.Fields(tt.env), nil)
		if fmt.Sprint(err) != tt.want || cli.ExitCode(err) != tt.code {
			t.Errorf("%q, %q: got %v, code %d; want %s, code %d", tt.args, tt.env, err, cli.ExitCode(err), tt.want, tt.code)
		}
	}
}

func FuzzConfigFile(f *testing.F) {
	files, err := filepath.Glob("testdata/config/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		strict, lax := agent.CheckFile(b, true), agent.CheckFile(b, false)
		if lax != nil && strict == nil {
			t.Errorf("%q: named it is taken, as a default file it is not: %v", b, lax)
		}
	})
}
