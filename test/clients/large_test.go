package clients

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// largeText has 300 KB, and what JSON has to escape.
var largeText = strings.Repeat("<é\u2028\"\\\t\x01>& plain text, and more\n", 8_000)

// record runs a program with the SDK for Go that records largeText between two usual segments. It returns the three trace ids, and what
// the program said besides.
func record(t *testing.T, daemon string) (traces []string, said string) {
	t.Helper()
	cmd := exec.Command(harness.GoProgram(t, "large"))
	cmd.Env = append(harness.ClientEnv(), "AWS_XRAY_DAEMON_ADDRESS="+daemon)
	cmd.Stdin = strings.NewReader(largeText)
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	lines := strings.SplitN(string(out), "\n", 4)
	if len(lines) < 4 {
		t.Fatalf("the program printed %q, want three trace ids", out)
	}
	return lines[:3], lines[3] + log.String()
}

// A document that fits no datagram comes to the server whole, and back to whoever asks for it.
func TestLargeDocument(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		ways func(t *testing.T) (server *harness.Server, daemon string)
	}{
		{"server", func(t *testing.T) (*harness.Server, string) {
			server := harness.Start(t)
			return server, server.Daemon
		}},
		{"daemon", func(t *testing.T) (*harness.Server, string) {
			server := harness.Start(t, "--daemon-listen", "")
			return server, harness.StartDaemon(t, "--endpoint", server.URL).Address
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, daemon := tt.ways(t)
			traces, said := record(t, daemon)
			if said != "" {
				t.Errorf("the program says: %s", said)
			}
			for _, caller := range []harness.Caller{server, harness.CLI(t, server)} {
				for i, want := range []string{"", largeText, ""} {
					harness.Eventually(t, 10*time.Second, func() error { return metadataIs(caller, traces[i], want) })
				}
			}
			server.Kill() // what was acknowledged is kept, whatever its size
			server.Restart(t)
			if err := metadataIs(server, traces[1], largeText); err != nil {
				t.Error(err)
			}
		})
	}
}

func metadataIs(c harness.Caller, trace, want string) error {
	got, err := harness.Get[harness.Traces](c, "BatchGetTraces", harness.Args{"TraceIds": []string{trace}})
	if err != nil {
		return err
	}
	if len(got.Traces) != 1 {
		return fmt.Errorf("trace %s: %d traces, want 1", trace, len(got.Traces))
	}
	docs, err := got.Traces[0].Documents()
	if err != nil || len(docs) != 1 {
		return errors.Join(err, fmt.Errorf("trace %s: %d documents, want 1", trace, len(docs)))
	}
	namespace, _ := docs[0].Metadata["default"].(map[string]any)
	if text, _ := namespace["text"].(string); text != want {
		return fmt.Errorf("trace %s: metadata of %d bytes, want the %d that were recorded", trace, len(text), len(want))
	}
	return nil
}

// An endpoint that takes 64 KB, as AWS X-Ray, refuses one document. The daemon counts it and says so, the program too, and what came
// before and after gets through.
func TestLargeDocumentRefused(t *testing.T) {
	t.Parallel()
	for _, fault := range []struct {
		name, reason string
		harness.Fault
	}{
		{"as unprocessed", "service", harness.Fault{Refuse: func(d string) (string, bool) { return "InvalidSegment", len(d) > 64<<10 }}},
		{"with its call", "too_large", harness.Fault{MaxBody: 128 << 10}},
	} {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			e := harness.StartEndpoint(t)
			e.Fail(fault.Fault)
			d := harness.StartDaemon(t, "--endpoint", e.URL)
			traces, said := record(t, d.Address)
			for _, want := range []string{"not sent:", "too large for a datagram, was dropped", "did not take the document"} {
				if strings.Count(said, want) == 0 {
					t.Errorf("the program says nothing of %q: %s", want, said)
				}
			}
			harness.Eventually(t, 10*time.Second, func() error { return took(e, traces[0], traces[2]) })
			if n := d.Metric(t, "rayscope_relay_refused_documents_total", `reason="`+fault.reason+`"`); n != 1 {
				t.Errorf("%v documents are counted as refused, want 1", n)
			}
			if n := strings.Count(d.Tail(), "document refused"); n != 1 {
				t.Errorf("the daemon speaks %d times of a refused document, want once:\n%s", n, d.Tail())
			}
		})
	}
}

// took tells whether the endpoint took documents of exactly these traces.
func took(e *harness.Endpoint, traces ...string) error {
	var got []string
	for doc := range e.Taken() {
		d, err := harness.ParseDocument(doc)
		if err != nil {
			return err
		}
		got = append(got, d.TraceID)
	}
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(traces)); !slices.Equal(got, want) {
		return fmt.Errorf("the endpoint took documents of %q, want %q", got, want)
	}
	return nil
}
