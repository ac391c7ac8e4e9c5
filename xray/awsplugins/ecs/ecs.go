// Package ecs adds the ECS container that the program runs in to its segments.
package ecs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/internal/plugins"
)

// Origin is that of segments from ECS containers.
const Origin = "AWS::ECS::Container"

// Init looks the container up in the background, for a second at most; segments that are begun afterwards have the member aws.ecs with
// container (the host name), and container_id and container_arn where the task metadata endpoint tells them, and the origin.
func Init() {
	uri := cmp.Or(os.Getenv("ECS_CONTAINER_METADATA_URI_V4"), os.Getenv("ECS_CONTAINER_METADATA_URI"))
	plugins.Start("ecs", Origin, func(ctx context.Context) (map[string]any, error) { return lookup(ctx, uri) })
}

// lookup is content with the host name if the endpoint does not answer.
func lookup(ctx context.Context, uri string) (map[string]any, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	values := map[string]any{"container": host}
	if uri == "" {
		return values, nil
	}
	if err := describe(ctx, uri, values); err != nil {
		logger.Warnf("Plugin ecs knows the container's host name only: %v", err)
	}
	return values, nil
}

func describe(ctx context.Context, uri string, values map[string]any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return err
	}
	body, err := plugins.Fetch(req, nil)
	if err != nil {
		return err
	}
	var container struct {
		ID  string `json:"DockerId"`
		ARN string `json:"ContainerARN"` // not in version 3 of the endpoint
	}
	if err := json.Unmarshal(body, &container); err != nil {
		return fmt.Errorf("container metadata: %w", err)
	}
	if container.ID != "" {
		values["container_id"] = container.ID
	}
	if container.ARN != "" {
		values["container_arn"] = container.ARN
	}
	return nil
}
