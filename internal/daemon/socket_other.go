//go:build !linux

package daemon

import "net"

const receiveBufferHint = "raise the system's limit of socket buffers (macOS, BSD: kern.ipc.maxsockbuf)"

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
