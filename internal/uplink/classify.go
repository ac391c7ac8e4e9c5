package uplink

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// MaxRetryAfter bounds what is believed of an endpoint that wants to be left alone.
const MaxRetryAfter = 5 * time.Minute

// codes are exceptions of AWS' front ends whose meaning the status does not tell; those of throttling AWS' library lists.
var codes = map[string]Kind{
	"AccessDenied":                        Denied,
	"AccessDeniedException":               Denied,
	"NotAuthorized":                       Denied,
	"OptInRequired":                       Denied,
	"UnauthorizedOperation":               Denied,
	"AuthFailure":                         Unidentified,
	"ExpiredToken":                        Unidentified,
	"ExpiredTokenException":               Unidentified,
	"IncompleteSignature":                 Unidentified,
	"IncompleteSignatureException":        Unidentified,
	"InvalidAccessKeyId":                  Unidentified,
	"InvalidClientTokenId":                Unidentified,
	"InvalidSignatureException":           Unidentified,
	"InvalidToken":                        Unidentified,
	"MissingAuthenticationToken":          Unidentified,
	"MissingAuthenticationTokenException": Unidentified,
	"SignatureDoesNotMatch":               Unidentified,
	"UnrecognizedClientException":         Unidentified,
	"RequestExpired":                      Skewed,
	"RequestInTheFuture":                  Skewed,
	"RequestTimeTooSkewed":                Skewed,
	"InternalFailure":                     Failing,
	"InternalServerError":                 Failing,
	"ServiceUnavailable":                  Failing,
	"ServiceUnavailableException":         Failing,
	"UnknownOperationException":           Foreign,
	"RequestEntityTooLargeException":      TooLarge,
}

// classify says what an answer means; nil if it is what was asked for. tooLong is the error of a body that was not read whole.
func (u *Uplink) classify(res *http.Response, body []byte, tooLong error, asked string) *Error {
	if res.StatusCode/100 == 2 && tooLong == nil && fits(res.Header, body, asked) {
		return nil
	}
	e := &Error{Endpoint: u.name, Status: res.StatusCode, Err: tooLong, RetryAfter: u.retryAfter(res.Header.Get("Retry-After"))}
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		e.date = date
	}
	e.Code, e.Message = exception(res.Header, body)
	e.Kind = e.kind(res.Header)
	if e.Kind == Foreign {
		e.Message = describe(res, body)
	}
	e.hint = hintOf(e)
	return e
}

// fits tells whether the body of a success can be of the API: a log-in page or an empty answer of a load balancer with status 200
// must not pass for the receipt of documents.
func fits(h http.Header, body []byte, asked string) bool {
	if isHTML(h, body) {
		return false
	}
	return asked != "application/json" || firstByte(body) == '{'
}

func isHTML(h http.Header, body []byte) bool {
	return strings.Contains(h.Get("Content-Type"), "html") || firstByte(body) == '<'
}

// firstByte is the first one that is no blank; 0 if there is none.
func firstByte(body []byte) byte {
	for _, c := range body {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
	}
	return 0
}

// exception finds code and message in an answer of AWS' JSON protocols.
func exception(h http.Header, body []byte) (code, message string) {
	var b struct {
		Type    any `json:"__type"`
		Code    any `json:"code"`
		Message any `json:"message"` // and Message: encoding/json takes any case
	}
	// What is no JSON has no members, and its status must do.
	if json.Unmarshal(body, &b) == nil {
		message, _ = b.Message.(string)
	}
	code = h.Get("X-Amzn-Errortype")
	for _, other := range []any{b.Type, b.Code} {
		if s, ok := other.(string); ok && code == "" {
			code = s
		}
	}
	code, _, _ = strings.Cut(code, ":")
	code = code[strings.LastIndexByte(code, '#')+1:]
	return oneLine(code, maxExcerpt), oneLine(message, maxMessage)
}

// kind decides by the exception, else by the status.
func (e *Error) kind(h http.Header) Kind {
	if _, throttled := retry.DefaultThrottleErrorCodes[e.Code]; throttled {
		return Throttled
	}
	if k, known := codes[e.Code]; known {
		if k == Unidentified && namesClock(e.Message) {
			return Skewed
		}
		return k
	}
	if k, known := statuses[e.Status]; known {
		return k
	}
	switch {
	case e.Status >= 500:
		return Failing
	case e.Status < 400 || !e.isXRays(h):
		return Foreign
	case e.Status == http.StatusForbidden:
		return Denied
	}
	return Refused
}

// statuses mean the same whoever answers.
var statuses = map[int]Kind{
	http.StatusUnauthorized:          Unidentified,
	http.StatusNotFound:              Foreign,
	http.StatusMethodNotAllowed:      Foreign,
	http.StatusProxyAuthRequired:     Unreachable,
	http.StatusRequestTimeout:        TimedOut,
	http.StatusRequestEntityTooLarge: TooLarge,
	http.StatusTooManyRequests:       Throttled,
}

// isXRays tells whether a refusal is the API's own. Refused documents are given up, so a page of a load balancer must not pass
// for the API's word.
func (e *Error) isXRays(h http.Header) bool {
	kind := h.Get("Content-Type")
	return e.Code != "" || e.Message != "" || strings.Contains(kind, "json") || strings.Contains(kind, "protobuf")
}

// namesClock tells whether a message about a signature is about its time.
func namesClock(message string) bool {
	m := strings.ToLower(message)
	return strings.Contains(m, "signature expired") || strings.Contains(m, "not yet current")
}

// describe says who answered in X-Ray's place.
func describe(res *http.Response, body []byte) string {
	var b strings.Builder
	if to, err := url.Parse(res.Header.Get("Location")); err == nil && to.Host != "" {
		fmt.Fprintf(&b, "redirects to %s://%s, ", oneLine(to.Scheme, maxExcerpt), oneLine(to.Host, maxExcerpt))
	}
	kind := oneLine(res.Header.Get("Content-Type"), maxExcerpt)
	if kind == "" {
		kind = "no content type"
	}
	b.WriteString(kind)
	if text := oneLine(string(body[:min(len(body), 16*maxExcerpt)]), maxExcerpt); text != "" {
		fmt.Fprintf(&b, ", begins with %q", text)
	}
	return b.String()
}

// retryAfter reads the header of that name: seconds or a date.
func (u *Uplink) retryAfter(s string) time.Duration {
	var d time.Duration
	if seconds, err := strconv.ParseUint(s, 10, 31); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(s); err == nil {
		d = at.Sub(u.clock.endpoints())
	}
	return min(max(d, 0), MaxRetryAfter)
}

// broken is the error of a call that got no whole answer.
func (u *Uplink) broken(err error) *Error {
	e := &Error{Kind: Unreachable, Endpoint: u.name, Err: err, hint: networkHint(err)}
	var n net.Error
	if errors.As(err, &n) && n.Timeout() {
		e.Kind = TimedOut
	}
	return e
}

// networkHint is the next step for causes that have one of their own.
func networkHint(err error) string {
	var (
		op      *net.OpError
		dns     *net.DNSError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "the way leads through a proxy: check --proxy-address, HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
	case errors.As(err, &unknown):
		return "name a file with the certificate of the authority in AWS_CA_BUNDLE, or correct the endpoint"
	case errors.As(err, &host):
		return "the certificate is of another host: correct the endpoint's host name"
	case errors.As(err, &invalid):
		return "the endpoint's certificate cannot be used: renew it, or set this machine's clock"
	case errors.As(err, &record):
		return "the endpoint does not speak TLS on this port: write http:// or correct the port"
	case errors.As(err, &dns):
		return "the host name has no address here: correct the endpoint, or look at this machine's DNS"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there: start the endpoint, or correct its host and port"
	}
	return ""
}

// hintOf is the next step for answers that have one of their own.
func hintOf(e *Error) string {
	switch {
	case e.Status == http.StatusProxyAuthRequired:
		return "the proxy wants a user name and password: put them into --proxy-address or HTTPS_PROXY"
	case strings.HasPrefix(e.Code, "MissingAuthenticationToken"):
		return "the endpoint wants a signature: use --sign=true"
	case e.Kind == Unidentified && (e.Code == "InvalidSignatureException" || e.Code == "SignatureDoesNotMatch"):
		return "the secret key or the region is wrong: check the credentials, and --region"
	case e.Code == "UnknownOperationException":
		return "the endpoint does not know this operation: is it an X-Ray API, and not too old?"
	}
	return ""
}
