package deploy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// manifests are the documents of a file of Kubernetes by kind.
func manifests(t *testing.T, name string) map[string]*yaml.Node {
	t.Helper()
	all := map[string]*yaml.Node{}
	for d := yaml.NewDecoder(bytes.NewReader(read(t, name))); ; {
		n := new(yaml.Node)
		err := d.Decode(n)
		if errors.Is(err, io.EOF) {
			return all
		}
		var head struct{ Kind string }
		if err == nil {
			err = n.Decode(&head)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[head.Kind] = n
	}
}

// A container is what is looked at of one in a pod.
type container struct {
	Args  []string
	Env   []struct{ Name, Value string }
	Ports []struct {
		Name          string
		ContainerPort int `yaml:"containerPort"`
		HostPort      int `yaml:"hostPort"`
		Protocol      string
	}
	Startup   probe `yaml:"startupProbe"`
	Liveness  probe `yaml:"livenessProbe"`
	Readiness probe `yaml:"readinessProbe"`
	Mounts    []struct {
		Name string
		Path string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
	Resources struct{ Limits map[string]string }
}

type probe struct {
	HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
}

type daemonSet struct {
	Spec struct {
		Template struct {
			Spec struct {
				Grace      int `yaml:"terminationGracePeriodSeconds"`
				Containers []container
				Security   struct {
					User int `yaml:"runAsUser"`
				} `yaml:"securityContext"`
				Volumes []struct{ Name string }
			}
		}
	}
}

func TestKubernetes(t *testing.T) {
	all := manifests(t, "kubernetes/daemonset.yaml")
	var settings struct{ Data map[string]string }
	var set daemonSet
	for kind, into := range map[string]any{"ConfigMap": &settings, "DaemonSet": &set} {
		if all[kind] == nil {
			t.Fatalf("there is no %s", kind)
		}
		if err := all[kind].Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	pod := set.Spec.Template.Spec
	if len(pod.Containers) != 1 {
		t.Fatalf("got %d containers, want 1", len(pod.Containers))
	}
	own, i := pod.Containers[0], containerImage(t)
	env := maps.Clone(i.env)
	for _, e := range own.Env {
		env[e.Name] = e.Value
	}
	c := start{args: slices.Concat(i.entrypoint, own.Args), env: env, cfg: settings.Data[path.Base(configPath)]}.load(t)

	longEnough(t, "terminationGracePeriodSeconds", pod.Grace, c)
	same(t, "user", strconv.Itoa(pod.Security.User)+":"+strconv.Itoa(pod.Security.User), i.user)
	got := map[string]string{}
	for _, p := range own.Ports {
		got[p.Name] = p.Protocol + " " + net.JoinHostPort("0.0.0.0", strconv.Itoa(p.ContainerPort))
		if p.HostPort != 0 && p.HostPort != p.ContainerPort {
			t.Errorf("host port %d differs from the container's, %d", p.HostPort, p.ContainerPort)
		}
	}
	want := map[string]string{"xray-udp": "UDP " + c.UDP, "xray-tcp": "TCP " + c.TCP, "admin": "TCP " + c.Admin}
	if !maps.Equal(got, want) {
		t.Errorf("ports: got %v, want %v, as the daemon listens", got, want)
	}
	for _, p := range []struct {
		of   probe
		path string
	}{{own.Startup, "/healthz"}, {own.Liveness, "/healthz"}, {own.Readiness, "/readyz"}} {
		same(t, "probe", p.of.HTTPGet.Port+p.of.HTTPGet.Path, "admin"+p.path)
	}
	mounts := map[string]string{}
	for _, m := range own.Mounts {
		mounts[m.Path] = m.Name
	}
	for _, v := range pod.Volumes {
		maps.DeleteFunc(mounts, func(at, name string) bool {
			return name == v.Name && (at == path.Dir(c.SpoolDir) || at == path.Dir(configPath))
		})
	}
	if len(own.Mounts) != 2 || len(mounts) != 0 {
		t.Errorf("mounts %v should be volumes at the directories of settings and spool", own.Mounts)
	}
	roomy(t, own.Resources.Limits["memory"], c.Memory)
}

// roomy checks a limit of memory: twice the buffer, as documents are there once more on their way out, and the program.
func roomy(t *testing.T, limit string, bufferMB int) {
	t.Helper()
	mb, err := strconv.Atoi(strings.TrimRight(limit, "Mim"))
	if err != nil {
		t.Fatalf("limit of memory %q: %v", limit, err)
	}
	if bufferMB == 0 || mb < 2*bufferMB+48 {
		t.Errorf("a limit of %d MB with a buffer of %d: set the buffer, and leave room for as much again and 48 MB", mb, bufferMB)
	}
}

func TestECS(t *testing.T) {
	var task struct {
		NetworkMode, Memory  string
		ContainerDefinitions []struct {
			Name, User             string
			Command                []string
			Environment            []struct{ Name, Value string }
			PortMappings           []struct{ ContainerPort, HostPort int }
			MountPoints            []struct{ SourceVolume, ContainerPath string }
			HealthCheck            struct{ Command []string }
			StopTimeout, Memory    int
			ReadonlyRootFilesystem bool
		}
		Volumes []struct{ Name string }
	}
	if err := json.Unmarshal(read(t, "ecs/task.json"), &task); err != nil {
		t.Fatal(err)
	}
	own, i := task.ContainerDefinitions[0], containerImage(t)
	env := maps.Clone(i.env)
	for _, e := range own.Environment {
		env[e.Name] = e.Value
	}
	c := start{args: slices.Concat(i.entrypoint, own.Command), env: env}.load(t)
	longEnough(t, "stopTimeout", own.StopTimeout, c)
	same(t, "user", own.User, i.user)
	if want := append([]string{"CMD"}, checkCommand...); !slices.Equal(own.HealthCheck.Command, want) {
		t.Errorf("health check: got %q, want %q", own.HealthCheck.Command, want)
	}
	for _, p := range own.PortMappings {
		same(t, "port", net.JoinHostPort("0.0.0.0", strconv.Itoa(p.ContainerPort)), c.UDP)
	}
	if len(own.MountPoints) != 1 || len(task.Volumes) != 1 || own.MountPoints[0].SourceVolume != task.Volumes[0].Name ||
		own.MountPoints[0].ContainerPath != path.Dir(c.SpoolDir) {
		t.Errorf("%v should mount the volume %v at %s", own.MountPoints, task.Volumes, path.Dir(c.SpoolDir))
	}
	roomy(t, strconv.Itoa(own.Memory)+"M", c.Memory)
	sum := 0
	for _, d := range task.ContainerDefinitions {
		sum += d.Memory
	}
	if of, err := strconv.Atoi(task.Memory); err != nil || sum > of {
		t.Errorf("the containers may use %d MB, the task %s (%v)", sum, task.Memory, err)
	}
}

// defaulted is a variable of compose with the value that holds without: ${NAME:-value}.
var defaulted = regexp.MustCompile(`\$\{\w+:-([^}]*)\}`)

func TestCompose(t *testing.T) {
	var file struct {
		Services map[string]struct {
			Build               struct{ Context, Dockerfile string }
			Entrypoint, Command []string
			Environment         map[string]string
			User                string
			Memory              string `yaml:"mem_limit"`
			Grace               string `yaml:"stop_grace_period"`
			Volumes             []string
		}
		Volumes map[string]any
	}
	if err := yaml.Unmarshal(defaulted.ReplaceAll(read(t, "compose/compose.yaml"), []byte("$1")), &file); err != nil {
		t.Fatal(err)
	}
	own, i := file.Services["xray-daemon"], containerImage(t)
	if len(own.Entrypoint) == 0 || own.Entrypoint[0] != "/usr/bin/xray" {
		t.Fatalf("entry point: got %q, want /usr/bin/xray", own.Entrypoint)
	}
	env := maps.Clone(i.env)
	maps.Copy(env, own.Environment)
	c := start{args: slices.Concat(own.Entrypoint[1:], own.Command), env: env}.load(t)
	same(t, "user", own.User, i.user)
	same(t, "UDP on the host's network", c.UDP, "127.0.0.1:2000")
	same(t, "TCP on the host's network", c.TCP, "127.0.0.1:2000")
	grace, err := time.ParseDuration(own.Grace)
	if err != nil {
		t.Fatal(err)
	}
	longEnough(t, "stop_grace_period", int(grace.Seconds()), c)
	roomy(t, own.Memory, c.Memory)
	if _, err := os.Stat(filepath.Join("compose", own.Build.Context, own.Build.Dockerfile)); err != nil {
		t.Error(err)
	}
	for _, v := range own.Volumes {
		name, at, _ := strings.Cut(v, ":")
		if _, known := file.Volumes[name]; !known || at != path.Dir(c.SpoolDir) {
			t.Errorf("volume %s should be declared, and stand at %s", v, path.Dir(c.SpoolDir))
		}
	}
}

func TestBeanstalk(t *testing.T) {
	var file struct {
		Files map[string]struct{ Mode, Content string }
	}
	if err := yaml.Unmarshal(read(t, "beanstalk/xray.config"), &file); err != nil {
		t.Fatal(err)
	}
	content := file.Files[configPath].Content
	if content == "" {
		t.Fatalf("there is no file %s", configPath)
	}
	start{cfg: content}.load(t)
}

func TestPackages(t *testing.T) {
	var recipe struct {
		Contents  []struct{ Src, Dst, Type, Packager string }
		Overrides map[string]struct{ Scripts map[string]string }
		RPM       struct{ Scripts map[string]string }
	}
	if err := yaml.Unmarshal(read(t, "packages/nfpm.yaml"), &recipe); err != nil {
		t.Fatal(err)
	}
	installed := map[string]string{}
	for _, c := range recipe.Contents {
		installed[c.Dst] = c.Src
		if c.Type == "symlink" || c.Type == "dir" || strings.HasPrefix(c.Src, "${") {
			continue
		}
		if _, err := os.Stat(filepath.Join("..", c.Src)); err != nil {
			t.Error(err)
		}
	}
	program, _, _ := strings.Cut(directives(t, "systemd/xray.service")["ExecStart"], " ")
	same(t, "what the unit starts", installed[program], "/usr/bin/rayscope")
	same(t, "the program", installed["/usr/bin/rayscope"], "${PROGRAM}")
	same(t, "the sample", installed["/usr/share/rayscope/cfg.yaml"], "deploy/cfg.yaml")
	if _, is := installed[configPath]; is {
		t.Errorf("%s must not be part of the package: one that is there is never overwritten", configPath)
	}
	scripts := recipe.RPM.Scripts
	for _, o := range recipe.Overrides {
		for when, script := range o.Scripts {
			scripts[when+" "+script] = script
		}
	}
	for _, script := range scripts {
		if out, err := exec.Command("sh", "-n", filepath.Join("..", script)).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", script, err, out)
		}
	}
}
