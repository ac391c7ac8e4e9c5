package main

import (
	"fmt"
	"strconv"
)

// A tally is what became of the documents of some runs of one daemon, and what that cost.
type tally struct {
	runs                   int
	sent, delivered, twice int
	seconds                float64 // of sending
	kernel                 int     // datagrams that the kernel dropped
	tells                  bool    // the daemon itself tells of losses
	rejected, spilled      int     // as the daemon tells
	user, system           float64 // CPU seconds of the daemon
	peak                   float64 // megabytes, the largest of all runs
	yardstick              float64 // CPU seconds for a million documents, summed
}

// The metrics by which our daemon tells of losses: of datagrams that came in, of documents on their way out.
var (
	rejectedMetrics = []string{"rayscope_daemon_rejected_datagrams_total", "rayscope_relay_refused_documents_total"}
	spilledMetrics  = []string{"rayscope_daemon_spilled_datagrams_total", "rayscope_relay_spilled_documents_total"}
)

// ask reads what the daemon tells of losses, if it does.
func (t *tally) ask(d *daemon) (err error) {
	t.runs = 1
	url := "http://" + d.admin
	if t.tells = answers(url + "/metrics"); !t.tells {
		return nil
	}
	if t.rejected, err = sumAt(url, rejectedMetrics); err != nil {
		return err
	}
	t.spilled, err = sumAt(url, spilledMetrics)
	return err
}

// sumAt is the sum of some metrics that the process at url tells.
func sumAt(url string, names []string) (sum int, err error) {
	for _, name := range names {
		n, err := metric(url, name)
		if err != nil {
			return 0, err
		}
		sum += int(n)
	}
	return sum, nil
}

// add takes another run of the same daemon in.
func (t *tally) add(o tally) {
	t.runs += o.runs
	t.sent += o.sent
	t.delivered += o.delivered
	t.twice += o.twice
	t.seconds += o.seconds
	t.kernel += o.kernel
	t.tells = o.tells
	t.rejected += o.rejected
	t.spilled += o.spilled
	t.user += o.user
	t.system += o.system
	t.peak = max(t.peak, o.peak)
	t.yardstick += o.yardstick
}

const tallyHeader = "daemon       bytes    rate  offered/s   delivered   twice    kernel  rejected   spilled     other   CPU s/M    user  system  peak MB  yardstick"

// line is a row of the table below tallyHeader.
func (t *tally) line(name string, size, rate int) string {
	aim := "full"
	if rate > 0 {
		aim = strconv.Itoa(rate)
	}
	rejected, spilled := "-", "-" // it does not tell
	if t.tells {
		rejected, spilled = strconv.Itoa(t.rejected), strconv.Itoa(t.spilled)
	}
	other := t.sent - t.delivered - t.kernel - t.rejected - t.spilled
	millions := float64(max(1, t.delivered)) / 1e6
	return fmt.Sprintf("%-11s %6d %7s %10.0f %9.3f %% %7d %9d %9s %9s %9d %9.2f %7.2f %7.2f %8.1f %10.2f",
		name, size, aim, float64(t.sent)/t.seconds, 100*float64(t.delivered)/float64(max(1, t.sent)), t.twice, t.kernel, rejected, spilled, other,
		(t.user+t.system)/millions, t.user/millions, t.system/millions, t.peak, t.yardstick/float64(t.runs))
}
