package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// A daemon is a process of an X-Ray daemon, ours or another one: all are started by the same command line, the same
// file and the same environment.
type daemon struct {
	*process
	address, admin string // of UDP and TCP; of the metrics that ours tells
}

// daemonFile is a cfg.yaml of the AWS daemon. The endpoint stands here, as that daemon has no flag for it.
const daemonFile = "Version: 2\nEndpoint: %q\n"

// startDaemon starts the binary with an endpoint, and returns when it takes connections. Whether ours signs is said, as it
// would not on loopback; others sign always.
func startDaemon(binary, endpoint string, sign bool) (d *daemon, err error) {
	dir, err := os.MkdirTemp("", "rayscope-bench-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(dir) // a directory for temporary files: the system removes what is left
		}
	}()
	d = &daemon{}
	if d.address, err = freePort(); err != nil {
		return nil, err
	}
	if d.admin, err = freePort(); err != nil {
		return nil, err
	}
	cmd, err := d.command(binary, dir, endpoint)
	if err != nil {
		return nil, err
	}
	cmd.Env = append(cmd.Env, "RAYSCOPE_ADMIN_LISTEN="+d.admin, "RAYSCOPE_SIGN="+strconv.FormatBool(sign)) // others know neither
	d.process, err = launch(cmd, dir, d.ready)
	return d, err
}

// command prepares the directory and the command line. The binary runs by the name xray, as start scripts have it.
func (d *daemon) command(binary, dir, endpoint string) (*exec.Cmd, error) {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(binary); err != nil {
		return nil, fmt.Errorf("%w (make build makes bin/rayscope)", err)
	}
	name, file := filepath.Join(dir, "xray"), filepath.Join(dir, "cfg.yaml")
	if err := os.Symlink(binary, name); err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, fmt.Appendf(nil, daemonFile, endpoint), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(name, "-o", "-n", "us-east-1", "-b", d.address, "-t", d.address, "-c", file)
	cmd.Dir = dir
	cmd.Env = append(profiles(),
		"HOME="+dir, // no shared AWS configuration, no proxy: of the environment nothing else is passed on
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
	)
	return cmd, nil
}

// profiles are the variables that name files for profiles: the daemons write them when they end.
func profiles() (env []string) {
	for _, e := range os.Environ() {
		if strings.HasPrefix(e, "XRAY_DAEMON_") {
			env = append(env, e)
		}
	}
	return env
}

// ready tells whether the daemon takes connections; it listens for datagrams before.
func (d *daemon) ready() bool {
	c, err := net.Dial("tcp", d.address)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

func (d *daemon) stop() error {
	err := d.quit()
	_ = os.RemoveAll(d.dir) // a directory for temporary files: the system removes what is left
	return err
}

// kernelDrops is how many datagrams the kernel dropped because the daemon's socket was full; 0 where it does not tell.
func (d *daemon) kernelDrops() int {
	b, err := os.ReadFile("/proc/net/udp")
	if err != nil {
		return 0
	}
	return dropsOf(string(b), d.address)
}

// dropsOf finds the drops of the socket that is bound to an address of 127.0.0.1 in the text of /proc/net/udp.
func dropsOf(text, address string) int {
	_, port, _ := strings.Cut(address, ":")
	n, _ := strconv.Atoi(port)
	local := fmt.Sprintf("0100007F:%04X", n)
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 2 && f[1] == local {
			drops, _ := strconv.Atoi(f[len(f)-1])
			return drops
		}
	}
	return 0
}
