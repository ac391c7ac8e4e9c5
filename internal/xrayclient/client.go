// Package xrayclient asks a server that speaks the X-Ray API, which is a Rayscope or AWS' own, with AWS' client for Go: so
// signing, profiles, regions, retries and endpoints are the ordinary ones. On top of it come long time ranges, the answers'
// own JSON, following what lands, and errors that say what to do.
package xrayclient

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
	smithy "github.com/aws/smithy-go/middleware"
)

// AWS as an endpoint is X-Ray of AWS in the region.
const AWS = "aws"

// fallbackRegion is signed for where a Rayscope is asked and nobody named a region: it is that server's own default.
const fallbackRegion = "us-east-1"

// Options say whom to ask, and as whom.
type Options struct {
	Endpoint string // URL of a server, or AWS
	Sign     bool   // sign with the credentials that AWS' tools would find; else nobody is named. AWS wants it
	Profile  string // of AWS' configuration files; empty: as AWS' tools choose
	Region   string // empty: as AWS' tools choose
}

// A Client asks one server. It is safe for concurrent use.
type Client struct {
	endpoint string
	api      *xray.Client
	skew     atomic.Int64 // how far the server's clock is ahead of ours, in nanoseconds, as its last answer told
}

// Open makes a client. It calls no X-Ray API; finding credentials may take calls of their own.
func Open(ctx context.Context, o Options) (*Client, error) {
	c := &Client{endpoint: o.Endpoint}
	if o.Sign {
		cfg, err := identity(ctx, o)
		if err != nil {
			return nil, err
		}
		c.api = xray.NewFromConfig(cfg, c.adapt)
		return c, nil
	}
	// The client wants a region; without a signature nobody sees it.
	c.api = xray.New(xray.Options{Region: fallbackRegion, Credentials: aws.AnonymousCredentials{}}, c.adapt)
	return c, nil
}

// IsAWS tells whether AWS' own X-Ray is asked.
func (c *Client) IsAWS() bool { return c.endpoint == AWS }

// adapt points the options at the endpoint; that of AWS the client finds by itself.
func (c *Client) adapt(o *xray.Options) {
	if !c.IsAWS() {
		o.BaseEndpoint = aws.String(c.endpoint)
	}
}

// identity is what AWS' tools would sign with.
func identity(ctx context.Context, o Options) (aws.Config, error) {
	var with []func(*config.LoadOptions) error
	if o.Profile != "" {
		with = append(with, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Region != "" {
		with = append(with, config.WithRegion(o.Region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, with...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("read AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		if o.Endpoint == AWS {
			return aws.Config{}, errors.New("no AWS region is set: name one, for example --region=eu-central-1, or set AWS_REGION")
		}
		cfg.Region = fallbackRegion
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, fmt.Errorf("find AWS credentials: %w\nThey come from --profile, AWS_PROFILE, AWS_ACCESS_KEY_ID or what 'aws configure' wrote; a Rayscope without authentication takes --sign=false", err)
	}
	return cfg, nil
}

// CheckEndpoint says what is wrong with an endpoint, and gives back the host that it names; AWS has none.
func CheckEndpoint(s string) (host string, err error) {
	if s == AWS {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("a URL with http or https and a host is needed, for example http://127.0.0.1:1895, or %q for X-Ray of AWS", AWS)
	}
	return u.Hostname(), nil
}

// minSkew is the difference below which two clocks count as equal: an answer tells the server's in whole seconds only, and it
// travels for a while.
const minSkew = 2 * time.Second

// Skew is how far the server's clock is ahead of ours, as its last answer told; 0 for small differences, and before the
// first answer.
func (c *Client) Skew() time.Duration { return time.Duration(c.skew.Load()) }

func (c *Client) note(m smithy.Metadata) {
	skew, ok := middleware.GetAttemptSkew(m)
	if !ok {
		return
	}
	if skew.Abs() < minSkew {
		skew = 0
	}
	c.skew.Store(int64(skew))
}

// Trace is one trace with its documents; nil if the server does not have it.
func (c *Client) Trace(ctx context.Context, id string) (*types.Trace, error) {
	out, err := c.api.BatchGetTraces(ctx, &xray.BatchGetTracesInput{TraceIds: []string{id}})
	if err != nil {
		return nil, c.explain(err)
	}
	if len(out.UnprocessedTraceIds) > 0 {
		return nil, fmt.Errorf("trace %s could not be read by the server just now: try again", id)
	}
	if len(out.Traces) == 0 {
		return nil, nil
	}
	return &out.Traces[0], nil
}
