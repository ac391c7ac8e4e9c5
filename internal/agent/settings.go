package agent

import (
	"log/slog"
	"strconv"
	"time"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/cloud"
	"github.com/rayscope/rayscope/internal/ports"
)

// A setting is one thing that a daemon can be told: as a flag, in the environment, in cfg.yaml.
type setting struct {
	cli.Setting
	key string                                // in cfg.yaml, "Group.Key"; empty: it cannot stand there
	set func(c *Config, texts []string) error // one text, more of those that are repeated; nil: it is no part of a Config
	put func(c, from *Config)                 // copies it from another Config
}

// reset gives it the built-in value.
func (s *setting) reset(c *Config) {
	d := defaults()
	s.put(c, &d)
}

// of makes a setting of one field, read by parse from one text.
func of[T any](key string, field func(*Config) *T, parse func(string) (T, error), s cli.Setting) setting {
	return setting{
		Setting: s,
		key:     key,
		put:     func(c, from *Config) { *field(c) = *field(from) },
		set: func(c *Config, texts []string) (err error) {
			t, err := parse(texts[0])
			if err == nil {
				*field(c) = t
			}
			return err
		},
	}
}

// settings are all of them, in the order of the help: those of the X-Ray daemon first.
var settings = []setting{
	{Setting: cli.Setting{Name: "config", Short: "c", Value: "FILE", Default: "/etc/amazon/xray/cfg.yaml, else cfg.yaml, if there is one",
		Help: "Settings file, as the X-Ray daemon reads it. Flags and environment variables come before it."}},
	of("Socket.UDPAddress", func(c *Config) *string { return &c.UDP }, parseAddress, cli.Setting{
		Name: "bind", Short: "b", Value: "HOST:PORT", Default: ports.Daemon,
		Help: "Where segment documents come in by UDP. On an address that is not loopback anybody who reaches it can send."}),
	of("Socket.TCPAddress", func(c *Config) *string { return &c.TCP }, parseAddress, cli.Setting{
		Name: "bind-tcp", Short: "t", Value: "HOST:PORT", Default: ports.Daemon,
		Help: "Where SDKs ask for sampling rules by TCP."}),
	of("Region", func(c *Config) *string { return &c.Region }, cloud.ParseRegion, cli.Setting{
		Name: "region", Short: "n", Value: "NAME", Default: "AWS_REGION, else that of the ECS task or EC2 instance",
		Help: "AWS region that calls are signed for and that the endpoint aws is in."}),
	of("LocalMode", func(c *Config) *bool { return &c.LocalMode }, parseTruth, cli.Setting{
		Name: "local-mode", Short: "o", Default: "false",
		Help: "Do not ask EC2 and ECS where this is."}),
	of("TotalBufferSizeMB", func(c *Config) *int { return &c.Memory }, parseMemory, cli.Setting{
		Name: "buffer-memory", Short: "m", Value: "MB", Default: "0, for 1 % of the memory of the machine or container, 16 MB at least",
		Help: "Memory for documents that wait, at least 3. Beyond it they go to the spool; without one the oldest are dropped."}),
	of("RoleARN", func(c *Config) *string { return &c.RoleARN }, parseRole, cli.Setting{
		Name: "role-arn", Short: "r", Value: "ARN",
		Help: "Role to assume for all calls, for example one of another account."}),
	of("ResourceARN", func(c *Config) *string { return &c.ResourceARN }, parseText, cli.Setting{
		Name: "resource-arn", Short: "a", Value: "ARN",
		Help: "What the daemon runs on: goes into its telemetry."}),
	of("ProxyAddress", func(c *Config) *string { return &c.Proxy }, parseProxy, cli.Setting{
		Name: "proxy-address", Short: "p", Value: "URL", Default: "HTTPS_PROXY or HTTP_PROXY, except for what NO_PROXY names",
		Help: "HTTP proxy through which endpoints are called, with its scheme."}),
	of("Logging.LogPath", func(c *Config) *string { return &c.Log.File }, parseText, cli.Setting{
		Name: "log-file", Short: "f", Value: "FILE", Default: "stdout",
		Help: "Where the log goes. The file is opened anew on SIGHUP."}),
	of("Logging.LogLevel", func(c *Config) *slog.Level { return &c.Log.Level }, parseLevel, cli.Setting{
		Name: "log-level", Short: "l", Value: "LEVEL", Default: "prod",
		Help: "Least level of the log: dev or debug, prod or info, warn, error."}),
	{Setting: cli.Setting{Name: "version", Short: "v", Default: "false", FlagOnly: true, Help: "Print the version and end."}},

	endpoints,
	of("Sign", func(c *Config) *Signing { return &c.Sign }, parseSigning, cli.Setting{
		Name: "sign", Value: "true|false", Default: "false for endpoints on this machine, true for all others",
		Help: "Sign calls with the credentials that the AWS CLI would find. Calls to AWS are always signed."}),
	of("ExternalID", func(c *Config) *string { return &c.ExternalID }, parseText, cli.Setting{
		Name: "external-id", Value: "ID",
		Help: "External id that the role's trust policy asks for."}),
	of("STSEndpoint", func(c *Config) *string { return &c.STSEndpoint }, parseEndpointURL, cli.Setting{
		Name: "sts-endpoint", Value: "URL", Default: "that of AWS in the region",
		Help: "Where the role is assumed."}),
	of("NoVerifySSL", func(c *Config) *bool { return &c.NoVerifySSL }, parseTruth, cli.Setting{
		Name: "no-verify-ssl", Default: "false",
		Help: "Do not check the certificates of endpoints: only for tests. AWS_CA_BUNDLE names a file with authorities of your own."}),
	of("Concurrency", func(c *Config) *int { return &c.Concurrency }, parseConcurrency, cli.Setting{
		Name: "concurrency", Value: "N", Default: strconv.Itoa(defaultConcurrency),
		Help: "Uploads to an endpoint at the same time."}),
	of("SpoolDir", func(c *Config) *string { return &c.SpoolDir }, parseText, cli.Setting{
		Name: "spool-dir", Value: "DIR",
		Help: "Directory in which documents wait while an endpoint is away; each endpoint gets one of its own in it.\nWithout, they wait in memory only."}),
	of("SpoolMax", func(c *Config) *int64 { return &c.SpoolMax }, parseSpoolMax, cli.Setting{
		Name: "spool-max", Value: "SIZE", Default: "1GB",
		Help: "Bytes on disk for each endpoint; beyond it the oldest are dropped."}),
	of("SpoolMaxAge", func(c *Config) *time.Duration { return &c.SpoolMaxAge }, parseSpoolAge, cli.Setting{
		Name: "spool-max-age", Value: "TIME", Default: "72h",
		Help: "How long documents are kept on disk, for example 12h or 3d."}),
	of("AdminListen", func(c *Config) *string { return &c.Admin }, parseAddress, cli.Setting{
		Name: "admin-listen", Value: "HOST:PORT",
		Help: "Where GET /healthz, /readyz and /metrics are answered; off without. Nobody is asked for credentials there:\nan address that is not loopback is for networks in which everybody may know how the daemon is."}),
	of("Logging.LogFormat", func(c *Config) *bool { return &c.Log.JSON }, parseLogFormat, cli.Setting{
		Name: "log-format", Value: "text|json", Default: "text",
		Help: "Form of the log: lines as the X-Ray daemon writes them, or JSON."}),
	of("Logging.LogRotation", func(c *Config) *bool { return &c.Log.Rotate }, parseTruth, cli.Setting{
		Name: "log-rotation", Default: "true",
		Help: "Rename the log file when it has grown to its size, and keep one old file. Only with a log file."}),
	of("Logging.LogMaxSize", func(c *Config) *int64 { return &c.Log.Max }, parseLogMax, cli.Setting{
		Name: "log-max-size", Value: "SIZE", Default: "50MB",
		Help: "Size at which the log file is rotated."}),
	of("StopTimeout", func(c *Config) *time.Duration { return &c.StopTimeout }, parseStopTimeout, cli.Setting{
		Name: "stop-timeout", Value: "TIME", Default: "8s",
		Help: "Time to send what waits after a signal to stop; the rest goes to the spool."}),
	{Setting: cli.Setting{Name: "service-name", Value: "NAME", Default: ServiceName, FlagOnly: true,
		Help: "Name of the Windows service, for install and remove."}},
}

// endpoints is the one setting that is repeated.
var endpoints = setting{
	Setting: cli.Setting{Name: "endpoint", Value: "URL|aws", Repeat: true, Default: AWS,
		Help: "Where documents are sent: a Rayscope, or with aws X-Ray of AWS. May be given several times: each endpoint gets\neverything and has its own queue. Sampling rules are those of the first."},
	key: "Endpoints",
	put: func(c, from *Config) { c.Endpoints = from.Endpoints },
	set: func(c *Config, texts []string) error {
		var all []string
		for _, t := range texts {
			e, err := parseEndpoint(t)
			if err != nil {
				return err
			}
			all = append(all, e)
		}
		c.Endpoints = all
		return nil
	},
}

// Settings are those of the command.
func Settings() []cli.Setting {
	all := make([]cli.Setting, len(settings))
	for i := range settings {
		all[i] = settings[i].Setting
	}
	return all
}
