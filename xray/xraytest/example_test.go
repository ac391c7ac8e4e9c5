package xraytest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/xraytest"
)

// serve is the handler of a program.
func serve(w http.ResponseWriter, r *http.Request) {
	err := xray.Capture(r.Context(), "price", func(ctx context.Context) error {
		return xray.AddAnnotation(ctx, "tenant", "blue")
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func TestOrders(t *testing.T) {
	rec := xraytest.New(t)
	handler := xray.HandlerWithContext(rec.Context(), xray.NewFixedSegmentNamer("orders"), http.HandlerFunc(serve))
	server := httptest.NewServer(handler)
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}

	order := rec.Segment("orders") // waits until the server has closed it
	order.WantOK()
	order.Subsegment("price").WantAnnotation("tenant", "blue")
	order.WantTree(`
		orders
			price`)
}

// A test of a handler looks like TestOrders here.
func Example() {}
