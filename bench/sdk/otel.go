package main

import (
	"context"
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func startOTel(s *sink, sampled bool) (*work, error) {
	ctx := context.Background()
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpoint(s.address), otlptracehttp.WithInsecure())
	if err != nil {
		return nil, err
	}
	sampler := sdktrace.NeverSample()
	if sampled {
		sampler = sdktrace.AlwaysSample()
	}
	// Blocking, as a span that a full queue drops would cost nothing.
	provider := sdktrace.NewTracerProvider(sdktrace.WithSampler(sampler), sdktrace.WithBatcher(exporter, sdktrace.WithBlocking()))
	tracer := provider.Tracer("bench")
	options := []otelhttp.Option{otelhttp.WithTracerProvider(provider), otelhttp.WithPropagators(propagation.TraceContext{})}
	transport := &http.Transport{}
	client := &http.Client{Transport: otelhttp.NewTransport(transport, options...)}
	return &work{
		segment: func(subsegments int) { segmentOTel(tracer, subsegments) },
		facts:   func() { factsOTel(tracer) },
		handler: func(h http.Handler) http.Handler { return otelhttp.NewHandler(h, "shop", options...) },
		call: func(url string) (int, error) {
			ctx, span := tracer.Start(ctx, "gateway", trace.WithSpanKind(trace.SpanKindServer))
			defer span.End()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return 0, err
			}
			return get(client, req)
		},
		flush: func() error { return provider.ForceFlush(ctx) },
		stop: func() error {
			transport.CloseIdleConnections()
			return provider.Shutdown(ctx)
		},
	}, nil
}

func segmentOTel(tracer trace.Tracer, subsegments int) {
	ctx, span := tracer.Start(context.Background(), "gateway", trace.WithSpanKind(trace.SpanKindServer))
	for range subsegments {
		_, sub := tracer.Start(ctx, "catalog", trace.WithSpanKind(trace.SpanKindClient))
		sub.End()
	}
	span.End()
}

func factsOTel(tracer trace.Tracer) {
	_, span := tracer.Start(context.Background(), "gateway", trace.WithSpanKind(trace.SpanKindServer))
	span.SetAttributes(attribute.String("user", user))
	span.SetAttributes(attribute.String("tenant", tenant))
	span.SetAttributes(attribute.String("order_id", order))
	span.SetAttributes(attribute.Int("items", items))
	span.SetAttributes(attribute.Bool("first", first))
	span.SetAttributes(attribute.String("route", route))
	span.SetAttributes(attribute.Float64("value", value))
	span.End()
}
