package agent

import (
	"context"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// reload reads the settings again and puts a pipeline made of them in the place of the one that works: all of them, or none if
// anything is wrong. The socket stays open, and documents that the old pipeline holds are sent by it, or go to the spool.
func (a *agent) reload(ctx context.Context) {
	c, warnings, err := a.load()
	if err != nil {
		a.log.Error("the settings were not changed, as the new ones cannot be used", "error", err.Error())
		return
	}
	next, err := a.build(ctx, c)
	if err != nil {
		a.log.Error("the settings were not changed, as the new ones cannot be used", "error", err.Error())
		return
	}
	if err := a.log.change(c.Log); err != nil {
		a.log.Error("the log goes to the process's own stream", "error", err.Error())
	}
	if names := restartNeeded(&a.config, &c); len(names) > 0 {
		a.log.Warn("some changed settings count only after a restart", "settings", strings.Join(names, " "))
	}
	a.config = c.keep(&a.config)
	a.sayLoaded(&c, warnings)

	old := a.install(next)
	a.warnOtherSpools(&c)
	a.retiring.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), old.config.StopTimeout)
		defer cancel()
		if err := a.closePipeline(ctx, old); err != nil {
			a.log.Error("documents from before the new settings were given up", "error", err.Error())
		}
	})
}

// keep is the configuration with the values that only count after a restart as they were.
func (c Config) keep(was *Config) Config {
	c.UDP, c.TCP, c.Memory, c.Admin = was.UDP, was.TCP, was.Memory, was.Admin
	c.Log.File, c.Log.JSON = was.Log.File, was.Log.JSON
	if c.SpoolDir == was.SpoolDir {
		c.SpoolMax, c.SpoolMaxAge = was.SpoolMax, was.SpoolMaxAge
	}
	return c
}

// sayLoaded tells where the settings come from and what is odd about them.
func (a *agent) sayLoaded(c *Config, warnings []string) {
	if c.File != "" {
		a.log.Info("Using config file", "file", c.File)
	}
	for _, w := range warnings {
		a.log.Warn(c.File + ": " + w)
	}
	if c.NoVerifySSL {
		a.log.Warn("certificates of endpoints are not checked: whoever is on the way can read documents and credentials")
	}
}

func (a *agent) warnOtherSpools(c *Config) {
	if c.SpoolDir == "" {
		return
	}
	if names := a.spools.others(c.SpoolDir); len(names) > 0 {
		a.log.Warn("there are spools of endpoints that are not configured: what waits in them is sent when they are again",
			"directory", c.SpoolDir, "spools", strings.Join(names, " "))
	}
}

// gather is the metrics of the process, the receiver, the relay, and those of the pipeline that works.
func (a *agent) gather() prometheus.Gatherers {
	all := prometheus.Gatherers{a.metrics}
	a.mu.RLock()
	defer a.mu.RUnlock()
	if a.current != nil {
		all = append(all, a.current.metrics)
	}
	return all
}

// health is how the daemon is.
func (a *agent) health() Health {
	n := a.receiver.Counts()
	h := Health{Status: statusStarting, Version: a.version, Received: n.Received, Rejected: n.Rejected, Spilled: n.Spilled, Dropped: n.KernelDropped}
	a.mu.RLock()
	p := a.current
	a.mu.RUnlock()
	if p != nil {
		h.Status = statusOK
		h.Endpoints = p.relay.State()
	}
	for _, e := range h.Endpoints {
		if !e.Up {
			h.Status = statusDegraded
		}
	}
	if a.stopped.Load() {
		h.Status = statusFailed
	}
	return h
}

// addresses are where the daemon listens.
func (a *agent) addresses() Addresses {
	at := Addresses{UDP: a.receiver.Addr(), TCP: a.receiver.TCPAddr()}
	if a.admin != nil {
		at.Admin = a.admin.listener.Addr().String()
	}
	return at
}
