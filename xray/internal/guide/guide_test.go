// Package guide holds the examples of docs/sdk-go.md, so that they compile.
package guide

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/awsplugins/ecs"
	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/strategy/ctxmissing"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
	"github.com/rayscope/rayscope/xray/xraylog"
)

// TestGuide holds that every Go example of the guide is code of this file, or among the examples of a nested module, which compiles.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../../../docs/sdk-go.md")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the guide is not in the module, only in its repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := flat(compiled(t))
	blocks := strings.Split(string(guide), "```go\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("the guide has no examples")
	}
	for _, block := range blocks {
		example, _, _ := strings.Cut(block, "```")
		if !strings.Contains(lines, flat(example)) {
			t.Errorf("this example of the guide is neither in guide_test.go nor in a nested module's example_test.go, so nobody knows whether it compiles:\n%s", example)
		}
	}
}

// compiled is the code that examples may come from.
func compiled(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("../../*/example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range append(files, "guide_test.go") {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(code)
	}
	return all.String()
}

// flat is text without indentation.
func flat(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimSpace(line) + "\n")
	}
	return b.String()
}

// The program of the guide.
type order struct{ items int }

var errStock = errors.New("out of stock")

func work(context.Context) error                      { return nil }
func price(context.Context) (int, error)              { return 1, nil }
func mail(context.Context) error                      { return nil }
func send(attributes map[string]string)               {}
func place(ctx context.Context, o order) error        { return work(ctx) }
func receive() (body []byte, attribute string)        { return nil, "" }
func receiveMany() (batch, attributes []string)       { return nil, nil }
func handle(ctx context.Context, b []byte) error      { return work(ctx) }
func handleAll(ctx context.Context, b []string) error { return work(ctx) }
func closeBody(ctx context.Context, c io.Closer)      { _ = xray.AddError(ctx, c.Close()) }
func serve(w http.ResponseWriter, r *http.Request)    {}

func guideHello() {
	ctx, seg := xray.BeginSegment(context.Background(), "hello")
	err := xray.Capture(ctx, "work", work)
	seg.Close(err)
	err = xray.Shutdown(context.Background())
	_ = err
}

func guideServer() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", serve)
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", xray.Handler(xray.NewFixedSegmentNamer("orders"), mux)))
}

func guideClient(ctx context.Context) error {
	client := xray.Client(http.DefaultClient)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://stock.internal/sku/9", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	closeBody(ctx, resp.Body)
	return nil
}

func guideSQL(ctx context.Context) error {
	db, err := xray.SQLContext("postgres", "postgres://shop@db.internal/orders")
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "UPDATE orders SET state = 'paid' WHERE id = 7")
	return err
}

func guideParts(ctx context.Context) error {
	err := xray.Capture(ctx, "place", func(ctx context.Context) error {
		return place(ctx, order{items: 3})
	})
	total, err2 := xray.Do(ctx, "price", price)
	xray.CaptureAsync(ctx, "mail", mail)
	_ = total
	return errors.Join(err, err2)
}

func guideByHand(ctx context.Context) (err error) {
	ctx, sub := xray.BeginSubsegment(ctx, "stock")
	defer sub.Finish(func() { sub.Close(err) })
	return work(ctx)
}

func guideData(ctx context.Context, o order) error {
	err := errors.Join(
		xray.AddAnnotation(ctx, "items", o.items),
		xray.AddMetadata(ctx, "order", o),
		xray.AddError(ctx, errStock),
	)
	if seg := xray.GetSegment(ctx); seg != nil {
		seg.Lock()
		seg.User = "u-4711"
		seg.Unlock()
	}
	return err
}

func guideQueue(ctx context.Context) {
	send(map[string]string{xray.SQSTraceHeader: xray.TraceHeader(ctx)})

	body, attribute := receive()
	ctx, seg := xray.BeginSegmentFromTraceHeader(context.Background(), "worker", attribute)
	seg.Close(handle(ctx, body))
}

func guideBatch() {
	batch, attributes := receiveMany()
	ctx, seg := xray.BeginLinkedSegment(context.Background(), "worker", attributes...)
	seg.Close(handleAll(ctx, batch))
}

func guideLog(ctx context.Context) {
	logger := slog.New(xray.LogHandler(slog.NewJSONHandler(os.Stderr, nil)))
	logger.InfoContext(ctx, "order placed") // with trace_id and segment_id
}

func guideHeader() string {
	h := header.FromString("Root=1-66f1c0de-0123456789abcdef01234567;Parent=0a1b2c3d4e5f6071;Sampled=1;Lineage=a87bd80c:1")
	traceparent := h.TraceParent() // 00-66f1c0de0123456789abcdef01234567-0a1b2c3d4e5f6071-01
	h, ok := header.FromTraceParent(traceparent)
	_, _ = h, ok
	return traceparent
}

func guideConfigure() error {
	ecs.Init()
	xray.SetLogger(xraylog.NewSlogLogger(nil))
	return xray.Configure(xray.Config{
		DaemonAddr:             "xray-daemon.internal:2000",
		ServiceVersion:         "7.3.0",
		ContextMissingStrategy: ctxmissing.NewDefaultIgnoreErrorStrategy(),
	})
}

func guideSampling() error {
	rules, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(`{
		"version": 2,
		"rules": [{"host": "*", "http_method": "*", "url_path": "/healthz", "fixed_target": 0, "rate": 0}],
		"default": {"fixed_target": 10, "rate": 0.1}
	}`))
	if err != nil {
		return err
	}
	return xray.Configure(xray.Config{SamplingStrategy: rules})
}

func guideShutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := xray.Shutdown(ctx); err != nil {
		slog.Warn("some traces were not sent", "error", err)
	}
}

// The functions above are examples; this runs what needs no daemon and no network.
func TestGuideRuns(t *testing.T) {
	if got, want := guideHeader(), "00-66f1c0de0123456789abcdef01234567-0a1b2c3d4e5f6071-01"; got != want {
		t.Errorf("traceparent %s, want %s", got, want)
	}
	var out bytes.Buffer
	ctx, err := xray.ContextWithConfig(t.Context(), xray.Config{Emitter: &xray.DefaultEmitter{}, SamplingStrategy: sampled{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, seg := xray.BeginSegment(ctx, "guide")
	for what, err := range map[string]error{"parts": guideParts(ctx), "by hand": guideByHand(ctx), "data": guideData(ctx, order{})} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	guideQueue(ctx)
	if seg.User != "u-4711" || seg.Annotations["items"] != 0 {
		t.Errorf("user %q, annotations %v, want those of the guide", seg.User, seg.Annotations)
	}
	slog.New(xray.LogHandler(slog.NewTextHandler(&out, nil))).InfoContext(ctx, "x")
	if !strings.Contains(out.String(), seg.TraceID) {
		t.Errorf("log line %q, want the trace id in it", out.String())
	}
	seg.Close(nil)
}

// sampled records everything.
type sampled struct{}

func (sampled) ShouldTrace(*sampling.Request) *sampling.Decision {
	return &sampling.Decision{Sample: true}
}

var _ = []any{guideHello, guideBatch, guideServer, guideClient, guideSQL, guideLog, guideConfigure, guideSampling, guideShutdown}
