package agent

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/ports"
)

// Config is all that a daemon can be told. Load makes one.
type Config struct {
	File string // that was read; empty: none

	UDP, TCP    string // where SDKs send, host:port
	Memory      int    // MB for what waits; 0: a share of what the machine or its cgroup has
	LocalMode   bool   // EC2 and ECS are not asked where this is
	Region      string // empty: looked for
	Concurrency int    // uploads to an endpoint at the same time

	Endpoints   []string // URLs, or AWS; one at least, none twice
	Sign        Signing
	RoleARN     string
	ExternalID  string
	STSEndpoint string
	Proxy       string
	NoVerifySSL bool
	ResourceARN string // goes into telemetry

	SpoolDir    string // empty: what does not find room in memory is lost
	SpoolMax    int64  // bytes, of each endpoint
	SpoolMaxAge time.Duration

	Log         LogConfig
	Admin       string        // host:port of health and metrics; empty: off
	StopTimeout time.Duration // from the signal to the end
}

// LogConfig says what is logged, and where to.
type LogConfig struct {
	File   string // empty: to the process's own stream
	Level  slog.Level
	JSON   bool
	Rotate bool
	Max    int64 // bytes of the file at which it is rotated
}

// AWS as an endpoint is X-Ray of AWS, in the daemon's region.
const AWS = "aws"

// Signing says which endpoints get signed calls. AWS always does.
type Signing int

// Values of Signing.
const (
	SignRemote Signing = iota // all but those on loopback
	SignAll
	SignAWS
)

// Defaults that differ from the zero value. Those of the X-Ray daemon are the same; the others are ours.
const (
	defaultConcurrency = 8
	defaultSpoolMax    = 1 << 30            // an hour of 1,000 documents a second, compressed
	defaultSpoolMaxAge = 3 * 24 * time.Hour // a backend that broke on Friday evening is repaired on Monday
	defaultLogMax      = 50 << 20
	defaultStopTimeout = 8 * time.Second // container runtimes kill 10 s after they asked
)

func defaults() Config {
	return Config{
		UDP:         ports.Daemon,
		TCP:         ports.Daemon,
		Concurrency: defaultConcurrency,
		Endpoints:   []string{AWS},
		SpoolMax:    defaultSpoolMax,
		SpoolMaxAge: defaultSpoolMaxAge,
		Log:         LogConfig{Level: slog.LevelInfo, Rotate: true, Max: defaultLogMax},
		StopTimeout: defaultStopTimeout,
	}
}

// Load makes the configuration from flags and environment, which count most, the file they name, else the first of the
// defaults that is there, and built-in values. The error says all that is wrong. Warnings are for the log.
func Load(v *cli.Values, defaultFiles []string) (c Config, warnings []string, err error) {
	c = defaults()
	var wrong []string
	name := ""
	if v.Given("config") {
		name = v.Text("config")
	}
	file, err := readConfigFile(name, defaultFiles)
	if err != nil {
		return Config{}, nil, err
	}
	if file != nil {
		c.File = file.name
		wrong = append(wrong, file.apply(&c)...)
		warnings = file.warnings
	}
	wrong = append(wrong, applyFlags(v, &c)...)
	if len(wrong) == 0 {
		wrong = c.check()
	}
	return c, warnings, problems(wrong)
}

// applyFlags sets what flags and environment have. An empty one sets the built-in value, as with the X-Ray daemon.
func applyFlags(v *cli.Values, c *Config) (wrong []string) {
	for _, s := range settings {
		if s.set == nil || !v.Given(s.Name) {
			continue
		}
		texts := v.Texts(s.Name)
		if s.Value == "" && texts[0] == "" {
			texts = []string{"false"}
		}
		if len(texts) == 1 && texts[0] == "" {
			s.reset(c)
			continue
		}
		if err := s.set(c, texts); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s %q: %v", v.Origin(s.Name), shown(texts), err))
		}
	}
	return wrong
}

var userInfo = regexp.MustCompile(`://[^/?#\s]*@`)

// shown is what stands beside a setting, for a message: without the passwords that URLs of proxies may have.
func shown(texts []string) string {
	return userInfo.ReplaceAllString(strings.Join(texts, " "), "://***@")
}

// check finds what only shows when all settings are known.
func (c *Config) check() (wrong []string) {
	seen := make(map[string]bool, len(c.Endpoints))
	for _, e := range c.Endpoints {
		if seen[e] {
			wrong = append(wrong, fmt.Sprintf("endpoint %s is given twice: leave one of them out", e))
		}
		seen[e] = true
	}
	if c.ExternalID != "" && c.RoleARN == "" {
		wrong = append(wrong, fmt.Sprintf("external id %q has no role to go with: add --role-arn, or leave it out", c.ExternalID))
	}
	return wrong
}

// problems is one error of many; nil if there is none.
func problems(wrong []string) error {
	switch len(wrong) {
	case 0:
		return nil
	case 1:
		return errors.New(wrong[0])
	}
	return fmt.Errorf("%d settings cannot be used:\n  %s", len(wrong), strings.Join(wrong, "\n  "))
}

// restartNeeded names the settings in which the two differ and that a reload cannot change.
func restartNeeded(is, will *Config) (names []string) {
	for _, s := range []struct {
		name    string
		differs bool
	}{
		{"bind", is.UDP != will.UDP},
		{"bind-tcp", is.TCP != will.TCP},
		{"buffer-memory", is.Memory != will.Memory},
		{"admin-listen", is.Admin != will.Admin},
		{"log-file", is.Log.File != will.Log.File},
		{"log-format", is.Log.JSON != will.Log.JSON},
		{"spool-max", is.SpoolDir == will.SpoolDir && is.SpoolMax != will.SpoolMax},
		{"spool-max-age", is.SpoolDir == will.SpoolDir && is.SpoolMaxAge != will.SpoolMaxAge},
	} {
		if s.differs {
			names = append(names, s.name)
		}
	}
	return names
}
