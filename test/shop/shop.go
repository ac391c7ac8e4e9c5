// Package shop runs a small shop whose services are traced by AWS' SDKs, unmodified, in several languages, and by our own for Go, which a
// program for AWS' is moved to. The programs are in ../python, ../node, ../java and ../go. Each is the same service: it passes a request on to the next one, or answers it, and says
// in the answer which trace the request belonged to. So a test knows from the SDK itself what has to be found on the server.
package shop

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// An SDK is how to start the shop's service that an SDK traces, and what is peculiar to that SDK on the wire.
type SDK struct {
	Name    string                      // as aws.xray.sdk says it
	command func(t testing.TB) []string // program and leading arguments
	Port    bool                        // names its calls host:port; others name them host

	// Watches tells that the SDK fetches the rules when a report, every ten seconds, is answered with a time of change that is
	// newer than its rules. Others fetch them every five minutes, and cannot be told to do so earlier.
	Watches bool
}

// SDKs are the SDKs by the names that Start knows them by.
var SDKs = map[string]SDK{
	"python": {Name: "X-Ray for Python", Watches: true, command: func(t testing.TB) []string {
		return []string{harness.Tool(t, "python"), filepath.Join(harness.Root(t), "test/python/service.py")}
	}},
	"node": {Name: "X-Ray for Node.js", command: func(t testing.TB) []string {
		return []string{"node", harness.Installed(t, "test/node/service.js", "test/node/node_modules/aws-xray-sdk")}
	}},
	"go-v1": {Name: "X-Ray for Go", Port: true, Watches: true, command: func(t testing.TB) []string {
		return []string{harness.GoProgram(t, "xrayv1")}
	}},
	"go-v2": {Name: "X-Ray for Go", Port: true, Watches: true, command: func(t testing.TB) []string {
		return []string{harness.GoProgram(t, "xrayv2")}
	}},
	"go-rayscope": {Name: "X-Ray for Go", Port: true, Watches: true, command: func(t testing.TB) []string {
		return []string{harness.MigratedProgram(t, "xrayv2")}
	}},
	"java": {Name: "X-Ray for Java", command: func(t testing.TB) []string {
		lib := harness.Installed(t, "test/java/target/lib", "test/java/target/lib/service-1.jar")
		return []string{"java", "-Xmx128m", "-cp", lib + "/*", "test.Service"}
	}},
}

// A Service is a running service of the shop.
type Service struct {
	Name string // of its segments
	SDK  SDK
	URL  string
}

// Start starts a service that sends its segments to the server, and waits until it listens. Next is the service that it
// passes requests on to; nil for the last of a chain.
func Start(t testing.TB, s *harness.Server, name, sdk string, next *Service) *Service {
	t.Helper()
	svc := &Service{Name: name, SDK: SDKs[sdk]}
	address := harness.FreeAddress(t)
	svc.URL = "http://" + address
	argv := append(svc.SDK.command(t), name, address)
	if next != nil {
		argv = append(argv, next.URL)
	}
	env := append(harness.ClientEnv(), "AWS_XRAY_DAEMON_ADDRESS="+s.Daemon)
	p := harness.StartProcess(t, env, argv...)
	harness.Eventually(t, 60*time.Second, func() error { // a JVM on a laden machine takes its time
		if !p.Running() {
			t.Fatalf("%s ended by itself", argv[0])
		}
		// Only whether it listens: a request would be traced.
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return err
		}
		return conn.Close()
	})
	return svc
}

// An Order is a request to the shop as its client saw it.
type Order struct {
	Trace   string
	Sampled bool
	Status  int `json:"-"`
}

// statuses is what the orders ask for, in turn: one of each class and a few more that are fine.
var statuses = []int{200, 200, 404, 200, 429, 500}

// Buy places orders until as many in a row as wanted were sampled: until then the SDK has no rules yet and samples one a second and
// five in a hundred by itself. It returns all of them.
func Buy(t testing.TB, first *Service, wanted int) (orders []Order) {
	t.Helper()
	row := 0
	harness.Eventually(t, 60*time.Second, func() error {
		for range wanted {
			o, err := first.order("/buy", statuses[len(orders)%len(statuses)])
			if err != nil {
				t.Fatal(err)
			}
			orders = append(orders, o)
			if row++; !o.Sampled {
				row = 0
			}
			if row == wanted {
				return nil
			}
		}
		return fmt.Errorf("of %d orders the last %d were sampled, want %d in a row: the SDK has not taken the rules", len(orders), row, wanted)
	})
	return orders
}

// Get makes one request of the path, /buy or /browse.
func (s *Service) Get(path string) (Order, error) { return s.order(path, http.StatusOK) }

func (s *Service) order(path string, status int) (Order, error) {
	o := Order{Status: status}
	req, err := http.NewRequest(http.MethodGet, fmt.Sprintf("%s%s?status=%d", s.URL, path, status), nil)
	if err != nil {
		return o, err
	}
	err = do(req, &o)
	return o, err
}

// BuyInSteps places one order that the service takes so many steps for, each a subsegment, in a trace that a caller has begun and
// decided to sample.
func (s *Service) BuyInSteps(trace string, steps int) error {
	req, err := http.NewRequest(http.MethodGet, fmt.Sprintf("%s/buy?status=200&steps=%d", s.URL, steps), nil)
	if err != nil {
		return err
	}
	req.Header.Set("X-Amzn-Trace-Id", "Root="+trace+";Sampled=1")
	o := Order{Status: http.StatusOK}
	if err := do(req, &o); err != nil {
		return err
	}
	if o.Trace != trace || !o.Sampled {
		return fmt.Errorf("the service puts the order into trace %s (sampled: %v), want %s", o.Trace, o.Sampled, trace)
	}
	return nil
}

func do(req *http.Request, o *Order) error {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != o.Status {
		return fmt.Errorf("the shop answers %s, want %d", resp.Status, o.Status)
	}
	return json.NewDecoder(resp.Body).Decode(o)
}
