package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// sinkRole is the environment variable that makes a process of this program a sink.
const sinkRole = "RAYSCOPE_BENCH_SINK"

func isSink() bool { return os.Getenv(sinkRole) != "" }

// A sink is the process that everything is sent to: by UDP and HTTP on one address, as to an X-Ray daemon, and by OTLP over HTTP there.
type sink struct {
	address string
	cmd     *exec.Cmd
	stdin   io.Closer
}

// startSink starts this program once more, as a sink.
func startSink() (*sink, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &sink{cmd: exec.Command(self)}
	s.cmd.Env = append(os.Environ(), sinkRole+"=1")
	s.cmd.Stderr = os.Stderr
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.stdin = stdin
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	if _, err := fmt.Fscanln(stdout, &s.address); err != nil {
		return nil, errors.Join(fmt.Errorf("the sink does not say its address: %w", err), s.stop())
	}
	return s, nil
}

func (s *sink) stop() error { return errors.Join(s.stdin.Close(), s.cmd.Wait()) }

// count is how many documents and spans have arrived.
func (s *sink) count() (n int, err error) {
	resp, err := http.Get("http://" + s.address + "/count")
	if err != nil {
		return 0, err
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	if err := resp.Body.Close(); err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// rest is the count when nothing more comes.
func (s *sink) rest() (n int, err error) {
	const pause = 20 * time.Millisecond // much more than a datagram is under way
	last := -1
	for n != last {
		last = n
		time.Sleep(pause)
		if n, err = s.count(); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// runSink is the sink's own process. It ends when its standard input does.
func runSink(stdin io.Reader, stdout io.Writer) error {
	tcp, udp, err := listen()
	if err != nil {
		return err
	}
	var received atomic.Int64
	go countDatagrams(udp, &received)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /count", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, received.Load()) // the parent would see
	})
	mux.HandleFunc("POST /TraceSegments", counting(&received, documentsIn))
	mux.HandleFunc("POST /v1/traces", counting(&received, spansIn))
	go func() { _ = http.Serve(tcp, mux) }() // until the process ends
	if _, err := fmt.Fprintln(stdout, tcp.Addr()); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, stdin)
	return err
}

// attempts to find a port that is free for TCP and UDP; the first nearly always is.
const attempts = 100

// receiveBuffer is what the kernel is asked to keep for the sink; it gives less where its own limit is lower.
const receiveBuffer = 4 << 20

func listen() (tcp net.Listener, udp *net.UDPConn, err error) {
	for range attempts {
		if tcp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, nil, err
		}
		at := tcp.Addr().(*net.TCPAddr)
		if udp, err = net.ListenUDP("udp", &net.UDPAddr{IP: at.IP, Port: at.Port}); err == nil {
			return tcp, udp, udp.SetReadBuffer(receiveBuffer)
		}
		if err := tcp.Close(); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, fmt.Errorf("no port that is free for TCP and UDP in %d attempts: %w", attempts, err)
}

func countDatagrams(udp *net.UDPConn, received *atomic.Int64) {
	buf := make([]byte, 1<<16)
	for {
		n, err := udp.Read(buf)
		if err != nil {
			return
		}
		if strings.HasPrefix(string(buf[:min(n, 10)]), `{"format":`) {
			received.Add(1)
		}
	}
}

// counting is a handler that adds what a body holds.
func counting(received *atomic.Int64, in func([]byte) (int, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		n := 0
		if err == nil {
			n, err = in(body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		received.Add(int64(n))
	}
}

func documentsIn(body []byte) (int, error) {
	var in struct{ TraceSegmentDocuments []string }
	err := json.Unmarshal(body, &in)
	return len(in.TraceSegmentDocuments), err
}

func spansIn(body []byte) (n int, err error) {
	var in collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(body, &in); err != nil {
		return 0, err
	}
	for _, resource := range in.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			n += len(scope.Spans)
		}
	}
	return n, nil
}
