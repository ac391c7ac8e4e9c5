package show

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"github.com/rayscope/rayscope/internal/terminal"
)

// Widths in cells.
const (
	pageWidth     = 120 // where nobody knows the width
	minWidth      = 60  // narrower screens break the lines
	durationWidth = 8   // "999 ms", "59.94 s", "99h59m"
	minLabel      = 24
	maxIndent     = 12 // levels of a tree that are indented; deeper ones say how deep they are
)

// A canvas is a waterfall while it is drawn.
type canvas struct {
	out    io.Writer
	screen terminal.Screen
	tree   *tree
	label  int // cells of the names
	bar    int // cells of the bars
}

// Waterfall draws the trace as a tree with bars, at most limit entities of it, times in the zone.
func Waterfall(out io.Writer, s terminal.Screen, t *types.Trace, limit int, zone *time.Location) error {
	g, err := grow(t)
	if err != nil {
		return err
	}
	g.choose(limit)
	c := canvas{out: out, screen: s, tree: g}
	c.layOut()
	c.head(zone)
	for _, n := range g.roots {
		c.draw(n, 0)
	}
	c.rest(g.roots, 0)
	c.foot()
	return nil
}

// layOut divides the width: names get what they need up to the half.
func (c *canvas) layOut() {
	width := c.screen.Width
	if width == 0 {
		width = pageWidth
	}
	width = max(width, minWidth)
	c.label = minLabel
	var need func(list []*node, depth int)
	need = func(list []*node, depth int) {
		for _, n := range list {
			if n.chosen {
				c.label = max(c.label, terminal.Cells(c.name(n, depth))+1+terminal.Cells(terminal.Clean(n.detail())))
				need(n.children, depth+1)
			}
		}
	}
	need(c.tree.roots, 0)
	c.label = min(c.label, width/2)
	c.bar = width - c.label - durationWidth - 4
}

func (c *canvas) head(zone *time.Location) {
	g := c.tree
	class := g.class()
	took := duration(g.to - g.from)
	if class == open {
		took = "not ended"
	}
	at := time.Unix(0, int64(g.from)).In(zone).Format("2006-01-02 15:04:05.000 MST")
	fmt.Fprintf(c.out, "%s  %s  %s  %s\n", c.screen.Paint(terminal.Bold, g.id), at, took, c.screen.Paint(class.style(), class.label()))
	if len(g.roots) > 0 {
		if r := g.roots[0].HTTP; r.Request.URL != "" {
			fmt.Fprintln(c.out, terminal.Clip(terminal.Clean(r.Request.Method+" "+r.Request.URL), c.label+c.bar+durationWidth+4))
		}
	}
	axis := terminal.Left("0", max(0, c.bar-durationWidth)) + terminal.Right(duration(g.to-g.from), min(c.bar, durationWidth))
	fmt.Fprintf(c.out, "\n%s  %s\n", strings.Repeat(" ", c.label+durationWidth+2), c.screen.Paint(terminal.Dim, axis))
}

// draw draws a chosen node and what is chosen below it.
func (c *canvas) draw(n *node, depth int) {
	if !n.chosen {
		return
	}
	name := c.name(n, depth)
	room := max(0, c.label-terminal.Cells(name)-1)
	took := duration(n.end - n.start)
	if n.isOpen() {
		took = "open"
	}
	fmt.Fprintf(c.out, "%s %s  %s  %s\n", c.paintName(n, terminal.Clip(name, c.label-1)),
		c.screen.Paint(terminal.Dim, terminal.Left(terminal.Clean(n.detail()), room)),
		terminal.Right(took, durationWidth), c.paintBar(n))
	for _, child := range n.children {
		c.draw(child, depth+1)
	}
	c.rest(n.children, depth+1)
}

// name is indentation, sign and name.
func (c *canvas) name(n *node, depth int) string {
	return indent(depth) + classes[n.class].sign + " " + terminal.Clean(n.Name)
}

// paintName is the name, in the class's colour if it is a bad one; segments stand out.
func (c *canvas) paintName(n *node, name string) string {
	style := n.class.style()
	switch {
	case n.class == ok && n.segment:
		style = terminal.Bold
	case n.class == ok:
		style = terminal.Plain
	}
	return c.screen.Paint(style, name)
}

func indent(depth int) string {
	if depth <= maxIndent {
		return strings.Repeat("  ", depth)
	}
	return strings.Repeat("  ", maxIndent) + fmt.Sprintf("+%d ", depth-maxIndent)
}

// paintBar is the time of the entity on the axis: thick for segments, thin for subsegments, with an arrow while it is open.
func (c *canvas) paintBar(n *node) string {
	first, last := c.cell(n.start), c.cell(n.end)
	stroke := "━"
	if n.segment {
		stroke = "█"
	}
	end := ""
	if n.isOpen() {
		last, end = c.bar-1, "▶"
	}
	bar := strings.Repeat(stroke, last-first+1-terminal.Cells(end)) + end
	return strings.Repeat(" ", first) + c.screen.Paint(n.class.style(), bar)
}

// cell is where an instant is on the axis.
func (c *canvas) cell(at time.Duration) int {
	span := c.tree.to - c.tree.from
	if span <= 0 {
		return 0
	}
	i := int(float64(at-c.tree.from) / float64(span) * float64(c.bar))
	return max(0, min(i, c.bar-1))
}

// rest says what of the list is not drawn.
func (c *canvas) rest(list []*node, depth int) {
	left, parts := 0, map[class]int{}
	for _, n := range list {
		if !n.chosen {
			left += n.tally(parts)
		}
	}
	if left == 0 {
		return
	}
	text := indent(depth) + "… " + count(int64(left)) + " more"
	if bad := badOnes(parts); bad != "" {
		text += ", with " + bad
	}
	fmt.Fprintln(c.out, c.screen.Paint(terminal.Dim, text))
}

// tally counts the entity and all below it by class, and gives back their number.
func (n *node) tally(parts map[class]int) int {
	parts[n.class]++
	total := 1
	for _, child := range n.children {
		total += child.tally(parts)
	}
	return total
}

// badOnes counts classes other than ok, worst first.
func badOnes(parts map[class]int) string {
	var list []string
	for _, k := range []class{faulty, failed, throttled, open} {
		if parts[k] > 0 {
			list = append(list, fmt.Sprintf("%s %s %s", count(int64(parts[k])), classes[k].sign, classes[k].word))
		}
	}
	return strings.Join(list, ", ")
}

// foot counts, and so explains the signs.
func (c *canvas) foot() {
	segments, parts := 0, map[class]int{}
	for _, n := range c.tree.nodes {
		if n.segment {
			segments++
		}
		parts[n.class]++
	}
	text := plural(segments, "segment") + ", " + plural(len(c.tree.nodes)-segments, "subsegment")
	if bad := badOnes(parts); bad != "" {
		text += ": " + bad
	}
	if c.tree.exceeded {
		text += "; the trace is too large, so parts of it were dropped"
	}
	fmt.Fprintf(c.out, "\n%s\n", c.screen.Paint(terminal.Dim, text))
}
