package daemon

import (
	"errors"
	"fmt"
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

// grow enlarges the receive buffer and warns if the system does not give all of it.
func grow(udp *net.UDPConn, c Config) (size int, err error) {
	size, err = growReceiveBuffer(udp)
	if err != nil {
		return 0, errors.Join(fmt.Errorf("set the receive buffer of UDP address %s: %w", c.Address, err), udp.Close())
	}
	if size < receiveBuffer {
		c.Logger.Warn("the kernel gave a smaller receive buffer than asked for: bursts of datagrams may be lost",
			"bytes", size, "asked", receiveBuffer, "hint", receiveBufferHint)
	}
	return size, nil
}
