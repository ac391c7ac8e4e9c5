package demo

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// In the first four minutes each trouble comes, and alone.
func TestTroublesComeOneByOne(t *testing.T) {
	seen := map[string]bool{}
	for now := time.Duration(0); now < 4*time.Minute; now += time.Second {
		var active []string
		for _, s := range spells {
			if s.at(now) {
				active = append(active, s.name)
				seen[s.name] = true
			}
		}
		if len(active) > 1 {
			t.Errorf("at %v: %q at once", now, active)
		}
	}
	if len(seen) != len(spells) {
		t.Errorf("seen: %v, want all of %d", seen, len(spells))
	}
}

func TestSpell(t *testing.T) {
	s := spell{"x", 10 * time.Second, 5 * time.Second, 60 * time.Second}
	for _, c := range []struct {
		at, turns int
		is        bool
	}{{0, 10, false}, {9, 10, false}, {10, 15, true}, {14, 15, true}, {15, 70, false}, {69, 70, false}, {70, 75, true}, {75, 130, false}} {
		now := time.Duration(c.at) * time.Second
		if got, turns := s.at(now), s.turns(now); got != c.is || turns != time.Duration(c.turns)*time.Second {
			t.Errorf("at %v: active %v, turns at %v; want %v, %ds", now, got, turns, c.is, c.turns)
		}
	}
}

func TestVisitsFollowTheSeed(t *testing.T) {
	pages := map[string]int{}
	for k := range uint64(2000) {
		v := drawVisit(7, k)
		if again := drawVisit(7, k); !reflect.DeepEqual(v, again) {
			t.Fatalf("visit %d of seed 7 is %+v, then %+v", k, v, again)
		}
		pages[v.method+" "+strings.SplitN(v.path, "/", 3)[1]]++
	}
	if reflect.DeepEqual(drawVisit(7, 100), drawVisit(8, 100)) {
		t.Error("visit 100 of seeds 7 and 8 is the same")
	}
	for page, share := range map[string]float64{"GET products": 0.32, "POST checkout": 0.20, "POST login": 0.07, "GET admin": 0.02} {
		if got := float64(pages[page]) / 2000; math.Abs(got-share) > 0.04 {
			t.Errorf("%s has a share of %.3f, want about %.2f", page, got, share)
		}
	}
}

func TestLoadIsOneOnAverage(t *testing.T) {
	const seconds = 630 // after which it repeats
	sum := 0.0
	for s := range seconds {
		sum += load(time.Duration(s) * time.Second)
	}
	if got := sum / seconds; math.Abs(got-1) > 0.01 {
		t.Errorf("the load is %.3f on average, want 1", got)
	}
}

func TestBaggage(t *testing.T) {
	c := caller{"u-1042", "birch", "pro", "eu"}
	if got := parseBaggage(c.baggage()); got != c {
		t.Errorf("got %+v, want %+v", got, c)
	}
	if got := parseBaggage(" plan=free , other=1,,="); got != (caller{Plan: "free"}) {
		t.Errorf("got %+v, want the plan alone", got)
	}
	if got := parseBaggage("plan=" + strings.Repeat("x", maxBaggage)); got != (caller{}) {
		t.Errorf("of a header that is too long: got %d characters", len(got.Plan))
	}
}

func TestStatusOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{&statusError{"users", 429, ""}, 429},
		{fmt.Errorf("charge: %w", &statusError{"payments", 504, ""}), 502},
		{badRequest{errors.New("x")}, 400},
		{context.Canceled, statusClosed},
		{context.DeadlineExceeded, 504},
		{sql.ErrNoRows, 404},
		{errors.New("x"), 500},
		{status.Error(codes.NotFound, "x"), 404},
		{fmt.Errorf("reserve: %w", status.Error(codes.FailedPrecondition, "x")), 409},
		{status.Error(codes.Canceled, "x"), statusClosed},
		{status.Error(codes.Internal, "x"), 502},
	} {
		if got := statusOf(c.err); got != c.want {
			t.Errorf("statusOf(%v) = %d, want %d", c.err, got, c.want)
		}
	}
}

func TestConfigIsRefused(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   []string
	}{
		{Config{Daemon: "localhost", Rate: 8, Directory: "x"}, []string{`daemon "localhost" is not a host and port`}},
		{Config{Daemon: "127.0.0.1:2000"}, []string{"rate 0 is not in the range of 0.01 to 500", "directory is empty"}},
		{Config{Daemon: "127.0.0.1:2000", Rate: math.NaN(), Directory: "x"}, []string{"rate NaN"}},
	} {
		err := Run(t.Context(), c.config)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Run(%+v) = %v, want %q", c.config, err, want)
			}
		}
	}
}

func TestUnknownService(t *testing.T) {
	err := RunService(t.Context(), "webb", strings.NewReader(""), nil, nil)
	if err == nil || !strings.Contains(err.Error(), `there is no service "webb"`) {
		t.Errorf("got error %v", err)
	}
}
