package agent

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
)

// startProfiles begins the profiles that the X-Ray daemon's two variables name files for. The function returned ends them.
func startProfiles(env func(string) (string, bool)) (stop func() error, err error) {
	memory, _ := env("XRAY_DAEMON_MEMORY_PROFILE")
	stop = func() error { return writeMemoryProfile(memory) }
	name, _ := env("XRAY_DAEMON_CPU_PROFILE")
	if name == "" {
		return stop, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("XRAY_DAEMON_CPU_PROFILE: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("XRAY_DAEMON_CPU_PROFILE: %w", err), f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return errors.Join(f.Close(), writeMemoryProfile(memory))
	}, nil
}

func writeMemoryProfile(name string) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("XRAY_DAEMON_MEMORY_PROFILE: %w", err)
	}
	runtime.GC() // for the profile to be of what is alive
	if err := pprof.WriteHeapProfile(f); err != nil {
		err = fmt.Errorf("XRAY_DAEMON_MEMORY_PROFILE: %w", err)
		return errors.Join(err, f.Close())
	}
	return f.Close()
}
