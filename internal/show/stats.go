package show

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/terminal"
)

// Widths of the columns of figures, in cells.
const (
	statsName  = 36
	statsCount = 9
	statsShare = 7
)

// Stats writes an analysis as tables: the sets, the values of each attribute, what sets the sets apart. names are what the sets
// are called.
func Stats(out io.Writer, s terminal.Screen, r *rayapi.AnalyzeResponse, names [2]string) {
	w := &statsWriter{out, s}
	w.head("TRACES", "COUNT", "SHARE")
	w.row(names[0], "", 1, &r.A.Figures)
	if r.B != nil {
		w.row(names[1], "", 1, &r.B.Figures)
	}
	for i := range r.Tables {
		w.table(&r.Tables[i], names)
	}
	if r.Ranking != nil {
		w.ranking(r.Ranking, names)
	}
}

type statsWriter struct {
	out    io.Writer
	screen terminal.Screen
}

func (w *statsWriter) line(style terminal.Style, text string) {
	text = strings.TrimRight(text, " ")
	if w.screen.Width > 0 {
		text = terminal.Clip(text, w.screen.Width)
	}
	if style != terminal.Plain {
		text = w.screen.Paint(style, text)
	}
	fmt.Fprintln(w.out, text)
}

func (w *statsWriter) head(name, count, share string) {
	w.line(terminal.Dim, fmt.Sprintf("%-*s  %*s  %*s  %*s  %*s  %*s  %*s  %*s", statsName, name, statsCount, count, statsShare, share,
		statsShare, "FAULT", statsShare, "ERROR", durationWidth, "P50", durationWidth, "P95", durationWidth, "P99"))
}

// row writes the figures of one set; below the name of a value the set's own.
func (w *statsWriter) row(name, set string, share float64, f *rayapi.Figures) {
	text := terminal.Left(terminal.Clip(terminal.Clean(name), statsName-terminal.Cells(set)), statsName-terminal.Cells(set)) + set
	style := terminal.Plain
	if f.FaultCount > 0 {
		style = terminal.Red
	}
	w.line(style, fmt.Sprintf("%s  %*s  %*s  %*s  %*s  %s  %s  %s", text, statsCount, count(f.Count), statsShare, shareText(share),
		statsShare, part(f.FaultCount, f.Count), statsShare, part(f.ErrorCount+f.ThrottleCount, f.Count), timeText(f.P50), timeText(f.P95), timeText(f.P99)))
}

func (w *statsWriter) table(t *rayapi.Table, names [2]string) {
	fmt.Fprintln(w.out)
	w.head(terminal.Clean(t.Attribute), "COUNT", "SHARE")
	for i := range t.Rows {
		w.value(valueText(t.Rows[i].Value), &t.Rows[i], names)
	}
	if t.Others.A.Count > 0 || t.Others.B != nil && t.Others.B.Count > 0 {
		w.value("(other values)", &t.Others, names)
	}
	if len(t.Rows) == 0 {
		w.line(terminal.Plain, "(no trace has it)")
	}
}

func (w *statsWriter) value(name string, r *rayapi.Row, names [2]string) {
	if r.B == nil {
		w.row(name, "", r.A.Share, &r.A.Figures)
		return
	}
	w.row(name, " "+names[0], r.A.Share, &r.A.Figures)
	w.row("", " "+names[1], r.B.Share, &r.B.Figures)
}

func (w *statsWriter) ranking(r *rayapi.Ranking, names [2]string) {
	for _, l := range []struct {
		title string
		list  []rayapi.Ranked
	}{{"WHAT SETS THEM APART", r.Circumstances}, {"WHERE", r.Places}, {"WHAT CAME OF IT", r.Outcomes}} {
		fmt.Fprintln(w.out)
		w.line(terminal.Dim, fmt.Sprintf("%-*s  %*s  %*s  %*s", statsName, l.title, statsCount, names[0], statsCount, names[1], statsCount, "AT LEAST"))
		for _, v := range l.list {
			name := v.Attribute + " = " + valueText(&v.Value)
			w.line(terminal.Plain, fmt.Sprintf("%s  %*s  %*s  %*s", terminal.Left(terminal.Clip(terminal.Clean(name), statsName), statsName), statsCount, shareText(v.ShareA),
				statsCount, shareText(v.ShareB), statsCount, signed(v.Score, v.Difference)))
		}
		if len(l.list) == 0 {
			w.line(terminal.Plain, "(nothing that chance does not explain)")
		}
	}
}

// signed is by how many points the shares differ at least.
func signed(score, difference float64) string {
	if difference < 0 {
		return "-" + shareText(score)
	}
	return "+" + shareText(score)
}

func valueText(v *rayapi.Value) string {
	switch {
	case v == nil:
		return ""
	case v.String != nil:
		return *v.String
	case v.Number != nil:
		return strconv.FormatFloat(*v.Number, 'g', -1, 64)
	case v.Boolean != nil:
		return strconv.FormatBool(*v.Boolean)
	}
	return ""
}

func shareText(share float64) string { return fmt.Sprintf("%.1f %%", share*100) }

// part is n of all; a dash for none, so that what matters is seen.
func part(n, all int64) string {
	if n == 0 {
		return "-"
	}
	return shareText(float64(n) / float64(all))
}

func timeText(s *rayapi.Seconds) string {
	text := "-"
	if s != nil {
		text = duration(seconds(float64(*s)))
	}
	return terminal.Right(text, durationWidth)
}
