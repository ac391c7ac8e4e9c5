// Package eks adds the Kubernetes pod that the program runs in to its segments.
package eks

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"

	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/internal/plugins"
)

// Origin is that of segments from EKS containers.
const Origin = "AWS::EKS::Container"

// Init looks the pod up in the background, for a second at most; segments that are begun afterwards have the member aws.eks with pod,
// container_id and cluster_name as far as they can be found, and the origin. Outside Kubernetes it adds nothing.
//
// The cluster's name is k8s.cluster.name of OTEL_RESOURCE_ATTRIBUTES, or cluster.name of the config map cluster-info in the namespace
// amazon-cloudwatch, which Container Insights sets up and which the pod's service account must be allowed to read.
func Init() {
	p := pod{root: os.DirFS("/"), server: server(), resource: os.Getenv("OTEL_RESOURCE_ATTRIBUTES")}
	plugins.Start("eks", Origin, p.lookup)
}

// server is the address of the Kubernetes API, or nothing outside Kubernetes.
func server() string {
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return ""
	}
	return "https://" + net.JoinHostPort(host, port)
}

// A pod is where to look.
type pod struct {
	root     fs.FS  // of the container's file system
	server   string // URL of the Kubernetes API
	resource string // OpenTelemetry's resource attributes
}

func (p pod) lookup(ctx context.Context) (map[string]any, error) {
	if p.server == "" {
		return nil, errors.New("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no Kubernetes pod")
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	values := map[string]any{"pod": host}
	if id := p.container(); id != "" {
		values["container_id"] = id
	}
	name, err := p.cluster(ctx)
	if err != nil {
		logger.Debugf("Plugin eks does not know the cluster's name: %v", err)
	}
	if name != "" {
		values["cluster_name"] = name
	}
	return values, nil
}

// containerID stands in the paths of control groups (version 1) and of mounts (version 2), after a slash, a dash or a colon.
var containerID = regexp.MustCompile(`[/:-]([0-9a-f]{64})(?:\.scope)?(?:/|\s|$)`)

// container is the container's id, or nothing.
func (p pod) container() string {
	if id := p.find("proc/self/cgroup", ""); id != "" {
		return id
	}
	// Layers of images have ids of the same form; the files that Docker mounts lie in the container's own directory.
	return p.find("proc/self/mountinfo", "/containers/")
}

// find looks in the lines of a file that contain mark.
func (p pod) find(name, mark string) string {
	f, err := p.root.Open(name)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if _, rest, ok := strings.Cut(lines.Text(), mark); ok {
			if m := containerID.FindStringSubmatch("/" + rest); m != nil {
				return m[1]
			}
		}
	}
	return ""
}

func (p pod) cluster(ctx context.Context) (string, error) {
	for attribute := range strings.SplitSeq(p.resource, ",") {
		if key, value, _ := strings.Cut(attribute, "="); strings.TrimSpace(key) == "k8s.cluster.name" {
			return strings.TrimSpace(value), nil
		}
	}
	const account = "var/run/secrets/kubernetes.io/serviceaccount/"
	token, err := fs.ReadFile(p.root, account+"token")
	if err != nil {
		return "", err
	}
	ca, err := fs.ReadFile(p.root, account+"ca.crt")
	if err != nil {
		return "", err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return "", fmt.Errorf("%sca.crt has no certificate", account)
	}
	return p.clusterInfo(ctx, strings.TrimSpace(string(token)), &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12})
}

func (p pod) clusterInfo(ctx context.Context, token string, trust *tls.Config) (string, error) {
	const path = "/api/v1/namespaces/amazon-cloudwatch/configmaps/cluster-info"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.server+path, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	body, err := plugins.Fetch(req, trust)
	if err != nil {
		return "", err
	}
	var info struct {
		Data map[string]string `json:"data"`
	}
	if err := json.Unmarshal(body, &info); err != nil {
		return "", fmt.Errorf("config map cluster-info: %w", err)
	}
	return info.Data["cluster.name"], nil
}
