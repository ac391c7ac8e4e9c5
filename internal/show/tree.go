package show

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
)

// A document is what a waterfall says of a segment document or a subsegment.
type document struct {
	ID         string  `json:"id"`
	ParentID   string  `json:"parent_id"`
	Name       string  `json:"name"`
	Type       string  `json:"type"`
	Namespace  string  `json:"namespace"`
	Origin     string  `json:"origin"`
	Start      float64 `json:"start_time"` // epoch seconds
	End        float64 `json:"end_time"`   // epoch seconds; 0 while in progress
	InProgress bool    `json:"in_progress"`
	Inferred   bool    `json:"inferred"`
	Fault      bool    `json:"fault"`
	Error      bool    `json:"error"`
	Throttle   bool    `json:"throttle"`
	HTTP       struct {
		Request struct {
			Method string `json:"method"`
			URL    string `json:"url"`
		} `json:"request"`
		Response struct {
			Status int `json:"status"`
		} `json:"response"`
	} `json:"http"`
	AWS struct {
		Operation string   `json:"operation"`
		Resources []string `json:"resource_names"`
		Table     string   `json:"table_name"`
		Queue     string   `json:"queue_url"`
	} `json:"aws"`
	SQL struct {
		Query string `json:"sanitized_query"`
	} `json:"sql"`
	Cause struct {
		Exceptions []struct {
			Type    string `json:"type"`
			Message string `json:"message"`
		} `json:"exceptions"`
	} `json:"cause"`
	Subsegments []document `json:"subsegments"`
}

// read reads a document. A member of a type that does not belong there is as good as absent: json goes on after it, and the
// rest of the trace is worth seeing. A cause may also be an id, which says nothing here.
func read(text string) (d document, err error) {
	err = json.Unmarshal([]byte(text), &d)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		err = nil
	}
	return d, err
}

// A node is an entity at its place in the trace.
type node struct {
	*document
	segment    bool // else a subsegment
	class      class
	start, end time.Duration // since the epoch; end is start while open
	children   []*node
	worst      class // of itself and all below it

	chosen bool // to be drawn
	placed bool // under a root
}

// A tree is a trace ready to be drawn.
type tree struct {
	id       string
	roots    []*node
	nodes    []*node
	from, to time.Duration // since the epoch
	exceeded bool
}

// grow builds the tree: subsegments in what they are nested in, segments and loose subsegments under whoever called them.
// Segments that the service inferred from a call are left out, as the call itself is there.
func grow(t *types.Trace) (*tree, error) {
	g := &tree{id: aws.ToString(t.Id), exceeded: aws.ToBool(t.LimitExceeded)}
	var tops []*node
	for _, s := range t.Segments {
		d, err := read(aws.ToString(s.Document))
		if err != nil {
			return nil, fmt.Errorf("read document of segment %s: %w", aws.ToString(s.Id), err)
		}
		if !d.Inferred {
			tops = append(tops, g.add(&d, d.Type != "subsegment"))
		}
	}
	byID := make(map[string]*node, len(g.nodes))
	for _, n := range g.nodes {
		if byID[n.ID] == nil {
			byID[n.ID] = n
		}
	}
	var loose []*node
	for _, n := range tops {
		if parent := byID[n.ParentID]; n.ParentID != "" && parent != nil && parent != n {
			parent.children = append(parent.children, n)
		} else {
			loose = append(loose, n)
		}
	}
	// Those left over are called by each other in a circle: it is cut where it is met.
	for _, n := range append(loose, tops...) {
		if !n.placed {
			g.roots = append(g.roots, n)
			n.place()
		}
	}
	g.measure()
	return g, nil
}

// add makes nodes of the document and all that is nested in it.
func (g *tree) add(d *document, segment bool) *node {
	h := d.HTTP.Response.Status
	n := &node{document: d, segment: segment, start: seconds(d.Start), end: seconds(d.End),
		class: classOf(d.Fault || h >= 500 && h < 600, d.Error || h >= 400 && h < 500, d.Throttle || h == 429)}
	if n.isOpen() {
		n.class = max(n.class, open)
	}
	n.end = max(n.start, n.end)
	g.nodes = append(g.nodes, n)
	for i := range d.Subsegments {
		n.children = append(n.children, g.add(&d.Subsegments[i], false))
	}
	return n
}

// place marks the node and what is below it as placed, drops children that are placed elsewhere, and sums up.
func (n *node) place() {
	n.placed, n.worst = true, n.class
	n.children = slices.DeleteFunc(n.children, func(c *node) bool {
		if c.placed {
			return true
		}
		c.place()
		n.worst = max(n.worst, c.worst)
		return false
	})
	slices.SortStableFunc(n.children, byStart)
}

func byStart(a, b *node) int {
	return cmp.Or(cmp.Compare(a.start, b.start), strings.Compare(a.ID, b.ID))
}

func (g *tree) measure() {
	slices.SortStableFunc(g.roots, byStart)
	for i, n := range g.nodes {
		if i == 0 || n.start < g.from {
			g.from = n.start
		}
		g.to = max(g.to, n.end)
	}
}

// isOpen tells whether the entity has not ended.
func (n *node) isOpen() bool { return n.InProgress || n.End == 0 }

// class of the whole trace, as in its summary: that of the first root; open while anything is.
func (g *tree) class() class {
	if len(g.roots) == 0 {
		return ok
	}
	c := g.roots[0].class
	if slices.ContainsFunc(g.nodes, (*node).isOpen) {
		c = max(c, open)
	}
	return c
}

// detail says in one line what the entity did. What went wrong comes first, as the end of the line is often cut.
func (n *node) detail() string {
	var words []string
	add := func(s string) {
		if s != "" {
			words = append(words, s)
		}
	}
	if x := n.Cause.Exceptions; len(x) > 0 {
		add(x[0].Message)
		if x[0].Type != "" {
			add("(" + x[0].Type + ")")
		}
	}
	if n.segment {
		add(n.Origin)
	}
	add(n.AWS.Operation)
	switch {
	case len(n.AWS.Resources) > 0:
		add(n.AWS.Resources[0])
	case n.AWS.Table != "":
		add(n.AWS.Table)
	default:
		add(n.AWS.Queue)
	}
	add(n.HTTP.Request.Method)
	add(n.path())
	if n.HTTP.Response.Status != 0 {
		add(fmt.Sprint(n.HTTP.Response.Status))
	}
	add(n.SQL.Query)
	return strings.Join(words, " ")
}

// path is the URL without scheme and host, which the name usually says, and without the query.
func (n *node) path() string {
	u := n.HTTP.Request.URL
	if _, rest, ok := strings.Cut(u, "://"); ok {
		i := strings.IndexByte(rest, '/')
		if i < 0 {
			return "/"
		}
		u = rest[i:]
	}
	u, _, _ = strings.Cut(u, "?")
	return u
}
