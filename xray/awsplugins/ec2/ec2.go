// Package ec2 adds the instance that the program runs on to its segments.
package ec2

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/rayscope/rayscope/xray/internal/plugins"
)

// Origin is that of segments from EC2 instances.
const Origin = "AWS::EC2::Instance"

// endpoint is the instance metadata service's address on every instance.
const endpoint = "http://169.254.169.254"

// Init looks the instance up in the background, for a second at most; segments that are begun afterwards have the member aws.ec2 with
// instance_id, availability_zone, instance_size and ami_id, and the origin. It uses IMDSv2, and IMDSv1 where there is no token to be
// had. AWS_EC2_METADATA_SERVICE_ENDPOINT names another address; AWS_EC2_METADATA_DISABLED=true turns the lookup off.
func Init() {
	if strings.EqualFold(os.Getenv("AWS_EC2_METADATA_DISABLED"), "true") {
		return
	}
	base := strings.TrimRight(cmp.Or(os.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT"), endpoint), "/")
	plugins.Start("ec2", Origin, func(ctx context.Context) (map[string]any, error) { return lookup(ctx, base) })
}

func lookup(ctx context.Context, base string) (map[string]any, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/latest/dynamic/instance-identity/document", nil)
	if err != nil {
		return nil, err
	}
	t, tokenErr := token(ctx, base)
	if tokenErr == nil {
		req.Header.Set("X-aws-ec2-metadata-token", t)
	}
	body, err := plugins.Fetch(req, nil)
	if err != nil && tokenErr != nil {
		return nil, fmt.Errorf("%w; before that, %w (containers need a hop limit of 2)", err, tokenErr)
	}
	if err != nil {
		return nil, err
	}
	return parse(body)
}

// token leaves half of the time for the instance's document: where the hop limit is too low, the answer to the token's request is
// lost and only a request without one is answered.
func token(ctx context.Context, base string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, base+"/latest/api/token", nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("X-aws-ec2-metadata-token-ttl-seconds", "60")
	body, err := plugins.Fetch(req, nil)
	return string(body), err
}

func parse(body []byte) (map[string]any, error) {
	var doc struct{ InstanceID, AvailabilityZone, InstanceType, ImageID string }
	if err := json.Unmarshal(body, &doc); err != nil {
		return nil, fmt.Errorf("instance identity document: %w", err)
	}
	if doc.InstanceID == "" {
		return nil, fmt.Errorf("instance identity document: no instanceId in %.100q", body)
	}
	values := map[string]any{"instance_id": doc.InstanceID, "availability_zone": doc.AvailabilityZone}
	for name, value := range map[string]string{"instance_size": doc.InstanceType, "ami_id": doc.ImageID} {
		if value != "" {
			values[name] = value
		}
	}
	return values, nil
}
