package agent

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// A logFile is a log file that is renamed to NAME.1 when it has grown to its bound, in place of the one before. Other
// programs may rename it as well and have it opened anew.
type logFile struct {
	name   string
	errors io.Writer // gets what the file cannot take

	mu   sync.Mutex // guards what follows
	max  int64      // bytes; 0: it grows for ever
	file *os.File   // nil: it cannot be opened
	size int64
}

func openLogFile(name string, max int64, errors io.Writer) (*logFile, error) {
	l := &logFile{name: name, max: max, errors: errors}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, fmt.Errorf("make the directory of the log: %w", err)
	}
	return l, l.open()
}

// open is called by who holds mu, or alone knows l.
func (l *logFile) open() error {
	f, err := os.OpenFile(l.name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("open the log: %w", err), f.Close())
	}
	l.file, l.size = f, info.Size()
	return nil
}

// Write takes one line. What the file cannot take is not lost: it goes to the process's own stream.
func (l *logFile) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.max > 0 && l.size > 0 && l.size+int64(len(line)) > l.max {
		if err := l.rotate(); err != nil {
			fmt.Fprintln(l.errors, err)
		}
	}
	if l.file != nil {
		n, err := l.file.Write(line)
		l.size += int64(n)
		if err == nil {
			return n, nil
		}
	}
	return l.errors.Write(line)
}

// rotate begins a new file. If the old one cannot be renamed it grows on, until it has its bound once more.
func (l *logFile) rotate() error {
	err := l.shut()
	if e := os.Rename(l.name, l.name+".1"); e != nil {
		err = errors.Join(err, fmt.Errorf("rotate the log: %w", e))
	}
	err = errors.Join(err, l.open())
	if err != nil {
		l.size = 0
	}
	return err
}

// reopen opens the file under its name again, which may be another file by now.
func (l *logFile) reopen(max int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.max = max
	return errors.Join(l.shut(), l.open())
}

func (l *logFile) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shut()
}

func (l *logFile) shut() error {
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	if err != nil {
		return fmt.Errorf("close the log: %w", err)
	}
	return nil
}
