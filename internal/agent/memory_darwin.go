package agent

import "golang.org/x/sys/unix"

// machineMemory is the bytes of physical memory; 0 if the system does not tell.
func machineMemory() uint64 {
	n, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return n
}
