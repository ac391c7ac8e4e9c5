package ports_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/ports"
)

func TestCheck(t *testing.T) {
	for address, ok := range map[string]bool{
		ports.Main: true, ports.Daemon: true, "[::1]:2000": true, "localhost:0": true, ":1895": true, "127.0.0.1:http": true,
		"": false, "127.0.0.1": false, "1895": false, "127.0.0.1:": false, "127.0.0.1:70000": false, "127.0.0.1:nosuch": false, "::1:2000": false,
	} {
		if err := ports.Check(address); (err == nil) != ok {
			t.Errorf("Check(%q) = %v, want ok %v", address, err, ok)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.8.9.1": true, "::1": true, "[::1]": true, "::ffff:127.0.0.1": true, "localhost": true, "LocalHost.": true, "a.localhost": true,
		"": false, "0.0.0.0": false, "::": false, "10.0.0.1": false, "example.com": false, "localhost.example.com": false, "notlocalhost": false, "127.0.0.1.example.com": false,
	} {
		if got := ports.IsLoopback(host); got != want {
			t.Errorf("IsLoopback(%q) = %v, want %v", host, got, want)
		}
	}
}

func TestExplainNamesTheHolder(t *testing.T) {
	holder := "another process"
	if runtime.GOOS == "linux" {
		comm, err := os.ReadFile("/proc/self/comm")
		if err != nil {
			t.Fatal(err)
		}
		holder = fmt.Sprintf("process %d (%s)", os.Getpid(), strings.TrimSpace(string(comm)))
	}
	for _, host := range []string{"127.0.0.1", "[::1]"} {
		tcp, err := net.Listen("tcp", host+":0")
		if err != nil {
			t.Logf("no loopback address %s here: %v", host, err)
			continue
		}
		defer tcp.Close()
		_, err = net.Listen("tcp", tcp.Addr().String())
		check(t, ports.Explain("tcp", tcp.Addr().String(), err), fmt.Sprintf("TCP address %s is in use by %s", tcp.Addr(), holder))

		udp, err := net.ListenPacket("udp", host+":0")
		if err != nil {
			t.Fatal(err)
		}
		defer udp.Close()
		_, err = net.ListenPacket("udp", udp.LocalAddr().String())
		check(t, ports.Explain("udp", udp.LocalAddr().String(), err), fmt.Sprintf("UDP address %s is in use by %s", udp.LocalAddr(), holder))
	}
}

func check(t *testing.T, err error, want string) {
	t.Helper()
	var inUse *ports.InUseError
	if !errors.As(err, &inUse) || err.Error() != want {
		t.Errorf("got error %q, want %q", err, want)
	}
}

func TestExplainOther(t *testing.T) {
	_, err := net.Listen("tcp", "192.0.2.1:1895") // an address for documentation, on no machine
	got := ports.Explain("tcp", "192.0.2.1:1895", err).Error()
	if !strings.HasPrefix(got, "listen on TCP address 192.0.2.1:1895: ") || strings.Count(got, "192.0.2.1") != 1 {
		t.Errorf("got %q, want the address once and the cause", got)
	}
}
