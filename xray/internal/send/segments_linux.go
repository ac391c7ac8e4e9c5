package send

import (
	"encoding/binary"
	"net"
	"syscall"
)

// What Linux calls sending datagrams of one length by one call: the system takes them as one and cuts it apart, in the end. It has the
// names in include/uapi/linux/udp.h, from 4.18 on.
const (
	solUDP     = 17
	udpSegment = 103
)

// cuts reports whether the system can cut datagrams apart. One that cannot would send them as one.
func cuts(conn *net.UDPConn) (can bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	err = raw.Control(func(fd uintptr) {
		_, err := syscall.GetsockoptInt(int(fd), solUDP, udpSegment)
		can = err == nil
	})
	return can && err == nil
}

// cutAt appends the control message that has a call cut apart what it is given after each so many bytes.
func cutAt(b []byte, size int) []byte {
	start := len(b)
	b = append(b, make([]byte, syscall.CmsgSpace(2))...)
	header := b[start:]
	if syscall.SizeofCmsghdr == 16 { // its first member is as wide as the machine's words
		binary.NativeEndian.PutUint64(header, uint64(syscall.CmsgLen(2)))
		header = header[8:]
	} else {
		binary.NativeEndian.PutUint32(header, uint32(syscall.CmsgLen(2)))
		header = header[4:]
	}
	binary.NativeEndian.PutUint32(header, solUDP)
	binary.NativeEndian.PutUint32(header[4:], udpSegment)
	binary.NativeEndian.PutUint16(header[8:], uint16(size))
	return b
}
