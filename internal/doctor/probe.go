package doctor

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/rayscope/rayscope/internal/arrivals"
	"github.com/rayscope/rayscope/internal/rayapi"
)

// Service is the name under which probes appear on the map.
const Service = arrivals.Probe

const (
	// callTime bounds a call to the daemon, which is near; a firewall that drops packets is noticed by it.
	callTime = 5 * time.Second

	// refusalTime is how long the system may take to tell that nobody listens on a UDP port of this machine.
	refusalTime = 300 * time.Millisecond

	// A probe is looked for every pollEvery until arriveBy has passed: daemons keep documents for a second or so.
	pollEvery = 500 * time.Millisecond
	arriveBy  = 15 * time.Second
)

// tcp asks the daemon for sampling rules, as SDKs do.
func (e *examination) tcp(ctx context.Context) rayapi.Check {
	c := check("daemon-tcp", "Does the daemon answer by TCP?")
	c.Documentation = "sampling-rules-do-not-apply"
	if e.tcpAddr == "" {
		c.State, c.Sentence = unknown, "The daemon's address is not known."
		return c
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	begin := e.Now()
	status, err := ask(ctx, "http://"+e.tcpAddr+"/GetSamplingRules")
	switch {
	case err != nil:
		c.State = problem
		c.Sentence = fmt.Sprintf("TCP %s does not answer: %v. SDKs that send there sample by rules of their own.", e.tcpAddr, short(err))
		c.NextStep = "Start a Rayscope or a daemon there, or name its address by --daemon. In containers publish TCP and UDP of the port; 127.0.0.1 in a container is the container itself."
		c.Command = text("rayscope daemon --endpoint=" + e.Endpoint)
	case status != http.StatusOK:
		c.State = problem
		c.Sentence = fmt.Sprintf("TCP %s answers GetSamplingRules with status %d.", e.tcpAddr, status)
		c.NextStep = "403 means that the daemon may not ask its endpoint, 502 and 503 that it does not reach it: its log says more. Anything else may be no daemon."
	default:
		c.Sentence = fmt.Sprintf("TCP %s answered with its sampling rules in %d ms.", e.tcpAddr, e.Now().Sub(begin).Milliseconds())
	}
	return c
}

func ask(ctx context.Context, url string) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", Service) // so that the server does not take it for an SDK
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, err
}

// short leaves out what the sentence says already.
func short(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// udp sends a document and finds it again.
func (e *examination) udp(ctx context.Context, reached bool) rayapi.Check {
	c := check("daemon-udp", "Does a document that is sent by UDP arrive?")
	c.Documentation = "nothing-arrives"
	if e.udpAddr == "" {
		c.State, c.Sentence = unknown, "The daemon's address is not known."
		return c
	}
	id, err := e.send(ctx)
	if err != nil {
		c.State = problem
		c.Sentence = fmt.Sprintf("UDP %s takes nothing: %v.", e.udpAddr, short(err))
		if errors.Is(err, syscall.ECONNREFUSED) {
			c.Sentence = fmt.Sprintf("Nobody listens on UDP %s.", e.udpAddr)
		}
		c.NextStep = "Start a Rayscope or a daemon there, or name its address by --daemon."
		c.Command = text("rayscope daemon --endpoint=" + e.Endpoint)
		return c
	}
	c.Facts = append(c.Facts, rayapi.Fact{Name: "Trace of service " + Service, Value: id, TraceId: &id})
	if !reached {
		c.State, c.Sentence = unknown, "A test document was sent. Whether it arrived cannot be told, as the server does not answer."
		return c
	}
	begin := e.Now()
	for {
		t, err := e.Server.Trace(ctx, id)
		switch {
		case t != nil:
			c.Sentence = fmt.Sprintf("A test document was sent to UDP %s and found on the server %d ms later.", e.udpAddr, e.Now().Sub(begin).Milliseconds())
			return c
		case err != nil:
			c.State, c.Sentence = unknown, "A test document was sent, but looking for it failed: "+err.Error()
			return c
		case e.Now().Sub(begin) >= arriveBy || e.Wait(ctx, pollEvery) != nil:
			c.State = problem
			c.Sentence = fmt.Sprintf("A test document was sent to UDP %s, but %s does not have it %.0f s later.", e.udpAddr, e.Endpoint, e.Now().Sub(begin).Seconds())
			c.NextStep = "Either UDP does not get there (publish the port with /udp in Docker, open it in the security group), or the daemon there sends to another server: look at its log."
			return c
		}
	}
}

// send sends a document to the UDP address, twice, so that the answer to the first can tell that nobody listens.
func (e *examination) send(ctx context.Context) (trace string, err error) {
	conn, err := (&net.Dialer{Timeout: callTime}).DialContext(ctx, "udp", e.udpAddr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	var random [20]byte
	rand.Read(random[:]) // never fails
	now := e.Now()
	end := float64(now.UnixMicro()) / 1e6
	trace = fmt.Sprintf("1-%08x-%s", now.Unix(), hex.EncodeToString(random[:12]))
	datagram := fmt.Sprintf("{\"format\":\"json\",\"version\":1}\n"+`{"trace_id":%q,"id":%q,"name":%q,"start_time":%f,"end_time":%f,"annotations":{"doctor":true}}`,
		trace, hex.EncodeToString(random[12:]), Service, end-.001, end)
	for range 2 { // one of two equal documents is kept
		if _, err := io.WriteString(conn, datagram); err != nil {
			return trace, err
		}
		if err := e.Wait(ctx, refusalTime); err != nil {
			return trace, err
		}
	}
	return trace, nil
}
