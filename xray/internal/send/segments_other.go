//go:build !linux

package send

import "net"

func cuts(*net.UDPConn) bool { return false }

func cutAt(b []byte, _ int) []byte { return b }
