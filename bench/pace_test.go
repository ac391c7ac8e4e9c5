package main

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	for _, tt := range []struct {
		name     string
		rate     int
		wakeUps  []time.Duration // since the start
		want     []int
		forgiven int
	}{
		{"in time", 20_000, []time.Duration{200 * time.Microsecond, 400 * time.Microsecond, 650 * time.Microsecond}, []int{4, 4, 5}, 0},
		{"slow", 100, []time.Duration{time.Millisecond, 10 * time.Millisecond, 11 * time.Millisecond}, []int{0, 1, 0}, 0},
		{"late, caught up on evenly", 20_000, []time.Duration{time.Millisecond, 1200 * time.Microsecond, 1400 * time.Microsecond, 1600 * time.Microsecond, 1800 * time.Microsecond}, []int{8, 8, 8, 8, 4}, 0},
		{"very late, forgiven", 20_000, []time.Duration{time.Second}, []int{8}, 19_600},
	} {
		p := newPace(tt.rate)
		for i, at := range tt.wakeUps {
			if got := p.due(at); got != tt.want[i] {
				t.Errorf("%s: %d datagrams are due after %s, want %d", tt.name, got, at, tt.want[i])
			}
		}
		if p.forgiven != tt.forgiven {
			t.Errorf("%s: %d are forgiven, want %d", tt.name, p.forgiven, tt.forgiven)
		}
	}
}

func TestPaceKeepsTheRate(t *testing.T) {
	p := newPace(50_000)
	n := 0
	for at := time.Duration(0); at <= 10*time.Second; at += paceStep + 60*time.Microsecond {
		n += p.due(at)
	}
	if n < 499_900 || n > 500_000 {
		t.Errorf("%d datagrams in ten seconds, want 500000", n)
	}
}
