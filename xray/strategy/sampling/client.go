package sampling

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/rayscope/rayscope/xray/daemoncfg"
)

const (
	dialTimeout = 2 * time.Second // the daemon is near
	callTimeout = 5 * time.Second // the service may be far

	// maxAnswer bounds the bytes of an answer: the 26 rules that the service allows are 30 KB at most.
	maxAnswer = 1 << 20
	// maxPages bounds the pages of rules, should the service never come to an end.
	maxPages = 20
)

// newClient makes a client of its own: the default one may be instrumented, or go through a proxy for the world outside.
func newClient() *http.Client {
	return &http.Client{
		Timeout: callTimeout,
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
			MaxIdleConnsPerHost: 1,
			IdleConnTimeout:     time.Minute,
		},
	}
}

// daemon is the address to call. A wrong environment variable is logged by who sends the segments, and stands for the default.
func (ss *CentralizedStrategy) daemon() string {
	if address := ss.address.Load(); address != nil {
		return *address
	}
	found, _ := daemoncfg.Find("")
	return found.TCP
}

// call posts an operation's input to the daemon, which signs it and hands it on.
func (ss *CentralizedStrategy) call(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("post %s: %w", path, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+ss.daemon()+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("post %s: %w", path, err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := ss.client.Do(req)
	if err != nil {
		return err // tells method and URL
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return fmt.Errorf("post %s: read answer: %w", req.URL, err)
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("post %s: status %s: %.200q", req.URL, resp.Status, answer)
	case len(answer) > maxAnswer:
		return fmt.Errorf("post %s: answer is larger than %d bytes", req.URL, maxAnswer)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("post %s: answer: %w", req.URL, err)
	}
	return nil
}

// getRules gets all pages of the rules.
func (ss *CentralizedStrategy) getRules(ctx context.Context) (records []*SamplingRuleRecord, err error) {
	var in GetSamplingRulesInput
	for range maxPages {
		var out GetSamplingRulesOutput
		if err := ss.call(ctx, "/GetSamplingRules", in, &out); err != nil {
			return nil, err
		}
		records = append(records, out.SamplingRuleRecords...)
		if out.NextToken == nil || *out.NextToken == "" {
			return records, nil
		}
		in.NextToken = out.NextToken
	}
	return nil, errors.New("sampling rules have no last page")
}
