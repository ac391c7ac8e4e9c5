//go:build !windows

package terminal

import "os"

// understands tells whether the terminal acts on the codes of colours: outside of Windows all do.
func understands(*os.File) bool { return true }
