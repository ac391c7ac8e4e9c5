package harness

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// An Endpoint speaks as much of the X-Ray API as daemons call, and fails on demand. It listens on a real socket.
type Endpoint struct {
	URL string

	address string
	mu      sync.Mutex // guards what is below
	server  *http.Server
	fault   Fault
	changed chan struct{}   // closed when the fault changes
	taken   map[string]int  // how often each document was taken, by its text
	calls   map[string]int  // by path, those included that failed
	auth    map[string]bool // values of the header Authorization, without the signature
	records []json.RawMessage
}

// A Fault is how an Endpoint answers. The zero Fault takes everything.
type Fault struct {
	Status     int    // of the answer; 0: 200
	Code       string // name of the exception
	Message    string
	RetryAfter time.Duration // told to the caller
	HTML       bool          // the answer is a page, as of a proxy that people have to log in to

	MaxBody int // bytes; a longer body is answered by 413. 0: any is taken

	Delay time.Duration // before the answer
	Hang  bool          // the request is read and never answered

	// Refuse says whether a document is listed as unprocessed, with which code.
	Refuse func(document string) (code string, refused bool)
}

// StartEndpoint starts an endpoint that takes everything. It ends with the test.
func StartEndpoint(t testing.TB) *Endpoint {
	t.Helper()
	address := FreeAddress(t)
	e := &Endpoint{
		URL: "http://" + address, address: address, changed: make(chan struct{}),
		taken: map[string]int{}, calls: map[string]int{}, auth: map[string]bool{},
	}
	e.Up(t)
	t.Cleanup(e.Down)
	return e
}

// Up makes the endpoint listen again, after Down.
func (e *Endpoint) Up(t testing.TB) {
	t.Helper()
	l, err := net.Listen("tcp", e.address)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: e, ReadHeaderTimeout: time.Minute}
	e.mu.Lock()
	e.server = s
	e.mu.Unlock()
	go func() { _ = s.Serve(l) }() // ends with Down
}

// Down ends all connections. Whoever calls from now on is refused by the kernel.
func (e *Endpoint) Down() {
	e.mu.Lock()
	defer e.mu.Unlock()
	_ = e.server.Close() // the listener is gone in any case
}

// Fail sets how it answers from now on. Calls that hang are answered so too.
func (e *Endpoint) Fail(f Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fault = f
	close(e.changed)
	e.changed = make(chan struct{})
}

// Taken is how often each document was taken, by its text. Documents that were refused are not in it.
func (e *Endpoint) Taken() map[string]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	taken := make(map[string]int, len(e.taken))
	for doc, n := range e.taken {
		taken[doc] = n
	}
	return taken
}

// Calls is how many calls came to the path.
func (e *Endpoint) Calls(path string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.calls[path]
}

// Signed tells whether all calls were signed, or none; it is an error if it is neither, or none came.
func (e *Endpoint) Signed() (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.auth) == 0 || len(e.auth) > 1 && e.auth[""] {
		return false, fmt.Errorf("calls came with %v", e.auth)
	}
	return !e.auth[""], nil
}

// Telemetry is the telemetry records that came, oldest first.
func (e *Endpoint) Telemetry() []json.RawMessage {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.records)
}

// Missing says which of the documents are not taken yet.
func (e *Endpoint) Missing(documents []string) error {
	taken := e.Taken()
	missing := 0
	for _, d := range documents {
		if taken[d] == 0 {
			missing++
		}
	}
	if missing > 0 {
		return fmt.Errorf("%d of %d documents are missing at %s", missing, len(documents), e.URL)
	}
	return nil
}

func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller is gone
	}
	f := e.begin(r)
	if f = e.wait(r, f); f.Hang {
		return
	}
	if f.MaxBody > 0 && len(body) > f.MaxBody {
		f.Status = http.StatusRequestEntityTooLarge
	}
	if f.Status != 0 {
		f.write(w)
		return
	}
	answer, err := e.take(r.URL.Path, body, f)
	if err != nil {
		f = Fault{Status: http.StatusBadRequest, Code: "SerializationException", Message: err.Error()}
		f.write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer) // the caller may be gone
}

// begin counts a call, and is how to answer it.
func (e *Endpoint) begin(r *http.Request) Fault {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls[r.URL.Path]++
	signer, _, _ := strings.Cut(r.Header.Get("Authorization"), ", Signature=")
	e.auth[signer] = true
	return e.fault
}

// wait delays or hangs as the fault has it, and is how to answer then. It ends with the caller.
func (e *Endpoint) wait(r *http.Request, f Fault) Fault {
	for f.Hang {
		e.mu.Lock()
		changed := e.changed
		f = e.fault
		e.mu.Unlock()
		if !f.Hang {
			break
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return f
		}
	}
	select {
	case <-time.After(f.Delay):
	case <-r.Context().Done():
	}
	return f
}

func (f Fault) write(w http.ResponseWriter) {
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
	}
	if f.HTML {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, "<html><title>Please log in</title></html>") // the caller may be gone
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if f.Code != "" {
		w.Header().Set("X-Amzn-Errortype", f.Code)
	}
	w.WriteHeader(f.Status)
	_ = json.NewEncoder(w).Encode(map[string]string{"Message": f.Message}) // the caller may be gone
}

// rules is the answer to GetSamplingRules: the service's default.
const rules = `{"SamplingRuleRecords":[{"CreatedAt":0,"ModifiedAt":0,"SamplingRule":{"RuleName":"Default","RuleARN":"*","ResourceARN":"*","Priority":10000,` +
	`"FixedRate":0.05,"ReservoirSize":1,"ServiceName":"*","ServiceType":"*","Host":"*","HTTPMethod":"*","URLPath":"*","Version":1,"Attributes":{}}}],"NextToken":null}`

// take answers a call.
func (e *Endpoint) take(path string, body []byte, f Fault) ([]byte, error) {
	var in struct {
		TraceSegmentDocuments []string
		TelemetryRecords      []json.RawMessage
	}
	if path != "/v1/traces" {
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.records = append(e.records, in.TelemetryRecords...)
	switch path {
	case "/GetSamplingRules":
		return []byte(rules), nil
	case "/TraceSegments":
		return json.Marshal(Unprocessed{e.takeDocuments(in.TraceSegmentDocuments, f)})
	}
	return []byte("{}"), nil
}

func (e *Endpoint) takeDocuments(documents []string, f Fault) []UnprocessedSegment {
	refused := []UnprocessedSegment{}
	for _, d := range documents {
		if f.Refuse != nil {
			if code, no := f.Refuse(d); no {
				refused = append(refused, UnprocessedSegment{Id: idOf(d), ErrorCode: code, Message: "refused by the test"})
				continue
			}
		}
		e.taken[d]++
	}
	return refused
}

func idOf(document string) *string {
	var d struct{ Id *string }
	_ = json.Unmarshal([]byte(document), &d) // what cannot be read has no id
	return d.Id
}
