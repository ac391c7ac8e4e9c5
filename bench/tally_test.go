package main

import (
	"strings"
	"testing"
)

func TestTally(t *testing.T) {
	var sum tally
	sum.add(tally{runs: 1, sent: 1_000_000, delivered: 999_000, kernel: 600, user: 5, system: 3, seconds: 20, peak: 40, yardstick: 10})
	sum.add(tally{runs: 1, sent: 1_000_000, delivered: 999_000, user: 6, system: 2, seconds: 20, peak: 30, yardstick: 12})
	for _, tt := range []struct {
		tells bool
		want  string
	}{
		{false, "xray 1200 full 50000 99.900 % 0 600 - - 1400 8.01 5.51 2.50 40.0 11.00"},
		{true, "xray 1200 full 50000 99.900 % 0 600 0 900 500 8.01 5.51 2.50 40.0 11.00"},
	} {
		if sum.tells = tt.tells; tt.tells {
			sum.spilled = 900
		}
		if got := strings.Join(strings.Fields(sum.line("xray", 1200, 0)), " "); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
		if got, want := len(sum.line("xray", 1200, 0)), len(tallyHeader); got != want {
			t.Errorf("the line has %d characters, the header %d", got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	if got, err := numbers("5000, 0", 0); err != nil || len(got) != 2 || got[0] != 5000 || got[1] != 0 {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"", "5000,", "-1", "5k", "1.5"} {
		if got, err := numbers(bad, 0); err == nil {
			t.Errorf("numbers(%q) = %v, want an error", bad, got)
		}
	}
	if got, err := numbers("0", 1); err == nil {
		t.Errorf("got %v below the least, want an error", got)
	}
}
