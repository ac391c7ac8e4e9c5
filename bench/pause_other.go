//go:build !linux

package main

import "time"

// pause sleeps about so long.
func pause(d time.Duration) { time.Sleep(d) }
