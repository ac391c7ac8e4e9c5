package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"time"
)

// A process of a service and its parent talk by standard input and output, in lines of JSON: the parent sends the setup, the process its
// address, the parent the network, and the process then serves until its input ends. That it does however the parent ends.

// hello is what a process says when it listens.
type hello struct{ Address string }

// RunService is the process of one service: it does as the parent at the other end of in and out says, and ends with in. The context
// is that of signals, which a terminal sends to parent and process alike: the parent decides then, and has patience to do so.
func RunService(ctx context.Context, name string, in io.Reader, out io.Writer, log *slog.Logger) error {
	p, s, err := findPost(name)
	if err != nil {
		return err
	}
	lines := json.NewDecoder(in)
	var at setup
	if err := lines.Decode(&at); err != nil {
		return fmt.Errorf("demo shop: read the setup of service %s from standard input: %w", s.name, err)
	}
	if err := at.trace(log); err != nil {
		return fmt.Errorf("demo shop: prepare tracing: %w", err)
	}
	if err := json.NewEncoder(out).Encode(hello{p.address()}); err != nil {
		return errors.Join(err, p.stop())
	}
	n := network{}
	if err := lines.Decode(&n); err != nil {
		return errors.Join(fmt.Errorf("demo shop: read the network of service %s from standard input: %w", s.name, err), p.stop())
	}
	ended, over := context.WithCancelCause(context.Background())
	if err := p.begin(at, n, log, over); err != nil {
		return errors.Join(err, p.stop())
	}
	go func() {
		_, _ = io.Copy(io.Discard, in) // however it ends
		over(nil)
	}()
	awaitEnd(ctx, ended)
	err = errors.Join(p.stop(), flush())
	if cause := context.Cause(ended); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// awaitEnd waits until ended is done, or for signalPatience after ctx.
func awaitEnd(ctx, ended context.Context) {
	select {
	case <-ended.Done():
	case <-ctx.Done():
		_ = wait(ended, signalPatience)
	}
}

// signalPatience is how long a process goes on after a signal. By then the parent has stopped it, if the signal was also for the parent.
const signalPatience = 30 * time.Second

func findPost(name string) (*post, *service, error) {
	for i := range services {
		if services[i].name == name {
			p, err := take(services[i])
			return p, &services[i], err
		}
	}
	return nil, nil, fmt.Errorf("demo shop: there is no service %q", name)
}

// A child is the process of a service.
type child struct {
	name    string
	command *exec.Cmd
	in      io.WriteCloser
	out     *json.Decoder
	ended   chan error
	stopped context.Context
	stopIt  context.CancelFunc
}

// stopTime is how long a process may take to end; it drains and flushes for less.
const stopTime = drainTime + flushTime + 2*time.Second

// startChild starts the process. What it logs goes where this one's log goes.
func startChild(name string, argv []string) (*child, error) {
	c := &child{name: name, command: exec.Command(argv[0], argv[1:]...), ended: make(chan error, 1)}
	c.command.Stderr = os.Stderr
	in, err := c.command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.in, c.out = in, json.NewDecoder(out)
	c.stopped, c.stopIt = context.WithCancel(context.Background())
	return c, c.command.Start()
}

// say sends a line.
func (c *child) say(v any) error {
	if err := json.NewEncoder(c.in).Encode(v); err != nil {
		return fmt.Errorf("demo shop: speak to the process of service %s: %w", c.name, err)
	}
	return nil
}

// watch tells done when the process ends before it is stopped.
func (c *child) watch(done func(error)) {
	err := c.command.Wait()
	if c.stopped.Err() == nil {
		done(fmt.Errorf("demo shop: the process of service %s ended: %w", c.name, errors.Join(err, errEnded)))
	}
	c.ended <- err
}

// stop ends the input of the process, and waits for its end.
func (c *child) stop() error {
	c.stopIt()
	err := c.in.Close()
	late := time.AfterFunc(stopTime, func() { _ = c.command.Process.Kill() }) // it may have ended meanwhile
	defer late.Stop()
	if ended := <-c.ended; ended != nil {
		return fmt.Errorf("demo shop: the process of service %s: %w", c.name, ended)
	}
	return err
}

// startProcesses starts each service in a process of its own.
func startProcesses(s setup, n network, command func(string) []string, done func(error)) (stop func() error, err error) {
	var children []*child
	stop = func() error {
		var errs []error
		for _, c := range children {
			errs = append(errs, c.stop())
		}
		return errors.Join(errs...)
	}
	for _, service := range services {
		c, err := startChild(service.name, command(service.name))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("demo shop: start the process of service %s: %w", service.name, err), stop())
		}
		children = append(children, c)
	}
	err = introduce(children, s, n)
	for _, c := range children {
		go c.watch(done)
	}
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	return stop, nil
}

// introduce tells each process the setup, learns its address, and tells all of them the network.
func introduce(children []*child, s setup, n network) error {
	for _, c := range children {
		if err := c.say(s); err != nil {
			return err
		}
	}
	for _, c := range children {
		var h hello
		if err := c.out.Decode(&h); err != nil {
			return fmt.Errorf("demo shop: the process of service %s did not start, its log says why: %w", c.name, err)
		}
		n[host(c.name)] = h.Address
	}
	for _, c := range children {
		if err := c.say(n); err != nil {
			return err
		}
	}
	return nil
}
