package plugins

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/xraylog"
)

// reset forgets everything, for one test.
func reset(t *testing.T) {
	t.Helper()
	forget := func() {
		mu.Lock()
		defer mu.Unlock()
		current.Store(&Facts{})
		started, turns, running = nil, 0, new(sync.WaitGroup) // of the test's bubble
	}
	forget()
	t.Cleanup(forget)
}

// outline is what segments would get.
func outline() string {
	all := All()
	text := all.Origin
	for _, b := range all.Blocks {
		text += fmt.Sprintf(" %s=%s", b.Name, b.JSON)
	}
	return text
}

func found(value string) func(context.Context) (map[string]any, error) {
	return func(context.Context) (map[string]any, error) { return map[string]any{"id": value}, nil }
}

func TestRegister(t *testing.T) {
	reset(t)
	if got := outline(); got != "" {
		t.Errorf("before: %q, want nothing", got)
	}
	for _, c := range []struct{ name, origin, id, want string }{
		{"ecs", "ECS", "c", `ECS ecs={"id":"c"}`},
		{"ec2", "EC2", "i", `EC2 ec2={"id":"i"} ecs={"id":"c"}`},
		{"ecs", "ECS", "d", `ECS ec2={"id":"i"} ecs={"id":"d"}`},
	} {
		if err := Register(c.name, c.origin, map[string]any{"id": c.id}); err != nil {
			t.Fatal(err)
		}
		if got := outline(); got != c.want {
			t.Errorf("after %s %s: %q, want %q", c.name, c.id, got, c.want)
		}
	}
	if err := Register("bad", "BAD", map[string]any{"f": func() {}}); err == nil || !strings.HasPrefix(err.Error(), "plugin bad: ") {
		t.Errorf("a block that is no JSON: error %v, want one that names the plugin", err)
	}
}

// TestOriginOfLastStarted: the answer of the first comes last, but the second was asked for last.
func TestOriginOfLastStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reset(t)
		Start("ec2", "EC2", func(ctx context.Context) (map[string]any, error) {
			<-time.After(patience / 2)
			return map[string]any{"id": "i"}, nil
		})
		Start("ecs", "ECS", found("c"))
		synctest.Wait()
		if got, want := outline(), `ECS ecs={"id":"c"}`; got != want {
			t.Errorf("at once: %q, want %q", got, want)
		}
		Wait()
		if got, want := outline(), `ECS ec2={"id":"i"} ecs={"id":"c"}`; got != want {
			t.Errorf("in the end: %q, want %q", got, want)
		}
	})
}

func TestLookupIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reset(t)
		listen := &lines{}
		before := logger.Get()
		logger.Set(listen)
		defer logger.Set(before)

		start := time.Now()
		hang := func(ctx context.Context) (map[string]any, error) { <-ctx.Done(); return nil, ctx.Err() }
		Start("ec2", "EC2", hang)
		Start("ec2", "EC2", hang) // runs already
		Wait()
		if took := time.Since(start); took != patience {
			t.Errorf("the lookup took %v, want %v", took, patience)
		}
		if want := "ERROR Plugin ec2 adds nothing to segments: context deadline exceeded\n"; listen.text != want {
			t.Errorf("logged %q, want %q", listen.text, want)
		}
		Start("ec2", "EC2", found("i")) // after a failure it may be tried again
		Wait()
		Start("ec2", "EC2", found("other")) // not after a success
		Wait()
		if got, want := outline(), `EC2 ec2={"id":"i"}`; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// lines is a logger.
type lines struct {
	mu   sync.Mutex
	text string
}

func (l *lines) Log(level xraylog.LogLevel, msg fmt.Stringer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text += fmt.Sprintln(level, msg)
}

func TestConcurrently(t *testing.T) {
	reset(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			Start(fmt.Sprint("p", i), "O", found("x"))
			for range 100 {
				if a := All(); len(a.Blocks) > 0 && a.Origin != "O" {
					t.Errorf("blocks without origin: %+v", a)
				}
			}
		})
	}
	all.Wait()
	Wait()
	if got := len(All().Blocks); got != 8 {
		t.Errorf("%d blocks, want 8", got)
	}
}

func TestFetch(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/right" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		_, _ = w.Write(make([]byte, maxAnswer+100))
	}))
	defer server.Close()
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1") // not used, or it would fail
	for path, want := range map[string]string{"/right": "", "/wrong": "GET " + server.URL + "/wrong: 403 Forbidden"} {
		req, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := Fetch(req, nil)
		if want == "" && (err != nil || len(body) != maxAnswer) {
			t.Errorf("%s: %d bytes, %v, want %d bytes", path, len(body), err, maxAnswer)
		}
		if want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: error %v, want %s", path, err, want)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	req, err := http.NewRequestWithContext(gone, http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Fetch(req, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v, want context.Canceled", err)
	}
}
