package daemon

import (
	"net"
	"syscall"
)

const receiveBufferHint = "sysctl -w net.core.rmem_max=4194304"

// growReceiveBuffer asks for receiveBuffer and returns what it got.
func growReceiveBuffer(c *net.UDPConn) (size int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	controlErr := raw.Control(func(fd uintptr) {
		// FORCE goes beyond net.core.rmem_max, for those with CAP_NET_ADMIN.
		if syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUFFORCE, receiveBuffer) != nil {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, receiveBuffer)
		}
		if err == nil {
			size, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF)
		}
	})
	if controlErr != nil {
		return 0, controlErr
	}
	return size / 2, err // Linux doubles what is asked, for its own overhead, and reports the double
}
