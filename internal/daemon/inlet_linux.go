package daemon

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const receiveBufferHint = "sysctl -w net.core.rmem_max=4194304"

// fullNap is the pause of the receiver whenever it has emptied a socket with all of receiveBuffer: long enough to find
// several datagrams at once, and a 90th of the time in which 40,000 datagrams of 1.2 KB a second fill that.
const fullNap = time.Millisecond

// lookEvery is how many datagrams in a row are received before the deadline is looked at.
const lookEvery = 256

// An inlet receives datagrams.
//
// What a datagram costs is not so much to receive as to wake up for it. So the inlet takes what is there without waiting,
// pauses for a nap, takes what has come meanwhile, and waits for the next one only when nothing has. That needs a socket
// that is not registered with Go's poller, which would be woken by each datagram all through the nap. The gate is
// registered instead: an epoll instance that is armed only to wait, and then tells once.
type inlet struct {
	fd   int      // what the receiving goroutine reads
	file *os.File // owns fd; for other goroutines, which may come when it is closed
	addr net.Addr
	gate *os.File
	poll int             // the epoll instance, which gate owns
	wait syscall.RawConn // of gate
	nap  time.Duration
	size int // of the receive buffer, in bytes

	start    time.Time    // what deadline counts from
	deadline atomic.Int64 // as time.Duration; 0 is none

	some  bool // datagrams were received since the last nap
	looks int  // datagrams until the next look at the deadline
	from  unix.RawSockaddrAny
}

// newInlet takes the connection over, and closes it if that fails.
func newInlet(c *net.UDPConn) (*inlet, error) {
	in := &inlet{addr: c.LocalAddr(), start: time.Now()}
	err := in.takeOver(c)
	if err = errors.Join(err, c.Close()); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return in, nil
}

func (in *inlet) takeOver(c *net.UDPConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var dupErr error
	if err := raw.Control(func(fd uintptr) { in.fd, dupErr = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) }); err != nil {
		return err
	}
	if dupErr != nil {
		return fmt.Errorf("duplicate the socket: %w", dupErr)
	}
	// Files that may block are not registered with the poller. Reads say themselves that they do not want to.
	if err := unix.SetNonblock(in.fd, false); err != nil {
		return fmt.Errorf("take the socket from the poller: %w", err)
	}
	in.file = os.NewFile(uintptr(in.fd), "udp")
	if in.size, err = growReceiveBuffer(in.fd); err != nil {
		return fmt.Errorf("set the receive buffer: %w", err)
	}
	in.nap = fullNap * time.Duration(in.size) / receiveBuffer
	return in.makeGate()
}

func (in *inlet) makeGate() error {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return fmt.Errorf("make an epoll instance: %w", err)
	}
	if err := errors.Join(unix.SetNonblock(fd, true), unix.EpollCtl(fd, unix.EPOLL_CTL_ADD, in.fd, &unix.EpollEvent{})); err != nil {
		return errors.Join(fmt.Errorf("watch the socket: %w", err), unix.Close(fd))
	}
	in.poll, in.gate = fd, os.NewFile(uintptr(fd), "epoll")
	in.wait, err = in.gate.SyscallConn()
	return err
}

// receive receives one datagram into buf, as much as fits, and waits for it until the deadline. One goroutine may.
func (in *inlet) receive(buf []byte) (int, error) {
	for {
		if in.looks--; in.looks < 0 && in.late() {
			return 0, os.ErrDeadlineExceeded
		}
		n, errno := in.recvfrom(buf)
		switch {
		case errno == 0:
			in.some = true
			return n, nil
		case errno == unix.EINTR:
		case errno != unix.EAGAIN:
			return 0, os.NewSyscallError("recvfrom", errno)
		default:
			if err := in.pause(); err != nil {
				return 0, err
			}
		}
	}
}

// recvfrom never blocks, so the scheduler need not know of it.
func (in *inlet) recvfrom(buf []byte) (int, unix.Errno) {
	length := uint32(unsafe.Sizeof(in.from))
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(in.fd), uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)),
		unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(&in.from)), uintptr(unsafe.Pointer(&length)))
	return int(n), errno
}

// pause naps, or waits if nothing has come since the last nap.
func (in *inlet) pause() error {
	if in.late() {
		return os.ErrDeadlineExceeded
	}
	if in.some {
		in.some = false
		nap := unix.NsecToTimespec(int64(in.nap))
		_ = unix.Nanosleep(&nap, nil) // a signal may end it early
		return nil
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLONESHOT}
	if err := unix.EpollCtl(in.poll, unix.EPOLL_CTL_MOD, in.fd, &event); err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	return in.wait.Read(func(uintptr) bool {
		var events [1]unix.EpollEvent
		n, err := unix.EpollWait(in.poll, events[:], 0)
		return n > 0 || (err != nil && err != unix.EINTR) // an error shows again when the socket is read
	})
}

// late tells whether the deadline has passed.
func (in *inlet) late() bool {
	in.looks = lookEvery
	d := in.deadline.Load()
	return d != 0 && int64(time.Since(in.start)) >= d
}

// SetReadDeadline lets receive end at t, or never if t is zero. Any goroutine may call it.
func (in *inlet) SetReadDeadline(t time.Time) error {
	var d int64
	if !t.IsZero() {
		d = max(1, int64(t.Sub(in.start)))
	}
	in.deadline.Store(d)
	return in.gate.SetReadDeadline(t)
}

// sender is who sent the datagram received last.
func (in *inlet) sender() netip.AddrPort {
	switch in.from.Addr.Family {
	case unix.AF_INET:
		a := (*unix.RawSockaddrInet4)(unsafe.Pointer(&in.from))
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), port(&a.Port))
	case unix.AF_INET6:
		a := (*unix.RawSockaddrInet6)(unsafe.Pointer(&in.from))
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr).Unmap(), port(&a.Port))
	}
	return netip.AddrPort{}
}

// port reads a port as it stands in socket addresses, in the order of the network.
func port(p *uint16) uint16 { return binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(p))[:]) }

// memDrops is where SO_MEMINFO tells the datagrams that the kernel dropped (SK_MEMINFO_DROPS).
const memDrops = 8

// drops asks the kernel how many datagrams found the receive buffer full. It asks for this socket alone, unlike
// /proc/net/udp, which lists all; and SO_RXQ_OVFL would tell only with the next datagram, at a cost for each.
func (in *inlet) drops() (uint32, error) {
	raw, err := in.file.SyscallConn()
	if err != nil {
		return 0, err
	}
	var info [memDrops + 1]uint32
	var errno unix.Errno
	err = raw.Control(func(fd uintptr) {
		length := uint32(unsafe.Sizeof(info))
		_, _, errno = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&length)), 0)
	})
	if err == nil && errno != 0 {
		err = os.NewSyscallError("getsockopt SO_MEMINFO", errno)
	}
	return info[memDrops], err
}

// Close may be called when receive has ended.
func (in *inlet) Close() error {
	var err error
	for _, f := range []*os.File{in.gate, in.file} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

// growReceiveBuffer asks for receiveBuffer and returns what it got.
func growReceiveBuffer(fd int) (size int, err error) {
	// FORCE goes beyond net.core.rmem_max, for those with CAP_NET_ADMIN.
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) != nil {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
	}
	if err == nil {
		size, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	}
	return size / 2, err // Linux doubles what is asked, for its own overhead, and reports the double
}
