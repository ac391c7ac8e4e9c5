package uplink

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// Times of connections. Data waits meanwhile and is not lost, so they are generous to far and slow networks.
const (
	dialTimeout = 5 * time.Second
	tlsTimeout  = 5 * time.Second
	idleTimeout = 90 * time.Second // front ends commonly close after 60 s or more; X-Ray's daemon keeps them as long
	pingAfter   = 3 * time.Second  // silence while calls are open after which an HTTP/2 connection is asked whether it lives
	pingTimeout = 3 * time.Second
	// idleConns fits relay's 8 uploads and the calls of samplers beside them.
	idleConns = 16
	// maxBundle bounds the file of AWS_CA_BUNDLE; the bundles of operating systems have some 250 KB.
	maxBundle = 16 << 20
)

// NewTransport makes the transport of one endpoint or several. A proxy, as a URL with scheme, takes all connections; else
// HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment say which. Metadata services of the machine are never behind a
// proxy. Certificates of AWS_CA_BUNDLE are trusted beside those of the system; with noVerify all are.
func NewTransport(proxy string, noVerify bool, env func(string) (string, bool)) (*http.Transport, error) {
	through, err := proxyOf(proxy, env)
	if err != nil {
		return nil, err
	}
	roots, err := rootsOf(env)
	if err != nil {
		return nil, err
	}
	return &http.Transport{
		Proxy:                  through,
		OnProxyConnectResponse: tunnel,
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, InsecureSkipVerify: noVerify, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    tlsTimeout,
		MaxIdleConnsPerHost:    idleConns,
		IdleConnTimeout:        idleTimeout,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
		DisableCompression:     true, // answers are short, and a header added after signing would spoil some verifiers
		WriteBufferSize:        64 << 10,
	}, nil
}

// proxyOf is the choice of a proxy for a request.
func proxyOf(proxy string, env func(string) (string, bool)) (func(*http.Request) (*url.URL, error), error) {
	choose := envProxy(env)
	if proxy != "" {
		u, err := url.Parse(proxy)
		if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" && u.Scheme != "socks5h" {
			return nil, fmt.Errorf("proxy address %q must be a URL with scheme http, https or socks5 and a host, for example http://proxy:8080", redact(proxy))
		}
		choose = func(*url.URL) (*url.URL, error) { return u, nil }
	}
	return func(r *http.Request) (*url.URL, error) {
		if isMetadata(r.URL, env) {
			return nil, nil
		}
		return choose(r.URL)
	}, nil
}

// envProxy reads the environment as curl and Go's programs do.
func envProxy(env func(string) (string, bool)) func(*url.URL) (*url.URL, error) {
	first := func(names ...string) string {
		for _, name := range names {
			if v, _ := env(name); v != "" {
				return v
			}
		}
		return ""
	}
	c := httpproxy.Config{HTTPProxy: first("HTTP_PROXY", "http_proxy"), HTTPSProxy: first("HTTPS_PROXY", "https_proxy"), NoProxy: first("NO_PROXY", "no_proxy")}
	return c.ProxyFunc()
}

// ec2 are the addresses of Amazon's services inside an instance by IPv6; by IPv4 they are link-local.
var ec2 = netip.MustParsePrefix("fd00:ec2::/32")

// metadataURLs are variables that move the machine's metadata and credential services.
var metadataURLs = []string{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "ECS_CONTAINER_METADATA_URI_V4", "AWS_CONTAINER_CREDENTIALS_FULL_URI"}

func isMetadata(u *url.URL, env func(string) (string, bool)) bool {
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && (ip.IsLinkLocalUnicast() || ec2.Contains(ip)) {
		return true
	}
	for _, name := range metadataURLs {
		v, _ := env(name)
		if moved, err := url.Parse(v); err == nil && moved.Host != "" && moved.Host == u.Host {
			return true
		}
	}
	return false
}

// tunnel refuses what is no tunnel, with the proxy's name and word.
func tunnel(_ context.Context, proxy *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: fmt.Errorf("proxy %s answered %s", proxy.Host, oneLine(res.Status, maxExcerpt))}
}

// rootsOf are the system's certificates and those of AWS_CA_BUNDLE; nil: those of the system alone.
func rootsOf(env func(string) (string, bool)) (*x509.CertPool, error) {
	name, _ := env("AWS_CA_BUNDLE")
	if name == "" {
		return nil, nil
	}
	pem, err := readBundle(name)
	if err != nil {
		return nil, fmt.Errorf("read AWS_CA_BUNDLE: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // a minimal container has none
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("AWS_CA_BUNDLE: file %s holds no certificate: PEM blocks of type CERTIFICATE are needed", name)
	}
	return roots, nil
}

func readBundle(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxBundle {
		return nil, &os.PathError{Op: "read", Path: name, Err: errors.New("file is larger than any bundle of certificates")}
	}
	return os.ReadFile(name)
}
