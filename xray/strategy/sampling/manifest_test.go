package sampling_test

import (
	"os"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

func TestManifests(t *testing.T) {
	for _, tt := range []struct {
		file               string
		host, path, method string
		want               int // the rule that applies; -1: the default
	}{
		{"testdata/version2.json", "shop.example.com", "/health", "GET", 0},
		{"testdata/version2.json", "shop.example.com", "/health", "POST", -1},
		{"testdata/version2.json", "Shop.Example.org", "/orders/1", "post", 1},
		{"testdata/version2.json", "a.example.com", "/orders/1", "POST", 2},
		{"testdata/version2.json", "", "/orders/1", "POST", 1},
		{"testdata/version2.json", "", "", "", 0},
		{"testdata/version1.json", "shop.example", "/cart/1", "GET", 0},
		{"testdata/version1.json", "web.example", "/cart/1", "GET", -1},
	} {
		m, err := sampling.ManifestFromFilePath(tt.file)
		if err != nil {
			t.Fatal(err)
		}
		got := -1
		for i, r := range m.Rules {
			if r.AppliesTo(tt.host, tt.path, tt.method) {
				got = i
				break
			}
		}
		if got != tt.want {
			t.Errorf("%s: %s %s%s is for rule %d, want %d", tt.file, tt.method, tt.host, tt.path, got, tt.want)
		}
	}
}

func TestLocalized(t *testing.T) {
	strategy, err := sampling.NewLocalizedStrategyFromFilePath("testdata/version2.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		about   string
		request sampling.Request
		want    bool
	}{
		{"a health check", sampling.Request{Host: "shop.example.com", Method: "GET", URL: "/health"}, false},
		{"an order", sampling.Request{Host: "shop.example.com", Method: "POST", URL: "/orders"}, true},
	} {
		for range 100 {
			if d := strategy.ShouldTrace(&tt.request); d.Sample != tt.want || d.Rule != nil {
				t.Fatalf("%s: %+v, want Sample %v and no name of a rule", tt.about, *d, tt.want)
			}
		}
	}
}

func TestManifestErrors(t *testing.T) {
	const ok = `"default":{"fixed_target":1,"rate":0.05}`
	for _, tt := range []struct{ manifest, want string }{
		{``, "unexpected end of JSON input"},
		{`{"version":2,"default":{"rate":"5%"}}`, "at byte 35: rate is of type string, must be a number"},
		{`{"version":"2"}`, "at byte 14: version is of type string, must be a whole number"},
		{`{"version":2,` + ok + `,"rules":{}}`, `rules is of type object, must be an array`},
		{`[]`, `the manifest is of type array, must be an object`},
		{`{` + ok + `}`, `version 0 is not known; give "version":2`},
		{`{"version":3,` + ok + `}`, "version 3 is not known"},
		{`null`, "version 0"},
		{`{"version":2}`, "default: it is missing"},
		{`{"version":2,"default":null}`, "default: it is missing"},
		{`{"version":2,"default":{"fixed_target":-1,"rate":-0.5}}`, "default: fixed_target -1 is negative"},
		{`{"version":2,"default":{"fixed_target":-1,"rate":-0.5}}`, "sampling rules: default: rate -0.5 is negative"},
		{`{"version":2,"default":{"url_path":"/a","fixed_target":1,"rate":0}}`, `default: url_path "/a"`},
		{`{"version":2,` + ok + `,"rules":[{"host":"*","http_method":"*","url_path":"*","rate":0.1},{"host":"*","url_path":"*"}]}`, "rule 2: http_method is missing"},
		{`{"version":2,` + ok + `,"rules":[{"service_name":"s","host":"*","http_method":"*","url_path":"*"}]}`, `rule 1: service_name "s": rules of version 2 name the host host`},
		{`{"version":1,` + ok + `,"rules":[{"host":"h","service_name":"*","http_method":"*","url_path":"*"}]}`, `rule 1: host "h": rules of version 1 name the host service_name`},
		{`{"version":1,` + ok + `,"rules":[{"http_method":"*","url_path":"*"}]}`, "rule 1: service_name is missing"},
		{`{"version":2,` + ok + `,"rules":[null]}`, "rule 1: it is empty"},
		{`{"version":2,` + ok + `,"rules":[{}]}`, "rule 1: it is empty"},
		{`{"version":2,` + ok + `,"rules":[{"host":"*","http_method":"*","url_path":"*","rate":-1}]}`, "rule 1: rate -1 is negative"},
	} {
		_, err := sampling.ManifestFromJSONBytes([]byte(tt.manifest))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %s", tt.manifest, err, tt.want)
		}
		if _, err := sampling.NewCentralizedStrategyWithJSONBytes([]byte(tt.manifest)); err == nil {
			t.Errorf("%s: taken for a fallback, want an error", tt.manifest)
		}
	}
	if _, err := sampling.NewCentralizedStrategyWithFilePath("testdata/missing.json"); !os.IsNotExist(unwrapped(err)) {
		t.Errorf("missing file: got %v, want that it does not exist", err)
	}
}

func unwrapped(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		err = u.Unwrap()
	}
}

// A rule that was not read from a manifest decides too.
func TestRuleOfTheUsers(t *testing.T) {
	if new(sampling.Rule).Sample().Sample || new(sampling.Rule).AppliesTo("", "", "") {
		t.Error("an empty rule applies or traces, want neither")
	}
	r := &sampling.Rule{Properties: &sampling.Properties{FixedTarget: 1}}
	if !r.Sample().Sample {
		t.Error("the first request of the second is not traced")
	}
}

func FuzzManifest(f *testing.F) {
	for _, name := range []string{"testdata/version1.json", "testdata/version2.json"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"version":2,"default":{"fixed_target":1e99}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		strategy, err := sampling.NewLocalizedStrategyFromJSONBytes(b)
		if err != nil {
			return
		}
		strategy.ShouldTrace(&busy)
		strategy.ShouldTrace(nil)
	})
}

// FuzzRules feeds the strategy with answers of the service.
func FuzzRules(f *testing.F) {
	f.Add([]byte(`{"SamplingRuleRecords":[{"SamplingRule":{"RuleName":"Default","Priority":10000,"FixedRate":0.05,"ReservoirSize":1,"ServiceName":"*",`+
		`"ServiceType":"*","Host":"*","HTTPMethod":"*","URLPath":"*","ResourceARN":"*","Version":1}}]}`), []byte(`{"SamplingTargetDocuments":[`+
		`{"RuleName":"Default","FixedRate":0.2,"ReservoirQuota":5,"ReservoirQuotaTTL":1758654971,"Interval":10}],"LastRuleModification":1758650000}`))
	f.Fuzz(func(t *testing.T, rules, targets []byte) {
		sampling.Answer(rules, targets, &busy)
	})
}
