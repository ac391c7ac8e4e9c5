package awsv2

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/rayscope/rayscope/xray"
)

// maxAttempts bounds the attempts that one call shows, the first ones and the latest: a retryer may be set to try for ever. AWS' makes three.
const maxAttempts = 16

// extendedIDHeader has the second id that Amazon S3 gives a request.
const extendedIDHeader = "X-Amz-Id-2"

// An attempt is one HTTP request of a call.
type attempt struct {
	begin, end           time.Time
	status               int    // of the answer, 0 without
	length               int64  // bytes of the body, -1 if not known
	requestID, id2       string // "" if the answer has none
	error, throttle, bad bool   // the flags of outcome
}

// answered takes what came of the attempt.
func (a *attempt) answered(raw any, metadata middleware.Metadata, err error) {
	if resp, ok := raw.(*smithyhttp.Response); ok && resp.Response != nil {
		a.status, a.length = resp.StatusCode, resp.ContentLength
		a.id2 = resp.Header.Get(extendedIDHeader)
	}
	a.requestID, _ = awsmiddleware.GetRequestIDMetadata(metadata) // "" without
	a.error, a.throttle, a.bad = outcome(err, a.status)
}

// identify puts the ids into the AWS data of a subsegment.
func (a *attempt) identify(data map[string]any) {
	if a.requestID != "" {
		data["request_id"] = a.requestID
	}
	if a.id2 != "" {
		data["id_2"] = a.id2
	}
}

// http is the answer, nil without.
func (a *attempt) http() *xray.HTTPData {
	if a.status == 0 {
		return nil
	}
	return &xray.HTTPData{Response: &xray.ResponseData{Status: a.status, ContentLength: int(max(a.length, 0))}} // -1 says that it is not known
}

// document is the attempt as a subsegment, without namespace, as it is no call of its own on the service map.
func (a *attempt) document() json.RawMessage {
	d := struct {
		ID       string         `json:"id"`
		Name     string         `json:"name"`
		Start    float64        `json:"start_time"`
		End      float64        `json:"end_time"`
		HTTP     *xray.HTTPData `json:"http,omitempty"`
		AWS      map[string]any `json:"aws,omitempty"`
		Error    bool           `json:"error,omitempty"`
		Throttle bool           `json:"throttle,omitempty"`
		Fault    bool           `json:"fault,omitempty"`
	}{
		ID: xray.NewSegmentID(), Name: "attempt", Start: seconds(a.begin), End: seconds(a.end), HTTP: a.http(), AWS: map[string]any{},
		Error: a.error, Throttle: a.throttle, Fault: a.bad,
	}
	a.identify(d.AWS)
	b, err := json.Marshal(d)
	if err != nil {
		panic(err) // a bug: all members are plain
	}
	return b
}

func seconds(t time.Time) float64 { return float64(t.UnixNano()) / float64(time.Second) }

// throttles knows the codes with which AWS' services refuse what is too much, whatever the status.
var throttles = retry.ThrottleErrorCode{Codes: retry.DefaultThrottleErrorCodes}

// outcome says which flags err deserves, with the status of the answer, 0 without: what the caller did wrong is an error, also
// throttled if it did too much; what the service or the network did wrong is a fault.
func outcome(err error, status int) (isError, isThrottle, isFault bool) {
	switch {
	case err == nil:
		return false, false, false
	case status == http.StatusTooManyRequests, throttles.IsErrorThrottle(err).Bool():
		return true, true, false
	case status >= 500:
		return false, false, true
	case status >= 300: // 304 and 301 are answers that AWS SDK makes errors of
		return true, false, false
	}
	var api smithy.APIError // in an answer that begins with 200, as Amazon S3's CopyObject may
	if errors.As(err, &api) && api.ErrorFault() == smithy.FaultClient {
		return true, false, false
	}
	return false, false, true
}
