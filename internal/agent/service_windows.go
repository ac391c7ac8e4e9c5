package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
	"golang.org/x/sys/windows/svc/mgr"

	"github.com/rayscope/rayscope/internal/cli"
)

// Install makes a service of this program that starts with the machine, and again after a failure, with the flags that were given. It
// starts it, too.
func Install(v *cli.Values, c Config) error {
	name := v.Text("service-name")
	program, err := os.Executable()
	if err != nil {
		return err
	}
	data, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		return fmt.Errorf("find the directory for data of programs: %w", err)
	}
	logFile := filepath.Join(data, "Rayscope", "daemon.log")
	args, err := serviceArguments(v, c, logFile)
	if err != nil {
		return err
	}
	if c.Log.File == "" {
		if err := os.MkdirAll(filepath.Dir(logFile), 0o755); err != nil {
			return err
		}
	}
	m, err := connect()
	if err != nil {
		return err
	}
	defer m.Disconnect()
	s, err := m.CreateService(name, program, mgr.Config{
		DisplayName: "Rayscope X-Ray daemon", Description: "Takes trace segments from X-Ray SDKs and sends them on.",
		StartType: mgr.StartAutomatic, DelayedAutoStart: false,
	}, args...)
	if errors.Is(err, windows.ERROR_SERVICE_EXISTS) {
		return fmt.Errorf("there is a service %s already: remove it first, rayscope daemon remove, or choose another name with --service-name", name)
	}
	if err != nil {
		return fmt.Errorf("make service %s: %w", name, err)
	}
	defer s.Close()
	if err := prepare(s, name); err != nil {
		return errors.Join(err, s.Delete())
	}
	if err := s.Start(); err != nil {
		return fmt.Errorf("start service %s, which is installed: %w", name, err)
	}
	return nil
}

// prepare sets what a service needs beyond its existence.
func prepare(s *mgr.Service, name string) error {
	// The same pause each time, for ever: what keeps it from running may take hours to repair.
	restart := []mgr.RecoveryAction{{Type: mgr.ServiceRestart, Delay: 5 * time.Second}}
	if err := s.SetRecoveryActions(restart, uint32(24*time.Hour/time.Second)); err != nil {
		return fmt.Errorf("have service %s started again after a failure: %w", name, err)
	}
	if err := s.SetRecoveryActionsOnNonCrashFailures(true); err != nil {
		return fmt.Errorf("have service %s started again after an error: %w", name, err)
	}
	// A source that a service of this name left behind is as good.
	_ = eventlog.InstallAsEventCreate(name, eventlog.Error)
	return nil
}

// Remove stops the service and removes it.
func Remove(v *cli.Values) error {
	name := v.Text("service-name")
	m, err := connect()
	if err != nil {
		return err
	}
	defer m.Disconnect()
	s, err := m.OpenService(name)
	if err != nil {
		return fmt.Errorf("find service %s: %w", name, err)
	}
	defer s.Close()
	if _, err := s.Control(svc.Stop); err != nil && !errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE) {
		return fmt.Errorf("stop service %s: %w", name, err)
	}
	if err := s.Delete(); err != nil { // done as soon as it has stopped
		return fmt.Errorf("remove service %s: %w", name, err)
	}
	_ = eventlog.Remove(name) // one that is not there is removed
	return nil
}

func connect() (*mgr.Mgr, error) {
	m, err := mgr.Connect()
	if errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return nil, errors.New("services are the administrators' affair: open the prompt with \"Run as administrator\"")
	}
	if err != nil {
		return nil, fmt.Errorf("reach the service manager: %w", err)
	}
	return m, nil
}

// AsService runs the daemon under the service manager, if that has started the process, which is the first result.
func AsService(ctx context.Context, run func(context.Context) error) (is bool, err error) {
	if is, err = svc.IsWindowsService(); err != nil || !is {
		return is, err
	}
	s := &service{ctx: ctx, run: run}
	return true, errors.Join(svc.Run("", s), s.err) // the name counts only where services share a process
}

// A service translates between the service manager and the daemon.
type service struct {
	ctx context.Context
	run func(context.Context) error
	err error // of run
}

// Execute is called by the service manager with the service's name as first argument. The result says whether the code is ours.
func (s *service) Execute(args []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (bool, uint32) {
	ctx, stop := context.WithCancel(s.ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	running := svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
	status <- running
	for {
		select {
		case s.err = <-ended:
			if s.err == nil {
				return false, 0
			}
			report(args, s.err)
			return true, cli.ExitFailed
		case r := <-requests:
			switch r.Cmd {
			case svc.Interrogate:
				status <- r.CurrentStatus
			case svc.Stop, svc.Shutdown:
				// More than the stop timeout of the daemon, within which it sends what waits.
				status <- svc.Status{State: svc.StopPending, WaitHint: uint32(maxStopTimeout / time.Millisecond)}
				stop()
			}
		}
	}
}

// report puts the error where administrators look: it may be about the log file itself.
func report(args []string, err error) {
	name := ServiceName
	if len(args) > 0 {
		name = args[0]
	}
	log, openErr := eventlog.Open(name)
	if openErr != nil {
		return // the exit code is all that is left
	}
	_ = log.Error(1, err.Error())
	_ = log.Close()
}
