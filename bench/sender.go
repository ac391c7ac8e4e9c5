package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"time"
)

// maxDatagrams bounds one run of the sender at full speed, and the memory of the endpoint, which remembers each.
const maxDatagrams = 20_000_000

// A sending is what the sender is to do.
type sending struct {
	To      string // UDP address of the daemon
	Rate    int    // datagrams a second; 0: as fast as it can
	Size    int    // bytes of a document
	Seconds float64
}

// A sent is what the sender did.
type sent struct {
	Datagrams int
	Seconds   float64
	CPU       float64
}

// send runs this program as a sender, so that its CPU time is its own.
func send(what sending) (done sent, err error) {
	limit := time.Duration((what.Seconds + 30) * float64(time.Second))
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd, err := myself(ctx, senderRole)
	if err != nil {
		return done, err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return done, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return done, err
	}
	if err := cmd.Start(); err != nil {
		return done, err
	}
	err = json.NewEncoder(in).Encode(what)
	if err == nil {
		err = json.NewDecoder(out).Decode(&done)
	}
	if failed := cmd.Wait(); failed != nil {
		return done, fmt.Errorf("the sender failed: %w", failed) // it has said why
	}
	return done, err
}

// Roles in which this program runs itself: its only argument then.
const (
	senderRole   = "sender"
	endpointRole = "endpoint"
)

// myself is a command that runs this program in a role.
func myself(ctx context.Context, role string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, role)
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// runSender is the sender's process: a sending comes in, what was sent goes out.
func runSender(in io.Reader, out io.Writer) error {
	var what sending
	if err := json.NewDecoder(in).Decode(&what); err != nil {
		return fmt.Errorf("what to send: %w", err)
	}
	r, err := newRing(what.Size, time.Now())
	if err != nil {
		return err
	}
	conn, err := net.Dial("udp", what.To)
	if err != nil {
		return err
	}
	defer conn.Close()
	begin := time.Now()
	n, err := what.run(conn, r, begin)
	if err != nil {
		return fmt.Errorf("datagram %d: %w", n, err)
	}
	return json.NewEncoder(out).Encode(sent{n, time.Since(begin).Seconds(), ownCPU()})
}

// run sends until the time is over and returns how many datagrams it sent.
func (s sending) run(conn io.Writer, r ring, begin time.Time) (n int, err error) {
	const atOnce = 64 // of full speed: so many go between two looks at the clock
	p := newPace(s.Rate)
	for n < maxDatagrams {
		elapsed := time.Since(begin)
		if elapsed.Seconds() >= s.Seconds {
			break
		}
		due := atOnce
		if s.Rate > 0 {
			due = p.due(elapsed)
		}
		for range min(due, maxDatagrams-n) {
			if _, err := conn.Write(r.next(uint64(n))); err != nil {
				return n, err
			}
			n++
		}
		if s.Rate > 0 {
			pause(paceStep)
		}
	}
	return n, nil
}
