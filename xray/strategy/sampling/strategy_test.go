package sampling_test

import (
	"encoding/json"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/xray/daemoncfg"
	"github.com/rayscope/rayscope/xray/internal/plugins"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

// A strategy that is closed has no goroutine, still decides, and starts none again. Closing one that never decided returns.
func TestClose(t *testing.T) {
	s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, 0, 1)}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		strategy.Close()
		strategy.Close()
		if d := strategy.ShouldTrace(nil); !d.Sample || d.Rule == nil {
			t.Errorf("closed: %+v, want a decision of r", *d)
		}
		pass(2 * time.Hour)
		if d := strategy.ShouldTrace(nil); !d.Sample || d.Rule != nil {
			t.Errorf("closed long ago: %+v, want a decision of the local rules", *d)
		}
		if s.fetched() != 1 {
			t.Errorf("rules were fetched %d times, want once", s.fetched())
		}
	})
	unused, err := sampling.NewCentralizedStrategy()
	if err != nil {
		t.Fatal(err)
	}
	unused.Close()
	unused.ShouldTrace(nil)
}

// Over a real connection, and with all methods at once for the race detector.
func TestConcurrentUse(t *testing.T) {
	rule := newRule("r", 1, 100, 0.5, func(r *sampling.SamplingRule) { r.SamplingRateBoost = &sampling.SamplingRateBoost{} })
	strategy := fetched(t, rule, newRule("Default", 10000, 1, 0))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 2000 {
				d := strategy.ShouldTrace(&busy)
				if d.Rule == nil || *d.Rule != "r" {
					t.Errorf("%+v, want a decision of r", *d)
				}
				strategy.Anomaly(*d, "orders")
			}
		})
	}
	wg.Go(func() { strategy.LoadDaemonEndpoints(daemoncfg.GetDefaultDaemonEndpoints()) })
	wg.Wait()
	strategy.Close()
}

// A fixed quota is never exceeded by requests at the same time.
func TestQuotaOfManyGoroutines(t *testing.T) {
	s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, 100, 0)}}
	s.targets = map[string]*sampling.SamplingTargetDocument{}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		s.set(func(s *service) { s.targets["r"] = target("r", 0, 100, time.Hour) })
		sampled(strategy, 1)
		pass(11 * time.Second)
		var traced atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { traced.Add(int64(sampled(strategy, 500))) })
		}
		wg.Wait()
		if n := traced.Load(); n != 100 {
			t.Errorf("%d of 4000 are traced within a second, want the quota, 100", n)
		}
	})
}

// An unreachable daemon is no error of the program, which goes on with local rules.
func TestNoDaemon(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	strategy, err := sampling.NewCentralizedStrategyWithJSONBytes([]byte(`{"version":2,"default":{"fixed_target":0,"rate":1}}`))
	if err != nil {
		t.Fatal(err)
	}
	strategy.LoadDaemonAddress(address)
	if d := strategy.ShouldTrace(&busy); !d.Sample || d.Rule != nil {
		t.Errorf("without daemon: %+v, want it traced by the local default", *d)
	}
	strategy.Close()
}

// Rules come from the daemon's new address at once, though those of the old one were due in minutes.
func TestMove(t *testing.T) {
	s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, 0, 0)}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		for i, address := range []string{"127.0.0.1:3000", "127.0.0.1:4000", "127.0.0.1:4000"} {
			strategy.LoadDaemonAddress(address)
			synctest.Wait()
			if got, want := s.fetched(), min(2+i, 3); got != want {
				t.Errorf("address %d, %s: rules were fetched %d times, want %d", i+1, address, got, want)
			}
		}
	})
}

// An address that was set before the first decision is no move.
func TestAddressBeforeStart(t *testing.T) {
	s := &service{rules: []*sampling.SamplingRule{newRule("r", 1, 0, 0)}}
	synctest.Test(t, func(t *testing.T) {
		strategy, err := sampling.NewCentralizedStrategy()
		if err != nil {
			t.Fatal(err)
		}
		strategy.Through(s)
		defer strategy.Close()
		strategy.LoadDaemonAddress("127.0.0.1:3000")
		strategy.ShouldTrace(nil)
		synctest.Wait()
		if n := s.fetched(); n != 1 {
			t.Errorf("rules were fetched %d times, want once", n)
		}
	})
}

func TestPluginsOrigin(t *testing.T) {
	if err := plugins.Register("ec2", "AWS::EC2::Instance", map[string]any{"instance_id": "i-1"}); err != nil {
		t.Fatal(err)
	}
	only := newRule("on ec2", 1, 0, 0, func(r *sampling.SamplingRule) { r.ServiceType = ptr("AWS::EC2::Instance") })
	s := &service{rules: []*sampling.SamplingRule{only, newRule("Default", 10000, 0, 0)}}
	simulate(t, s, func(t *testing.T, strategy *sampling.CentralizedStrategy) {
		for kind, want := range map[string]string{"": "on ec2", "AWS::Lambda::Function": "Default"} {
			if d := strategy.ShouldTrace(&sampling.Request{ServiceType: kind}); *d.Rule != want {
				t.Errorf("type %q: decided by %s, want %s", kind, *d.Rule, want)
			}
		}
	})
}

// Documents that clients of X-Ray send, byte by byte.
func TestWire(t *testing.T) {
	in := sampling.GetSamplingTargetsInput{SamplingStatisticsDocuments: []*sampling.SamplingStatisticsDocument{{
		RuleName: ptr("orders-post"), ClientID: ptr("7f3a0c19d5e24b6880aa91c2"), Timestamp: ptr(int64(1758654660)),
		RequestCount: ptr(int64(120)), SampledCount: ptr(int64(31)), BorrowCount: ptr(int64(9)),
	}}}
	const want = `{"SamplingStatisticsDocuments":[{"BorrowCount":9,"ClientID":"7f3a0c19d5e24b6880aa91c2","RequestCount":120,` +
		`"RuleName":"orders-post","SampledCount":31,"Timestamp":1758654660}]}`
	if got, err := json.Marshal(in); err != nil || string(got) != want {
		t.Errorf("report: got %s, %v; want %s", got, err, want)
	}
	if got, err := json.Marshal(sampling.GetSamplingRulesInput{}); err != nil || string(got) != `{"NextToken":null}` {
		t.Errorf("first page: got %s, %v", got, err)
	}
}

func TestDecideAllocatesNothing(t *testing.T) {
	strategies := []sampling.Strategy{fetched(t, twentyRules()...)}
	local, err := sampling.NewLocalizedStrategy()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(strategies, local) {
		if n := testing.AllocsPerRun(100, func() { sampling.Decide(s, busy) }); n != 0 {
			t.Errorf("%T: %v allocations, want none", s, n)
		}
	}
}

// always has its own ShouldTrace, in spite of what it embeds.
type always struct{ *sampling.LocalizedStrategy }

func (always) ShouldTrace(*sampling.Request) *sampling.Decision {
	return &sampling.Decision{Sample: true, Rule: ptr("mine")}
}

type speechless struct{}

func (speechless) ShouldTrace(*sampling.Request) *sampling.Decision { return nil }

func TestDecide(t *testing.T) {
	none, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(`{"version":2,"default":{"fixed_target":0,"rate":0}}`))
	if err != nil {
		t.Fatal(err)
	}
	if d := sampling.Decide(always{none}, busy); !d.Sample || *d.Rule != "mine" {
		t.Errorf("a strategy of the user's: %+v, want its own decision", d)
	}
	for _, s := range []sampling.Strategy{none, speechless{}, nil} {
		if d := sampling.Decide(s, busy); d.Sample || d.Rule != nil {
			t.Errorf("%T: %+v, want no decision for a trace", s, d)
		}
	}
}
