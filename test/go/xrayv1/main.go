// Command xrayv1 is a service of the test shop, traced by AWS' X-Ray SDK for Go, version 1.
//
//	xrayv1 NAME HOST:PORT [NEXT_URL]
//
// GET /buy?status=S passes the request on to NEXT_URL, if there is one, and answers with the status that came back; the
// last service of the chain answers S. With steps=N it first does N things that are subsegments. The body says which trace the
// request belongs to and whether it is sampled. GET /browse is the same under another path, for rules that tell requests apart.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"strconv"

	"github.com/aws/aws-xray-sdk-go/xray"
)

func main() {
	name, address, next := os.Args[1], os.Args[2], ""
	if len(os.Args) > 3 {
		next = os.Args[3]
	}
	buy := func(w http.ResponseWriter, r *http.Request) {
		if err := serve(w, r, next); err != nil {
			log.Print(err)
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
	mux := http.NewServeMux()
	traced := xray.Handler(xray.NewFixedSegmentNamer(name), http.HandlerFunc(buy))
	mux.Handle("GET /buy", traced)
	mux.Handle("GET /browse", traced)
	log.Fatal(http.ListenAndServe(address, mux))
}

func serve(w http.ResponseWriter, r *http.Request, next string) error {
	ctx := r.Context()
	err := errors.Join(
		xray.AddAnnotation(ctx, "tenant", "blue"),
		xray.AddAnnotation(ctx, "items", 3),
		xray.AddAnnotation(ctx, "express", false),
		xray.AddMetadata(ctx, "cart", map[string]int{"lines": 3}))
	if err != nil {
		return err
	}
	steps, _ := strconv.Atoi(r.FormValue("steps")) // none: no steps
	for range steps {
		_, step := xray.BeginSubsegment(ctx, "step")
		step.Close(nil)
	}
	status, err := strconv.Atoi(r.FormValue("status"))
	if err != nil {
		return err
	}
	if next != "" {
		if status, err = statusOf(ctx, next+"/buy?status="+strconv.Itoa(status)); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	segment := xray.GetSegment(ctx)
	return json.NewEncoder(w).Encode(map[string]any{"trace": segment.TraceID, "sampled": segment.Sampled})
}

func statusOf(ctx context.Context, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := xray.Client(nil).Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}
