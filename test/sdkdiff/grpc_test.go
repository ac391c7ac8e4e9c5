package sdkdiff

import (
	"slices"
	"testing"

	"github.com/rayscope/rayscope/test/harness"
)

// TestSameRPCs compares what is recorded of gRPC and of fasthttp.
func TestSameRPCs(t *testing.T) {
	t.Parallel()
	ports := []string{"HEALTH", "FAST"}
	aws := run(t, harness.GoProgram(t, "grpcshop"), ports, nil)
	ours := run(t, harness.MigratedProgram(t, "grpcshop"), ports, nil)
	compare(t, aws, ours, slices.Concat(everywhere, rpcDifferences))
}

var rpcDifferences = []difference{
	{fact: `(Canceled|InvalidArgument|NotFound|AlreadyExists|PermissionDenied|FailedPrecondition|Aborted|OutOfRange|Unauthenticated|cancelled)#1/.* fault`, aws: `true`,
		why: "what the caller did wrong is an error and no fault"},
	{fact: `ResourceExhausted#1/.* fault`, aws: `true`, why: "a throttled call is no fault"},
	{fact: `health#\d+ cause\..*`, ours: `.+`, why: "the handler's error is told by the server too"},
	{fact: `health#19 error`, ours: `true`, why: "a handler that returns its context's error sends Canceled, which is no fault"},
	{fact: `health#19 fault`, aws: `true`, why: "a handler that returns its context's error sends Canceled, which is no fault"},
	{fact: `health#\d+ http\.request\.client_ip`, ours: `127\.0\.0\.1`, why: "the caller's address is known without a proxy"},
	{fact: `.*\.stack begins`, aws: `in the SDK`, ours: `in the program`, why: "a stack begins with the program's own code"},
	{fact: `printed (no segment|quiet without a segment)#1`, aws: `.*segment cannot be found`, ours: `answered 40 bytes, error <nil>|<nil>`,
		why: "a call without a segment is made"},
	{fact: `health#28 .*`, ours: `.+`, why: "a call without a segment is made"},
	{fact: `health#21 parent_id`, ours: `passed on#1/grpc\.health\.v1\.Health#1`,
		why: "a header that the program passes on is replaced; AWS' SDK adds a second, and its server then takes neither"},
	{fact: `fast#\d http\.response\.content_length`, ours: `[46]`, why: "the bytes of the body count: fasthttp sets the header when the answer is written"},
	{fact: `fast#7 http\.request\.url`, aws: `http://FAST/a/\.\./plain`, ours: `http://FAST/plain`, why: "the path is what fasthttp's handlers see"},
	{fact: `printed /.*`, aws: `(\d+ ".*"), trace 0, parent "", decision ""`, ours: `(\d+ ".*"), trace 35, .*`, why: "the trace header is on the answer"},
}
