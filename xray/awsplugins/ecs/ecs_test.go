package ecs

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/internal/plugins"
	"github.com/rayscope/rayscope/xray/xraytest"
)

const (
	arn      = "arn:aws:ecs:eu-central-1:111122223333:container/shop/0206b271"
	metadata = `{"DockerId":"ea32192c8553fbff06c9340478a2ff089b2bb5646fb718b4ee206641c9086d66","Name":"web","DockerName":"web",
"ContainerARN":"` + arn + `","LogDriver":"awslogs","Networks":[{"NetworkMode":"awsvpc"}]}`
)

// endpoint answers as the task metadata endpoint does.
func endpoint(t *testing.T, status int, body string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server.URL + "/v4/ea32192c8553fbff06c9340478a2ff08-1"
}

func TestLookup(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	alone := map[string]any{"container": host}
	whole := map[string]any{"container": host, "container_arn": arn, "container_id": "ea32192c8553fbff06c9340478a2ff089b2bb5646fb718b4ee206641c9086d66"}
	for _, c := range []struct {
		what, uri string
		want      map[string]any
	}{
		{"whole", endpoint(t, 200, metadata), whole},
		{"no endpoint", "", alone},
		{"refused", endpoint(t, 500, metadata), alone},
		{"no JSON", endpoint(t, 200, "<html>"), alone},
		{"version 3", endpoint(t, 200, `{"DockerId":"ea"}`), map[string]any{"container": host, "container_id": "ea"}},
		{"no URL", "http://[", alone},
	} {
		got, err := lookup(t.Context(), c.uri)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.what, got, err, c.want)
		}
	}
}

func TestInit(t *testing.T) {
	t.Setenv("ECS_CONTAINER_METADATA_URI", "http://127.0.0.1:1")
	t.Setenv("ECS_CONTAINER_METADATA_URI_V4", endpoint(t, 200, metadata))
	Init()
	plugins.Wait()
	all := plugins.All()
	if all.Origin != Origin || len(all.Blocks) != 1 || all.Blocks[0].Values["container_arn"] != arn {
		t.Errorf("got %+v, want the container from version 4 of the endpoint", all)
	}

	rec := xraytest.New(t)
	_, seg := xray.BeginSegment(rec.Context(), "web")
	seg.Close(nil)
	web := rec.Segment("web")
	if block, ok := web.AWS["ecs"].(map[string]any); !ok || block["container_arn"] != arn || web.Origin != Origin {
		t.Errorf("a segment has origin %q and aws %v, want those of the plugin", web.Origin, web.AWS)
	}
}
