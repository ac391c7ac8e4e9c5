// Command large records one segment whose metadata is what it reads from standard input, which no datagram need hold.
//
//	large < text
//
// Before and after it come segments of the usual size, in traces of their own. It prints the trace ids of the three, and ends when
// all is sent or known to be lost.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
	"github.com/rayscope/rayscope/xray/xraylog"
)

// patience is more than a daemon may take for a document.
const patience = 20 * time.Second

func main() {
	xray.SetLogger(xraylog.NewDefaultLogger(os.Stderr, xraylog.LogLevelInfo))
	all, err := sampling.NewLocalizedStrategyFromJSONBytes([]byte(`{"version":2,"default":{"fixed_target":0,"rate":1}}`))
	must(err)
	must(xray.Configure(xray.Config{SamplingStrategy: all}))
	text, err := io.ReadAll(os.Stdin)
	must(err)
	for _, metadata := range []string{"", string(text), ""} {
		ctx, segment := xray.BeginSegment(context.Background(), "large")
		must(xray.AddMetadata(ctx, "text", metadata))
		fmt.Println(segment.TraceID)
		segment.Close(nil)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := xray.Shutdown(ctx); err != nil {
		fmt.Println("not sent:", err)
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
