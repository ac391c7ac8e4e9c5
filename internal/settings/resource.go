package settings

import (
	"context"
	"strings"

	"github.com/rayscope/rayscope/internal/store"
)

// The kinds of resources that have tags, as ARNs call them.
const (
	groupResource = "group"
	ruleResource  = "sampling-rule"
)

// defaultName is the name of the group and of the rule that every account has.
const defaultName = "Default"

// maxResourceARN is the model's limit, in characters.
const maxResourceARN = 1011

// A resource is what tags hang on.
type resource struct {
	arn     string        // in the form in which we write it
	setting store.Setting // in which it is kept; the zero Setting for those that every account has
}

// resource finds the group or the rule with the ARN. NotFound: there is none.
func (s *Settings) resource(ctx context.Context, account store.Account, arn string) (r resource, err error) {
	if n := len(arn); n == 0 || n > maxResourceARN {
		return r, invalid("ResourceARN has %d characters, 1 to %d are allowed.", n, maxResourceARN)
	}
	kind, name, id, ok := s.splitARN(account, arn)
	if !ok {
		return r, notFound(arn, "Resource ARN not found")
	}
	if name == defaultName {
		if id != "" {
			return r, notFound(arn, "Resource ARN not found")
		}
		return resource{arn: s.ARN(account, kind, name)}, nil
	}
	key := rulePrefix + name
	if kind == groupResource {
		key = groupPrefix + name
	}
	r.setting, err = s.raw(ctx, account, key)
	if err != nil {
		return r, err
	}
	r.arn = s.ARN(account, kind, name)
	if kind == groupResource && r.setting.Key != "" {
		is, err := decode[storedGroup](&r.setting)
		if err != nil {
			return r, err
		}
		if is.value.ID != id {
			return r, notFound(arn, "Resource ARN not found")
		}
		r.arn += "/" + id
	}
	if r.setting.Key == "" {
		return r, notFound(arn, "Resource ARN not found")
	}
	return r, nil
}

// splitARN takes the ARN of a group or a rule of the account apart. Some clients leave the account of a rule out, as the
// service's own guide does.
func (s *Settings) splitARN(account store.Account, arn string) (kind, name, id string, ok bool) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:xray:"+s.region+":")
	if !ok {
		return "", "", "", false
	}
	owner, path, _ := strings.Cut(rest, ":")
	kind, name, _ = strings.Cut(path, "/")
	switch kind {
	case groupResource:
		name, id, _ = strings.Cut(name, "/")
		return kind, name, id, owner == account.String()
	case ruleResource:
		return kind, name, "", owner == account.String() || owner == ""
	}
	return "", "", "", false
}
