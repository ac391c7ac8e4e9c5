package main

//go:generate bash -c "./migrate > rayscope.go"

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/aws/aws-xray-sdk-go/v2/strategy/sampling"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
	"github.com/aws/aws-xray-sdk-go/v2/xraylog"
)

func startAWS(s *sink, sampled bool) (*work, error) {
	rules := `{"version":2,"default":{"fixed_target":0,"rate":0},"rules":[]}`
	if sampled {
		rules = `{"version":2,"default":{"fixed_target":0,"rate":1},"rules":[]}`
	}
	xray.SetLogger(xraylog.NullLogger)
	strategy, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(rules))
	if err != nil {
		return nil, err
	}
	address, err := net.ResolveUDPAddr("udp", s.address)
	if err != nil {
		return nil, err
	}
	emitter, err := xray.NewDefaultEmitter(address)
	if err != nil {
		return nil, err
	}
	if err := xray.Configure(xray.Config{Emitter: emitter, SamplingStrategy: strategy, ServiceVersion: "1.2.3"}); err != nil {
		return nil, err
	}
	transport := &http.Transport{}
	client := xray.Client(&http.Client{Transport: transport})
	return &work{
		segment: segmentAWS,
		facts:   factsAWS,
		handler: func(h http.Handler) http.Handler { return xray.Handler(xray.NewFixedSegmentNamer("shop"), h) },
		call: func(url string) (int, error) {
			ctx, segment := xray.BeginSegment(context.Background(), "gateway")
			defer segment.Close(nil)
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return 0, err
			}
			return get(client, req)
		},
		flush:   func() error { return flush(emitter) },
		catchUp: func() error { return flush(emitter) },
		stop: func() error {
			transport.CloseIdleConnections()
			return stop(emitter)
		},
	}, nil
}

func segmentAWS(subsegments int) {
	ctx, segment := xray.BeginSegment(context.Background(), "gateway")
	for range subsegments {
		_, sub := xray.BeginSubsegment(ctx, "catalog")
		sub.Close(nil)
	}
	segment.Close(nil)
}

func factsAWS() {
	ctx, segment := xray.BeginSegment(context.Background(), "gateway")
	err := errors.Join(
		xray.AddAnnotation(ctx, "user", user),
		xray.AddAnnotation(ctx, "tenant", tenant),
		xray.AddAnnotation(ctx, "order_id", order),
		xray.AddAnnotation(ctx, "items", items),
		xray.AddAnnotation(ctx, "first", first),
		xray.AddMetadata(ctx, "route", route),
		xray.AddMetadata(ctx, "value", value))
	segment.Close(err)
}
