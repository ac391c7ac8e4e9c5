package cloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/cloud"
)

func TestEndpoint(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1":       "https://xray.eu-west-1.amazonaws.com",
		"us-gov-west-1":   "https://xray.us-gov-west-1.amazonaws.com",
		"cn-north-1":      "https://xray.cn-north-1.amazonaws.com.cn",
		"us-iso-east-1":   "https://xray.us-iso-east-1.c2s.ic.gov",
		"us-isob-east-1":  "https://xray.us-isob-east-1.sc2s.sgov.gov",
		"us-isof-south-1": "https://xray.us-isof-south-1.csp.hci.ic.gov",
		"eu-isoe-west-1":  "https://xray.eu-isoe-west-1.cloud.adc-e.uk",
		"eusc-de-east-1":  "https://xray.eusc-de-east-1.amazonaws.eu",
	} {
		if got := cloud.Endpoint(region); got != want {
			t.Errorf("%s: got %s, want %s", region, got, want)
		}
	}
}

// bare takes all credentials, regions and proxies of this machine out of sight, and gives a configuration with this environment.
func bare(t *testing.T, env map[string]string) cloud.Config {
	t.Helper()
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		if strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "ECS_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			t.Setenv(name, "") // restores it afterwards
			os.Unsetenv(name)
		}
	}
	nowhere := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", nowhere)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", nowhere)
	if env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] == "" {
		t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	return cloud.Config{Env: os.LookupEnv, Log: slog.New(slog.DiscardHandler)}
}

// imds is an instance metadata service.
type imds struct {
	mu     sync.Mutex // guards the following
	hang   bool       // the answer with the token does not arrive, as when the hop limit is 1
	role   string     // credentials' JSON; empty: no role
	called []string
}

func (i *imds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	i.called = append(i.called, r.Method+" "+r.URL.Path)
	hang, role := i.hang, i.role
	i.mu.Unlock()
	w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "300")
	switch path := strings.TrimPrefix(r.URL.Path, "/latest/"); {
	case path == "api/token" && hang:
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	case path == "api/token":
		fmt.Fprint(w, "token")
	case r.Header.Get("X-Aws-Ec2-Metadata-Token") != "token":
		w.WriteHeader(http.StatusUnauthorized)
	case path == "dynamic/instance-identity/document":
		fmt.Fprint(w, `{"region":"ap-south-1","instanceId":"i-0aa11bb22cc33dd44"}`)
	case path == "meta-data/hostname":
		fmt.Fprint(w, "ip-10-0-0-7.internal")
	case strings.HasPrefix(path, "meta-data/iam/security-credentials") && role == "":
		w.WriteHeader(http.StatusNotFound)
	case path == "meta-data/iam/security-credentials/":
		fmt.Fprint(w, "worker")
	case path == "meta-data/iam/security-credentials/worker":
		fmt.Fprint(w, role)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLocate(t *testing.T) {
	ec2 := serve(t, new(imds))
	noToken := serve(t, &imds{hang: true})
	ecs := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v4/a/task":
			fmt.Fprint(w, `{"TaskARN":"arn:aws:ecs:us-west-2:111122223333:task/default/158d1c8","AvailabilityZone":"us-west-2d"}`)
		case "/v4/b/task":
			fmt.Fprint(w, `{"AvailabilityZone":"us-west-2-lax-1a"}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	hang := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	file := write(t, `{"TaskARN":"arn:aws:ecs:eu-north-1:111122223333:task/a","MetadataFileStatus":"READY"}`)
	shared := write(t, "[default]\nregion = sa-east-1\n[profile other]\nregion = ca-west-1\n")
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	type env = map[string]string
	for _, c := range []struct {
		name   string
		region string
		local  bool
		env    env
		want   cloud.Place
		err    string
	}{
		{name: "configured", region: "eu-west-1", env: env{"AWS_REGION": "us-east-1"}, want: cloud.Place{Region: "eu-west-1", RegionFrom: "the configuration", Hostname: host}},
		{name: "environment", env: env{"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-2", "AWS_HOSTNAME": "h", "AWS_INSTANCE_ID": "i"},
			want: cloud.Place{Region: "us-east-1", RegionFrom: "AWS_REGION", Hostname: "h", InstanceID: "i"}},
		{name: "EC2", env: env{"AWS_EC2_METADATA_SERVICE_ENDPOINT": ec2},
			want: cloud.Place{Region: "ap-south-1", RegionFrom: "the instance metadata", Hostname: "ip-10-0-0-7.internal", InstanceID: "i-0aa11bb22cc33dd44"}},
		{name: "EC2 and a region", env: env{"AWS_EC2_METADATA_SERVICE_ENDPOINT": ec2, "AWS_REGION": "us-east-1", "AWS_INSTANCE_ID": "i"},
			want: cloud.Place{Region: "us-east-1", RegionFrom: "AWS_REGION", Hostname: "ip-10-0-0-7.internal", InstanceID: "i"}},
		{name: "EC2 behind a proxy", env: env{"AWS_EC2_METADATA_SERVICE_ENDPOINT": ec2, "HTTP_PROXY": "http://127.0.0.1:1"},
			want: cloud.Place{Region: "ap-south-1", RegionFrom: "the instance metadata", Hostname: "ip-10-0-0-7.internal", InstanceID: "i-0aa11bb22cc33dd44"}},
		{name: "ECS file", env: env{"ECS_ENABLE_CONTAINER_METADATA": "true", "ECS_CONTAINER_METADATA_FILE": file, "ECS_CONTAINER_METADATA_URI_V4": ecs + "/v4/a"},
			want: cloud.Place{Region: "eu-north-1", RegionFrom: "the ECS metadata file", Hostname: host}},
		{name: "ECS task", env: env{"ECS_CONTAINER_METADATA_URI_V4": ecs + "/v4/a", "AWS_EC2_METADATA_SERVICE_ENDPOINT": ec2},
			want: cloud.Place{Region: "us-west-2", RegionFrom: "the ECS task metadata", Hostname: "ip-10-0-0-7.internal", InstanceID: "i-0aa11bb22cc33dd44"}},
		{name: "ECS zone", env: env{"ECS_CONTAINER_METADATA_URI_V4": ecs + "/v4/b"}, want: cloud.Place{Region: "us-west-2", RegionFrom: "the ECS task metadata", Hostname: host}},
		{name: "ECS refuses", env: env{"ECS_CONTAINER_METADATA_URI_V4": ecs + "/v4/c"}, want: cloud.Place{Hostname: host}, err: "answered 404"},
		{name: "ECS hangs", env: env{"ECS_CONTAINER_METADATA_URI_V4": hang, "AWS_EC2_METADATA_SERVICE_ENDPOINT": ec2},
			want: cloud.Place{Region: "ap-south-1", RegionFrom: "the instance metadata", Hostname: "ip-10-0-0-7.internal", InstanceID: "i-0aa11bb22cc33dd44"}},
		{name: "hop limit", env: env{"AWS_EC2_METADATA_SERVICE_ENDPOINT": noToken}, want: cloud.Place{Hostname: host}, err: "hop limit is 1: set AWS_REGION"},
		{name: "metadata off", env: env{"AWS_EC2_METADATA_SERVICE_ENDPOINT": ec2, "AWS_EC2_METADATA_DISABLED": "TRUE"}, want: cloud.Place{Hostname: host},
			err: "Cannot fetch region variable from config file, environment variables, ecs metadata, or ec2 metadata. Use local-mode to use the local config region. name"},
		{name: "local", local: true, env: env{"AWS_CONFIG_FILE": shared, "AWS_EC2_METADATA_SERVICE_ENDPOINT": ec2, "ECS_ENABLE_CONTAINER_METADATA": "true", "ECS_CONTAINER_METADATA_FILE": file},
			want: cloud.Place{Region: "sa-east-1", RegionFrom: "profile default of the shared AWS configuration", Hostname: host}},
		{name: "local profile", local: true, env: env{"AWS_CONFIG_FILE": shared, "AWS_PROFILE": "other"},
			want: cloud.Place{Region: "ca-west-1", RegionFrom: "profile other of the shared AWS configuration", Hostname: host}},
		{name: "local without", local: true, want: cloud.Place{Hostname: host}, err: "--region or AWS_REGION"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf := bare(t, c.env)
			conf.Region, conf.LocalMode = c.region, c.local
			got, err := cloud.Locate(t.Context(), conf)
			if got.Region == "" {
				got.RegionFrom = ""
			}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if c.err == "" && err != nil || c.err != "" && (!errors.Is(err, cloud.ErrNoRegion) || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("got error %v, want %q", err, c.err)
			}
		})
	}
}

var (
	noon  = time.Date(2026, 11, 22, 12, 0, 0, 5000, time.UTC)
	place = cloud.Place{Region: "eu-west-1"}
	body  = []byte(`{"TraceSegmentDocuments":["{}"]}`)
)

func request(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", "https://xray.eu-west-1.amazonaws.com/TraceSegments", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Amzn-Xray-Timestamp", "1795348800.000005000")
	r.Header.Set("User-Agent", "changes on the way")
	return r
}

func identify(t *testing.T, c cloud.Config) *cloud.Signer {
	t.Helper()
	s, err := cloud.Identify(t.Context(), c, place)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sign is whose credentials a signature names; or why there is none.
func sign(t *testing.T, s *cloud.Signer) (key string, err error) {
	t.Helper()
	r := request(t)
	if err := s.Sign(t.Context(), r, cloud.Hash(body), noon); err != nil {
		if a := r.Header.Get("Authorization"); a != "" {
			t.Errorf("error %v, and signed all the same: %s", err, a)
		}
		return "", err
	}
	_, key, _ = strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ = strings.Cut(key, "/")
	return key, nil
}

// The signature was computed by another implementation, from the description of the algorithm.
func TestKnownSignature(t *testing.T) {
	s := identify(t, bare(t, map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "AWS_SESSION_TOKEN": "session"}))
	r := request(t)
	if err := s.Sign(t.Context(), r, cloud.Hash(body), noon); err != nil {
		t.Fatal(err)
	}
	want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/xray/aws4_request, " +
		"SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-security-token;x-amzn-xray-timestamp, Signature=4a72ab68a64ac7d36734b30b465ec3dc72556cf73b9eb651c2d53e14f1723432"
	if got := r.Header.Get("Authorization"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestIdentifyRefuses(t *testing.T) {
	for _, c := range []struct {
		change func(*cloud.Config)
		place  cloud.Place
		want   string
	}{
		{func(*cloud.Config) {}, cloud.Place{}, "--region"},
		{func(c *cloud.Config) { c.RoleARN = "TracesIn" }, place, "arn:aws:iam::123456789012:role/NAME"},
		{func(c *cloud.Config) { c.RoleARN = "arn:aws:iam::1:user/a" }, place, "no ARN of a role"},
		{func(c *cloud.Config) { c.STSEndpoint = "sts:80" }, place, "STS endpoint"},
		{func(c *cloud.Config) { c.STSEndpoint = "http://a:b@sts" }, place, "STS endpoint"},
	} {
		conf := bare(t, nil)
		c.change(&conf)
		if _, err := cloud.Identify(t.Context(), conf, c.place); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want one with %q", err, c.want)
		}
	}
}

// Without credentials each signature fails, and says where they were looked for; once they are there it succeeds.
func TestCredentialsAppear(t *testing.T) {
	name := filepath.Join(t.TempDir(), "credentials")
	s := identify(t, bare(t, map[string]string{"AWS_SHARED_CREDENTIALS_FILE": name}))
	_, err := sign(t, s)
	var e *cloud.CredentialsError
	if !errors.As(err, &e) || e.Denied || !strings.HasPrefix(e.Error(), "no AWS credentials: ") {
		t.Fatalf("got %v, want a CredentialsError", err)
	}
	want := "give the daemon one source of credentials; looked at the environment (AWS_ACCESS_KEY_ID is not set), web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set), " +
		`profile "default" of the shared files, the container's endpoint (AWS_CONTAINER_CREDENTIALS_FULL_URI is not set) and the instance's role (off by AWS_EC2_METADATA_DISABLED)`
	if e.Hint != want {
		t.Errorf("got hint  %s\nwant %s", e.Hint, want)
	}
	for _, key := range []string{"AKIDONE", "AKIDTWO"} {
		if err := os.WriteFile(name, []byte("[default]\naws_access_key_id = "+key+"\naws_secret_access_key = geheim\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s.Forget()
		if got, err := sign(t, s); err != nil || got != key {
			t.Errorf("got %q, error %v; want %s", got, err, key)
		}
	}
}

func TestInstanceRole(t *testing.T) {
	fake := &imds{hang: true}
	s := identify(t, bare(t, map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": serve(t, fake)}))
	if _, err := sign(t, s); err == nil || !strings.Contains(err.Error(), "hop limit") {
		t.Errorf("without a token: got %v, want an error that names the hop limit", err)
	}
	fake.mu.Lock()
	fake.hang, fake.role = false, role("AKIDROLE", time.Now().Add(time.Hour))
	fake.mu.Unlock()
	if key, err := sign(t, s); err != nil || key != "AKIDROLE" {
		t.Errorf("got %q, error %v; want the instance's role", key, err)
	}
}

func role(key string, end time.Time) string {
	return fmt.Sprintf(`{"Code":"Success","AccessKeyId":%q,"SecretAccessKey":"geheim","Token":"geheimtoken","Expiration":%q}`, key, end.UTC().Format(time.RFC3339))
}

// Of a container's endpoint: credentials that are about to end are replaced, and used to their end if there are no others.
func TestRenewal(t *testing.T) {
	var mu sync.Mutex
	answer, calls := role("AKIDONE", time.Now().Add(4*time.Second)), 0
	u := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		calls++
		if answer == "" {
			w.WriteHeader(http.StatusBadRequest)
		}
		fmt.Fprint(w, answer)
	}))
	s := identify(t, bare(t, map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": u}))
	set := func(to string) {
		mu.Lock()
		answer = to
		mu.Unlock()
	}
	for _, want := range []string{"AKIDONE", "AKIDONE"} {
		if key, err := sign(t, s); err != nil || key != want {
			t.Errorf("got %q, error %v; want %s", key, err, want)
		}
	}
	if calls != 1 {
		t.Errorf("%d calls for two signatures, want 1", calls)
	}
	set(role("AKIDTWO", time.Now().Add(time.Hour)))
	s.Forget()
	if key, err := sign(t, s); err != nil || key != "AKIDTWO" {
		t.Errorf("forgotten: got %q, error %v; want AKIDTWO", key, err)
	}
	set("")
	s.Forget()
	if _, err := sign(t, s); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("got %v, want an error without secrets", err)
	}
}

// sts is a security token service that knows one caller.
type sts struct {
	mu    sync.Mutex // guards the following
	trust bool
	forms []url.Values
	auth  []string
}

func (s *sts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.forms, s.auth = append(s.forms, r.PostForm), append(s.auth, r.Header.Get("Authorization"))
	w.Header().Set("Content-Type", "text/xml")
	switch {
	case r.PostForm.Get("Action") == "GetCallerIdentity":
		fmt.Fprint(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/alice</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	case !s.trust:
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>is not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>`)
	default:
		fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>`+
			`<SecretAccessKey>geheim</SecretAccessKey><SessionToken>geheimtoken</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
			time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}
}

func TestRole(t *testing.T) {
	fake := new(sts)
	conf := bare(t, map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "geheim"})
	conf.RoleARN, conf.ExternalID, conf.STSEndpoint = "arn:aws:iam::210987654321:role/TracesIn", "outside", serve(t, fake)+"/"
	s := identify(t, conf)
	_, err := sign(t, s)
	var e *cloud.CredentialsError
	want := "assume role arn:aws:iam::210987654321:role/TracesIn as arn:aws:iam::111122223333:user/alice: AccessDenied: is not authorized to perform: sts:AssumeRole"
	if !errors.As(err, &e) || !e.Denied || e.Error() != want || !strings.Contains(e.Hint, "trust policy") {
		t.Errorf("got error  %v\nwant denied %s", err, want)
	}
	fake.mu.Lock()
	fake.trust, fake.forms, fake.auth = true, nil, nil
	fake.mu.Unlock()
	for range 2 {
		if key, err := sign(t, s); err != nil || key != "ASIAROLE" {
			t.Errorf("got %q, error %v; want the role", key, err)
		}
	}
	if len(fake.forms) != 1 {
		t.Fatalf("%d calls of STS for two signatures, want 1", len(fake.forms))
	}
	f := fake.forms[0]
	if f.Get("RoleSessionName") != "xray-daemon" || f.Get("ExternalId") != "outside" || f.Get("RoleArn") != conf.RoleARN || f.Get("DurationSeconds") != "3600" {
		t.Errorf("asked STS for %v", f)
	}
	if !strings.Contains(fake.auth[0], "AKIDEXAMPLE/") || !strings.Contains(fake.auth[0], "/eu-west-1/sts/aws4_request") {
		t.Errorf("asked STS as %s, want the caller in its region", fake.auth[0])
	}
}

func TestRoleWithoutSTS(t *testing.T) {
	conf := bare(t, map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "geheim"})
	conf.RoleARN, conf.STSEndpoint = "arn:aws:iam::210987654321:role/TracesIn", "http://127.0.0.1:1"
	_, err := sign(t, identify(t, conf))
	var e *cloud.CredentialsError
	if !errors.As(err, &e) || e.Denied || !strings.Contains(e.Error(), "connection refused") || !strings.Contains(e.Hint, "--sts-endpoint") {
		t.Errorf("got %v, want that STS refuses connections", err)
	}
}

// STS is called through the HTTP client that is given, metadata services are not.
func TestThroughProxy(t *testing.T) {
	fake := new(sts)
	fake.trust = true
	var hosts []string
	proxy := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts = append(hosts, r.Host)
		fake.ServeHTTP(w, r)
	}))
	to, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	conf := bare(t, map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": serve(t, &imds{role: role("AKIDROLE", time.Now().Add(time.Hour))})})
	conf.RoleARN, conf.STSEndpoint = "arn:aws:iam::210987654321:role/TracesIn", "http://sts.test"
	conf.HTTP = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(to)}}
	if key, err := sign(t, identify(t, conf)); err != nil || key != "ASIAROLE" {
		t.Errorf("got %q, error %v; want the role", key, err)
	}
	if got, err := json.Marshal(hosts); err != nil || string(got) != `["sts.test"]` {
		t.Errorf("through the proxy: got %s, want STS alone", got)
	}
}

func TestSignInterrupted(t *testing.T) {
	s := identify(t, bare(t, nil))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Sign(ctx, request(t), cloud.Hash(body), noon); err != context.Canceled {
		t.Errorf("got %v, want the context's error", err)
	}
}
