package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/rayscope/rayscope/internal/rollup"
)

// graphs waits until every minute of the load is sealed, and measures what is answered from them.
func graphs(c config, s *server, _ *load) error {
	if err := sealed(s); err != nil {
		return err
	}
	for _, q := range []struct {
		name, path string
		hours      float64
	}{
		{"GetServiceGraph, sealed, 1 h", "/ServiceGraph", 1},
		{"GetServiceGraph, sealed, 6 h", "/ServiceGraph", 6},
		{"GetTimeSeries..., sealed, 6 h", "/TimeSeriesServiceStatistics", 6},
	} {
		err := queries(s, q.name, min(c.queries, 100), func(int) error {
			var out struct{ Services, TimeSeriesServiceStatistics []json.RawMessage }
			now := float64(time.Now().UnixMilli()) / 1000
			if err := call(s, q.path, map[string]any{"StartTime": now - q.hours*3600, "EndTime": now}, &out); err != nil {
				return err
			}
			if len(out.Services)+len(out.TimeSeriesServiceStatistics) == 0 {
				return errors.New("the answer is empty")
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sealed waits for the seals, and tells what they took. The load's last minute must be over and quiet before.
func sealed(s *server) error {
	due := time.Now().Truncate(time.Minute).Add(time.Minute + rollup.Quiet)
	for {
		waiting, err := s.metric("rayscope_rollup_minutes_waiting")
		if err != nil {
			return err
		}
		now := time.Now()
		if now.After(due.Add(10*time.Second)) && waiting == 0 { // a round begins at least every 5 s
			break
		}
		if now.After(due.Add(10 * time.Minute)) {
			return fmt.Errorf("%.0f minutes are still not sealed", waiting)
		}
		time.Sleep(time.Second)
	}
	minutes, err := s.metric("rayscope_rollup_minutes_sealed_total")
	if err != nil {
		return err
	}
	spent, err := s.metric("rayscope_rollup_seconds_total")
	if err != nil {
		return err
	}
	fmt.Printf("%-34s %12.0f %14s %16s  %.1f s spent\n", "minutes sealed", minutes, "", "", spent)
	return nil
}
