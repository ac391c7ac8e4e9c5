package uplink_test

import (
	"bufio"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/uplink"
)

// listen gives each connection to handle, in the order of their coming, and closes it afterwards.
func listen(t *testing.T, handle func(n int, c net.Conn, r *bufio.Reader)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				handle(n, c, bufio.NewReader(c))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return "http://" + l.Addr().String()
}

// takeRequest reads one request whole.
func takeRequest(t *testing.T, r *bufio.Reader) {
	req, err := http.ReadRequest(r)
	if err == nil {
		_, err = io.Copy(io.Discard, req.Body)
	}
	if err != nil {
		t.Error(err)
	}
}

// within makes an uplink with a short time for calls.
func within(d time.Duration) func(*uplink.Config) {
	return func(c *uplink.Config) { c.Timeout = d }
}

func TestBrokenConnections(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	closed := "http://" + l.Addr().String()
	reset := listen(t, func(_ int, _ net.Conn, r *bufio.Reader) { takeRequest(t, r) })
	half := listen(t, func(_ int, _ net.Conn, r *bufio.Reader) { io.Copy(io.Discard, r) })
	cut := listen(t, func(_ int, c net.Conn, r *bufio.Reader) {
		takeRequest(t, r)
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	})
	slow := listen(t, func(_ int, c net.Conn, r *bufio.Reader) {
		takeRequest(t, r)
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		io.Copy(io.Discard, r)
	})
	babble := listen(t, func(_ int, c net.Conn, r *bufio.Reader) {
		takeRequest(t, r)
		io.WriteString(c, "SSH-2.0-x\r\n\r\n")
	})
	plain := listen(t, func(_ int, c net.Conn, _ *bufio.Reader) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") })
	for _, c := range []struct {
		name, url  string
		kind       uplink.Kind
		text, hint string
	}{
		{"nobody listens", closed, uplink.Unreachable, "connection refused", "nothing listens"},
		{"closes without an answer", reset, uplink.Unreachable, "not reachable: EOF", "runs"},
		{"never answers", half, uplink.TimedOut, "no answer in time", "drops packets"},
		{"closes in the answer", cut, uplink.Unreachable, "status 200: read answer: unexpected EOF", "runs"},
		{"stops in the answer", slow, uplink.TimedOut, "read answer", "load"},
		{"speaks something else", babble, uplink.Unreachable, "malformed HTTP", "runs"},
		{"plain HTTP for TLS", strings.Replace(plain, "http:", "https:", 1), uplink.Unreachable, "first record does not look like a TLS handshake", "http://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// Long enough for connections on one machine, where only those that hang use it up.
			check(t, failure(t, to(t, c.url, within(300*time.Millisecond)), batch), c.kind, c.text, c.hint)
		})
	}
}

func check(t *testing.T, e *uplink.Error, kind uplink.Kind, text, hint string) {
	t.Helper()
	if e.Kind != kind || !strings.Contains(e.Error(), text) || !strings.Contains(e.Hint(), hint) || !strings.HasPrefix(e.Error(), e.Endpoint+": ") {
		t.Errorf("got %v %v, hint %q; want %v with %q, hint with %q", e.Kind, e, e.Hint(), kind, text, hint)
	}
	if !e.Temporary() {
		t.Errorf("got %v for good, want temporary", e)
	}
}

// A kept connection that the endpoint has closed meanwhile costs no call.
func TestDeadIdleConnection(t *testing.T) {
	answer := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
	u := to(t, listen(t, func(n int, c net.Conn, r *bufio.Reader) {
		takeRequest(t, r)
		io.WriteString(c, answer)
		if n == 0 {
			takeRequest(t, r) // and closes
			return
		}
		io.Copy(io.Discard, r)
	}))
	for i := range 2 {
		if a, err := u.Post(t.Context(), batch); err != nil || string(a.Body) != "{}" {
			t.Fatalf("call %d: got %+v, error %v; want an answer", i, a, err)
		}
	}
}

func TestUnknownHost(t *testing.T) {
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "nowhere.test", IsNotFound: true}}
	}}
	u := to(t, "http://nowhere.test", func(c *uplink.Config) { c.Client.Transport = transport })
	check(t, failure(t, u, batch), uplink.Unreachable, "lookup nowhere.test: no such host", "DNS")
}

// secure is a server with a certificate of its own and HTTP/2, and that certificate's file.
func secure(t *testing.T) (s *httptest.Server, bundle string) {
	t.Helper()
	s = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", asJSON)
		fmt.Fprintf(w, `{"proto":%q}`, r.Proto)
	}))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = discard
	s.StartTLS()
	t.Cleanup(s.Close)
	bundle = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return s, bundle
}

func through(t *testing.T, proxy string, noVerify bool, env map[string]string) func(*uplink.Config) {
	t.Helper()
	transport, err := uplink.NewTransport(proxy, noVerify, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return func(c *uplink.Config) { c.Client = &http.Client{Transport: transport} }
}

func TestTLS(t *testing.T) {
	s, bundle := secure(t)
	check(t, failure(t, to(t, s.URL), batch), uplink.Unreachable, "certificate signed by unknown authority", "AWS_CA_BUNDLE")
	other := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	trusting := through(t, "", false, map[string]string{"AWS_CA_BUNDLE": bundle})
	check(t, failure(t, to(t, other, trusting), batch), uplink.Unreachable, "not localhost", "another host")
	for name, change := range map[string]func(*uplink.Config){"bundle": trusting, "no verification": through(t, "", true, nil)} {
		a, err := to(t, s.URL, change).Post(t.Context(), batch)
		if err != nil || string(a.Body) != `{"proto":"HTTP/2.0"}` {
			t.Errorf("%s: got %s, error %v; want an answer by HTTP/2", name, a.Body, err)
		}
	}
}

// proxy speaks CONNECT and plain requests, leads all to one server, and notes who was asked for.
type proxy struct {
	to     string // host:port
	status int    // other than 200: what it refuses tunnels with
	mu     sync.Mutex
	asked  []string
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host)
	p.mu.Unlock()
	switch {
	case p.status != http.StatusOK:
		w.WriteHeader(p.status)
	case r.Method == http.MethodConnect:
		p.tunnel(w)
	default:
		w.Header().Set("Content-Type", asJSON)
		io.WriteString(w, "{}")
	}
}

func (p *proxy) tunnel(w http.ResponseWriter) {
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	var wg sync.WaitGroup
	wg.Go(func() {
		io.Copy(server, client)
		server.Close()
	})
	io.Copy(client, server)
	client.Close()
	wg.Wait()
}

func TestProxy(t *testing.T) {
	s, bundle := secure(t)
	host := strings.TrimPrefix(s.URL, "https://")
	for _, c := range []struct {
		name, url string
		flag      bool
		env       map[string]string
		want      string // asked of the proxy
	}{
		{"flag", "https://example.com", true, map[string]string{"HTTPS_PROXY": "http://127.0.0.1:1"}, "CONNECT example.com:443"},
		{"flag, plain", "http://xray.test", true, nil, "POST xray.test"},
		{"HTTPS_PROXY", "https://example.com", false, map[string]string{"HTTPS_PROXY": "#"}, "CONNECT example.com:443"},
		{"https_proxy", "https://example.com", false, map[string]string{"https_proxy": "#"}, "CONNECT example.com:443"},
		{"HTTP_PROXY", "http://xray.test", false, map[string]string{"HTTP_PROXY": "#"}, "POST xray.test"},
		{"NO_PROXY", "https://" + host, false, map[string]string{"HTTPS_PROXY": "#", "NO_PROXY": "127.0.0.0/8"}, ""},
		{"loopback", "https://" + host, false, map[string]string{"HTTPS_PROXY": "#"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &proxy{to: host, status: http.StatusOK}
			ps := httptest.NewServer(p)
			t.Cleanup(ps.Close)
			env := map[string]string{"AWS_CA_BUNDLE": bundle}
			for name, value := range c.env {
				env[name] = strings.ReplaceAll(value, "#", ps.URL)
			}
			address := ""
			if c.flag {
				address = ps.URL
			}
			if _, err := to(t, c.url, through(t, address, false, env)).Post(t.Context(), batch); err != nil {
				t.Error(err)
			}
			if got := strings.Join(p.asked, ", "); got != c.want {
				t.Errorf("asked the proxy for %q, want %q", got, c.want)
			}
		})
	}
}

func TestProxyRefuses(t *testing.T) {
	p := &proxy{status: http.StatusProxyAuthRequired}
	ps := httptest.NewServer(p)
	t.Cleanup(ps.Close)
	withPassword := strings.Replace(ps.URL, "http://", "http://me:geheim@", 1)
	for name, c := range map[string]struct{ url, proxy, text string }{
		"tunnel":  {"https://xray.test", withPassword, "proxyconnect tcp: proxy " + strings.TrimPrefix(ps.URL, "http://") + " answered 407 Proxy Authentication Required"},
		"plain":   {"http://xray.test", withPassword, "status 407"},
		"no one":  {"https://xray.test", "http://me:geheim@127.0.0.1:1", "connection refused"},
		"no one.": {"http://xray.test", "http://me:geheim@127.0.0.1:1", "connection refused"},
	} {
		e := failure(t, to(t, c.url, through(t, c.proxy, false, nil)), batch)
		if e.Kind != uplink.Unreachable || !strings.Contains(e.Error(), c.text) || !strings.Contains(e.Hint(), "--proxy-address") || strings.Contains(e.Error(), "geheim") {
			t.Errorf("%s: got %v %v, hint %q; want unreachable with %q and no password", name, e.Kind, e, e.Hint(), c.text)
		}
	}
}

// What the machine says of itself is never asked through a proxy.
func TestMetadataIsDirect(t *testing.T) {
	env := map[string]string{"HTTP_PROXY": "http://proxy.test", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://imds.test:8080/"}
	for _, flag := range []string{"", "http://proxy.test"} {
		transport, err := uplink.NewTransport(flag, false, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
		if err != nil {
			t.Fatal(err)
		}
		for target, want := range map[string]string{
			"http://169.254.169.254/latest/": "", "http://169.254.170.2/v2": "", "http://[fd00:ec2::254]/latest": "", "http://imds.test:8080/latest": "",
			"http://imds.test/": "http://proxy.test", "http://sts.test/": "http://proxy.test",
		} {
			u, err := url.Parse(target)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if p, err := transport.Proxy(&http.Request{URL: u}); err != nil {
				t.Error(err)
			} else if p != nil {
				got = p.String()
			}
			if got != want {
				t.Errorf("flag %q: %s goes through %q, want %q", flag, target, got, want)
			}
		}
	}
}

func TestNewTransportRefuses(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ proxy, bundle, want string }{
		{"proxy:8080", "", `proxy address "proxy:8080" must be a URL with scheme http, https or socks5`},
		{"ftp://proxy", "", "scheme"},
		{"http://me:geheim@:80", "", "http://***:80"},
		{"http://me:geheim@x:y", "", "http://***x:y"},
		{"", empty, "holds no certificate"},
		{"", empty + "none", "no such file"},
	} {
		_, err := uplink.NewTransport(c.proxy, false, func(name string) (string, bool) { return c.bundle, name == "AWS_CA_BUNDLE" })
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%+v: got error %v, want one with %q", c, err, c.want)
		}
	}
	if _, err := uplink.NewTransport("", false, func(string) (string, bool) { return t.TempDir(), true }); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("directory as bundle: got %v, want an error", err)
	}
}
