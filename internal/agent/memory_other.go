//go:build !linux && !darwin && !windows

package agent

// machineMemory is 0: this system is not asked.
func machineMemory() uint64 { return 0 }
