package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/aws/aws-xray-sdk-go/v2/header"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/exception"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
)

// shop is what the front does; each path exercises one thing.
func shop(stock, nobody string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/plain", func(w http.ResponseWriter, r *http.Request) {
		say(w, "traced before: %v", xray.RequestWasTraced(r.Context()))
	})
	mux.HandleFunc("/quiet", func(w http.ResponseWriter, r *http.Request) {
		work(r.Context(), "unheard", nil)
		say(w, "%s sampled: %v", xray.TraceID(r.Context())[:10], xray.GetSegment(r.Context()).Sampled)
	})
	mux.HandleFunc("/details", func(w http.ResponseWriter, r *http.Request) { details(w, r.Context()) })
	mux.HandleFunc("/nested", func(w http.ResponseWriter, r *http.Request) {
		must(xray.Capture(r.Context(), "outer", func(ctx context.Context) error {
			return xray.Capture(ctx, "middle", func(ctx context.Context) error {
				work(ctx, "inner", nil)
				return nil
			})
		}))
	})
	mux.HandleFunc("/many", func(_ http.ResponseWriter, r *http.Request) {
		for i := range 25 { // more than stay in one document
			work(r.Context(), "work "+strconv.Itoa(i), nil)
		}
	})
	mux.HandleFunc("/call", func(w http.ResponseWriter, r *http.Request) {
		call(w, r.Context(), stock+r.FormValue("to")+"?secret=1")
	})
	mux.HandleFunc("/lineage", func(w http.ResponseWriter, r *http.Request) { call(w, r.Context(), stock+"/found") })
	mux.HandleFunc("/refused", func(w http.ResponseWriter, r *http.Request) { call(w, r.Context(), nobody+"/") })
	mux.HandleFunc("/failures", func(_ http.ResponseWriter, r *http.Request) { failures(r.Context()) })
	mux.HandleFunc("/status", func(w http.ResponseWriter, r *http.Request) {
		status, err := strconv.Atoi(r.FormValue("status"))
		must(err)
		w.WriteHeader(status)
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, _ *http.Request) {
		say(w, "piece by piece")
		w.(http.Flusher).Flush()
		_, isHijacker := w.(http.Hijacker)
		_, isReaderFrom := w.(io.ReaderFrom)
		say(w, ", hijacker %v, reader from %v", isHijacker, isReaderFrom)
	})
	mux.HandleFunc("/panic", func(_ http.ResponseWriter, r *http.Request) {
		_ = xray.Capture(r.Context(), "unlucky", func(context.Context) error { panic("out of stock") })
	})
	mux.HandleFunc("/sql", func(_ http.ResponseWriter, r *http.Request) { queries(r.Context()) })
	return mux
}

// stockRoom is the service behind the front. It answers with the trace header that it was called with.
func stockRoom(w http.ResponseWriter, r *http.Request) {
	statuses := map[string]int{"/found": http.StatusOK, "/missing": http.StatusNotFound, "/throttled": http.StatusTooManyRequests,
		"/broken": http.StatusInternalServerError}
	h := header.FromString(r.Header.Get(xray.TraceIDHeaderKey))
	body := fmt.Sprintf("parent %v, decision %q, more %v", len(h.ParentID), h.SamplingDecision, h.AdditionalData)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(statuses[r.URL.Path])
	say(w, "%s", body)
}

// details records one of each kind of fact.
func details(w http.ResponseWriter, ctx context.Context) {
	for key, value := range map[string]any{"text": "blue \"é\" <&>\n", "integer": 3, "unsigned": uint(4), "truth": true, "real": 2.5, "small": float32(0.25)} {
		must(xray.AddAnnotation(ctx, key, value))
	}
	for i, value := range []any{int64(5), int32(6), uint64(7), []string{"list"}, nil} {
		err := xray.AddAnnotation(ctx, "odd_"+strconv.Itoa(i), value)
		say(w, "%T refused: %v; ", value, err != nil)
	}
	must(xray.AddMetadata(ctx, "cart", map[string]any{"lines": 3, "gift": nil, "weights": []float64{1, 1e21, 1e-7}}))
	must(xray.AddMetadataToNamespace(ctx, "billing", "card", struct {
		Kind string `json:"kind"`
		Last int    `json:"last,omitempty"`
	}{"debit", 0}))
	segment := xray.GetSegment(ctx)
	segment.Lock()
	segment.User = "alice"
	segment.ResourceARN = "arn:aws:ecs:eu-west-1:123456789012:service/front"
	segment.GetAWS()["account_id"] = "123456789012"
	segment.Unlock()
}

func work(ctx context.Context, name string, err error) {
	_, sub := xray.BeginSubsegment(ctx, name)
	sub.Close(err)
}

func call(w http.ResponseWriter, ctx context.Context, url string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	must(err)
	resp, err := client.Do(req)
	if err != nil {
		say(w, "no answer")
		return
	}
	body, err := io.ReadAll(resp.Body)
	must(err)
	must(resp.Body.Close())
	say(w, "%d: %s", resp.StatusCode, body)
}

// client keeps its connections apart from those of the requests to the front.
var client = xray.Client(&http.Client{Transport: &http.Transport{}})

var errEmpty = errors.New("shelf is empty")

// failures are the ways in which work goes wrong.
func failures(ctx context.Context) {
	work(ctx, "plain", errEmpty)
	work(ctx, "wrapped", fmt.Errorf("count items: %w", errEmpty))
	work(ctx, "of the SDK", &exception.XRayError{Type: "stock.Error", Message: "gone"})
	work(ctx, "several", exception.MultiError{errEmpty, errors.New("no delivery either")})
	_ = xray.Capture(ctx, "captured", func(ctx context.Context) error {
		must(xray.AddError(ctx, errors.New("noted")))
		return errEmpty
	})
	_, flagged := xray.BeginSubsegment(ctx, "flagged")
	flagged.Lock()
	flagged.Error, flagged.Throttle = true, true
	flagged.Unlock()
	flagged.Close(nil)
}

func say(w io.Writer, format string, args ...any) {
	if _, err := fmt.Fprintf(w, format, args...); err != nil {
		must(err)
	}
}
