package show

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/terminal"
)

// A List writes traces as a table, one line each. The widths of its columns do not depend on what is in them, so lines can be
// written as they come.
type List struct {
	out    io.Writer
	screen terminal.Screen
	zone   *time.Location
	clock  string // layout of times
	begun  bool
}

// Widths of columns, in cells.
const (
	idWidth      = 35
	classWidth   = 10 // "~ throttle"
	serviceWidth = 16
	statusWidth  = 6
)

// NewList is a list on the screen, with times in the zone.
func NewList(out io.Writer, s terminal.Screen, zone *time.Location) *List {
	l := &List{out: out, screen: s, zone: zone, clock: "2006-01-02 15:04:05"}
	if s.Width > 0 && s.Width < pageWidth {
		l.clock = "15:04:05" // ids must fit
	}
	return l
}

// Add writes the trace's line, below the head if it is the first. An updated one was in the list before.
func (l *List) Add(t *types.TraceSummary, updated bool) {
	if !l.begun {
		l.begun = true
		l.head()
	}
	c := summaryClass(t)
	response := "open"
	if t.ResponseTime != nil {
		response = duration(seconds(*t.ResponseTime))
	} else if t.EntryPoint == nil {
		response = "-" // the root is missing, nobody knows
	}
	status := "-"
	if t.Http != nil && t.Http.HttpStatus != nil {
		status = fmt.Sprint(*t.Http.HttpStatus)
	}
	label := terminal.Left(c.label(), classWidth)
	left := fmt.Sprintf("%s  %s  ", aws.ToTime(t.StartTime).In(l.zone).Format(l.clock), terminal.Left(terminal.Clean(aws.ToString(t.Id)), idWidth))
	right := fmt.Sprintf("  %s  %s  %s  %s", terminal.Right(response, durationWidth), terminal.Right(status, statusWidth),
		terminal.Left(entry(t), serviceWidth), request(t, updated))
	if l.screen.Width > 0 {
		right = terminal.Clip(right, l.screen.Width-terminal.Cells(left)-classWidth)
	}
	fmt.Fprintln(l.out, strings.TrimRight(left+l.screen.Paint(c.style(), label)+right, " "))
}

func (l *List) head() {
	text := fmt.Sprintf("%-*s  %-*s  %-*s  %*s  %*s  %-*s  %s", len(l.clock), "STARTED", idWidth, "TRACE", classWidth, "CLASS",
		durationWidth, "RESPONSE", statusWidth, "STATUS", serviceWidth, "SERVICE", "REQUEST")
	if l.screen.Width > 0 {
		text = terminal.Clip(text, l.screen.Width)
	}
	fmt.Fprintln(l.out, l.screen.Paint(terminal.Dim, text))
}

// summaryClass is that of the root; open while anything is in progress or missing.
func summaryClass(t *types.TraceSummary) class {
	c := classOf(aws.ToBool(t.HasFault), aws.ToBool(t.HasError), aws.ToBool(t.HasThrottle))
	if t.Duration == nil || aws.ToBool(t.IsPartial) {
		c = max(c, open)
	}
	return c
}

func entry(t *types.TraceSummary) string {
	if t.EntryPoint == nil {
		return "-"
	}
	return terminal.Clean(aws.ToString(t.EntryPoint.Name))
}

func request(t *types.TraceSummary, updated bool) string {
	text := ""
	if t.Http != nil {
		text = strings.TrimSpace(aws.ToString(t.Http.HttpMethod) + " " + aws.ToString(t.Http.HttpURL))
	}
	if updated {
		text = strings.TrimSpace("(updated) " + text)
	}
	return terminal.Clean(text)
}
