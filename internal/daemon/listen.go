package daemon

import (
	"fmt"
	"log/slog"
	"net"

	"github.com/rayscope/rayscope/internal/ports"
)

// bind listens on UDP and TCP. A failure of TCP alone leaves UDP open.
func bind(address, tcpAddress string) (udp *net.UDPConn, tcp net.Listener, udpErr, tcpErr error) {
	if tcpAddress == "" {
		return bindBoth(address)
	}
	if udp, udpErr = listenUDP(address); udpErr == nil {
		tcp, tcpErr = listenTCP(tcpAddress)
	}
	return udp, tcp, udpErr, tcpErr
}

// bindBoth listens on UDP and TCP at the same address.
func bindBoth(address string) (udp *net.UDPConn, tcp net.Listener, udpErr, tcpErr error) {
	_, port, _ := net.SplitHostPort(address)
	// With port 0 the free UDP port may be taken on TCP; then another one is tried, ten times at most.
	for try := 0; ; try++ {
		if udp, udpErr = listenUDP(address); udpErr != nil {
			return nil, nil, udpErr, nil
		}
		tcp, tcpErr = listenTCP(udp.LocalAddr().String())
		if tcpErr == nil || port != "0" || try == 10 {
			return udp, tcp, nil, tcpErr
		}
		if err := udp.Close(); err != nil {
			return nil, nil, fmt.Errorf("close UDP address %s: %w", udp.LocalAddr(), err), nil
		}
	}
}

func listenUDP(address string) (*net.UDPConn, error) {
	c, err := net.ListenPacket("udp", address)
	if err != nil {
		return nil, ports.Explain("udp", address, err)
	}
	return c.(*net.UDPConn), nil
}

func listenTCP(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, ports.Explain("tcp", address, err)
	}
	return l, nil
}

// checkMemory says what is wrong with Config.Memory.
func checkMemory(bytes int) error {
	if bytes < MinMemory {
		return fmt.Errorf("the memory for datagrams is %d bytes and must be at least %d: give it more", bytes, MinMemory)
	}
	return nil
}

// receiveBuffer is what the socket is to hold while the reader is not running: 4 MiB are 3,600 datagrams of 1.2 KB with
// the kernel's own overhead, 90 ms at 40,000 a second. The kernel's default of 208 KiB loses some at half of that.
const receiveBuffer = 4 << 20

// openInlet makes the inlet, and warns if the system does not give all of the receive buffer.
func openInlet(udp *net.UDPConn, log *slog.Logger) (*inlet, error) {
	in, err := newInlet(udp)
	if err != nil {
		return nil, fmt.Errorf("receive on UDP address %s: %w", udp.LocalAddr(), err)
	}
	if in.size < receiveBuffer {
		log.Warn("the kernel gave a smaller receive buffer than asked for: bursts of datagrams may be lost",
			"bytes", in.size, "asked", receiveBuffer, "hint", receiveBufferHint)
	}
	return in, nil
}
