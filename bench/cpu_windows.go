package main

import "golang.org/x/sys/windows"

// ownCPU is the CPU seconds of this process.
func ownCPU() float64 {
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(windows.CurrentProcess(), &created, &exited, &kernel, &user); err != nil {
		return 0
	}
	return seconds(kernel) + seconds(user)
}

// seconds reads a time that is a number of 100 ns.
func seconds(t windows.Filetime) float64 {
	return float64(uint64(t.HighDateTime)<<32|uint64(t.LowDateTime)) / 1e7
}
