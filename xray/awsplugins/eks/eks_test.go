package eks

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

const id = "ea32192c8553fbff06c9340478a2ff089b2bb5646fb718b4ee206641c9086d66"

var other = strings.Repeat("0f", 32)

func TestContainer(t *testing.T) {
	for _, c := range []struct{ what, file, text, want string }{
		{"version 1", "proc/self/cgroup", "12:pids:/kubepods/burstable/pod1b5f3c2e-0a7f-4f0e/" + id + "\n", id},
		{"systemd", "proc/self/cgroup", "0::/kubepods.slice/kubepods-pod1b5f.slice/cri-containerd-" + id + ".scope\n", id},
		{"containerd", "proc/self/cgroup", "1:cpu:/system.slice/kubepods-besteffort-pod1b5f.slice:cri-containerd:" + id + "\n", id},
		{"version 2", "proc/self/mountinfo", "21 1 0:1 / / rw - overlay lowerdir=/var/lib/docker/overlay2/" + other + "/diff\n" +
			"22 1 8:1 /var/lib/docker/containers/" + id + "/hostname /etc/hostname rw - ext4 /dev/xvda1 rw\n", id},
		{"private name space", "proc/self/cgroup", "0::/\n", ""},
		{"too long", "proc/self/cgroup", "0::/" + id + "0\n", ""},
		{"layers only", "proc/self/mountinfo", "21 1 0:1 / / rw - overlay lowerdir=/var/lib/docker/overlay2/" + other + "/diff\n", ""},
	} {
		p := pod{root: fstest.MapFS{c.file: {Data: []byte(c.text)}}}
		if got := p.container(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}

// kubernetes answers like the API of a cluster with Container Insights, and returns its address and a pod's file system.
func kubernetes(t *testing.T) (address string, root fstest.MapFS) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer pass" || r.URL.Path != "/api/v1/namespaces/amazon-cloudwatch/configmaps/cluster-info" {
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte(`{"kind":"ConfigMap","data":{"cluster.name":"prod","logs.region":"eu-central-1"}}`))
	}))
	t.Cleanup(server.Close)
	const account = "var/run/secrets/kubernetes.io/serviceaccount/"
	return server.URL, fstest.MapFS{
		account + "token":  {Data: []byte("pass\n")},
		account + "ca.crt": {Data: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})},
		"proc/self/cgroup": {Data: []byte("1:cpu:/kubepods/" + id)},
	}
}

func TestLookup(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	address, root := kubernetes(t)
	_, foreign := kubernetes(t)
	foreign["var/run/secrets/kubernetes.io/serviceaccount/token"] = &fstest.MapFile{Data: []byte("other")}
	for _, c := range []struct {
		what string
		pod  pod
		want map[string]any
	}{
		{"all", pod{root: root, server: address}, map[string]any{"pod": host, "container_id": id, "cluster_name": "prod"}},
		{"named by OpenTelemetry", pod{root: fstest.MapFS{}, server: address, resource: "a=b, k8s.cluster.name=test ,c=d"},
			map[string]any{"pod": host, "cluster_name": "test"}},
		{"no account", pod{root: fstest.MapFS{}, server: address}, map[string]any{"pod": host}},
		{"may not read", pod{root: foreign, server: address}, map[string]any{"pod": host, "container_id": id}},
	} {
		got, err := c.pod.lookup(t.Context())
		if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.what, got, err, c.want)
		}
	}
	if got, err := (pod{root: root}).lookup(t.Context()); err == nil || got != nil {
		t.Errorf("outside Kubernetes: got %v, %v, want an error", got, err)
	}
}

func TestServer(t *testing.T) {
	for _, c := range []struct{ host, port, want string }{
		{"10.0.0.1", "443", "https://10.0.0.1:443"}, {"fd00::1", "443", "https://[fd00::1]:443"}, {"10.0.0.1", "", ""}, {"", "443", ""},
	} {
		t.Setenv("KUBERNETES_SERVICE_HOST", c.host)
		t.Setenv("KUBERNETES_SERVICE_PORT", c.port)
		if got := server(); got != c.want {
			t.Errorf("%q, %q: got %q, want %q", c.host, c.port, got, c.want)
		}
	}
}
