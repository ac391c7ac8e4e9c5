package agent

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// oldKeys are those of the first versions of the X-Ray daemon, and what became of them.
var oldKeys = map[string]string{
	"LogRotation":        "Logging.LogRotation",
	"Processor.Region":   "Region",
	"Processor.Endpoint": "Endpoints",
	"Processor.Routine":  "Concurrency",
	"MemoryLimit":        "TotalBufferSizeMB",
}

// removedKeys are those that the X-Ray daemon once had and nothing came after.
var removedKeys = []string{"Profile.CPU", "Profile.Memory", "Socket.BufferSizeKB", "Processor.BatchProcessorQueueSize"}

// settingOf is the setting with this key; nil if there is none.
func settingOf(key string) *setting {
	i := slices.IndexFunc(settings, func(s setting) bool { return s.key == key && key != "" })
	if i < 0 {
		return nil
	}
	return &settings[i]
}

// fileKeys are all keys that may stand at the top of a file.
func fileKeys() []string {
	keys := []string{"Version", "Endpoint"}
	for _, s := range settings {
		top, _, _ := strings.Cut(s.key, ".")
		if top != "" && !slices.Contains(keys, top) {
			keys = append(keys, top)
		}
	}
	return keys
}

// keysOf are the keys of a group.
func keysOf(group string) (keys []string) {
	for _, s := range settings {
		if strings.HasPrefix(s.key, group+".") {
			keys = append(keys, s.key)
		}
	}
	return keys
}

// isGroup tells whether keys stand below this one, in this version or an old one.
func isGroup(key string) bool { return len(keysOf(key)) > 0 || key == "Processor" || key == "Profile" }

// DefaultFiles are where a settings file is looked for when none is named.
func DefaultFiles() []string {
	files := []string{"/etc/amazon/xray/cfg.yaml", "cfg.yaml"}
	if runtime.GOOS != "windows" {
		return files
	}
	// A Windows service starts in the system's directory: its file lies beside it.
	if self, err := os.Executable(); err == nil {
		files = append(files, filepath.Join(filepath.Dir(self), "cfg.yaml"))
	}
	return files
}
