package queue

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// maxBody is the longest request: SQS' bound of a message, 256 KiB, with room for the rest.
const maxBody = 300 << 10

// A Server is the HTTP side of queues, which are there from the beginning.
type Server struct {
	queues map[string]*Queue // by the last part of their URL
}

// NewServer serves the queues by their names.
func NewServer(queues map[string]*Queue) *Server { return &Server{queues} }

// An apiError is an error in SQS' form.
type apiError struct {
	status  int
	code    string // of the JSON protocol
	message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func invalid(format string, args ...any) *apiError {
	return &apiError{http.StatusBadRequest, "InvalidParameterValue", fmt.Sprintf(format, args...)}
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	answer, err := s.answer(r)
	if err != nil {
		e := asAPIError(err)
		w.WriteHeader(e.status)
		answer = map[string]string{"__type": "com.amazonaws.sqs#" + e.code, "message": e.message}
	}
	_ = json.NewEncoder(w).Encode(answer) // the client may be gone
}

func asAPIError(err error) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	if errors.Is(err, ErrFull) {
		return &apiError{http.StatusForbidden, "OverLimit", fmt.Sprintf("the queue holds %d messages already: receive and delete some first", Capacity)}
	}
	return &apiError{http.StatusBadRequest, "SerializationException", err.Error()}
}

func (s *Server) answer(r *http.Request) (any, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	if len(body) > maxBody {
		return nil, invalid("the request has more than %d bytes", maxBody)
	}
	switch operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS."); operation {
	case "SendMessage":
		return s.send(r, body)
	case "ReceiveMessage":
		return s.receive(r, body)
	case "DeleteMessage":
		return s.remove(body)
	default:
		return nil, &apiError{http.StatusBadRequest, "UnsupportedOperation", fmt.Sprintf("operation %.100q is not one of SendMessage, ReceiveMessage and DeleteMessage", operation)}
	}
}

// queue decodes a request and finds the queue that it names.
func (s *Server) queue(body []byte, request any, url *string) (*Queue, error) {
	if err := json.Unmarshal(body, request); err != nil {
		return nil, fmt.Errorf("the request is not the JSON that is needed: %w", err)
	}
	q := s.queues[(*url)[strings.LastIndexByte(*url, '/')+1:]]
	if q == nil {
		return nil, &apiError{http.StatusBadRequest, "QueueDoesNotExist", fmt.Sprintf("there is no queue with the URL %.200q", *url)}
	}
	return q, nil
}

// traceAttribute is the system attribute with the sender's trace header.
const traceAttribute = "AWSTraceHeader"

func (s *Server) send(r *http.Request, body []byte) (any, error) {
	var in struct {
		QueueUrl, MessageBody   string
		MessageAttributes       map[string]Attribute
		MessageSystemAttributes map[string]Attribute
	}
	q, err := s.queue(body, &in, &in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if in.MessageBody == "" {
		return nil, invalid("MessageBody is empty and must have at least one character")
	}
	if len(in.MessageAttributes) > 10 {
		return nil, invalid("MessageAttributes has %d entries and may have 10", len(in.MessageAttributes))
	}
	trace := in.MessageSystemAttributes[traceAttribute].StringValue
	if trace == "" {
		trace = r.Header.Get("X-Amzn-Trace-Id")
	}
	id, err := q.Send(Message{Body: in.MessageBody, Attributes: in.MessageAttributes, TraceHeader: trace})
	if err != nil {
		return nil, err
	}
	return map[string]string{"MessageId": id, "MD5OfMessageBody": sum(in.MessageBody)}, nil
}

// sum is the checksum that clients compare with their own.
func sum(body string) string {
	h := md5.Sum([]byte(body))
	return hex.EncodeToString(h[:])
}

// received is a message in the answer of ReceiveMessage.
type received struct {
	MessageId, ReceiptHandle, Body, MD5OfBody string
	Attributes                                map[string]string
	MessageAttributes                         map[string]Attribute `json:",omitempty"`
}

func (s *Server) receive(r *http.Request, body []byte) (any, error) {
	var in struct {
		QueueUrl                                                string
		MaxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds *int
	}
	q, err := s.queue(body, &in, &in.QueueUrl)
	if err != nil {
		return nil, err
	}
	hide, err := seconds(in.VisibilityTimeout, DefaultVisibility, MaxVisibility, "VisibilityTimeout")
	if err != nil {
		return nil, err
	}
	wait, err := seconds(in.WaitTimeSeconds, 0, MaxWait, "WaitTimeSeconds")
	if err != nil {
		return nil, err
	}
	limit := 1
	if in.MaxNumberOfMessages != nil {
		limit = *in.MaxNumberOfMessages
	}
	if limit < 1 || limit > maxBatch {
		return nil, invalid("MaxNumberOfMessages is %d and must be from 1 to %d", limit, maxBatch)
	}
	list := []received{}
	for _, m := range q.Receive(r.Context(), limit, hide, wait) {
		list = append(list, m.answer())
	}
	return map[string][]received{"Messages": list}, nil
}

// answer is the message with all of its attributes: those who asked for less ignore the rest.
func (m *Receipt) answer() received {
	attributes := map[string]string{
		"SentTimestamp":           strconv.FormatInt(m.Sent.UnixMilli(), 10),
		"ApproximateReceiveCount": strconv.Itoa(m.Receives),
	}
	if m.TraceHeader != "" {
		attributes[traceAttribute] = m.TraceHeader
	}
	return received{m.ID, m.Handle, m.Body, sum(m.Body), attributes, m.Attributes}
}

func (s *Server) remove(body []byte) (any, error) {
	var in struct{ QueueUrl, ReceiptHandle string }
	q, err := s.queue(body, &in, &in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if !q.Delete(in.ReceiptHandle) {
		return nil, &apiError{http.StatusBadRequest, "ReceiptHandleIsInvalid", fmt.Sprintf("there is no message with the receipt handle %.100q", in.ReceiptHandle)}
	}
	return struct{}{}, nil
}
