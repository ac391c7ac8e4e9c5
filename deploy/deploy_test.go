// Package deploy_test holds what users copy from deploy/ to the program: flags, variables and settings files are read as the daemon
// reads them, and ports, paths and times fit each other.
package deploy_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/agent"
	"github.com/rayscope/rayscope/internal/cli"
)

// configPath is where the daemon looks for its settings; the files say it, too.
const configPath = "/etc/amazon/xray/cfg.yaml"

// A start is how a file starts the daemon.
type start struct {
	args []string // without the program and "daemon"
	env  map[string]string
	cfg  string // what stands at configPath; empty: nothing
}

// load reads it as the daemon would. Anything wrong, and any warning, fails the test.
func (s start) load(t *testing.T) (c agent.Config) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cfg.yaml")
	if s.cfg != "" {
		if err := os.WriteFile(file, []byte(s.cfg), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"daemon"}
	if s.cfg != "" && !slices.Contains(s.args, "--config="+configPath) {
		args = append(args, "--config="+file) // named, it is read strictly
	}
	for _, a := range s.args {
		args = append(args, strings.Replace(a, configPath, file, 1))
	}
	program := cli.Program{Name: "rayscope", Commands: []cli.Command{{Name: "daemon", Settings: agent.Settings(),
		Run: func(_ context.Context, v *cli.Values, _ cli.Streams) error {
			var warnings []string
			var err error
			if c, warnings, err = agent.Load(v, nil); len(warnings) > 0 {
				t.Errorf("the daemon would warn of %q", warnings)
			}
			return err
		}}}}
	env := func(name string) (string, bool) { v, ok := s.env[name]; return v, ok }
	if err := program.Run(context.Background(), args, env, cli.Streams{Out: io.Discard, Err: io.Discard}); err != nil {
		t.Errorf("the daemon would not start with %q: %v", args, err)
	}
	for name := range s.env {
		if strings.HasPrefix(name, "RAYSCOPE_") && !slices.Contains(variables(&program), name) {
			t.Errorf("%s is no variable of the daemon", name)
		}
	}
	return c
}

func variables(p *cli.Program) (names []string) {
	for _, s := range agent.Settings() {
		names = append(names, p.Variable(s.Name))
	}
	return names
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// same compares what a file says.
func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// longEnough checks the time that a supervisor gives the daemon to stop.
func longEnough(t *testing.T, what string, seconds int, c agent.Config) {
	t.Helper()
	if d := time.Duration(seconds) * time.Second; d <= c.StopTimeout {
		t.Errorf("%s is %v, which is not more than the daemon's stop timeout, %v", what, d, c.StopTimeout)
	}
}

func TestSampleConfig(t *testing.T) {
	c := start{cfg: string(read(t, "cfg.yaml"))}.load(t)
	d := start{}.load(t)
	c.File = ""
	if !slices.Equal(c.Endpoints, d.Endpoints) {
		t.Errorf("the sample's endpoints are %q, the default %q", c.Endpoints, d.Endpoints)
	}
	c.Endpoints = d.Endpoints
	got, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the sample differs from the defaults, which it shows:\n%s\n%s", got, want)
	}
}

// directives are the lines of a systemd unit by name; of a name that stands there twice the last.
func directives(t *testing.T, unit string) map[string]string {
	t.Helper()
	d := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(read(t, unit))); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), "="); ok && !strings.HasPrefix(name, "#") {
			d[name] = value
		}
	}
	return d
}

func TestSystemd(t *testing.T) {
	for unit, wantProgram := range map[string]string{"systemd/rayscope-daemon.service": "/usr/local/bin/rayscope daemon", "systemd/xray.service": "/usr/bin/xray"} {
		t.Run(unit, func(t *testing.T) {
			d := directives(t, unit)
			args, ok := strings.CutPrefix(d["ExecStart"], wantProgram+" ")
			if !ok {
				t.Fatalf("ExecStart is %q, want it to begin with %s", d["ExecStart"], wantProgram)
			}
			c := start{args: strings.Fields(args)}.load(t)
			same(t, "spool", c.SpoolDir, path.Join("/var/lib", d["StateDirectory"], "spool"))
			if c.Log.File != "" {
				same(t, "directory of the log", path.Dir(c.Log.File), path.Join("/var/log", d["LogsDirectory"]))
			}
			same(t, "directory of settings", path.Join("/etc", d["ConfigurationDirectory"]), path.Dir(configPath))
			seconds, err := strconv.Atoi(d["TimeoutStopSec"])
			if err != nil {
				t.Fatal(err)
			}
			longEnough(t, "TimeoutStopSec", seconds, c)
			for name, want := range map[string]string{"NoNewPrivileges": "yes", "ProtectSystem": "strict", "CapabilityBoundingSet": "", "Restart": "always", "After": "network-online.target"} {
				if got, ok := d[name]; !ok || got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
		})
	}
}

// plistStrings are the texts below a key of a property list: of a string one, of an array all. Integers count as texts.
func plistStrings(t *testing.T, b []byte, key string) (texts []string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	var name, text string
	depth, at := 0, 0 // at is the depth at which the key was found
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			name, text = e.Name.Local, ""
			if name == "key" && at == depth {
				return texts // the next key
			}
		case xml.CharData:
			text += string(e)
		case xml.EndElement:
			switch {
			case e.Name.Local == "key" && text == key:
				at = depth
			case at > 0 && (e.Name.Local == "string" || e.Name.Local == "integer"):
				texts = append(texts, text)
			}
			depth--
		}
	}
}

func TestLaunchd(t *testing.T) {
	b := read(t, "launchd/io.rayscope.daemon.plist")
	if label := plistStrings(t, b, "Label"); !slices.Equal(label, []string{"io.rayscope.daemon"}) {
		t.Errorf("the label is %q, want the name of the file", label)
	}
	args := plistStrings(t, b, "ProgramArguments")
	if len(args) < 2 || args[0] != "/usr/local/bin/rayscope" || args[1] != "daemon" {
		t.Fatalf("arguments: got %q, want /usr/local/bin/rayscope daemon and flags", args)
	}
	c := start{args: args[2:]}.load(t)
	dir := plistStrings(t, b, "WorkingDirectory")
	if len(dir) != 1 || path.Dir(c.SpoolDir) != dir[0] || path.Dir(c.Log.File) != dir[0] {
		t.Errorf("spool %s and log %s should lie in the working directory %q, which is made for the daemon's user", c.SpoolDir, c.Log.File, dir)
	}
	seconds, err := strconv.Atoi(strings.Join(plistStrings(t, b, "ExitTimeOut"), ""))
	if err != nil {
		t.Fatal(err)
	}
	longEnough(t, "ExitTimeOut", seconds, c)
}

// An image is what the Containerfile makes of the container's start.
type image struct {
	entrypoint []string // without the program
	env        map[string]string
	expose     []string
	user       string
	check      []string
}

var instruction = regexp.MustCompile(`(?m)^(ENTRYPOINT|ENV|EXPOSE|USER|HEALTHCHECK) (.*)$`)

func containerImage(t *testing.T) image {
	t.Helper()
	b := read(t, "container/Containerfile")
	last := b[bytes.LastIndex(b, []byte("\nFROM ")):]
	if !bytes.HasPrefix(last, []byte("\nFROM scratch\n")) {
		t.Error("the last stage should begin with scratch")
	}
	i := image{env: map[string]string{}}
	for _, m := range instruction.FindAllStringSubmatch(string(last), -1) {
		switch m[1] {
		case "ENTRYPOINT":
			i.entrypoint = arguments(t, m[2])
		case "ENV":
			name, value, _ := strings.Cut(m[2], "=")
			i.env[name] = value
		case "EXPOSE":
			i.expose = strings.Fields(m[2])
		case "USER":
			i.user = m[2]
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(m[2], "CMD ")
			i.check = arguments(t, command)
		}
	}
	if len(i.entrypoint) == 0 || i.entrypoint[0] != "/usr/bin/xray" {
		t.Fatalf("entry point: got %q, want /usr/bin/xray and flags", i.entrypoint)
	}
	i.entrypoint = i.entrypoint[1:]
	return i
}

func arguments(t *testing.T, list string) (args []string) {
	t.Helper()
	if err := json.Unmarshal([]byte(list), &args); err != nil {
		t.Fatalf("%s: %v", list, err)
	}
	return args
}

// checkCommand asks the admin listener, by the address in the environment.
var checkCommand = []string{"/usr/bin/rayscope", "daemon", "check"}

func TestContainer(t *testing.T) {
	i := containerImage(t)
	c := start{args: i.entrypoint, env: i.env}.load(t)
	same(t, "UDP", c.UDP, "0.0.0.0:2000")
	same(t, "TCP", c.TCP, "0.0.0.0:2000")
	same(t, "admin", c.Admin, "127.0.0.1:2001")
	same(t, "user", i.user, "10001:10001")
	if want := []string{"2000/udp", "2000/tcp"}; !slices.Equal(i.expose, want) {
		t.Errorf("exposed: got %q, want %q", i.expose, want)
	}
	if !slices.Equal(i.check, checkCommand) {
		t.Errorf("health check: got %q, want %q", i.check, checkCommand)
	}
}
