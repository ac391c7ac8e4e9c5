package main

import (
	"syscall"
	"time"
)

// pause sleeps about so long. time.Sleep of an idle process wakes up at the next millisecond, too coarse for the pace.
func pause(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&ts, nil) // a signal ends it early, which the pace copes with
}
