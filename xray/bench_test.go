package xray_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/rayscope/rayscope/xray"
)

// benchmarking configures the package for benchmarks: documents are encoded, and dropped.
func benchmarking(b *testing.B, sampled bool) {
	b.Helper()
	if err := xray.Configure(xray.Config{Emitter: new(xray.DefaultEmitter), SamplingStrategy: decided(sampled)}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
}

func BenchmarkSegment(b *testing.B) {
	benchmarking(b, true)
	for b.Loop() {
		_, s := xray.BeginSegment(context.Background(), "orders")
		s.Close(nil)
	}
}

func BenchmarkSegmentParallel(b *testing.B) {
	benchmarking(b, true)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, s := xray.BeginSegment(context.Background(), "orders")
			s.Close(nil)
		}
	})
}

func BenchmarkSubsegments(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			benchmarking(b, true)
			for b.Loop() {
				ctx, s := xray.BeginSegment(context.Background(), "orders")
				for range n {
					_, c := xray.BeginSubsegment(ctx, "price")
					c.Close(nil)
				}
				s.Close(nil)
			}
		})
	}
}

func BenchmarkAnnotationsAndMetadata(b *testing.B) {
	benchmarking(b, true)
	for b.Loop() {
		_, s := xray.BeginSegment(context.Background(), "orders")
		for _, key := range []string{"tenant", "user", "cart", "region", "plan"} {
			if err := s.AddAnnotation(key, "value"); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.AddMetadata("lines", 3); err != nil {
			b.Fatal(err)
		}
		s.Close(nil)
	}
}

func BenchmarkUnsampled(b *testing.B) {
	benchmarking(b, false)
	for b.Loop() {
		_, s := xray.BeginSegment(context.Background(), "orders")
		s.Close(nil)
	}
}

func BenchmarkUnsampledSubsegment(b *testing.B) {
	benchmarking(b, false)
	ctx, s := xray.BeginSegment(context.Background(), "orders")
	defer s.Close(nil)
	for b.Loop() {
		_, c := xray.BeginSubsegment(ctx, "price")
		c.Close(nil)
	}
}

func BenchmarkCapture(b *testing.B) {
	benchmarking(b, true)
	ctx, s := xray.BeginSegment(context.Background(), "orders")
	defer s.Close(nil)
	work := func(context.Context) error { return nil }
	for b.Loop() {
		if err := xray.Capture(ctx, "price", work); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDisabled(b *testing.B) {
	benchmarking(b, true)
	b.Setenv("AWS_XRAY_SDK_DISABLED", "TRUE")
	for b.Loop() {
		_, s := xray.BeginSegment(context.Background(), "orders")
		s.Close(nil)
	}
}

func BenchmarkNewTraceID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		xray.NewTraceID()
	}
}

func BenchmarkDisabledVariable(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		xray.SdkDisabled()
	}
}
