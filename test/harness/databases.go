package harness

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Database is a database server with its own data, port and socket, and with one empty database of one user in it.
type Database struct {
	*Process
	Host, Port           string
	Socket               string // PostgreSQL: the directory of its socket; MySQL: the socket
	Name, User, Password string

	dir string
	as  *syscall.Credential
}

// databaseGrace is how long a database may take to make its files or to begin or stop. Each takes a second or two.
const databaseGrace = time.Minute

// newDatabase makes the directory of a server. Database servers refuse to run as root: then they are the user nobody.
func newDatabase(t testing.TB, name string) *Database {
	t.Helper()
	host, port, err := net.SplitHostPort(FreeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "rayscope-db-") // not t.TempDir, which other users cannot enter; short, as socket names are
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("data of a database: %v", err)
		}
	})
	d := &Database{Host: host, Port: port, Name: name, User: "clerk", Password: "hunter2/with@signs", dir: dir}
	if os.Getuid() == 0 {
		d.as = nobody(t)
		if err := os.Chown(dir, int(d.as.Uid), int(d.as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func nobody(t testing.TB) *syscall.Credential {
	t.Helper()
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Fatalf("database servers do not run as root, and there is nobody else: %v", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// StartPostgres starts a PostgreSQL server with a database and waits until it answers. Passwords are asked for over TCP and over the socket.
func StartPostgres(t testing.TB, name string) *Database {
	t.Helper()
	d := newDatabase(t, name)
	d.Socket = d.dir
	data := filepath.Join(d.dir, "data")
	password := d.file(t, "password", d.Password)
	d.run(t, postgresProgram(t, "initdb"), "--pgdata", data, "--auth", "scram-sha-256", "--username", d.User, "--pwfile", password,
		"--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	d.begin(t, syscall.SIGINT, postgresProgram(t, "postgres"), "-D", data, "-h", d.Host, "-p", d.Port, "-k", d.Socket, "-F")
	Eventually(t, databaseGrace, func() error {
		return d.command(postgresProgram(t, "pg_isready"), "-q", "-h", d.Host, "-p", d.Port)
	})
	d.run(t, "env", "PGPASSWORD="+d.Password, postgresProgram(t, "createdb"), "-h", d.Host, "-p", d.Port, "-U", d.User, d.Name)
	return d
}

// postgresProgram finds a program of the newest PostgreSQL. Debian keeps those of servers out of the path.
func postgresProgram(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	var newest string
	best := -1
	paths, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		if v, err := strconv.Atoi(strings.Split(p, "/")[4]); err == nil && v > best {
			newest, best = p, v
		}
	}
	if newest == "" {
		t.Fatalf("PostgreSQL's %s is missing; run test/setup", name)
	}
	return newest
}

// StartMySQL starts a MariaDB or MySQL server, whichever is installed, with a database, and waits until it answers.
func StartMySQL(t testing.TB, name string) *Database {
	t.Helper()
	d := newDatabase(t, name)
	d.Socket = filepath.Join(d.dir, "socket")
	data := filepath.Join(d.dir, "data")
	server := d.initMySQL(t, data)
	account := fmt.Sprintf("CREATE DATABASE `%s`;\nCREATE USER %s IDENTIFIED BY '%s';\nGRANT ALL ON *.* TO %[2]s;\n", d.Name, d.User, d.Password)
	d.begin(t, syscall.SIGTERM, server, "--no-defaults", "--datadir="+data, "--socket="+d.Socket, "--bind-address="+d.Host, "--port="+d.Port,
		"--init-file="+d.file(t, "account.sql", account), "--local-infile=ON", "--innodb-flush-log-at-trx-commit=0",
		"--innodb-buffer-pool-size=32M", "--pid-file="+filepath.Join(d.dir, "pid"))
	Eventually(t, databaseGrace, d.greets)
	return d
}

// initMySQL makes the server's files and returns its path.
func (d *Database) initMySQL(t testing.TB, data string) string {
	t.Helper()
	if server, err := find("mariadbd"); err == nil {
		d.run(t, "mariadb-install-db", "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db",
			"--skip-log-bin", "--innodb-flush-log-at-trx-commit=0")
		return server
	}
	server, err := find("mysqld")
	if err != nil {
		t.Fatalf("neither MariaDB nor MySQL is here: %v; run test/setup", err)
	}
	d.run(t, server, "--no-defaults", "--initialize-insecure", "--datadir="+data)
	return server
}

// find also looks where daemons are, which the path of users often lacks.
func find(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		if sbin := filepath.Join("/usr/sbin", name); exec.Command(sbin, "--version").Run() == nil {
			return sbin, nil
		}
	}
	return path, err
}

// greets waits for the first byte that the server says: its port is open long before it has read its files.
func (d *Database) greets() error {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(d.Host, d.Port), time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(databaseGrace)); err != nil {
		return err
	}
	_, err = bufio.NewReader(conn).ReadByte()
	return err
}

// begin starts the server. When the test ends it is asked to stop by the signal that does not wait for clients: killed, it would leave
// shared memory behind.
func (d *Database) begin(t testing.TB, stop syscall.Signal, argv ...string) {
	t.Helper()
	d.Process = startProcess(t, d.as, nil, argv...)
	t.Cleanup(func() {
		if !d.Running() {
			t.Errorf("the database %s ended by itself", argv[0])
			return
		}
		if err := d.cmd.Process.Signal(stop); err != nil {
			t.Errorf("stop %s: %v", argv[0], err)
			return
		}
		d.Wait(t, databaseGrace)
	})
}

// file writes a file that the server can read.
func (d *Database) file(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs a program of the database as its user.
func (d *Database) run(t testing.TB, argv ...string) {
	t.Helper()
	if err := d.command(argv...); err != nil {
		t.Fatal(err)
	}
}

func (d *Database) command(argv ...string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = d.dir // one that its user may enter
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: d.as}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(argv[0]), err, out)
	}
	return nil
}
