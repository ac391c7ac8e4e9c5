package agent

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestBufferMemory(t *testing.T) {
	const mb, gb = 1 << 20, 1 << 30
	for _, tt := range []struct {
		set            int
		limit, machine uint64
		want           int
	}{
		{24, 64 * mb, 8 * gb, 24 * mb},
		{0, 0, 8 * gb, 8 * gb / 100},
		{0, 0, 512 * mb, 16 * mb},
		{0, 0, 0, 16 * mb},
		{0, 128 * mb, 64 * gb, 16 * mb},
		{0, 32 * mb, 64 * gb, 8 * mb},
		{0, 8 * mb, 64 * gb, 3 * mb},
		{0, 4 * gb, 64 * gb, 4 * gb / 100},
		{0, 64 * gb, 4 * gb, 4 * gb / 100},
	} {
		if got := bufferMemory(tt.set, tt.limit, tt.machine); got != tt.want {
			t.Errorf("bufferMemory(%d, %d, %d) = %d, want %d", tt.set, tt.limit, tt.machine, got, tt.want)
		}
	}
}

func TestCgroupLimit(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  uint64
	}{
		"none":         {nil, 0},
		"v2 unlimited": {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 0},
		"v2 container": {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "134217728\n"}, 134217728},
		"v2 above": {map[string]string{"proc/self/cgroup": "0::/pods.slice/pod/daemon\n", "sys/fs/cgroup/pods.slice/pod/memory.max": "1000000\n",
			"sys/fs/cgroup/pods.slice/memory.max": "2000000\n", "sys/fs/cgroup/pods.slice/pod/daemon/memory.max": "max\n"}, 1000000},
		"v2 host path": {map[string]string{"proc/self/cgroup": "0::/../other\n", "sys/fs/cgroup/memory.max": "5000000\n"}, 5000000},
		"v1": {map[string]string{"proc/self/cgroup": "9:cpu,cpuacct:/a\n7:memory:/docker/1\n",
			"sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "2000000\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 2000000},
		"v1 unlimited": {map[string]string{"proc/self/cgroup": "7:memory:/docker/1\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 0},
		"damaged":      {map[string]string{"proc/self/cgroup": "7\n0::/\n", "sys/fs/cgroup/memory.max": "lots\n"}, 0},
	} {
		root := t.TempDir()
		for f, text := range tt.files {
			file := filepath.Join(root, filepath.FromSlash(f))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := cgroupLimit(root); got != tt.want {
			t.Errorf("%s: got %d, want %d", name, got, tt.want)
		}
	}
}

func TestMachineMemory(t *testing.T) {
	switch runtime.GOOS {
	case "linux", "darwin", "windows":
		if n := machineMemory(); n < 64<<20 || n > 1<<50 {
			t.Errorf("this machine has %d bytes of memory, by the system", n)
		}
	}
}
