package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// maxAnswer is the longest answer that services read of each other.
const maxAnswer = 1 << 20

// A statusError is an answer that is not one of success.
type statusError struct {
	host    string // that answered
	status  int
	message string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s answered %d: %s", e.host, e.status, e.message)
}

// ask makes a call with body in and answer out as JSON; each may be nil.
func ask(ctx context.Context, client *http.Client, method, url string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, url, err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return err
	}
	req.Header.Set(baggageKey, callerOf(ctx).baggage())
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case err != nil:
		return fmt.Errorf("%s %s: %w", method, url, err)
	case resp.StatusCode >= 400:
		var problem struct{ Error string }
		if json.Unmarshal(b, &problem) != nil || problem.Error == "" {
			problem.Error = http.StatusText(resp.StatusCode)
		}
		return &statusError{req.URL.Host, resp.StatusCode, problem.Error}
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("%s %s: the answer is not the JSON that is needed: %w", method, url, err)
	}
	return nil
}
