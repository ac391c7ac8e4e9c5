//go:build !linux

package daemon

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

const receiveBufferHint = "raise the system's limit of socket buffers (macOS, BSD: kern.ipc.maxsockbuf)"

// An inlet receives datagrams.
type inlet struct {
	conn *net.UDPConn
	addr net.Addr
	size int // of the receive buffer, in bytes
	from netip.AddrPort
}

// newInlet takes the connection over, and closes it if that fails.
func newInlet(c *net.UDPConn) (*inlet, error) {
	size, err := growReceiveBuffer(c)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("set the receive buffer: %w", err), c.Close())
	}
	return &inlet{conn: c, addr: c.LocalAddr(), size: size}, nil
}

// receive receives one datagram into buf, as much as fits, and waits for it until the deadline. One goroutine may.
func (in *inlet) receive(buf []byte) (n int, err error) {
	n, in.from, err = in.conn.ReadFromUDPAddrPort(buf)
	return n, err
}

// SetReadDeadline lets receive end at t, or never if t is zero. Any goroutine may call it.
func (in *inlet) SetReadDeadline(t time.Time) error { return in.conn.SetReadDeadline(t) }

// sender is who sent the datagram received last.
func (in *inlet) sender() netip.AddrPort { return in.from }

// drops would be the datagrams that found the receive buffer full. Only Linux tells.
func (in *inlet) drops() (uint32, error) { return 0, errors.ErrUnsupported }

// Close may be called when receive has ended.
func (in *inlet) Close() error { return in.conn.Close() }

// growReceiveBuffer asks for receiveBuffer, or half of it and so on until the system agrees, and returns what it got.
func growReceiveBuffer(c *net.UDPConn) (size int, err error) {
	const least = 64 << 10 // one full datagram
	for size = receiveBuffer; size >= least; size /= 2 {
		if err = c.SetReadBuffer(size); err == nil {
			return size, nil
		}
	}
	return 0, err
}
