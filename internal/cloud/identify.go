package cloud

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// service is X-Ray's name in signatures.
const service = "xray"

// A Signer signs requests as the daemon's identity. It is safe for concurrent use.
type Signer struct {
	region string
	cache  *aws.CredentialsCache
	signer *v4.Signer
}

// A CredentialsError says why there is no signature. Its texts hold no secrets.
type CredentialsError struct {
	Denied bool   // there are credentials, but they may not assume the role
	Hint   string // one sentence: what to do
	Err    error
}

func (e *CredentialsError) Error() string { return e.Err.Error() }
func (e *CredentialsError) Unwrap() error { return e.Err }

// Identify makes a signer for the place's region. It does not look for credentials yet: those that are missing now may come, and
// Sign tells.
func Identify(_ context.Context, c Config, p Place) (*Signer, error) {
	if p.Region == "" {
		return nil, errors.New("a signature needs a region: name it with --region or AWS_REGION")
	}
	if c.RoleARN != "" && !isRole(c.RoleARN) {
		return nil, fmt.Errorf("role %q is no ARN of a role: write it like arn:aws:iam::123456789012:role/NAME", c.RoleARN)
	}
	if c.STSEndpoint != "" {
		if u, err := url.Parse(c.STSEndpoint); err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
			return nil, errors.New("the STS endpoint must be a URL with http or https and a host, for example https://sts.example.com")
		}
	}
	provider := aws.CredentialsProvider(&chain{Config: c, region: p.Region})
	if c.RoleARN != "" {
		provider = newRole(c, p.Region, provider)
	}
	return &Signer{region: p.Region, signer: v4.NewSigner(), cache: aws.NewCredentialsCache(&renewed{from: provider, now: time.Now})}, nil
}

func isRole(arn string) bool {
	f := strings.SplitN(arn, ":", 6)
	return len(f) == 6 && f[0] == "arn" && f[2] == "iam" && f[4] != "" && strings.HasPrefix(f[5], "role/") && len(f[5]) > len("role/")
}

// Sign signs a request by SigV4. The hash is that of its body in hexadecimal SHA-256. Without credentials the error is a
// *CredentialsError or the context's, and the request is as it was.
func (s *Signer) Sign(ctx context.Context, r *http.Request, payloadHash string, at time.Time) error {
	found, err := s.cache.Retrieve(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var e *CredentialsError
		if !errors.As(err, &e) {
			e = &CredentialsError{Err: err, Hint: "look at the daemon's AWS credentials"}
		}
		return e
	}
	if err := s.signer.SignHTTP(ctx, found, r, payloadHash, service, s.region, at); err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	return nil
}

// Forget drops cached credentials, as an endpoint called them expired: the next Sign looks again.
func (s *Signer) Forget() { s.cache.Invalidate() }

// Hash is a body's hash as Sign wants it.
func Hash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// renewEarly is how long before their end credentials are replaced, so that a slow STS or a clock that is a little off makes no
// call fail. AWS' own metadata services hand out new ones at least as early.
const renewEarly = 5 * time.Minute

// retryEvery is how often a renewal that failed is tried again while the old credentials last.
const retryEvery = 30 * time.Second

// renewed is credentials that are replaced early, and kept while they last if there are no new ones.
type renewed struct {
	from aws.CredentialsProvider
	now  func() time.Time
	end  time.Time // of those handed out last; only the cache's one renewal at a time touches it
}

func (r *renewed) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := r.from.Retrieve(ctx)
	if err != nil || !c.CanExpire {
		return c, err
	}
	r.end = c.Expires
	// Those of a short life are used for most of it.
	early := min(renewEarly, r.end.Sub(r.now())/4)
	c.Expires = c.Expires.Add(-max(early, 0))
	return c, nil
}

// HandleFailToRefresh is called by the cache with the credentials that it has and why there are no newer ones.
func (r *renewed) HandleFailToRefresh(_ context.Context, old aws.Credentials, err error) (aws.Credentials, error) {
	left := r.end.Sub(r.now())
	if !old.HasKeys() || !old.CanExpire || left <= 0 {
		return aws.Credentials{}, err
	}
	old.Expires = r.now().Add(min(retryEvery, left))
	return old, nil
}

// innermost is the cause, without the layers of AWS' client that only say that it made a request.
func innermost(err error) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		return fmt.Errorf("%s: %s", api.ErrorCode(), api.ErrorMessage())
	}
	if errors.Is(err, errNoToken) {
		return errNoToken
	}
	var sent *smithyhttp.RequestSendError
	if errors.As(err, &sent) {
		return sent.Err
	}
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) {
		return fmt.Errorf("it answered status %d", answer.HTTPStatusCode())
	}
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
