// Package cloud knows the machine under a daemon as AWS sees it: its region, instance and host name, the credentials that it may
// use, and signatures by them.
package cloud

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// Config says what is set already, and how to look for the rest. AWS' library for credentials reads the process's environment
// beside Env.
type Config struct {
	Region      string // as configured; empty: looked for
	LocalMode   bool   // region and instance are not asked from the machine's metadata services; credentials may still be
	RoleARN     string // role to assume with the credentials found; empty: none
	ExternalID  string // that the role's trust policy asks for; may be empty
	STSEndpoint string // URL of the STS that gives the role; empty: that of the region
	HTTP        *http.Client
	Env         func(string) (string, bool)
	Log         *slog.Logger
}

// A Place is where a daemon runs.
type Place struct {
	Region     string
	RegionFrom string // where the region was found, in words
	InstanceID string // may be empty
	Hostname   string
}

func (c Config) env(name string) string {
	v, _ := c.Env(name)
	return v
}

var regions = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}[a-z0-9]$`)

// ParseRegion gives back the name of a region, or says what is wrong with it.
func ParseRegion(s string) (string, error) {
	if !regions.MatchString(s) {
		return "", errors.New("a region has 2 to 32 lower-case letters, digits and dashes, for example us-east-1")
	}
	return s, nil
}

// suffixes are the DNS suffixes of partitions, by how their regions begin.
var suffixes = []struct{ prefix, suffix string }{
	{"cn-", "amazonaws.com.cn"},
	{"us-iso-", "c2s.ic.gov"},
	{"us-isob-", "sc2s.sgov.gov"},
	{"us-isof-", "csp.hci.ic.gov"},
	{"eu-isoe-", "cloud.adc-e.uk"},
	{"eusc-", "amazonaws.eu"},
}

// Endpoint is the URL of AWS' X-Ray in a region.
func Endpoint(region string) string {
	suffix := "amazonaws.com"
	for _, p := range suffixes {
		if strings.HasPrefix(region, p.prefix) {
			suffix = p.suffix
		}
	}
	return "https://xray." + region + "." + suffix
}

// Times for metadata services: they are one hop away and answer in milliseconds, or not at all.
const (
	metadataDial   = 250 * time.Millisecond
	metadataHeader = 500 * time.Millisecond // also how long a token is waited for that the hop limit has swallowed
)

// metadata is a client of the instance metadata service: without a proxy, and without trying again, which the callers do.
func (c Config) metadata() *imds.Client {
	h := neighbour().WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = metadataHeader })
	o := imds.Options{HTTPClient: tokenless{h.Freeze()}, Retryer: aws.NopRetryer{}, Endpoint: c.env("AWS_EC2_METADATA_SERVICE_ENDPOINT"),
		ClientEnableState: imds.ClientEnabled}
	if strings.EqualFold(c.env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"), "ipv6") {
		o.EndpointMode = imds.EndpointModeStateIPv6
	}
	if c.metadataDisabled() {
		o.ClientEnableState = imds.ClientDisabled
	}
	return imds.New(o)
}

// neighbour is a client for services of this machine: near, never behind a proxy, and asked seldom.
func neighbour() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = metadataDial }).
		WithTransportOptions(func(t *http.Transport) { t.Proxy, t.DisableKeepAlives = nil, true })
}

func (c Config) metadataDisabled() bool {
	return strings.EqualFold(c.env("AWS_EC2_METADATA_DISABLED"), "true")
}

// errNoToken names the usual cause in containers: the answer with the token travels one hop only, so that there is none, and what
// is asked without is refused.
var errNoToken = errors.New("the instance metadata service gives this process no token, as in containers when the hop limit is 1: set AWS_REGION, or raise the limit " +
	"with 'aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2'")

// tokenless makes errNoToken of answers that say so: AWS' library keeps their status to itself.
type tokenless struct{ aws.HTTPClient }

func (t tokenless) Do(r *http.Request) (*http.Response, error) {
	res, err := t.HTTPClient.Do(r)
	if err != nil || res.StatusCode != http.StatusUnauthorized {
		return res, err
	}
	return nil, errors.Join(errNoToken, res.Body.Close())
}
