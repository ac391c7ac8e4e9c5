package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rayscope/rayscope/internal/store"
)

// A document is a resource policy in the language of IAM policies. Written again it is in normal form: without blanks,
// elements in this order, a list of one as its item.
type document struct {
	Version   string `json:",omitempty"`
	ID        string `json:"Id,omitempty"`
	Statement statements
}

type statements []statement

type statement struct {
	Sid          string     `json:",omitempty"`
	Effect       string     `json:",omitempty"`
	Principal    *principal `json:",omitempty"`
	NotPrincipal *principal `json:",omitempty"`
	Action       texts      `json:",omitempty"`
	NotAction    texts      `json:",omitempty"`
	Resource     texts      `json:",omitempty"`
	NotResource  texts      `json:",omitempty"`
	Condition    conditions `json:",omitempty"`
}

// conditions are keys and values by operator. What they mean is up to whoever evaluates them.
type conditions map[string]map[string]values

// A principal is everybody, or names by kind: AWS, Service, Federated, CanonicalUser.
type principal struct {
	everybody bool
	of        map[string]texts
}

var principalKinds = []string{"AWS", "Service", "Federated", "CanonicalUser"}

// texts is a string or a list of them; values may be numbers and truth values too.
type (
	texts  []string
	values []any
)

func (l *statements) UnmarshalJSON(b []byte) error { return oneOrMore(b, (*[]statement)(l)) }
func (l *texts) UnmarshalJSON(b []byte) error      { return oneOrMore(b, (*[]string)(l)) }
func (l texts) MarshalJSON() ([]byte, error)       { return oneOrList(l) }
func (l values) MarshalJSON() ([]byte, error)      { return oneOrList(l) }

func (l *values) UnmarshalJSON(b []byte) error {
	if err := oneOrMore(b, (*[]any)(l)); err != nil {
		return err
	}
	for _, v := range *l {
		switch v.(type) {
		case string, bool, json.Number:
		default:
			return fmt.Errorf("%.40s is no value of a condition: strings, numbers, true and false are", b)
		}
	}
	return nil
}

func (p *principal) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil || s != "*" {
			return fmt.Errorf(`%.80s is no principal: send "*", or an object such as {"Service":"sns.amazonaws.com"}`, b)
		}
		p.everybody = true
		return nil
	}
	if err := json.Unmarshal(b, &p.of); err != nil {
		return err
	}
	for kind, names := range p.of {
		if !slices.Contains(principalKinds, kind) {
			return fmt.Errorf("principal %.40q is not known: %s are", kind, strings.Join(principalKinds, ", "))
		}
		if len(names) == 0 || slices.Contains(names, "") {
			return fmt.Errorf("principal %s is empty", kind)
		}
	}
	return nil
}

func (p principal) MarshalJSON() ([]byte, error) {
	if p.everybody {
		return plain("*")
	}
	return plain(p.of)
}

// oneOrMore reads a list, or one item that stands for a list of one.
func oneOrMore[T any](b []byte, list *[]T) error {
	if b[0] == '[' {
		return strict(b, list)
	}
	*list = make([]T, 1)
	return strict(b, &(*list)[0])
}

func oneOrList[T any](list []T) ([]byte, error) {
	if len(list) == 1 {
		return plain(list[0])
	}
	return plain(list)
}

// plain is v as JSON with the characters of URLs as they are.
func plain(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// strict reads JSON and refuses members that it does not know.
func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	d.UseNumber() // numbers stay as they are written
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the document")
	}
	return nil
}

// checkPolicy reads a resource policy and returns it in normal form.
func checkPolicy(account store.Account, text string, bypass bool) (string, error) {
	if len(text) > maxPolicyLength {
		e := invalid("PolicyDocument has %d bytes, %d is the most.", len(text), maxPolicyLength)
		e.Reason = TooLarge
		return "", e
	}
	if text == "" {
		return "", malformed("PolicyDocument is missing or empty. Send a policy in JSON with Version and Statement.")
	}
	var d document
	if err := strict([]byte(text), &d); err != nil {
		return "", malformed("PolicyDocument is not a policy: %v.", err)
	}
	if err := d.check(); err != nil {
		return "", err
	}
	if !bypass && slices.ContainsFunc(d.Statement, func(s statement) bool { return s.locksOut(account) }) {
		e := invalid("PolicyDocument denies %s to everybody, so that nobody could change the policy again. Leave that out, or send BypassPolicyLockoutCheck.", putPolicyAction)
		e.Reason = Lockout
		return "", e
	}
	normal, err := plain(d)
	return string(normal), err
}

func (d *document) check() error {
	if d.Version != "" && d.Version != "2012-10-17" && d.Version != "2008-10-17" {
		return malformed("PolicyDocument: Version %.40q is not known. Send \"2012-10-17\".", d.Version)
	}
	if len(d.Statement) == 0 {
		return malformed("PolicyDocument: Statement is missing or empty. Send at least one statement.")
	}
	sids := make(map[string]bool, len(d.Statement))
	for i := range d.Statement {
		s := &d.Statement[i]
		if err := s.check(); err != nil {
			return malformed("PolicyDocument: Statement[%d]: %v.", i, err)
		}
		if s.Sid != "" && sids[s.Sid] {
			return malformed("PolicyDocument: Statement[%d]: Sid %q is there twice. Name each statement differently.", i, s.Sid)
		}
		sids[s.Sid] = true
	}
	return nil
}

func (s *statement) check() error {
	switch {
	case s.Effect != "Allow" && s.Effect != "Deny":
		return fmt.Errorf("effect %.40q is not known, send Allow or Deny", s.Effect)
	case (s.Principal == nil) == (s.NotPrincipal == nil):
		return errors.New("send one of Principal and NotPrincipal")
	case s.Principal != nil && !s.Principal.everybody && len(s.Principal.of) == 0,
		s.NotPrincipal != nil && !s.NotPrincipal.everybody && len(s.NotPrincipal.of) == 0:
		return errors.New("the principal is empty")
	case (len(s.Action) == 0) == (len(s.NotAction) == 0):
		return errors.New("send one of Action and NotAction")
	case len(s.Resource) > 0 && len(s.NotResource) > 0:
		return errors.New("send one of Resource and NotResource")
	}
	for _, a := range slices.Concat(s.Action, s.NotAction) {
		if service, name, ok := strings.Cut(a, ":"); a != "*" && (!ok || service == "" || name == "") {
			return fmt.Errorf("%.80q is not an action, send one such as xray:PutTraceSegments", a)
		}
	}
	for _, r := range slices.Concat(s.Resource, s.NotResource) {
		if r != "*" && !strings.HasPrefix(r, "arn:") {
			return fmt.Errorf("resource %.80q is neither an ARN nor *", r)
		}
	}
	return nil
}

// putPolicyAction is what nobody may be denied by a policy that can be changed again.
const putPolicyAction = "xray:PutResourcePolicy"

// locksOut tells whether the statement denies everybody in the account to put a policy. Whom a condition or a narrower
// principal means depends on the caller's identity; such statements leave somebody who can repair the policy.
func (s *statement) locksOut(account store.Account) bool {
	denied := slices.ContainsFunc(s.Action, matchesPut) || len(s.NotAction) > 0 && !slices.ContainsFunc(s.NotAction, matchesPut)
	everywhere := len(s.NotResource) == 0 && (len(s.Resource) == 0 || slices.Contains(s.Resource, "*"))
	return s.Effect == "Deny" && len(s.Condition) == 0 && denied && everywhere && s.Principal != nil && s.Principal.includes(account)
}

// includes tells whether everybody of the account is meant.
func (p *principal) includes(account store.Account) bool {
	id := account.String()
	return p.everybody || slices.ContainsFunc(p.of["AWS"], func(name string) bool {
		return name == "*" || name == id || name == "arn:aws:iam::"+id+":root"
	})
}

// matchesPut tells whether the pattern of an action means putting a policy. Actions ignore case.
func matchesPut(pattern string) bool {
	return wildcard(strings.ToLower(pattern), strings.ToLower(putPolicyAction))
}

// wildcard matches * with any run of characters and ? with one. It goes back to the last * only, so a long pattern costs
// no more than its length times that of the text.
func wildcard(pattern, s string) bool {
	p, at, star, from := 0, 0, -1, 0
	for at < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, at
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[at]):
			p++
			at++
		case star >= 0:
			from++
			p, at = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

func malformed(format string, args ...any) *Error {
	e := invalid(format, args...)
	e.Reason = Malformed
	return e
}
