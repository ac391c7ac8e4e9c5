package harness

import (
	"fmt"
	"math/rand/v2"
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

// ports remembers what FreeAddress gave away, as a port may be drawn again before its user has bound it.
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

// Ports below those that systems give to outgoing connections: one of these, made by another test, would take a port before its server
// listens.
const firstPort, portCount = 20000, 12000

func freePort() (int, error) {
	port := firstPort + rand.IntN(portCount)
	tcp, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return 0, err
	}
	defer tcp.Close()
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return 0, err
	}
	return port, udp.Close()
}
