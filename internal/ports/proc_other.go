//go:build !linux

package ports

import (
	"errors"
	"net"
)

func holder(_, _ string) string { return unknownHolder }

// Drops is how many datagrams the kernel threw away because the receive buffer of c was full. Only Linux tells.
func Drops(*net.UDPConn) (uint32, error) { return 0, errors.ErrUnsupported }
