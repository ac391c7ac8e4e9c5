package harness

import (
	"fmt"
	"net"
	"sync"
	"testing"
	"time"
)

// pollEvery is short enough that nobody waits for it and long enough that polling is not a load.
const pollEvery = 30 * time.Millisecond

// Eventually calls check until it returns nil. It fails the test with check's last error when limit has passed.
func Eventually(t testing.TB, limit time.Duration, check func() error) {
	t.Helper()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	deadline := time.After(limit)
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("still after %v: %v", limit, err)
		}
	}
}

// ports remembers what FreeAddress gave away, as the kernel may offer a port again before its user has bound it.
var ports = struct {
	sync.Mutex
	given map[int]bool
}{given: map[int]bool{}}

// FreeAddress is a loopback address whose port is free for TCP and for UDP.
func FreeAddress(t testing.TB) string {
	t.Helper()
	ports.Lock()
	defer ports.Unlock()
	for range 100 {
		port, err := freePort()
		if err == nil && !ports.given[port] {
			ports.given[port] = true
			return fmt.Sprintf("127.0.0.1:%d", port)
		}
	}
	t.Fatal("no loopback port that is free for both TCP and UDP in 100 attempts")
	return ""
}

func freePort() (int, error) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer tcp.Close()
	port := tcp.Addr().(*net.TCPAddr).Port
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return 0, err
	}
	return port, udp.Close()
}
