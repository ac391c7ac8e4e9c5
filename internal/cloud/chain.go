package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

const (
	// callTimeout bounds one call to STS or a credential service, and callAttempts their number in a row: a batch waits meanwhile.
	callTimeout  = 3 * time.Second
	callAttempts = 2
	// identityTimeout bounds the question who we are, which only makes an error clearer.
	identityTimeout = time.Second
	// sessionName is what X-Ray's daemon calls its sessions; trust policies and alarms may look for it.
	sessionName = "xray-daemon"
	// sessionTime is what every role allows, also one that was assumed by means of another.
	sessionTime = time.Hour
)

// A chain is AWS' standard order of credential sources. It is gone through anew each time: files may have been written since.
type chain struct {
	Config
	region string
}

func (c *chain) Retrieve(ctx context.Context) (aws.Credentials, error) {
	var found aws.Credentials
	cfg, err := c.load(ctx)
	if err == nil {
		found, err = cfg.Credentials.Retrieve(ctx)
	}
	if err != nil {
		return aws.Credentials{}, &CredentialsError{Err: fmt.Errorf("no AWS credentials: %w", innermost(err)), Hint: c.tried()}
	}
	return found, nil
}

func (c *chain) load(ctx context.Context) (aws.Config, error) {
	return config.LoadDefaultConfig(ctx, config.WithRegion(c.region), config.WithHTTPClient(c.client()), config.WithRetryer(retryer),
		config.WithCredentialsCacheOptions(func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = 0 }), // renewed renews early
		config.WithEC2RoleCredentialOptions(func(o *ec2rolecreds.Options) { o.Client = c.metadata() }))
}

func retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = callAttempts, time.Second })
}

// client calls as Config.HTTP does. It is AWS' own kind of client, as their library takes AWS_CA_BUNDLE with no other; it writes
// into the pool of certificates, so that each client has one of its own.
func (c Config) client() *awshttp.BuildableClient {
	client := awshttp.NewBuildableClient().WithTimeout(callTimeout)
	if c.HTTP == nil {
		return client
	}
	from, ok := c.HTTP.Transport.(*http.Transport)
	if !ok {
		return client
	}
	return client.WithTransportOptions(func(t *http.Transport) {
		t.Proxy, t.OnProxyConnectResponse, t.DialContext = from.Proxy, from.OnProxyConnectResponse, from.DialContext
		t.DisableKeepAlives = true // calls are hours apart
		if from.TLSClientConfig == nil {
			return
		}
		t.TLSClientConfig = from.TLSClientConfig.Clone()
		if roots := from.TLSClientConfig.RootCAs; roots != nil {
			t.TLSClientConfig.RootCAs = roots.Clone()
		}
	})
}

// tried is one sentence about all sources of credentials, and which of them are there.
func (c Config) tried() string {
	var b strings.Builder
	b.WriteString("give the daemon one source of credentials; looked at ")
	for _, s := range []struct{ what, names string }{
		{"the environment", "AWS_ACCESS_KEY_ID"},
		{"web identity", "AWS_WEB_IDENTITY_TOKEN_FILE"},
	} {
		fmt.Fprintf(&b, "%s (%s %s), ", s.what, s.names, c.isSet(s.names))
	}
	fmt.Fprintf(&b, "profile %q of the shared files, ", c.profile())
	container := "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
	if c.env(container) == "" {
		container = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	}
	fmt.Fprintf(&b, "the container's endpoint (%s %s) and the instance's role", container, c.isSet(container))
	if c.metadataDisabled() {
		b.WriteString(" (off by AWS_EC2_METADATA_DISABLED)")
	}
	return b.String()
}

func (c Config) isSet(name string) string {
	if c.env(name) == "" {
		return "is not set"
	}
	return "is set"
}

// A role is credentials of a role that others allow to assume.
type role struct {
	arn    string
	sts    *sts.Client
	assume *stscreds.AssumeRoleProvider
}

func newRole(c Config, region string, base aws.CredentialsProvider) *role {
	r := &role{arn: c.RoleARN}
	r.sts = sts.New(sts.Options{Region: region, Credentials: base, HTTPClient: c.client().Freeze(), Retryer: retryer()}, func(o *sts.Options) {
		if e := cmp.Or(c.STSEndpoint, c.env("AWS_ENDPOINT_URL_STS")); e != "" {
			o.BaseEndpoint = aws.String(strings.TrimRight(e, "/"))
		}
	})
	r.assume = stscreds.NewAssumeRoleProvider(r.sts, c.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration = sessionName, sessionTime
		if c.ExternalID != "" {
			o.ExternalID = aws.String(c.ExternalID)
		}
	})
	return r
}

func (r *role) Retrieve(ctx context.Context) (aws.Credentials, error) {
	found, err := r.assume.Retrieve(ctx)
	if err == nil {
		return found, nil
	}
	var e *CredentialsError
	if errors.As(err, &e) {
		return aws.Credentials{}, e
	}
	var api smithy.APIError
	e = &CredentialsError{Hint: "check --role-arn, --sts-endpoint, and the way to STS through firewalls and proxies"}
	if errors.As(err, &api) {
		e.Denied = api.ErrorCode() == "AccessDenied" || api.ErrorCode() == "AccessDeniedException"
		e.Hint = "renew or replace the credentials that the role is assumed with"
	}
	if e.Denied {
		e.Hint = "let the role's trust policy name this caller (and its --external-id, if it asks for one), and the caller's own policy allow sts:AssumeRole"
	}
	e.Err = fmt.Errorf("assume role %s as %s: %w", r.arn, r.caller(ctx), innermost(err))
	return aws.Credentials{}, e
}

// caller is the ARN of who assumes the role, as far as STS tells.
func (r *role) caller(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, identityTimeout)
	defer cancel()
	out, err := r.sts.GetCallerIdentity(ctx, nil)
	if err != nil || out.Arn == nil {
		return "a caller that STS does not name"
	}
	return *out.Arn
}
