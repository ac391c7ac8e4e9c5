package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// serve plays AWS' services. It prints what each request brings of the trace.
func serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	must(err)
	operation := operationOf(r, body)
	header := r.Header.Get("X-Amzn-Trace-Id")
	_, sampled, _ := strings.Cut(header, "Sampled=")
	tell(operation, "sampled", sampled, "signed", strings.Contains(r.Header.Get("Authorization"), "trace"), "in the body", inBody(body, header))

	w.Header().Set("X-Amzn-Requestid", "REQUEST")
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if strings.HasPrefix(r.URL.Path, "/"+bucket) {
		w.Header().Set("X-Amz-Request-Id", "S3-REQUEST")
		w.Header().Set("X-Amz-Id-2", "S3-EXTENDED")
	}
	status, answer := answerTo(operation, body, strings.HasPrefix(r.Header.Get("Amz-Sdk-Request"), "attempt=1;"))
	w.WriteHeader(status)
	_, err = io.WriteString(w, answer)
	must(err)
}

func operationOf(r *http.Request, body []byte) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		_, operation, _ := strings.Cut(target, ".")
		return operation
	}
	if action, found := strings.CutPrefix(string(body), "Action="); found {
		action, _, _ = strings.Cut(action, "&")
		return action
	}
	return r.Method + " " + r.URL.Path
}

// inBody reports whether a message has the trace header of its request, and whether such headers are asked for.
func inBody(body []byte, header string) string {
	switch text := string(body); {
	case header != "" && strings.Contains(text, header):
		return "too"
	case strings.Contains(text, "AWSTraceHeader"):
		return "asked for"
	}
	return "not"
}

// answerTo is the answer to an operation: of DynamoDB, by the table.
func answerTo(operation string, body []byte, first bool) (status int, answer string) {
	switch operation {
	case "GetItem":
		return item(body, first)
	case "SendMessage":
		return http.StatusOK, `{"MessageId":"m-1","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592"}`
	case "ReceiveMessage":
		return http.StatusOK, `{"Messages":[{"MessageId":"m-1","Body":"hello","MD5OfBody":"5d41402abc4b2a76b9719d911017c592"}]}`
	case "Publish":
		return http.StatusOK, `<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>`
	case "PUT /pictures/cat.png", "POST /2015-03-31/functions/price/invocations":
		return http.StatusOK, ""
	}
	return http.StatusNotFound, ""
}

func item(body []byte, first bool) (status int, answer string) {
	var in struct{ TableName string }
	must(json.Unmarshal(body, &in))
	fails := func(code string) string {
		return `{"__type":"com.amazonaws.dynamodb.v20120810#` + code + `","message":"so it is"}`
	}
	switch {
	case in.TableName == "missing":
		return http.StatusBadRequest, fails("ResourceNotFoundException")
	case in.TableName == "exhausted", in.TableName == "busy" && first:
		return http.StatusBadRequest, fails("ProvisionedThroughputExceededException")
	case in.TableName == "broken", in.TableName == "shaky" && first:
		return http.StatusInternalServerError, fails("InternalServerError")
	}
	return http.StatusOK, `{"Item":{"id":{"S":"7"}}}`
}
