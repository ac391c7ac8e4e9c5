package agent

import (
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// Shares and bounds of the memory for documents that wait, if nobody set it. The X-Ray daemon takes 1 % of the machine's
// memory, also in a container that may use far less, and does not start where that is below 3 MB.
const (
	memoryShare     = 100      // one part in so many of what there is
	memoryLeast     = 16 << 20 // two seconds of 8,000 documents a second of 1 KB
	memoryMostShare = 4        // of a limit never more than one part in so many
)

// bufferMemory is the bytes for documents that wait: those that were set, else a share of the limit of the process, 0 for
// none, or of the machine.
func bufferMemory(setMB int, limit, machine uint64) int {
	if setMB > 0 {
		return setMB << 20
	}
	there := machine
	if limit > 0 && (limit < machine || machine == 0) {
		there = limit
	}
	n := max(there/memoryShare, memoryLeast)
	if limit > 0 {
		n = min(n, max(limit/memoryMostShare, minMemory<<20))
	}
	return int(min(n, maxMemory<<20))
}

// goLimitShare of the cgroup's limit is what Go's memory may take before it collects harder: the rest is the kernel's
// socket buffers, the page cache of the spool and the program itself.
const goLimitShare = 0.9

// aroundBuffers is what the process takes beside documents that wait: the program, and garbage between two collections.
const aroundBuffers = 48 << 20

// limitMemory tells Go's collector how far memory may grow, unless the user did by GOMEMLIMIT: a quarter beyond the buffers, which
// else might double, and in any case within the limit of the process.
func limitMemory(buffers int, limit uint64, env func(string) (string, bool)) {
	if _, set := env("GOMEMLIMIT"); set {
		return
	}
	n := int64(buffers)*5/4 + aroundBuffers
	if limit > 0 {
		n = min(n, int64(float64(limit)*goLimitShare))
	}
	debug.SetMemoryLimit(n)
}

// cgroupLimit is the memory that the cgroup of this process may use, the least of its own and those above it; 0 if there is
// no limit or no cgroup. root is where the file system begins: tests have one of their own.
func cgroupLimit(root string) uint64 {
	own, err := os.ReadFile(path.Join(root, "proc/self/cgroup"))
	if err != nil {
		return 0
	}
	var least uint64
	for line := range strings.Lines(string(own)) {
		// "0::/path" of version 2, "7:memory:/path" of version 1
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(f) != 3:
		case f[0] == "0" && f[1] == "":
			least = lower(least, limitAbove(path.Join(root, "sys/fs/cgroup"), f[2], "memory.max"))
		case strings.Contains(","+f[1]+",", ",memory,"):
			least = lower(least, limitAbove(path.Join(root, "sys/fs/cgroup/memory"), f[2], "memory.limit_in_bytes"))
		}
	}
	return least
}

// limitAbove is the least limit from the directory below mount up to mount. In a container the path is often that of the
// host, which is not there: then only the mount is left, and it is the container's.
func limitAbove(mount, dir, file string) (least uint64) {
	for dir = path.Join("/", dir); ; dir = path.Dir(dir) {
		least = lower(least, readLimit(path.Join(mount, dir, file)))
		if dir == "/" {
			return least
		}
	}
}

// unlimited is what version 1 writes for no limit, rounded down to pages: far more than any machine has.
const unlimited = 1 << 60

// readLimit reads a limit; 0 if there is none.
func readLimit(file string) uint64 {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64) // "max" is none
	if err != nil || n >= unlimited {
		return 0
	}
	return n
}

// lower is the lower of two limits, 0 being none.
func lower(a, b uint64) uint64 {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}
