package xray

import (
	"context"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rayscope/rayscope/xray/daemoncfg"
	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/strategy/ctxmissing"
	"github.com/rayscope/rayscope/xray/strategy/exception"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
	"github.com/rayscope/rayscope/xray/xraylog"
)

const (
	// SDKVersion is the version of this module, as segments show it.
	SDKVersion = "0.5.0"
	// SDKType is the name of this module, as segments show it.
	SDKType = "X-Ray for Go"
)

// SDK is the block "xray" of a root segment's AWS data.
type SDK struct {
	Version  string `json:"sdk_version,omitempty"`
	Type     string `json:"sdk,omitempty"`
	RuleName string `json:"sampling_rule_name,omitempty"` // of the rule that decided to record the trace
}

// Config is what the SDK works with. In Configure and ContextWithConfig, what is not set stays as it was.
type Config struct {
	DaemonAddr                  string // "host:port", or "udp:host:port tcp:host:port"; the environment beats it
	ServiceVersion              string // of the program, shown in its segments
	Emitter                     Emitter
	SamplingStrategy            sampling.Strategy
	StreamingStrategy           StreamingStrategy
	ExceptionFormattingStrategy exception.FormattingStrategy
	ContextMissingStrategy      ctxmissing.Strategy // AWS_XRAY_CONTEXT_MISSING beats it

	// LogLevel and LogFormat have no effect: see SetLogger.
	LogLevel  string
	LogFormat string
}

// global is the configuration of contexts that have none of their own. It is made at first use, so that importing the
// package does nothing.
var global struct {
	sync.Mutex                        // held while it is replaced
	current    atomic.Pointer[Config] // complete, never changed once stored
}

// defaults returns the global configuration.
func defaults() *Config {
	if c := global.current.Load(); c != nil {
		return c
	}
	global.Lock()
	defer global.Unlock()
	return lockedDefaults()
}

// lockedDefaults is defaults for a holder of global's lock.
func lockedDefaults() *Config {
	if c := global.current.Load(); c != nil {
		return c
	}
	addresses, err := daemoncfg.Find("")
	if err != nil {
		logger.Errorf("%v; using %s", err, addresses)
	}
	c := &Config{
		Emitter:                     newEmitter(addresses),
		SamplingStrategy:            defaultSampling(),
		StreamingStrategy:           &DefaultStreamingStrategy{MaxSubsegmentCount: defaultMaxSubsegmentCount},
		ExceptionFormattingStrategy: defaultFormatting(),
		ContextMissingStrategy:      ctxmissing.NewDefaultLogErrorStrategy(),
	}
	if s := environmentContextMissing(); s != nil {
		c.ContextMissingStrategy = s
	}
	global.current.Store(c)
	return c
}

func defaultSampling() sampling.Strategy {
	s, err := sampling.NewCentralizedStrategy()
	if err != nil {
		logger.Errorf("sampling rules of the daemon are not used, every request is recorded: %v", err)
		return everything{}
	}
	return s
}

// everything records each request.
type everything struct{}

func (everything) ShouldTrace(*sampling.Request) *sampling.Decision {
	return &sampling.Decision{Sample: true}
}

func defaultFormatting() exception.FormattingStrategy {
	s, err := exception.NewDefaultFormattingStrategy()
	if err != nil {
		logger.Errorf("errors are recorded without stack: %v", err)
		return &exception.DefaultFormattingStrategy{}
	}
	return s
}

// refused is the value of AWS_XRAY_CONTEXT_MISSING that was last complained about: configuring is no reason to do so again.
var refused atomic.Pointer[string]

// environmentContextMissing returns the strategy that AWS_XRAY_CONTEXT_MISSING names, nil if it names none.
func environmentContextMissing() ctxmissing.Strategy {
	switch v := strings.TrimSpace(os.Getenv(envContextMissing)); strings.ToUpper(v) {
	case "":
		return nil
	case ctxmissing.RuntimeErrorStrategy:
		return ctxmissing.NewDefaultRuntimeErrorStrategy()
	case ctxmissing.LogErrorStrategy:
		return ctxmissing.NewDefaultLogErrorStrategy()
	case ctxmissing.IgnoreErrorStrategy:
		return ctxmissing.NewDefaultIgnoreErrorStrategy()
	default:
		if last := refused.Swap(&v); last == nil || *last != v {
			logger.Errorf("environment variable %s is %q and not used: it must be LOG_ERROR, RUNTIME_ERROR or IGNORE_ERROR", envContextMissing, v)
		}
		return nil
	}
}

// Configure changes the configuration of all segments that are begun from now on. With an error, which is always about the daemon's
// address, the rest of c is in force.
func Configure(c Config) error {
	if s := environmentContextMissing(); s != nil {
		c.ContextMissingStrategy = s
	}
	global.Lock()
	defer global.Unlock()
	next := c.over(lockedDefaults())
	err := next.point(c.DaemonAddr)
	global.current.Store(next)
	remembered.Store(nil)
	return err
}

// ContextWithConfig returns a context whose segments work with c, and with the global configuration for what c leaves out.
// With an error, which is always about the daemon's address, the context is to be used all the same.
func ContextWithConfig(ctx context.Context, c Config) (context.Context, error) {
	remembered.Store(nil)
	if s := environmentContextMissing(); s != nil {
		c.ContextMissingStrategy = s
	}
	err := c.point(c.DaemonAddr)
	return context.WithValue(ctx, RecorderContextKey{}, &c), err
}

// over returns c, completed by base.
func (c *Config) over(base *Config) *Config {
	r := *c
	if r.Emitter == nil {
		r.Emitter = base.Emitter
	}
	if r.SamplingStrategy == nil {
		r.SamplingStrategy = base.SamplingStrategy
	}
	if r.StreamingStrategy == nil {
		r.StreamingStrategy = base.StreamingStrategy
	}
	if r.ExceptionFormattingStrategy == nil {
		r.ExceptionFormattingStrategy = base.ExceptionFormattingStrategy
	}
	if r.ContextMissingStrategy == nil {
		r.ContextMissingStrategy = base.ContextMissingStrategy
	}
	if r.ServiceVersion == "" {
		r.ServiceVersion = base.ServiceVersion
	}
	return &r
}

// point directs c's emitter and sampler to the daemon at address, if the environment names no other. Without either they stay.
func (c *Config) point(address string) error {
	if strings.TrimSpace(address) == "" && os.Getenv(daemoncfg.Variable) == "" {
		return nil
	}
	addresses, err := daemoncfg.Find(address)
	if err != nil {
		return err
	}
	if s, ok := c.SamplingStrategy.(*sampling.CentralizedStrategy); ok {
		s.LoadDaemonAddress(addresses.TCP)
	}
	switch e := c.Emitter.(type) {
	case nil:
	case *DefaultEmitter:
		e.redirect(addresses)
	default:
		endpoints, err := addresses.Resolve()
		if err != nil {
			return err
		}
		e.RefreshEmitterWithAddress(endpoints.UDPAddr)
	}
	return nil
}

// settings returns the complete configuration for ctx. It is not to be changed.
func settings(ctx context.Context) *Config {
	if c := GetRecorder(ctx); c != nil {
		return c.over(defaults())
	}
	return defaults()
}

// SetLogger sets what the SDK writes its own messages to.
func SetLogger(l xraylog.Logger) { logger.Set(l) }

// Shutdown sends what is waiting and stops what works in the background: the global emitter, and the sampler if it can be
// closed. Call it last; what is closed later is not sent. It returns ctx's error if that comes first.
func Shutdown(ctx context.Context) error {
	c := global.current.Load()
	if c == nil {
		return nil
	}
	if s, ok := c.SamplingStrategy.(interface{ Close() }); ok {
		s.Close()
	}
	if e, ok := c.Emitter.(interface{ Close(context.Context) error }); ok {
		return e.Close(ctx)
	}
	return nil
}
