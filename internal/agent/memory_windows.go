package agent

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var globalMemoryStatus = windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")

// machineMemory is the bytes of physical memory; 0 if the system does not tell.
func machineMemory() uint64 {
	// MEMORYSTATUSEX
	s := struct {
		length, load                                                                                         uint32
		total, available, totalPage, availablePage, totalVirtual, availableVirtual, availableExtendedVirtual uint64
	}{}
	s.length = uint32(unsafe.Sizeof(s))
	if ok, _, _ := globalMemoryStatus.Call(uintptr(unsafe.Pointer(&s))); ok == 0 {
		return 0
	}
	return s.total
}
