package clients

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
)

// listed is how many traces the paging tests list: several pages, the last of them not full.
const listed = 350

// A history is traces in a window that is over, so that writers of today do not get into it unless they mean to.
type history struct {
	from, to time.Time
	ids      []string // newest first
}

// newHistory stores traces that begin 400 ms apart, in an order that has nothing to do with time. One in five has an id
// without a time in it.
func newHistory(t *testing.T, c harness.Caller) history {
	t.Helper()
	h := history{to: time.Now().Add(-time.Minute).Truncate(time.Second)}
	h.from = h.to.Add(-10 * time.Minute)
	docs := make([]string, listed)
	h.ids = make([]string, listed)
	for i := range listed {
		start := h.at(i)
		h.ids[i] = harness.NewTraceID(start)
		if i%5 == 0 {
			h.ids[i] = harness.NewW3CTraceID()
		}
		docs[i*37%listed] = harness.Segment(h.ids[i], start, 10*time.Millisecond, nil) // 37 and 350 have no common factor
	}
	if err := harness.Put(c, docs...); err != nil {
		t.Fatal(err)
	}
	return h
}

// at is when the trace with that index begins.
func (h history) at(i int) time.Time { return h.to.Add(-time.Duration(i+1) * 400 * time.Millisecond) }

func (h history) window() harness.Args {
	return harness.Args{"StartTime": harness.At(h.from), "EndTime": harness.At(h.to)}
}

// TestPages lists a history of several pages through each client's paginator.
func TestPages(t *testing.T) {
	for name, client := range apiClients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := harness.Start(t)
			h := newHistory(t, server)
			c := client.open(t, server)
			if got := listAll(t, c, h); !slices.Equal(got, h.ids) {
				t.Errorf("%s", difference(got, h.ids))
			}
		})
	}
}

func listAll(t *testing.T, c harness.Caller, h history) (ids []string) {
	t.Helper()
	pages, err := c.Pages("GetTraceSummaries", h.window())
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range pages {
		var page harness.Summaries
		if err := json.Unmarshal(raw, &page); err != nil {
			t.Fatal(err)
		}
		for _, s := range page.TraceSummaries {
			ids = append(ids, s.Id)
		}
	}
	return ids
}

func difference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("%d traces are listed, want %d; number %d is %s, want %s", len(got), len(want), i, got[i], want[i])
		}
	}
	return fmt.Sprintf("%d traces are listed, want %d", len(got), len(want))
}

// TestPagesWhileWriting writes between the pages, before and behind the place where the listing is. A listing is of what was
// there when its first page was asked for: nothing of that is lost or moves, nothing comes twice, and nothing is added.
func TestPagesWhileWriting(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	h := newHistory(t, server)
	var got []string
	args := h.window()
	for {
		page, err := harness.Get[harness.Summaries](server, "GetTraceSummaries", args)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.TraceSummaries {
			got = append(got, s.Id)
		}
		if page.NextToken == "" {
			break
		}
		args["NextToken"] = page.NextToken
		disturb(t, server, h, len(got))
	}
	if !slices.Equal(got, h.ids) {
		t.Errorf("%s", difference(got, h.ids))
	}
	if again := listAll(t, server, h); len(again) <= len(h.ids) {
		t.Errorf("a new listing has %d traces, want those written meanwhile too", len(again))
	}
}

// disturb stores a new trace in front of the place and one behind it, and an earlier segment for a trace that has been listed: it
// moves that trace behind the place.
func disturb(t *testing.T, c harness.Caller, h history, place int) {
	t.Helper()
	front, behind := h.at(place/2).Add(100*time.Millisecond), h.at(min(place+25, listed-1)).Add(100*time.Millisecond)
	err := harness.Put(c,
		harness.Segment(harness.NewTraceID(front), front, time.Millisecond, nil),
		harness.Segment(harness.NewTraceID(behind), behind, time.Millisecond, nil),
		harness.Segment(h.ids[place/2], behind.Add(100*time.Millisecond), time.Millisecond, nil))
	if err != nil {
		t.Fatal(err)
	}
}

// TestPagesUnderLoad lists the history again and again while several writers add to it all the time.
func TestPagesUnderLoad(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	h := newHistory(t, server)
	stop := make(chan struct{})
	failed := make(chan error, 2)
	for range cap(failed) {
		go func() { failed <- writeInto(server, h, stop) }()
	}
	for range 5 {
		seen := map[string]int{}
		for _, id := range listAll(t, server, h) {
			seen[id]++
		}
		for id, n := range seen {
			if n > 1 {
				t.Errorf("trace %s is listed %d times", id, n)
			}
		}
		for _, id := range h.ids {
			if seen[id] == 0 {
				t.Errorf("trace %s was lost", id)
			}
		}
	}
	close(stop)
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}

// writeInto stores traces all over the history until told to stop.
func writeInto(c harness.Caller, h history, stop <-chan struct{}) error {
	for i := 0; ; i = (i + 89) % listed { // 89 and 350 have no common factor: all places, far apart
		select {
		case <-stop:
			return nil
		default:
		}
		start := h.at(i).Add(50 * time.Millisecond)
		if err := harness.Put(c, harness.Segment(harness.NewTraceID(start), start, time.Millisecond, nil)); err != nil {
			return err
		}
	}
}

// TestTokens brings tokens back in other places than where they belong.
func TestTokens(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	h := newHistory(t, server)
	page, err := harness.Get[harness.Summaries](server, "GetTraceSummaries", h.window())
	if err != nil {
		t.Fatal(err)
	}
	token := page.NextToken
	if token == "" {
		t.Fatalf("%d traces came on one page, want several pages", len(page.TraceSummaries))
	}
	wider, by := h.window(), h.window()
	wider["StartTime"] = harness.At(h.from.Add(-time.Hour))
	by["TimeRangeType"] = "Event"
	for what, args := range map[string]harness.Args{
		"of another window":        with(wider, "NextToken", token),
		"of another kind of time":  with(by, "NextToken", token),
		"cut":                      with(h.window(), "NextToken", token[:len(token)-3]),
		"with a character changed": with(h.window(), "NextToken", flip(token)),
		"that is very long":        with(h.window(), "NextToken", string(slices.Repeat([]byte("A"), 100_000))),
	} {
		_, err := server.Call("GetTraceSummaries", args)
		if e, ok := errors.AsType[*harness.APIError](err); !ok || e.Code != "InvalidRequestException" {
			t.Errorf("a token %s: got %v, want InvalidRequestException", what, err)
		}
	}
	// The token itself goes on working, as often as one likes.
	for range 2 {
		again, err := harness.Get[harness.Summaries](server, "GetTraceSummaries", with(h.window(), "NextToken", token))
		if err != nil || len(again.TraceSummaries) == 0 || again.TraceSummaries[0].Id != h.ids[len(page.TraceSummaries)] {
			t.Errorf("the token itself: got %d traces (%v)", len(again.TraceSummaries), err)
		}
	}
}

func with(args harness.Args, key string, value any) harness.Args {
	args[key] = value
	return args
}

func flip(token string) string {
	b := []byte(token)
	if i := len(b) / 2; b[i] == 'A' {
		b[i] = 'B'
	} else {
		b[i] = 'A'
	}
	return string(b)
}
