package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// understands tells whether the console acts on the codes of colours; older ones must be asked to.
func understands(f *os.File) bool {
	var mode uint32
	h := windows.Handle(f.Fd())
	return windows.GetConsoleMode(h, &mode) == nil &&
		windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
