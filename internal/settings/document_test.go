package settings

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/store"
)

const policyAccount store.Account = 111122223333

// of is a policy with one statement.
func of(statement string) string {
	return `{"Version":"2012-10-17","Statement":[` + statement + `]}`
}

// allow is a statement in normal form.
const allow = `{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"xray:PutTraceSegments","Resource":"*"}`

func TestPolicyNormalForm(t *testing.T) {
	for _, tt := range []struct{ document, want string }{
		{of(allow), of(allow)},
		{" {\n\"Statement\" : " + allow + ` , "Version":"2012-10-17"} `, of(allow)},
		{`{"Id":"x","Statement":[` + allow + `]}`, `{"Id":"x","Statement":[` + allow + `]}`},
		{of(`{"Resource":["*"],"Action":["xray:PutTraceSegments"],"Principal":{"Service":["sns.amazonaws.com"]},"Effect":"Allow"}`), of(allow)},
		{of(`{"Effect":"Allow","Principal":{"AWS":["*","111122223333"]},"Action":["xray:Get*","xray:Put*"]}`),
			of(`{"Effect":"Allow","Principal":{"AWS":["*","111122223333"]},"Action":["xray:Get*","xray:Put*"]}`)},
		{of(`{"Sid":"s","Effect":"Deny","NotPrincipal":"*","NotAction":["*"],"NotResource":["arn:aws:xray:*"],"Condition":{"Bool":{"aws:SecureTransport":[false]},"NumericEquals":{"k":[1.0,"2"]}}}`),
			of(`{"Sid":"s","Effect":"Deny","NotPrincipal":"*","NotAction":"*","NotResource":"arn:aws:xray:*","Condition":{"Bool":{"aws:SecureTransport":false},"NumericEquals":{"k":[1.0,"2"]}}}`)},
	} {
		if got, err := checkPolicy(policyAccount, tt.document, false); got != tt.want || err != nil {
			t.Errorf("%s:\n got %s, %v\nwant %s", tt.document, got, err, tt.want)
		}
	}
}

func TestPolicyMistakes(t *testing.T) {
	for _, tt := range []struct{ document, part string }{
		{"", "missing or empty"},
		{"{", "not a policy"},
		{"[]", "not a policy"},
		{"7", "not a policy"},
		{"{} {}", "something follows"},
		{"{}", "Statement is missing or empty"},
		{`{"Statement":[]}`, "Statement is missing or empty"},
		{`{"Statement":"x"}`, "not a policy"},
		{`{"Version":"2020-01-01","Statement":` + allow + `}`, `Version "2020-01-01"`},
		{`{"Statement":` + allow + `,"Colour":"red"}`, "Colour"},
		{of(allow[:1] + `"Colour":"red",` + allow[1:]), "Colour"},
		{of(strings.Replace(allow, "Allow", "allow", 1)), `Statement[0]: effect "allow"`},
		{of(allow + "," + strings.Replace(allow, `"Effect":"Allow",`, "", 1)), `Statement[1]: effect ""`},
		{of(strings.Replace(allow, `"Action":"xray:PutTraceSegments",`, "", 1)), "one of Action and NotAction"},
		{of(strings.Replace(allow, `"Action"`, `"NotAction":"*","Action"`, 1)), "one of Action and NotAction"},
		{of(strings.Replace(allow, `xray:PutTraceSegments`, "PutTraceSegments", 1)), `"PutTraceSegments"`},
		{of(strings.Replace(allow, `"xray:PutTraceSegments"`, "null", 1)), "not an action"},
		{of(strings.Replace(allow, `"xray:PutTraceSegments"`, "[]", 1)), "one of Action and NotAction"},
		{of(strings.Replace(allow, `"xray:PutTraceSegments"`, "7", 1)), "not a policy"},
		{of(strings.Replace(allow, `"Resource":"*"`, `"Resource":"everything"`, 1)), `"everything"`},
		{of(strings.Replace(allow, `"Resource":"*"`, `"Resource":"*","NotResource":"*"`, 1)), "one of Resource and NotResource"},
		{of(strings.Replace(allow, `"Principal":{"Service":"sns.amazonaws.com"},`, "", 1)), "one of Principal and NotPrincipal"},
		{of(strings.Replace(allow, `{"Service":"sns.amazonaws.com"}`, `"me"`, 1)), "no principal"},
		{of(strings.Replace(allow, `{"Service":"sns.amazonaws.com"}`, `{}`, 1)), "principal is empty"},
		{of(strings.Replace(allow, `"sns.amazonaws.com"`, `[]`, 1)), "principal Service is empty"},
		{of(strings.Replace(allow, "Service", "Colour", 1)), `principal "Colour"`},
		{of(strings.Replace(allow, `"Resource"`, `"Condition":{"Bool":{"k":{}}},"Resource"`, 1)), "no value of a condition"},
		{of(strings.Replace(allow, `"Effect"`, `"Sid":"a","Effect"`, 1) + "," + strings.Replace(allow, `"Effect"`, `"Sid":"a","Effect"`, 1)), "twice"},
		{strings.Repeat("[", 5000), "not a policy"},
	} {
		var e *Error
		if _, err := checkPolicy(policyAccount, tt.document, true); !errors.As(err, &e) || e.Reason != Malformed || !strings.Contains(e.Message, tt.part) {
			t.Errorf("%.200s: got %v, want a malformed document with %q", tt.document, err, tt.part)
		}
	}
}

func TestLockout(t *testing.T) {
	deny := func(principal, action, rest string) string {
		return fmt.Sprintf(`{"Effect":"Deny","Principal":%s,%s%s}`, principal, action, rest)
	}
	put := `"Action":"xray:PutResourcePolicy"`
	for _, tt := range []struct {
		statement string
		out       bool
	}{
		{deny(`"*"`, put, ""), true},
		{deny(`"*"`, put, `,"Resource":"*"`), true},
		{deny(`{"AWS":"*"}`, put, ""), true},
		{deny(`{"AWS":["222233334444","111122223333"]}`, put, ""), true},
		{deny(`{"AWS":"arn:aws:iam::111122223333:root"}`, put, ""), true},
		{deny(`"*"`, `"Action":["s3:*","XRAY:put*policy"]`, ""), true},
		{deny(`"*"`, `"Action":"*"`, ""), true},
		{deny(`"*"`, `"Action":"xray:PutResource?olicy"`, ""), true},
		{deny(`"*"`, `"NotAction":"xray:Get*"`, ""), true},
		{deny(`"*"`, `"NotAction":["xray:Get*","xray:*Policy"]`, ""), false},
		{deny(`"*"`, `"Action":"xray:PutTraceSegments"`, ""), false},
		{deny(`"*"`, `"Action":"xray:PutResourcePolic"`, ""), false},
		{deny(`{"AWS":"arn:aws:iam::111122223333:user/ann"}`, put, ""), false},
		{deny(`{"AWS":"222233334444"}`, put, ""), false},
		{deny(`{"Service":"sns.amazonaws.com"}`, put, ""), false},
		{deny(`"*"`, put, `,"Condition":{"Bool":{"aws:SecureTransport":false}}`), false},
		{deny(`"*"`, put, `,"Resource":"arn:aws:xray:eu-central-1:111122223333:group/a/*"`), false},
		{strings.Replace(deny(`"*"`, put, ""), "Deny", "Allow", 1), false},
	} {
		var e *Error
		_, err := checkPolicy(policyAccount, of(allow+","+tt.statement), false)
		if out := errors.As(err, &e) && e.Reason == Lockout; out != tt.out || !out && err != nil {
			t.Errorf("%s: got %v, want a lockout: %t", tt.statement, err, tt.out)
		}
		if _, err := checkPolicy(policyAccount, of(tt.statement), true); err != nil {
			t.Errorf("%s with bypass: %v", tt.statement, err)
		}
	}
}

// A policy in normal form is in normal form.
func FuzzPolicy(f *testing.F) {
	f.Add(of(allow))
	f.Add(of(`{"Sid":"s","Effect":"Deny","NotPrincipal":{"AWS":["*","1"]},"NotAction":["a:b","*"],"NotResource":["arn:x"],"Condition":{"Bool":{"k":[false,1e5,"\u003c"]}}}`))
	f.Add(`{"Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}`)
	f.Add(`{"Statement":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		normal, err := checkPolicy(policyAccount, text, true)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Errorf("%q: got %v, want an *Error", text, err)
			}
			return
		}
		// The normal form of bytes that are not UTF-8 is longer.
		again, err := checkPolicy(policyAccount, normal, true)
		if len(normal) <= maxPolicyLength && (again != normal || err != nil) {
			t.Errorf("%q: got the normal form %q, and of that %q, %v", text, normal, again, err)
		}
	})
}

func TestWildcard(t *testing.T) {
	for _, tt := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "abc", true}, {"a*", "abc", true}, {"*c", "abc", true}, {"a*c", "abc", true},
		{"a*b", "abc", false}, {"a**c", "abc", true}, {"?", "", false}, {"?", "a", true}, {"a?c", "abc", true}, {"a?", "a", false},
		{"*b*", "abc", true}, {"*bd*", "abcbd", true}, {"abc", "ab", false}, {"ab", "abc", false},
		{strings.Repeat("*a", 2000) + "b", strings.Repeat("a", 4000), false},
	} {
		if got := wildcard(tt.pattern, tt.s); got != tt.want {
			t.Errorf("%.20q matches %.20q: got %t, want %t", tt.pattern, tt.s, got, tt.want)
		}
	}
}
