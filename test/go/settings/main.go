// Command settings is a program that shows what the environment variables of AWS' X-Ray SDK for Go, version 2, change. Built once with
// that SDK and once with ours, it must leave the same traces and print the same lines under each of them.
//
//	settings RECORDER_ADDRESS
//
// It tries one thing after another and prints what the SDK answers. With the address "-" it does nothing but that. The last document,
// named "end", it sends by itself, as the SDK may be off; then it waits until its standard input is closed.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/aws/aws-xray-sdk-go/v2/header"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/ctxmissing"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/sampling"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
	"github.com/aws/aws-xray-sdk-go/v2/xraylog"
)

func main() {
	xray.SetLogger(xraylog.NewDefaultLogger(os.Stderr, xraylog.LogLevelError))
	fmt.Println("disabled:", xray.SdkDisabled())
	if os.Args[1] == "-" {
		return
	}
	strategy, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(`{"version":2,"default":{"fixed_target":0,"rate":1},"rules":[]}`))
	must(err)
	must(xray.Configure(xray.Config{SamplingStrategy: strategy}))
	for _, p := range probes {
		try(p.name, p.run)
	}
	end(os.Args[1])
	_, err = io.Copy(io.Discard, os.Stdin)
	must(err)
}

var probes = []struct {
	name string
	run  func(tell func(...any))
}{
	{"segment", segment},
	{"unsampled", unsampled},
	{"handler", handler},
	{"nobody's subsegment", nobodys},
	{"nobody's capture", nobodysCapture},
	{"nobody's facts", nobodysFacts},
	{"nobody's call", nobodysCall},
	{"strategy of the program", ofTheProgram},
	{"strategy of the context", ofTheContext},
	{"lambda", lambda},
	{"lambda without header", nobodys},
	{"lambda, not sampled", lambdaUnsampled},
	{"segment in lambda", segmentInLambda},
}

// try runs a probe and prints what it tells, also of a panic.
func try(name string, run func(func(...any))) {
	tell := func(facts ...any) { fmt.Println(append([]any{name + ":"}, facts...)...) }
	defer func() {
		if p := recover(); p != nil {
			tell("panics", p)
		}
	}()
	run(tell)
}

// end tells the recorder that this was all.
func end(address string) {
	conn, err := net.Dial("udp", address)
	must(err)
	_, err = io.WriteString(conn, xray.Header+`{"name":"end"}`)
	must(err)
	must(conn.Close())
}

func segment(tell func(...any)) {
	ctx, s := xray.BeginSegment(context.Background(), "segment")
	must(xray.Configure(xray.Config{ServiceVersion: "1.2.3"}))
	err := xray.Capture(ctx, "part", func(ctx context.Context) error {
		tell("annotation:", xray.AddAnnotation(ctx, "kept", true))
		_, sub := xray.BeginSubsegment(ctx, "part of the part")
		tell("names:", xray.GetSegment(ctx).Name, sub.Name, "ids:", len(sub.ID), len(sub.TraceID))
		sub.Close(nil)
		return nil
	})
	tell("capture:", err, "trace:", len(xray.TraceID(ctx)), "sampled:", s.Sampled, s.Dummy)
	tell("removed:", s.RemoveSubsegment(&xray.Segment{}))
	s.Close(nil)
}

func unsampled(tell func(...any)) {
	ctx, s := xray.NewSegmentFromHeader(context.Background(), "unsampled", &http.Request{}, header.FromString("Sampled=0"))
	_, sub := xray.BeginSubsegment(ctx, "unheard")
	tell("root:", kind(s.ID, s.TraceID), "sub:", kind(sub.ID, sub.TraceID), "downstream:", sub.DownstreamHeader().SamplingDecision)
	sub.Close(nil)
	s.Close(nil)
}

// kind tells whether ids are all zeros.
func kind(ids ...string) (all []string) {
	for _, id := range ids {
		k := "random"
		if strings.Trim(id, "01-") == "" {
			k = "zeros"
		}
		all = append(all, fmt.Sprint(k, " ", len(id)))
	}
	return all
}

func handler(tell func(...any)) {
	h := xray.Handler(xray.NewDynamicSegmentNamer("fallback", "*.example.com"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := xray.GetSegment(r.Context())
		tell("segment:", s != nil && s.Name != "", "traced:", xray.RequestWasTraced(r.Context()))
		w.WriteHeader(http.StatusAccepted)
	}))
	for _, host := range []string{"shop.example.com", "elsewhere.example.org"} {
		r := httptest.NewRequest(http.MethodPut, "http://"+host+"/path", nil)
		r.Header.Set(xray.TraceIDHeaderKey, "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		tell("status:", w.Code, "reply:", w.Header().Get(xray.TraceIDHeaderKey))
	}
}

func nobodys(tell func(...any)) {
	ctx, sub := xray.BeginSubsegment(context.Background(), "nobody's")
	tell("begun:", xray.GetSegment(ctx) == nil)
	sub.Close(nil)
}

func nobodysCapture(tell func(...any)) {
	tell("result:", xray.Capture(context.Background(), "nobody's", func(context.Context) error { return io.ErrNoProgress }))
}

func nobodysFacts(tell func(...any)) {
	ctx := context.Background()
	tell(xray.AddAnnotation(ctx, "a", 1), xray.AddMetadata(ctx, "a", 1), xray.AddMetadataToNamespace(ctx, "n", "a", 1), xray.AddError(ctx, io.EOF))
}

func nobodysCall(tell func(...any)) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := fmt.Fprintf(w, "header %q", r.Header.Get(xray.TraceIDHeaderKey))
		must(err)
	}))
	defer server.Close()
	transport := &http.Transport{Proxy: nil, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}}
	defer transport.CloseIdleConnections()
	resp, err := xray.Client(&http.Client{Transport: transport}).Get("http://stock.example.com/")
	must(err)
	body, err := io.ReadAll(resp.Body)
	must(err)
	must(resp.Body.Close())
	tell(string(body))
}

// loud is a strategy that says that it was asked.
type loud struct{ tell func(...any) }

func (l loud) ContextMissing(v any) { l.tell("missing:", v) }

func ofTheProgram(tell func(...any)) {
	must(xray.Configure(xray.Config{ContextMissingStrategy: loud{tell}}))
	xray.BeginSubsegment(context.Background(), "loud")
	must(xray.Configure(xray.Config{ContextMissingStrategy: ctxmissing.NewDefaultLogErrorStrategy()}))
}

func ofTheContext(tell func(...any)) {
	ctx, err := xray.ContextWithConfig(context.Background(), xray.Config{ContextMissingStrategy: loud{tell}})
	must(err)
	xray.BeginSubsegment(ctx, "loud")
}

// inLambda is a context as AWS' Lambda library makes it.
func inLambda(sampled string) context.Context {
	//lint:ignore SA1029 the key is a plain string: AWS' Lambda library puts the header there
	return context.WithValue(context.Background(), xray.LambdaTraceHeaderKey, "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled="+sampled)
}

func lambda(tell func(...any)) {
	ctx, outer := xray.BeginSubsegment(inLambda("1"), "function's work")
	tell("captured:", xray.Capture(ctx, "inside", func(context.Context) error { return nil }))
	tell("downstream:", outer.DownstreamHeader().TraceID, outer.DownstreamHeader().SamplingDecision)
	outer.Close(nil)
}

func lambdaUnsampled(tell func(...any)) {
	_, sub := xray.BeginSubsegment(inLambda("0"), "unheard")
	tell("sampled:", sub.Sampled, "downstream:", sub.DownstreamHeader().TraceID, sub.DownstreamHeader().SamplingDecision)
	sub.Close(nil)
}

func segmentInLambda(tell func(...any)) {
	ctx, s := xray.BeginSegment(inLambda("1"), "a trace of its own")
	_, sub := xray.BeginSubsegment(ctx, "inside")
	tell("same trace:", sub.TraceID == s.TraceID, "the function's:", strings.HasPrefix(s.TraceID, "1-5759e988-"))
	sub.Close(nil)
	s.Close(nil)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
