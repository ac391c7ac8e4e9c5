package agent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/cloud"
	"github.com/rayscope/rayscope/internal/daemon"
	"github.com/rayscope/rayscope/internal/ports"
	"github.com/rayscope/rayscope/internal/proxy"
	"github.com/rayscope/rayscope/internal/relay"
	"github.com/rayscope/rayscope/internal/uplink"
)

// A pipeline is everything between the receiver and the endpoints: what a reload replaces as a whole.
type pipeline struct {
	config  Config
	place   cloud.Place
	ends    []relay.Endpoint
	relay   *relay.Relay
	proxy   *proxy.Proxy
	spools  []*spoolRef
	metrics *prometheus.Registry // of what is counted anew in each pipeline
	idle    func()               // closes connections that nobody uses

	telemetry *Telemetry
	telling   sync.WaitGroup
	silence   context.CancelFunc            // ends telling
	replaced  atomic.Pointer[daemon.Counts] // what had come when another took over; nil: this one works
}

// build makes a pipeline that works. It waits for the look-ups of region and instance, which are bounded, and for nothing else
// of the network.
func (a *agent) build(ctx context.Context, c Config) (_ *pipeline, err error) {
	transport, err := uplink.NewTransport(c.Proxy, c.NoVerifySSL, a.env)
	if err != nil {
		return nil, err
	}
	p := &pipeline{config: c, metrics: prometheus.NewRegistry(), idle: transport.CloseIdleConnections}
	client := &http.Client{Transport: transport}
	signer, err := a.identify(ctx, p, client)
	if err != nil {
		return nil, err
	}
	p.ends, err = a.endpoints(p, client, signer)
	if err != nil {
		return nil, errors.Join(err, a.spools.giveBack(p.spools))
	}
	p.relay = relay.New(relay.Options{
		Endpoints: p.ends, Memory: a.relayMemory, Uploads: c.Concurrency, Now: time.Now, Registerer: a.metrics, Log: a.log.Logger,
	})
	p.proxy = proxy.New(proxy.Config{Uplink: p.ends[0].Uplink, Relay: p.relay, Now: time.Now, Registerer: p.metrics, Log: a.log.Logger})
	a.log.Info("HTTP Proxy server using X-Ray Endpoint : " + p.ends[0].Uplink.Name())
	return p, nil
}

// identify finds out where this is, and who signs. Without a region nothing can be signed; if nothing has to be, that is fine.
func (a *agent) identify(ctx context.Context, p *pipeline, client *http.Client) (*cloud.Signer, error) {
	c := &p.config
	cc := cloud.Config{
		Region: c.Region, LocalMode: c.LocalMode, RoleARN: c.RoleARN, ExternalID: c.ExternalID, STSEndpoint: c.STSEndpoint,
		HTTP: client, Env: a.env, Log: a.log.Logger,
	}
	place, err := cloud.Locate(ctx, cc)
	if err != nil && c.needsRegion() {
		return nil, err
	}
	p.place = place
	if err != nil {
		a.log.Info("no region was found, and none is needed: no endpoint gets signed calls")
		return nil, nil
	}
	a.log.Info("Using region: "+place.Region, "from", place.RegionFrom)
	if !c.needsRegion() {
		return nil, nil
	}
	return cloud.Identify(ctx, cc, place)
}

// needsRegion tells whether some endpoint gets signed calls.
func (c *Config) needsRegion() bool {
	for _, e := range c.Endpoints {
		if c.signs(e) {
			return true
		}
	}
	return false
}

// signs tells whether calls to the endpoint are signed.
func (c *Config) signs(endpoint string) bool {
	u, err := url.Parse(endpoint)
	switch {
	case endpoint == AWS || err == nil && isAWS(u.Hostname()):
		return true
	case c.Sign == SignRemote:
		return err == nil && !ports.IsLoopback(u.Hostname())
	}
	return c.Sign == SignAll
}

// isAWS tells whether the host is one of AWS, in any partition.
func isAWS(host string) bool {
	for _, domain := range []string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".c2s.ic.gov", ".sc2s.sgov.gov"} {
		if strings.HasSuffix(strings.ToLower(host), domain) {
			return true
		}
	}
	return false
}

// endpoints makes the way to each endpoint, and opens its spool.
func (a *agent) endpoints(p *pipeline, client *http.Client, signer *cloud.Signer) (ends []relay.Endpoint, err error) {
	c := &p.config
	seen := map[string]string{}
	for _, name := range c.Endpoints {
		at := name
		if name == AWS {
			at = cloud.Endpoint(p.place.Region)
		}
		if other, twice := seen[at]; twice {
			return nil, fmt.Errorf("endpoints %s and %s are the same: leave one of them out", other, name)
		}
		seen[at] = name
		u := uplink.Config{URL: at, Client: client, UserAgent: a.userAgent(), Now: time.Now, Log: a.log.Logger}
		if c.signs(name) {
			u.Signer = signer
		}
		end := relay.Endpoint{Signed: u.Signer != nil}
		if end.Uplink, err = uplink.New(u); err != nil {
			return nil, err
		}
		if c.SpoolDir != "" {
			s, err := a.spools.open(c, at)
			if err != nil {
				return nil, err
			}
			p.spools = append(p.spools, s)
			end.Spool, end.Drops = s.spool, &s.drops
		}
		ends = append(ends, end)
	}
	return ends, nil
}

// userAgent is how the daemon calls itself: servers read its version from the first word, and what X-Ray's daemon would have said
// from the rest.
func (a *agent) userAgent() string {
	where, ok := a.env("AWS_EXECUTION_ENV")
	if !ok || where == "" {
		where = "UNKNOWN"
	}
	return fmt.Sprintf("rayscope-daemon/%s xray-agent/xray-daemon/%[1]s exec-env/%s OS/%s-%s", token(a.version), token(where), runtime.GOOS, runtime.GOARCH)
}

// token is the text with all that may not stand in a word of a header left out.
func token(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r) {
			return -1
		}
		return r
	}, s)
}

// install lets the pipeline work in the place of the one before, which is returned; nil if it is the first.
func (a *agent) install(p *pipeline) (old *pipeline) {
	a.mu.Lock()
	old, a.current = a.current, p
	a.mu.Unlock()
	var since daemon.Counts
	if old != nil {
		since = a.receiver.Counts()
		old.replaced.Store(&since)
	}
	a.tell(p, since)
	return old
}

// tell begins telemetry to each endpoint, of what has come since.
func (a *agent) tell(p *pipeline, since daemon.Counts) {
	to := make([]relay.Poster, len(p.ends))
	for i := range p.ends {
		to[i] = p.ends[i].Uplink
	}
	p.telemetry = NewTelemetry(TelemetryConfig{
		Endpoints: to,
		Relay:     p.relay.Counts,
		Receiver: func() daemon.Counts {
			if then := p.replaced.Load(); then != nil {
				return *then
			}
			return a.receiver.Counts()
		},
		TCP:        p.proxy.Documents,
		Since:      since,
		InstanceID: p.place.InstanceID,
		Hostname:   p.place.Hostname,

		ResourceARN: p.config.ResourceARN,
		Registerer:  p.metrics,
		Log:         a.log.Logger,
	})
	ctx, cancel := context.WithCancel(context.Background())
	p.silence = cancel
	p.telling.Go(func() { p.telemetry.Run(ctx) })
}

// closePipeline sends what waits, until the context is done, tells the last telemetry in the time that is left for it, and gives
// the spools back.
func (a *agent) closePipeline(ctx context.Context, p *pipeline) error {
	flush, cancel := withShare(ctx, flushShare)
	defer cancel()
	err := p.relay.Close(flush)
	p.silence()
	p.telling.Wait()
	p.telemetry.Report(ctx)
	p.idle()
	return errors.Join(err, a.spools.giveBack(p.spools))
}

// flushShare of the time to stop is for documents; the rest is for the last telemetry.
const flushShare = 0.9

// withShare is the context with a share of the time that it has left.
func withShare(ctx context.Context, share float64) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Duration(float64(time.Until(end))*share))
}
