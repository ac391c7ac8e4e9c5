package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rayscope/rayscope/internal/cli"
	"github.com/rayscope/rayscope/internal/cloud"
	"github.com/rayscope/rayscope/internal/ports"
	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/crypt"
)

// A config is what serve runs with.
type config struct {
	listen       string
	daemonListen string // empty: off
	dataDir      string
	account      store.Account
	region       string
	retention    time.Duration
	key          *crypt.Key // nil: documents cannot be encrypted
	defaultRule  sampling.Rule
	logFormat    string // text or json
	logLevel     slog.Level
}

// serveSettings are the settings of serve, and of demo with another data directory.
func serveSettings(home string) []cli.Setting {
	return append([]cli.Setting{
		{Name: "listen", Value: "HOST:PORT", Default: ports.Main,
			Help: "Where the X-Ray API and the console listen. Only loopback addresses: there is no authentication yet."},
		{Name: "daemon-listen", Value: "HOST:PORT", Default: ports.Daemon,
			Help: "Where X-Ray SDKs find the daemon, UDP and TCP. Only loopback addresses. \"\" turns it off."},
		{Name: "data-dir", Value: "DIR", Default: "$XDG_DATA_HOME/" + home + ", else ~/.local/share/" + home,
			Help: "Where traces are kept. It is made if there is none."},
		{Name: "account", Value: "DIGITS", Default: "000000000000",
			Help: "AWS account number, 12 digits, that traces belong to. It goes into ARNs."},
		{Name: "region", Value: "NAME", Default: "us-east-1",
			Help: "AWS region that goes into ARNs."},
		{Name: "retention", Value: "TIME", Default: "30d",
			Help: "How long traces are kept: days (30d) or hours (720h), at least 1h."},
		{Name: "encryption-key-file", Value: "FILE", Default: "",
			Help: "Key that documents are encrypted with once PutEncryptionConfig asks for type KMS: 32 bytes as hex or base64, in a file\n" +
				"for its owner only. Without the flag the key is taken from " + keyVariable + ", if that is set."},
		{Name: "default-sampling-rate", Value: "SHARE", Default: strconv.FormatFloat(sampling.DefaultFixedRate, 'g', -1, 64),
			Help: "Share of requests, 0 to 1, that SDKs sample beyond the reservoir. 1 traces everything. What UpdateSamplingRule sets for the rule Default counts more."},
		{Name: "default-sampling-reservoir", Value: "N", Default: strconv.Itoa(sampling.DefaultReservoirSize),
			Help: "Requests each second, of all processes together, that SDKs sample in any case. What UpdateSamplingRule sets for the rule Default counts more."},
	}, logSettings()...)
}

func logSettings() []cli.Setting {
	return []cli.Setting{
		{Name: "log-format", Value: "text|json", Default: "text", Help: "Form of the log, which goes to stderr."},
		{Name: "log-level", Value: "LEVEL", Default: "info", Help: "Least level of the log: debug, info, warn or error."},
	}
}

// readConfig reads the settings of serveSettings(home), in their order, and notes in v what is wrong.
func readConfig(v *cli.Values, home string) (c config) {
	c.listen = cli.Read(v, "listen", parseListen)
	if v.Text("daemon-listen") != "" {
		c.daemonListen = cli.Read(v, "daemon-listen", parseListen)
	}
	c.dataDir = readDataDir(v, home)
	c.account = cli.Read(v, "account", store.ParseAccount)
	c.region = cli.Read(v, "region", cloud.ParseRegion)
	c.retention = cli.Read(v, "retention", parseRetention)
	c.key = readKey(v)
	rate := cli.Read(v, "default-sampling-rate", parseRate)
	reservoir := cli.Read(v, "default-sampling-reservoir", parseReservoir)
	c.defaultRule = sampling.Default(rate, reservoir)
	readLog(v, &c)
	return c
}

func readLog(v *cli.Values, c *config) {
	c.logFormat = cli.Read(v, "log-format", parseLogFormat)
	c.logLevel = cli.Read(v, "log-level", parseLogLevel)
}

// readDataDir is the directory given, or the one of XDG's base directories.
func readDataDir(v *cli.Values, home string) string {
	if v.Given("data-dir") {
		return cli.Read(v, "data-dir", parseDir)
	}
	// The specification has relative paths ignored.
	if d, _ := v.Env("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, home)
	}
	for _, name := range []string{"HOME", "USERPROFILE"} { // the latter on Windows
		if d, _ := v.Env(name); d != "" {
			return filepath.Join(d, ".local", "share", home)
		}
	}
	v.Wrong("data-dir", errors.New("neither XDG_DATA_HOME nor HOME is set, so there is no default: name a directory, for example --data-dir=/var/lib/rayscope"))
	return ""
}

// keyVariable has the encryption key itself. There is no such flag: every user of a machine can read the arguments of
// its processes.
const keyVariable = "RAYSCOPE_ENCRYPTION_KEY"

// readKey is the encryption key of the file or the environment; nil if there is neither.
func readKey(v *cli.Values) *crypt.Key {
	file := v.Text("encryption-key-file")
	text, ok := v.Env(keyVariable)
	switch {
	case file != "" && ok && text != "":
		v.Wrong("encryption-key-file", errors.New(keyVariable+" is set as well: unset one of them"))
	case file != "":
		return cli.Read(v, "encryption-key-file", crypt.ReadKeyFile)
	case ok && text != "":
		k, err := crypt.ParseKey([]byte(text))
		if err != nil {
			v.Wrong("encryption-key-file", fmt.Errorf("%s cannot be used in its place: %w", keyVariable, err))
		}
		return k
	}
	return nil
}

func parseDir(s string) (string, error) {
	if s == "" {
		return "", errors.New("a directory is needed, for example ./data")
	}
	return s, nil
}

func parseListen(s string) (string, error) {
	if err := ports.Check(s); err != nil {
		return "", err
	}
	host, port, err := net.SplitHostPort(s)
	if err == nil && !ports.IsLoopback(host) {
		err = fmt.Errorf("other machines could reach it, and there is no authentication yet (--auth iam comes with a later release), so it must be a loopback address: "+
			"use 127.0.0.1:%s, and a tunnel such as ssh -L from elsewhere", port)
	}
	return s, err
}

// Bounds of the retention. Less than an hour would remove traces while they are looked at; the upper bound is what
// remains of a calendar in which data of 100 years is a mistake.
const (
	minRetention = time.Hour
	maxRetention = 36500 * 24 * time.Hour
)

func parseRetention(s string) (time.Duration, error) {
	d, err := parseSpan(s)
	if err != nil || d < minRetention || d > maxRetention {
		return 0, errors.New("a time from 1h to 36500d is needed, for example 30d or 720h")
	}
	return d, nil
}

func parseRate(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, errors.New("a number from 0 to 1 is needed, for example 0.05 for 5 %")
	}
	return f, sampling.CheckFixedRate(f)
}

func parseReservoir(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("a whole number from 0 to %d is needed, for example 1", sampling.MaxReservoirSize)
	}
	return n, sampling.CheckReservoirSize(n)
}

func parseLogFormat(s string) (string, error) {
	if s != "text" && s != "json" {
		return "", errors.New("text or json is needed")
	}
	return s, nil
}

func parseLogLevel(s string) (slog.Level, error) {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	l, ok := levels[s]
	if !ok {
		return 0, errors.New("debug, info, warn or error is needed")
	}
	return l, nil
}
