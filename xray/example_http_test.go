package xray_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/rayscope/rayscope/xray"
)

// In a program: http.ListenAndServe(":8080", xray.Handler(xray.NewFixedSegmentNamer("shop"), mux)).
func ExampleHandlerWithContext() {
	h := xray.HandlerWithContext(printing(), xray.NewFixedSegmentNamer("shop"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("in:", xray.GetSegment(r.Context()).Name)
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/cart", nil))
	// Output:
	// in: shop
	// sent: shop
}

func ExampleClient() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("carries the trace on:", r.Header.Get("X-Amzn-Trace-Id") != "", r.Header.Get("Traceparent") != "")
	}))
	defer server.Close()

	ctx, seg := xray.BeginSegment(printing(), "shop")
	defer seg.Close(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := xray.Client(nil).Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	// Output:
	// carries the trace on: true true
	// sent: shop
}

func ExampleDynamicSegmentNamer() {
	n := xray.NewDynamicSegmentNamer("shop", "*.shop.example")
	fmt.Println(n.Name("eu.shop.example"), n.Name("203.0.113.9"))
	// Output: eu.shop.example shop
}
