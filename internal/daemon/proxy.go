package daemon

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// maxCall bounds the body of a sampling call. A report on 25 rules is 6 KB; 256 KB is the reports of 40 processes that
// a proxy bundles.
const maxCall = 256 << 10

// newHTTP is the server of the TCP port. Whoever reaches it may ask for sampling rules and targets without credentials,
// and for nothing else: the X-Ray daemon signs any call for anybody. Web pages may not, see http.CrossOriginProtection.
func newHTTP(c Config) *http.Server {
	mux := http.NewServeMux()
	for _, path := range []string{"/GetSamplingRules", "/SamplingTargets"} {
		mux.Handle("POST "+path, http.MaxBytesHandler(c.API, maxCall))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "UnknownOperationException", fmt.Sprintf("%s %s is not served on the daemon's address; "+
			"it serves POST /GetSamplingRules, POST /SamplingTargets, and segment documents by UDP", r.Method, r.URL.Path))
	})
	return &http.Server{
		Handler:           http.NewCrossOriginProtection().Handler(mux),
		ReadHeaderTimeout: 5 * time.Second, // callers are on this machine, or near
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second, // SDKs call every 10 s
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(c.Logger.Handler(), slog.LevelWarn),
	}
}

// refuse answers in the form of the X-Ray service.
func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("x-amzn-ErrorType", kind)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"Message": message}) // fails when the caller is gone
}
