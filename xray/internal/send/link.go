package send

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"syscall"
	"time"
)

const (
	// lookupEvery is how often a name is resolved while all goes well: a daemon's container may have moved, and UDP does not tell.
	lookupEvery = time.Minute
	// lookupTime bounds one look-up; documents wait meanwhile.
	lookupTime = 2 * time.Second
	// socketBuffer is above the largest datagram: some systems begin with 9 KB and refuse what is larger.
	socketBuffer = 256 << 10
)

// A link is the connected socket to the daemon, made when it is needed. It belongs to one goroutine.
type link struct {
	resolve func(context.Context, string) ([]netip.Addr, error)
	clock   func() time.Time

	conn   net.Conn    // nil while there is none
	cuts   int         // up to this length the system takes several datagrams of conn at once; 0: never
	cut    []byte      // the control message for that
	unhook func() bool // undoes the closing of conn at the end of life
	target string      // host:port that conn was made for
	at     netip.AddrPort
	looked time.Time // when target was last resolved
	made   int       // connections so far: each tries the next address of a name

	err      error     // why connecting failed
	errUntil time.Time // until then that is still true, so that a flush does not look up a missing name for each document
}

// write sends one datagram to target.
func (l *link) write(life context.Context, target string, datagram []byte) error {
	if target != l.target {
		l.drop()
		l.target, l.made, l.errUntil = target, 0, time.Time{}
	}
	if l.conn == nil {
		if err := l.connect(life); err != nil {
			return err
		}
	}
	_, err := l.conn.Write(datagram)
	return err
}

// writeRun sends datagrams that lie one behind the other by one call. All are size bytes long, only the last may be shorter. It
// reports false, and has sent nothing, if they have to be sent one by one.
func (l *link) writeRun(target string, datagrams []byte, size int) (done bool, err error) {
	udp, ok := l.conn.(*net.UDPConn)
	if !ok || size > l.cuts || target != l.target {
		return false, nil
	}
	l.cut = cutAt(l.cut[:0], size)
	_, _, err = udp.WriteMsgUDP(datagrams, l.cut, nil)
	switch {
	case errors.Is(err, syscall.EIO): // not with this network device
		l.cuts = 0
		return false, nil
	case errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.EMSGSIZE): // too long for a packet of this network
		l.cuts = size - 1
		return false, nil
	}
	return err == nil, err
}

// ready says whether write to target would not have to look up a name.
func (l *link) ready(target string) bool {
	if l.conn != nil && target == l.target && l.clock().Sub(l.looked) < lookupEvery {
		return true
	}
	_, err := netip.ParseAddrPort(target)
	return err == nil
}

func (l *link) connect(life context.Context) error {
	if err := life.Err(); err != nil {
		return err
	}
	if l.clock().Before(l.errUntil) {
		return l.err
	}
	if l.err = l.dial(life); l.err != nil {
		l.errUntil = l.clock().Add(firstPause)
	}
	return l.err
}

func (l *link) dial(life context.Context) error {
	found, err := l.lookup(life)
	if err != nil {
		return err
	}
	at := found[l.made%len(found)]
	udp, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(at))
	if err != nil {
		return err
	}
	// Without it larger documents go by TCP.
	_ = udp.SetWriteBuffer(socketBuffer)
	conn := net.Conn(udp)
	l.conn, l.at, l.cuts = conn, at, 0
	if cuts(udp) {
		l.cuts = MaxDatagram
	}
	l.made++
	l.unhook = context.AfterFunc(life, func() { conn.Close() })
	return nil
}

// lookup resolves the target. IPv4 addresses come first: a name like localhost has both, and daemons listen on IPv4 unless told otherwise.
func (l *link) lookup(life context.Context) ([]netip.AddrPort, error) {
	l.looked = l.clock()
	host, port, err := net.SplitHostPort(l.target)
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("port of %q: %w", l.target, err)
	}
	addrs := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	if host != "" {
		if addrs, err = l.addresses(life, host); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(addrs, func(a, b netip.Addr) int { return a.BitLen() - b.BitLen() })
	found := make([]netip.AddrPort, len(addrs))
	for i, a := range addrs {
		found[i] = netip.AddrPortFrom(a, uint16(number))
	}
	return found, nil
}

// addresses are those of a host, which may be an address itself.
func (l *link) addresses(life context.Context, host string) ([]netip.Addr, error) {
	if literal, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{literal}, nil
	}
	ctx, cancel := context.WithTimeout(life, lookupTime)
	defer cancel()
	resolved, err := l.resolve(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("resolve %q: %w", host, err)
	}
	if len(resolved) == 0 {
		return nil, fmt.Errorf("resolve %q: no address", host)
	}
	addrs := make([]netip.Addr, len(resolved))
	for i, a := range resolved {
		addrs[i] = a.Unmap()
	}
	return addrs, nil
}

// refresh lets go of the socket if its name has got other addresses. While the name cannot be resolved it is kept.
func (l *link) refresh(life context.Context) {
	if l.conn == nil || l.clock().Sub(l.looked) < lookupEvery {
		return
	}
	if found, err := l.lookup(life); err == nil && !slices.Contains(found, l.at) {
		l.drop()
	}
}

// drop closes the socket, if there is one.
func (l *link) drop() {
	if l.conn == nil {
		return
	}
	l.unhook()
	l.conn.Close()
	l.conn = nil
}
