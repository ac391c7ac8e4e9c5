package agent

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rayscope/rayscope/internal/ports"
)

func parseText(s string) (string, error) { return s, nil }

func parseAddress(s string) (string, error) { return s, ports.Check(s) }

// parseTruth takes what YAML and Go take.
func parseTruth(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "y", "t", "1":
		return true, nil
	case "false", "no", "off", "n", "f", "0":
		return false, nil
	}
	return false, errors.New("true or false is needed")
}

var role = regexp.MustCompile(`^arn:[a-z0-9-]+:iam::[0-9]{12}:role/.+$`)

func parseRole(s string) (string, error) {
	if !role.MatchString(s) {
		return "", errors.New("the ARN of a role is needed, for example arn:aws:iam::123456789012:role/Traces")
	}
	return s, nil
}

// Bounds of the memory in MB. The least is the X-Ray daemon's; more than the most is bytes that were taken for megabytes.
const (
	minMemory = 3
	maxMemory = 1 << 20
)

// errMemory is the X-Ray daemon's sentence.
//
//lint:ignore ST1005 people search their logs for it
var errMemory = fmt.Errorf("Not enough Buffers Memory Allocated. Min Buffers Memory required: %d MB.", minMemory)

func parseMemory(s string) (int, error) {
	n, err := strconv.Atoi(s)
	switch {
	case err != nil || n < 0 || n > maxMemory:
		return 0, fmt.Errorf("a whole number of megabytes from %d to %d is needed, for example 24; 0 takes a share of the memory there is", minMemory, maxMemory)
	case n > 0 && n < minMemory:
		return 0, errMemory
	}
	return n, nil
}

// maxConcurrency bounds the connections to an endpoint.
const maxConcurrency = 256

func parseConcurrency(s string) (int, error) {
	n, err := strconv.Atoi(s)
	switch {
	case err != nil || n < 0 || n > maxConcurrency:
		return 0, fmt.Errorf("a whole number from 1 to %d is needed, for example %d", maxConcurrency, defaultConcurrency)
	case n == 0: // the X-Ray daemon takes it for "not set"
		return defaultConcurrency, nil
	}
	return n, nil
}

// parseURL reads an absolute URL with a host.
func parseURL(s, example string, schemes ...string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Hostname() == "" || !slices.Contains(schemes, u.Scheme) {
		return "", fmt.Errorf("a URL that begins with %s:// is needed, for example %s", strings.Join(schemes, ":// or "), example)
	}
	return s, nil
}

func parseProxy(s string) (string, error) {
	if _, err := parseURL(s, "http://proxy.example.org:8080", "http", "https", "socks5"); err != nil {
		//lint:ignore ST1005 the X-Ray daemon's words, which people search their logs for
		return "", fmt.Errorf("Bad proxy URL: %w", err)
	}
	return s, nil
}

func parseEndpointURL(s string) (string, error) {
	s, err := parseURL(s, "http://127.0.0.1:1895", "http", "https")
	if err != nil {
		return "", err
	}
	if u, err := url.Parse(s); err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("an endpoint has no user, query or fragment: leave them out; credentials come from AWS' configuration")
	}
	return strings.TrimRight(s, "/"), nil
}

func parseEndpoint(s string) (string, error) {
	if s == AWS {
		return s, nil
	}
	return parseEndpointURL(s)
}

func parseSigning(s string) (Signing, error) {
	yes, err := parseTruth(s)
	switch {
	case err != nil:
		return 0, err
	case yes:
		return SignAll, nil
	}
	return SignAWS, nil
}

func parseLevel(s string) (slog.Level, error) {
	switch strings.ToLower(s) {
	case "dev", "debug":
		return slog.LevelDebug, nil
	case "prod", "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, errors.New("dev, debug, info, warn, error or prod is needed")
}

func parseLogFormat(s string) (json bool, err error) {
	if s != "text" && s != "json" {
		return false, errors.New("text or json is needed")
	}
	return s == "json", nil
}

// Bounds of sizes on disk. A spool holds a few of the largest batches; a log file a few minutes of debugging.
const (
	minSpool  = 16 << 20
	minLogMax = 1 << 20
	maxSize   = 1 << 50
)

func parseSpoolMax(s string) (int64, error) { return parseSize(s, minSpool, "1GB") }
func parseLogMax(s string) (int64, error)   { return parseSize(s, minLogMax, "50MB") }

// units of sizes, the longer names first.
var units = []struct {
	name  string
	bytes int64
}{{"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"TB", 1 << 40}}

func parseSize(s string, least int64, example string) (int64, error) {
	for _, u := range units {
		number, ok := strings.CutSuffix(strings.ToUpper(strings.ReplaceAll(s, " ", "")), u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 64)
		if err == nil && n >= 0 && n <= maxSize/u.bytes && n*u.bytes >= least {
			return n * u.bytes, nil
		}
	}
	return 0, fmt.Errorf("a size in KB, MB, GB or TB from %dMB on is needed, for example %s", least>>20, example)
}

// Bounds of times. X-Ray refuses documents that are older than 30 days.
const (
	minSpoolAge    = time.Minute
	maxSpoolAge    = 30 * 24 * time.Hour
	minStopTimeout = 100 * time.Millisecond
	maxStopTimeout = 10 * time.Minute
)

func parseSpoolAge(s string) (time.Duration, error) {
	return parseTime(s, minSpoolAge, maxSpoolAge, "a time from 1m to 30d is needed, for example 12h or 3d")
}

func parseStopTimeout(s string) (time.Duration, error) {
	return parseTime(s, minStopTimeout, maxStopTimeout, "a time from 100ms to 10m is needed, for example 8s")
}

func parseTime(s string, least, most time.Duration, rule string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if number, ok := strings.CutSuffix(s, "d"); ok {
		var days int
		days, err = strconv.Atoi(number)
		d = time.Duration(min(max(days, 0), int(most/time.Hour))) * 24 * time.Hour
	}
	if err != nil || d < least || d > most {
		return 0, errors.New(rule)
	}
	return d, nil
}
