package daemon

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/rayscope/rayscope/internal/wire"
)

// maxCall bounds the body of a sampling call. A report on 25 rules is 6 KB; 256 KB is the reports of 40 processes that
// a proxy bundles.
const maxCall = 256 << 10

// maxDocuments bounds the body of POST /TraceSegments. The API has a bound of its own, which answers with a sentence; this
// one is above it and holds whoever else answers.
const maxDocuments = 16 << 20

// AnswerTime is how long a call may take, from its first byte to the last of the answer.
const AnswerTime = 30 * time.Second

// newHTTP is the server of the TCP port. Whoever reaches it may ask for sampling rules and targets and send documents
// without credentials, and nothing else: the X-Ray daemon signs any call for anybody. Web pages may not, see
// http.CrossOriginProtection.
func newHTTP(c Config) *http.Server {
	served := []string{"POST /GetSamplingRules", "POST /SamplingTargets", "POST /TraceSegments"}
	mux := http.NewServeMux()
	mux.Handle(served[0], http.MaxBytesHandler(c.API, maxCall))
	mux.Handle(served[1], http.MaxBytesHandler(c.API, maxCall))
	mux.Handle(served[2], http.MaxBytesHandler(c.API, maxDocuments))
	if c.Traces != nil {
		served = append(served, "POST /v1/traces")
		mux.Handle("POST /v1/traces", c.Traces)
	} else {
		mux.HandleFunc("POST /v1/traces", func(w http.ResponseWriter, _ *http.Request) {
			wire.WriteError(w, wire.UnknownOperation("OTLP is not taken yet; it comes with a later release. "+
				"Send segment documents by POST /TraceSegments or by UDP"))
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		wire.WriteError(w, wire.UnknownOperation("%s %s is not served on the daemon's address; "+
			"it serves %s, and segment documents by UDP", r.Method, r.URL.Path, strings.Join(served, ", ")))
	})
	return &http.Server{
		Handler:           http.NewCrossOriginProtection().Handler(mux),
		ReadHeaderTimeout: 5 * time.Second, // callers are on this machine, or near
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      AnswerTime,
		IdleTimeout:       60 * time.Second, // SDKs call every 10 s
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(c.Logger.Handler(), slog.LevelWarn),
	}
}
