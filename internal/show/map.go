package show

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/terminal"
)

// typeClient is the type of the nodes that stand for whoever calls from outside.
const typeClient = "client"

// Columns of a map, in cells; names and types take what they need up to here.
const (
	maxName    = 48
	minName    = 16
	maxType    = 36
	minType    = 12 // less says nothing
	numberCell = 8
)

// A row is a line of the map: a service, or a call below it.
type row struct {
	name, kind string
	call       bool
	stats      *counts
	worst      class
	p50, p95   string
}

// counts are the observations of a node or an edge by class.
type counts struct {
	total, errors, throttles, faults int64
}

// Map draws services, each with what it calls below it, callers before those they call.
func Map(out io.Writer, s terminal.Screen, services []types.Service) {
	rows := rowsOf(services)
	name, kind := len("SERVICE"), len("TYPE")
	for _, r := range rows {
		name, kind = max(name, terminal.Cells(r.name)), max(kind, terminal.Cells(r.kind))
	}
	name, kind = min(name, maxName), min(kind, maxType)
	if room := s.Width - 6*(numberCell+1) - 3; s.Width > 0 && name+kind > room {
		if kind = min(kind, room/3); kind < minType {
			kind = 0
		}
		name = max(minName, min(name, room-kind))
	}
	head := fmt.Sprintf("%s  %s ", terminal.Left("SERVICE", name), terminal.Left("TYPE", kind))
	for _, h := range []string{"REQUESTS", "FAULT", "ERROR", "THROTTLE", "P50", "P95"} {
		head += " " + terminal.Right(h, numberCell)
	}
	fmt.Fprintln(out, s.Paint(terminal.Dim, head))
	for _, r := range rows {
		r.draw(out, s, name, kind)
	}
}

func (r *row) draw(out io.Writer, s terminal.Screen, name, kind int) {
	style := r.worst.style()
	switch {
	case r.worst != ok:
	case r.call:
		style = terminal.Plain
	default:
		style = terminal.Bold
	}
	line := s.Paint(style, terminal.Left(r.name, name)) + "  " + s.Paint(terminal.Dim, terminal.Left(r.kind, kind)) + " "
	if r.stats != nil {
		line += " " + terminal.Right(requests(r.stats.total), numberCell) +
			r.share(s, faulty, r.stats.faults) + r.share(s, failed, r.stats.errors) + r.share(s, throttled, r.stats.throttles) +
			" " + terminal.Right(r.p50, numberCell) + " " + terminal.Right(r.p95, numberCell)
	}
	fmt.Fprintln(out, strings.TrimRight(line, " "))
}

// requests writes n so that it fits its column.
func requests(n int64) string {
	if n < 1_000_000 {
		return count(n)
	}
	return fmt.Sprintf("%.2fM", float64(n)/1e6)
}

// share is the part of the requests, in percent, in the class's colour if there are any.
func (r *row) share(s terminal.Screen, c class, n int64) string {
	text := terminal.Right(percent(n, r.stats.total), numberCell)
	if n > 0 {
		text = s.Paint(c.style(), text)
	}
	return " " + text
}

func percent(n, total int64) string {
	if n == 0 || total == 0 {
		return "0%"
	}
	p := float64(n) / float64(total) * 100
	switch {
	case p < 0.1:
		return "<0.1%"
	case n == total:
		return "100%"
	}
	return fmt.Sprintf("%.1f%%", min(p, 99.9))
}

// rowsOf lays the map out as lines: breadth first from the clients, then from what nobody calls, then what is left; the
// busiest come first.
func rowsOf(services []types.Service) (rows []row) {
	byID := make(map[int32]*types.Service, len(services))
	called := make(map[int32]bool)
	for i := range services {
		byID[aws.ToInt32(services[i].ReferenceId)] = &services[i]
		for _, e := range services[i].Edges {
			called[aws.ToInt32(e.ReferenceId)] = true
		}
	}
	order := slices.Clone(services)
	slices.SortStableFunc(order, func(a, b types.Service) int {
		return cmp.Or(cmp.Compare(rank(&a, called), rank(&b, called)), cmp.Compare(traffic(&b), traffic(&a)), cmp.Compare(aws.ToString(a.Name), aws.ToString(b.Name)))
	})
	done := make(map[int32]bool, len(services))
	for i := range order {
		for queue := []*types.Service{&order[i]}; len(queue) > 0; queue = queue[1:] {
			n := queue[0]
			if id := aws.ToInt32(n.ReferenceId); !done[id] {
				done[id] = true
				rows = append(rows, serviceRow(n))
				for _, e := range sortedEdges(n, byID) {
					to := byID[aws.ToInt32(e.ReferenceId)]
					rows = append(rows, callRow(&e, to))
					if to != nil {
						queue = append(queue, to)
					}
				}
			}
		}
	}
	return rows
}

// rank is where services begin in the order.
func rank(s *types.Service, called map[int32]bool) int {
	switch {
	case aws.ToString(s.Type) == typeClient:
		return 0
	case !called[aws.ToInt32(s.ReferenceId)]:
		return 1
	}
	return 2
}

// traffic is the number of requests to a service, or of a client.
func traffic(s *types.Service) (n int64) {
	if s.SummaryStatistics != nil {
		return aws.ToInt64(s.SummaryStatistics.TotalCount)
	}
	for i := range s.Edges {
		n += edgeCounts(&s.Edges[i]).total
	}
	return n
}

// sortedEdges are the calls of a service, the most frequent first.
func sortedEdges(n *types.Service, byID map[int32]*types.Service) []types.Edge {
	edges := slices.Clone(n.Edges)
	slices.SortStableFunc(edges, func(a, b types.Edge) int {
		return cmp.Or(cmp.Compare(edgeCounts(&b).total, edgeCounts(&a).total), cmp.Compare(nodeName(byID[aws.ToInt32(a.ReferenceId)]), nodeName(byID[aws.ToInt32(b.ReferenceId)])))
	})
	return edges
}

func nodeName(s *types.Service) string {
	if s == nil {
		return "(not in the answer)"
	}
	return terminal.Clean(aws.ToString(s.Name))
}

func serviceRow(s *types.Service) row {
	r := row{kind: terminal.Clean(aws.ToString(s.Type))}
	if t := s.SummaryStatistics; t != nil {
		c := countsOf(aws.ToInt64(t.TotalCount), t.ErrorStatistics, t.FaultStatistics)
		r.stats, r.worst = &c, c.worst()
		r.p50, r.p95 = percentiles(s.ResponseTimeHistogram)
	}
	r.name = classes[r.worst].sign + " " + nodeName(s)
	return r
}

func callRow(e *types.Edge, to *types.Service) row {
	c := edgeCounts(e)
	r := row{call: true, stats: &c, worst: c.worst()}
	if to != nil {
		r.kind = terminal.Clean(aws.ToString(to.Type))
	}
	times := e.ResponseTimeHistogram
	if aws.ToString(e.EdgeType) == "link" {
		r.kind, times = "link, by age", e.ReceivedEventAgeHistogram
	}
	r.p50, r.p95 = percentiles(times)
	sign := classes[r.worst].sign
	if r.worst == ok {
		sign = " "
	}
	r.name = sign + " → " + nodeName(to)
	return r
}

func edgeCounts(e *types.Edge) counts {
	if e.SummaryStatistics == nil {
		return counts{}
	}
	return countsOf(aws.ToInt64(e.SummaryStatistics.TotalCount), e.SummaryStatistics.ErrorStatistics, e.SummaryStatistics.FaultStatistics)
}

func countsOf(total int64, e *types.ErrorStatistics, f *types.FaultStatistics) counts {
	c := counts{total: total}
	if e != nil {
		c.errors, c.throttles = aws.ToInt64(e.OtherCount), aws.ToInt64(e.ThrottleCount)
	}
	if f != nil {
		c.faults = aws.ToInt64(f.TotalCount)
	}
	return c
}

// worst is the worst class that was seen.
func (c counts) worst() class {
	switch {
	case c.faults > 0:
		return faulty
	case c.errors > 0:
		return failed
	case c.throttles > 0:
		return throttled
	}
	return ok
}

// percentiles are the times that half of the observations, and 95 of 100, do not exceed.
func percentiles(h []types.HistogramEntry) (p50, p95 string) {
	h = slices.Clone(h)
	slices.SortFunc(h, func(a, b types.HistogramEntry) int { return cmp.Compare(a.Value, b.Value) })
	var total int64
	for _, e := range h {
		total += int64(e.Count)
	}
	if total == 0 {
		return "-", "-"
	}
	return percentile(h, total, 0.5), percentile(h, total, 0.95)
}

func percentile(h []types.HistogramEntry, total int64, p float64) string {
	rank, seen := int64(math.Ceil(p*float64(total))), int64(0)
	for _, e := range h {
		if seen += int64(e.Count); seen >= rank {
			return duration(seconds(e.Value))
		}
	}
	return duration(seconds(h[len(h)-1].Value))
}
