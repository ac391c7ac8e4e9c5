package xray

import (
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// The environment variables of the X-Ray SDKs that this package reads. The first is read at each request, the next two as environment says.
const (
	envDisabled       = "AWS_XRAY_SDK_DISABLED"
	envTracingName    = "AWS_XRAY_TRACING_NAME"
	envNoOpID         = "AWS_XRAY_NOOP_ID"
	envContextMissing = "AWS_XRAY_CONTEXT_MISSING"
)

// SdkDisabled reports whether AWS_XRAY_SDK_DISABLED is "true", in any case. Nothing is recorded of requests that begin then.
func SdkDisabled() bool { return strings.EqualFold(os.Getenv(envDisabled), "true") }

// An environment is what variables say about segments that begin. To look them up takes longer than all else that is done for a segment that is
// not recorded, so it is done anew when the SDK is configured, and every environmentFor.
type environment struct {
	name string // of all segments, if it is not empty
	ids  bool   // traces that are not recorded have ids of their own too
	read time.Duration
}

// environmentFor is short for a person who changes the environment of a program that runs, and long for the program.
const environmentFor = 100 * time.Millisecond

// remembered is the environment as it was read last, nil if it is to be read anew.
var remembered atomic.Pointer[environment]

// environmentAt returns the environment, not older than environmentFor.
func environmentAt(at clock) *environment {
	if e := remembered.Load(); e != nil && uint64(at.since-e.read) < uint64(environmentFor) {
		return e
	}
	e := &environment{os.Getenv(envTracingName), strings.EqualFold(os.Getenv(envNoOpID), "false"), at.since}
	remembered.Store(e)
	return e
}

// alwaysIDs reports whether traces that are not recorded have ids of their own too.
func alwaysIDs() bool { return environmentAt(now()).ids }
