package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// lookupTime bounds the look-ups at start, which go side by side.
const lookupTime = time.Second

// maxMetadata bounds what is read of the machine's own services; a task's metadata has some KB for each container.
const maxMetadata = 4 << 20

// ErrNoRegion says that no source names a region. Its sentence is that of AWS' daemon, which people look for.
//
//lint:ignore ST1005 the sentence is quoted
var ErrNoRegion = errors.New("Cannot fetch region variable from config file, environment variables, ecs metadata, or ec2 metadata. " +
	"Use local-mode to use the local config region.")

// Locate finds out where this is, within about a second. With ErrNoRegion the rest of the place is filled nevertheless.
func Locate(ctx context.Context, c Config) (Place, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	p := Place{InstanceID: c.env("AWS_INSTANCE_ID"), Hostname: c.env("AWS_HOSTNAME")}
	p.Region, p.RegionFrom = c.configured()
	var err error
	if c.LocalMode {
		if p.Region == "" {
			p.Region, p.RegionFrom, err = c.shared(ctx)
		}
	} else {
		err = c.ask(ctx, &p)
	}
	if p.Hostname == "" {
		// What the kernel cannot tell stays empty, as it does in X-Ray's own daemon.
		p.Hostname, _ = os.Hostname()
	}
	if p.Region != "" {
		return p, nil
	}
	hint := "name the region with --region or AWS_REGION, for example AWS_REGION=eu-central-1"
	if err != nil {
		return p, fmt.Errorf("%w %s (%w)", ErrNoRegion, hint, err)
	}
	return p, fmt.Errorf("%w %s", ErrNoRegion, hint)
}

// configured is the region that needs no look-up in the network.
func (c Config) configured() (region, from string) {
	if c.Region != "" {
		return c.Region, "the configuration"
	}
	if r := c.env("AWS_REGION"); r != "" {
		return r, "AWS_REGION"
	}
	if c.LocalMode || !strings.EqualFold(c.env("ECS_ENABLE_CONTAINER_METADATA"), "true") {
		return "", ""
	}
	task, err := readTask(c.env("ECS_CONTAINER_METADATA_FILE"))
	if err != nil {
		c.Log.Warn("no region from the ECS metadata file", "error", err)
	}
	return task.region(), "the ECS metadata file"
}

// shared is the region of the profile in AWS' configuration files.
func (c Config) shared(ctx context.Context) (region, from string, err error) {
	s, err := config.LoadSharedConfigProfile(ctx, c.profile(), func(o *config.LoadSharedConfigOptions) {
		if f := c.env("AWS_CONFIG_FILE"); f != "" {
			o.ConfigFiles = []string{f}
		}
		if f := c.env("AWS_SHARED_CREDENTIALS_FILE"); f != "" {
			o.CredentialsFiles = []string{f}
		}
	})
	if err != nil {
		return "", "", fmt.Errorf("read AWS configuration: %w", err)
	}
	return s.Region, fmt.Sprintf("profile %s of the shared AWS configuration", c.profile()), nil
}

// profile is the one that AWS' tools would use.
func (c Config) profile() string {
	for _, name := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
		if p := c.env(name); p != "" {
			return p
		}
	}
	return config.DefaultSharedConfigProfile
}

// ask fills what is missing in p from the services of container and instance, side by side. The error is why there is no region.
func (c Config) ask(ctx context.Context, p *Place) error {
	var (
		wg            sync.WaitGroup
		task          task
		i             instance
		taskErr, iErr error
	)
	if base := c.env("ECS_CONTAINER_METADATA_URI_V4"); base != "" && p.Region == "" {
		wg.Go(func() { task, taskErr = fetchTask(ctx, strings.TrimRight(base, "/")+"/task") })
	}
	if (p.Region == "" || p.InstanceID == "" || p.Hostname == "") && !c.metadataDisabled() {
		wg.Go(func() { i, iErr = c.instance(ctx) })
	}
	wg.Wait()
	if p.Region == "" {
		p.Region, p.RegionFrom = task.region(), "the ECS task metadata"
	}
	if p.Region == "" {
		p.Region, p.RegionFrom = i.region, "the instance metadata"
	}
	if p.InstanceID == "" {
		p.InstanceID = i.id
	}
	if p.Hostname == "" {
		p.Hostname = i.hostname
	}
	err := errors.Join(taskErr, iErr)
	if err != nil {
		c.Log.Debug("metadata services did not tell everything", "error", err)
	}
	return err
}

// instance is what EC2 says of it.
type instance struct{ region, id, hostname string }

func (c Config) instance(ctx context.Context) (instance, error) {
	client := c.metadata()
	doc, err := client.GetInstanceIdentityDocument(ctx, nil)
	if err != nil {
		return instance{}, fmt.Errorf("ask the instance metadata service: %w", innermost(err))
	}
	i := instance{region: doc.Region, id: doc.InstanceID}
	if i.hostname, err = getMetadata(ctx, client, "hostname"); err != nil {
		return i, fmt.Errorf("ask the instance metadata service for the host name: %w", innermost(err))
	}
	return i, nil
}

func getMetadata(ctx context.Context, client *imds.Client, path string) (string, error) {
	out, err := client.GetMetadata(ctx, &imds.GetMetadataInput{Path: path})
	if err != nil {
		return "", err
	}
	defer out.Content.Close()
	b, err := io.ReadAll(io.LimitReader(out.Content, maxMetadata))
	return strings.TrimSpace(string(b)), err
}

// A task is what ECS tells about itself, in its file and by HTTP.
type task struct {
	TaskARN          string
	AvailabilityZone string
}

// zone is an availability or local zone, whose name begins with its region's.
var zone = regexp.MustCompile(`^[a-z]{2,4}(?:-[a-z]+)+-\d+`)

// region is that of the task's ARN, else that of its zone; empty if there is none.
func (t task) region() string {
	if f := strings.Split(t.TaskARN, ":"); len(f) > 4 && f[0] == "arn" {
		return f[3]
	}
	return zone.FindString(t.AvailabilityZone)
}

func readTask(name string) (t task, err error) {
	f, err := os.Open(name)
	if err != nil {
		return t, fmt.Errorf("open ECS_CONTAINER_METADATA_FILE: %w", err)
	}
	err = errors.Join(json.NewDecoder(io.LimitReader(f, maxMetadata)).Decode(&t), f.Close())
	if err != nil {
		return t, fmt.Errorf("read ECS_CONTAINER_METADATA_FILE %s: %w", name, err)
	}
	return t, nil
}

func fetchTask(ctx context.Context, url string) (t task, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return t, fmt.Errorf("ask ECS_CONTAINER_METADATA_URI_V4: %w", err)
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req) // without a proxy
	if err != nil {
		return t, fmt.Errorf("ask the ECS task metadata at %s: %w", url, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return t, fmt.Errorf("ask the ECS task metadata at %s: it answered %s", url, res.Status)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxMetadata)).Decode(&t); err != nil {
		return t, fmt.Errorf("read the ECS task metadata of %s: %w", url, err)
	}
	return t, nil
}
