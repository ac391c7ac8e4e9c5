package ports

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A socket is one line of /proc/net/{tcp,udp,tcp6,udp6}.
type socket struct {
	local netip.AddrPort
	state string // "0A": a TCP socket that listens
	inode string
}

// sockets reads the tables of the network, "tcp" or "udp".
func sockets(network string) (all []socket, err error) {
	for _, family := range []string{"", "6"} {
		table, e := os.ReadFile("/proc/net/" + network + family)
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		for line := range strings.Lines(string(table)) {
			if s, ok := parseSocket(strings.Fields(line)); ok {
				all = append(all, s)
			}
		}
	}
	if len(all) > 0 { // a machine without IPv6 has no second table
		return all, nil
	}
	return nil, err
}

// parseSocket reads "sl local remote st queues timer retrnsmt uid timeout inode ...". The table's head has no address in
// second place.
func parseSocket(f []string) (socket, bool) {
	if len(f) < 10 {
		return socket{}, false
	}
	local, ok := parseAddr(f[1])
	return socket{local: local, state: f[3], inode: f[9]}, ok
}

// parseAddr reads "0100007F:07D0": words of 32 bits in the machine's byte order.
func parseAddr(s string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(s, ":")
	b, err := hex.DecodeString(host)
	p, perr := strconv.ParseUint(port, 16, 16)
	if err != nil || perr != nil || len(b)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	ip, ok := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(ip.Unmap(), uint16(p)), ok
}

// holder names the process that keeps others from listening on the address.
func holder(network, address string) string {
	want, err := net.ResolveTCPAddr("tcp", address) // UDP resolves alike
	if err != nil {
		return unknownHolder
	}
	all, err := sockets(network)
	if err != nil {
		return unknownHolder
	}
	for _, s := range all {
		if s.blocks(network, want.AddrPort()) {
			if name := process(s.inode); name != "" {
				return name
			}
		}
	}
	return unknownHolder
}

func (s *socket) blocks(network string, want netip.AddrPort) bool {
	ip := want.Addr().Unmap()
	return s.local.Port() == want.Port() &&
		(network == "udp" || s.state == "0A") &&
		(s.local.Addr() == ip || s.local.Addr().IsUnspecified() || !ip.IsValid() || ip.IsUnspecified())
}

// process finds who has the socket open, among the processes that we may look into.
func process(inode string) string {
	fds, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return ""
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err != nil || to != "socket:["+inode+"]" {
			continue
		}
		pid := strings.Split(fd, "/")[2]
		name, err := os.ReadFile("/proc/" + pid + "/comm")
		if err != nil {
			return "process " + pid
		}
		return fmt.Sprintf("process %s (%s)", pid, strings.TrimSpace(string(name)))
	}
	return ""
}
