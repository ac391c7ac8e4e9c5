package sampling

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/rayscope/rayscope/xray/pattern"
)

// A RuleManifest is the local rules: the first that a request matches decides, else the default.
type RuleManifest struct {
	Version int     `json:"version"` // 1, where a rule names its host service_name, or 2
	Default *Rule   `json:"default"`
	Rules   []*Rule `json:"rules"`
}

// A Rule is a local one. Its reservoir is of this process alone.
type Rule struct {
	*Properties

	reservoir bucket
}

// Properties are what a local rule says.
type Properties struct {
	ServiceName string  `json:"service_name"` // pattern of the host in manifests of version 1, which are kept with Host instead
	Host        string  `json:"host"`         // pattern
	HTTPMethod  string  `json:"http_method"`  // pattern
	URLPath     string  `json:"url_path"`     // pattern of the path
	FixedTarget int64   `json:"fixed_target"` // requests per second that are traced
	Rate        float64 `json:"rate"`         // share of the others, 0 to 1
}

// AppliesTo reports whether the patterns match. What is empty matches every pattern.
func (p *Properties) AppliesTo(host, path, method string) bool {
	return p != nil &&
		(host == "" || pattern.WildcardMatchCaseInsensitive(p.Host, host)) &&
		(path == "" || pattern.WildcardMatchCaseInsensitive(p.URLPath, path)) &&
		(method == "" || pattern.WildcardMatchCaseInsensitive(p.HTTPMethod, method))
}

// Sample decides on a request that the rule applies to.
func (r *Rule) Sample() *Decision {
	return &Decision{Sample: r.sample(time.Now().Unix())}
}

func (r *Rule) sample(now int64) bool {
	return r.Properties != nil && (r.reservoir.take(now, r.FixedTarget) || rand.Float64() < r.Rate)
}

// ManifestFromFilePath reads a manifest from a file.
func ManifestFromFilePath(fp string) (*RuleManifest, error) {
	b, err := os.ReadFile(fp)
	if err != nil {
		return nil, fmt.Errorf("sampling rules: %w", err)
	}
	m, err := ManifestFromJSONBytes(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", fp, err)
	}
	return m, nil
}

// ManifestFromJSONBytes reads a manifest. The error tells all that is wrong with it, by rule and member.
func ManifestFromJSONBytes(b []byte) (*RuleManifest, error) {
	m := new(RuleManifest)
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("sampling rules: %w", where(err))
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	for _, r := range m.Rules {
		if m.Version == 1 {
			r.Host, r.ServiceName = r.ServiceName, ""
		}
	}
	return m, nil
}

// where says which member is of a wrong type, rather than which Go type it has.
func where(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		member := cmp.Or(wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:], "the manifest")
		return fmt.Errorf("at byte %d: %s is of type %s, must be %s", wrong.Offset, member, wrong.Value, kind(wrong.Type))
	}
	return err
}

// kind is what JSON calls values of the type.
func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "an array"
	}
	return "an object"
}

func (m *RuleManifest) check() error {
	if m.Version != 1 && m.Version != 2 {
		return fmt.Errorf("sampling rules: version %d is not known; give \"version\":2", m.Version)
	}
	errs := about("default", m.checkDefault())
	for i, r := range m.Rules {
		errs = append(errs, about(fmt.Sprintf("rule %d", i+1), m.checkRule(r))...)
	}
	return errors.Join(errs...)
}

// about says in each error what it is about.
func about(what string, errs []error) []error {
	for i, err := range errs {
		errs[i] = fmt.Errorf("sampling rules: %s: %w", what, err)
	}
	return errs
}

func (m *RuleManifest) checkDefault() []error {
	d := m.Default
	if d == nil || d.Properties == nil {
		return []error{errors.New(`it is missing; give for example "default":{"fixed_target":1,"rate":0.05}`)}
	}
	errs := d.checkNumbers()
	for _, member := range []struct{ name, value string }{
		{"service_name", d.ServiceName}, {"host", d.Host}, {"http_method", d.HTTPMethod}, {"url_path", d.URLPath},
	} {
		if member.value != "" {
			errs = append(errs, fmt.Errorf("%s %q: the default is for all requests that no rule matches; leave the member out, or write a rule",
				member.name, member.value))
		}
	}
	return errs
}

func (m *RuleManifest) checkRule(r *Rule) []error {
	if r == nil || r.Properties == nil {
		return []error{errors.New("it is empty; give url_path, http_method, fixed_target, rate and the host, or remove it")}
	}
	errs := r.checkNumbers()
	host, value := "host", r.Host
	wrong, wrongValue := "service_name", r.ServiceName
	if m.Version == 1 {
		host, value, wrong, wrongValue = wrong, wrongValue, host, value
	}
	if wrongValue != "" {
		errs = append(errs, fmt.Errorf("%s %q: rules of version %d name the host %s", wrong, wrongValue, m.Version, host))
	}
	for _, member := range []struct{ name, value string }{{host, value}, {"http_method", r.HTTPMethod}, {"url_path", r.URLPath}} {
		if member.value == "" {
			errs = append(errs, fmt.Errorf("%s is missing; give a pattern, * for all", member.name))
		}
	}
	return errs
}

func (p *Properties) checkNumbers() (errs []error) {
	if p.FixedTarget < 0 {
		errs = append(errs, fmt.Errorf("fixed_target %d is negative; give the requests per second that are traced, 0 for none", p.FixedTarget))
	}
	if p.Rate < 0 {
		errs = append(errs, fmt.Errorf("rate %v is negative; give a share between 0 and 1", p.Rate))
	}
	return errs
}
