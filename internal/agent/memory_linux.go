package agent

import "golang.org/x/sys/unix"

// machineMemory is the bytes of physical memory; 0 if the system does not tell.
func machineMemory() uint64 {
	var i unix.Sysinfo_t
	if err := unix.Sysinfo(&i); err != nil {
		return 0
	}
	return uint64(i.Totalram) * uint64(i.Unit)
}
