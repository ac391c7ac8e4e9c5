package daemon

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// tcpRetry is how long to wait until a taken TCP address is tried again.
const tcpRetry = 5 * time.Second

// A door is the TCP side of a server. It may be shut at first, when its address is taken.
type door struct {
	address string
	http    *http.Server
	log     *slog.Logger
	after   func(time.Duration) <-chan time.Time

	mu       sync.Mutex   // guards listener
	listener net.Listener // nil while the address is taken
}

// addr is where the door listens; nil if it does not.
func (d *door) addr() net.Addr {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listener == nil {
		return nil
	}
	return d.listener.Addr()
}

func (d *door) listening() int {
	if d.addr() == nil {
		return 0
	}
	return 1
}

// serve answers calls until the shutdown, which is no error.
func (d *door) serve(stopping <-chan struct{}) error {
	if d.listener == nil && !d.open(stopping) {
		return nil
	}
	if err := d.http.Serve(d.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// open tries the address until it is free, and reports whether it became so before the stop.
func (d *door) open(stopping <-chan struct{}) bool {
	for {
		select {
		case <-stopping:
			return false
		case <-d.after(tcpRetry):
		}
		l, err := listenTCP(d.address)
		if err != nil {
			d.log.Debug("the TCP address is still not to be had", "error", err.Error())
			continue
		}
		d.mu.Lock()
		d.listener = l
		d.mu.Unlock()
		d.log.Info("the TCP address is free at last: sampling calls are answered", "address", l.Addr().String())
		return true
	}
}
