package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Daemons are measured in pairs: for each rate and size one runs after the other, round after round, each as a fresh
// process, so that what the machine does meanwhile strikes both.
type paired struct {
	binaries []string
	rates    []int // datagrams a second; 0: full speed
	sizes    []int // bytes of a document
	seconds  float64
	rounds   int
	sign     bool
}

// numbers reads a list such as 500,1200,4000, whose least allowed value is given.
func numbers(list string, least int) (ns []int, err error) {
	for s := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < least {
			return nil, fmt.Errorf("%q is no whole number from %d on: give a list such as 1000,2000", s, least)
		}
		ns = append(ns, n)
	}
	return ns, nil
}

func (p paired) check() error {
	if p.seconds <= 0 || p.rounds < 1 {
		return fmt.Errorf("%v seconds, %d rounds: there must be some", p.seconds, p.rounds)
	}
	for _, size := range p.sizes {
		if _, err := newRing(size, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

// run prints a line for each size, rate and daemon as soon as its rounds are over.
func (p paired) run() error {
	if err := p.check(); err != nil {
		return err
	}
	fmt.Printf("%d x %v s each, signed: %v. CPU: of the daemon, for a million delivered documents. Yardstick: that of encoding/json.Valid, just before.\n",
		p.rounds, p.seconds, p.sign)
	fmt.Println(tallyHeader)
	for _, size := range p.sizes {
		for _, rate := range p.rates {
			if err := p.compare(size, rate); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare measures every daemon at one size and rate.
func (p paired) compare(size, rate int) error {
	tallies := make([]tally, len(p.binaries))
	for range p.rounds {
		for i, binary := range p.binaries {
			t, err := p.measure(binary, sending{Rate: rate, Size: size, Seconds: p.seconds})
			if err != nil {
				return fmt.Errorf("%s, %d/s of %d bytes: %w", binary, rate, size, err)
			}
			tallies[i].add(t)
		}
	}
	for i, binary := range p.binaries {
		fmt.Println(tallies[i].line(filepath.Base(binary), size, rate))
	}
	return nil
}

// measure runs a fresh daemon between a sender and an endpoint.
func (p paired) measure(binary string, what sending) (t tally, err error) {
	if t.yardstick, err = jsonValid(what.Size); err != nil {
		return t, err
	}
	e, err := startEndpoint()
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, e.stop()) }()
	d, err := startDaemon(binary, e.url, p.sign)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, d.stop()) }()
	what.To = d.address
	user, system := d.times()
	s, err := send(what)
	if err != nil {
		return t, err
	}
	a, err := awaitArrivals(e, d, s.Datagrams)
	if err != nil {
		return t, fmt.Errorf("%w; the daemon's log:\n%s", err, d.tail())
	}
	if p.sign && a.Unsigned > 0 {
		return t, fmt.Errorf("%d of %d requests came without a signature: the cost cannot be compared", a.Unsigned, a.Requests)
	}
	t.sent, t.seconds, t.delivered, t.twice = s.Datagrams, s.Seconds, a.Documents, a.Twice
	t.user, t.system = d.times()
	t.user, t.system = t.user-user, t.system-system
	t.peak = d.memory("VmHWM")
	t.kernel = d.kernelDrops()
	return t, t.ask(d)
}

// How long the rest of the documents may take: to arrive at all, and from one to the next. A daemon that is idle sends what
// it has after a second; one whose call failed tries again within two.
const (
	arrivalTimeout = time.Minute
	arrivalPause   = 4 * time.Second
)

// awaitArrivals waits until all documents are there, or no more come.
func awaitArrivals(e *remoteEndpoint, d *daemon, all int) (a arrivals, err error) {
	begin := time.Now()
	for last, since := -1, begin; a.Documents < all && time.Since(since) < arrivalPause && time.Since(begin) < arrivalTimeout; {
		time.Sleep(50 * time.Millisecond)
		if a, err = e.arrivals(); err != nil {
			return a, fmt.Errorf("ask the endpoint: %w", err)
		}
		if a.Documents > last {
			last, since = a.Documents, time.Now()
		}
		if !d.alive() {
			return a, errors.New("the daemon has ended")
		}
	}
	return a, nil
}

// jsonValid is the CPU seconds that the standard library takes to check a million of the documents.
func jsonValid(size int) (float64, error) {
	r, err := newRing(size, time.Now())
	if err != nil {
		return 0, err
	}
	const rounds = 10
	cpu := ownCPU()
	for range rounds {
		for i := range r {
			if !json.Valid(r[i].document()) {
				return 0, errors.New("a document of the sender is not JSON")
			}
		}
	}
	return (ownCPU() - cpu) / float64(rounds*len(r)) * 1e6, nil
}
