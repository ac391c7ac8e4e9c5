package sampling

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rayscope/rayscope/xray/daemoncfg"
	"github.com/rayscope/rayscope/xray/internal/plugins"
)

// A CentralizedStrategy decides by the rules of the tracing service. Its first decision starts a goroutine, which gets the
// rules from the daemon, reports how they are used and learns which part of their reservoirs is this process's own. Until there
// are rules, and when none could be got for an hour, local rules decide.
type CentralizedStrategy struct {
	fallback *LocalizedStrategy
	rules    atomic.Pointer[ruleSet] // nil until there are some

	clientID string                 // by which the service knows this process: 24 hexadecimal digits
	address  atomic.Pointer[string] // of the daemon, host:port; nil: as the environment says
	moved    chan struct{}          // has a value when the address is another
	client   *http.Client

	start sync.Once // the poller
	done  chan struct{}
	life  context.Context // of the poller
	end   context.CancelFunc
}

// NewCentralizedStrategy makes a strategy that falls back to one request each second and 5 % of the rest.
func NewCentralizedStrategy() (*CentralizedStrategy, error) {
	return centralized(NewLocalizedStrategy())
}

// NewCentralizedStrategyWithFilePath makes a strategy that falls back to the local rules of a file; see [ManifestFromFilePath].
func NewCentralizedStrategyWithFilePath(fp string) (*CentralizedStrategy, error) {
	return centralized(NewLocalizedStrategyFromFilePath(fp))
}

// NewCentralizedStrategyWithJSONBytes makes a strategy that falls back to the local rules; see [ManifestFromJSONBytes].
func NewCentralizedStrategyWithJSONBytes(b []byte) (*CentralizedStrategy, error) {
	return centralized(NewLocalizedStrategyFromJSONBytes(b))
}

func centralized(fallback *LocalizedStrategy, err error) (*CentralizedStrategy, error) {
	if err != nil {
		return nil, err
	}
	var id [12]byte
	rand.Read(id[:]) // never fails
	ss := &CentralizedStrategy{
		fallback: fallback,
		clientID: hex.EncodeToString(id[:]),
		moved:    make(chan struct{}, 1),
		client:   newClient(),
		done:     make(chan struct{}),
	}
	ss.life, ss.end = context.WithCancel(context.Background())
	return ss, nil
}

// ShouldTrace decides by the first rule that the request matches.
func (ss *CentralizedStrategy) ShouldTrace(request *Request) *Decision {
	d, _ := ss.decide(known(request), time.Now().Unix())
	return &d
}

// LoadDaemonEndpoints says where the daemon is, instead of the environment variable AWS_XRAY_DAEMON_ADDRESS or the default.
func (ss *CentralizedStrategy) LoadDaemonEndpoints(endpoints *daemoncfg.DaemonEndpoints) {
	if endpoints != nil && endpoints.TCPAddr != nil {
		ss.LoadDaemonAddress(endpoints.TCPAddr.String())
	}
}

// LoadDaemonAddress is LoadDaemonEndpoints with host:port. A name is looked up for each connection, so that the daemon may move.
// Rules are fetched from another address at once.
func (ss *CentralizedStrategy) LoadDaemonAddress(tcp string) {
	if old := ss.address.Swap(&tcp); old != nil && *old == tcp {
		return
	}
	select {
	case ss.moved <- struct{}{}:
	default: // the poller has yet to see the last move
	}
}

// decide decides at a second of the epoch, and reports whether the rule's anomalies are counted.
func (ss *CentralizedStrategy) decide(request *Request, now int64) (d Decision, watched bool) {
	set := ss.rules.Load()
	if set == nil {
		ss.begin()
		return ss.fallback.decide(request, now), false
	}
	if !set.usable(now) {
		return ss.fallback.decide(request, now), false
	}
	r := set.match(request, cmp.Or(request.ServiceType, plugins.All().Origin))
	if r == nil {
		return ss.fallback.decide(request, now), false
	}
	return Decision{Sample: r.sample(now), Rule: &r.name}, r.boosted
}

// begin starts the poller, once.
func (ss *CentralizedStrategy) begin() {
	ss.start.Do(func() { go newPoller(ss).run() })
}

// Close ends the goroutine and waits for it. Decisions are made from then on too, by the rules that are there as long as they are
// good, then by the local ones.
func (ss *CentralizedStrategy) Close() {
	ss.end()
	ss.start.Do(func() { close(ss.done) })
	<-ss.done
}
