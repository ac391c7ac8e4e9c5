package checkup

import (
	"fmt"
	"time"

	"github.com/rayscope/rayscope/internal/arrivals"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
)

const (
	// far is how wrong a clock must be for traces to be found at wrong times.
	far = 30 * time.Second

	// enough is how many documents must be late until a clock is suspected: one may have waited for its end.
	enough = 5
)

// clock: do the senders know what time it is? A document is received after what it tells of has ended. If it comes from the
// future its sender's clock is ahead; if even the quickest came late, the clock is behind, or all of them waited on the way.
func (o *round) clock() rayapi.Check {
	c := rayapi.Check{Id: "clock", Question: "Are the clocks right?", State: ok, Documentation: "clocks-differ"}
	quickest, seen := segment.Time(0), 0
	ahead, behind := 0, 0
	for _, s := range o.report.Services {
		if seen == 0 || s.Least < quickest {
			quickest = s.Least
		}
		seen++
		switch {
		case s.Least < -arrivals.Tolerance:
			ahead++
			state := attention
			if duration(-s.Least) >= far {
				state = problem
			}
			c.State = worse(c.State, state)
			c.Facts = append(c.Facts, rayapi.Fact{Name: o.machine(&s), Value: fmt.Sprintf("its clock is at least %s ahead: %s of %s came from the future",
				span(duration(s.Least)), number(s.Future), count(s.Documents, "document"))})
		case s.Least > arrivals.LateAfter && s.Documents >= enough:
			behind++
			c.State = worse(c.State, attention)
			c.Facts = append(c.Facts, rayapi.Fact{Name: o.machine(&s), Value: fmt.Sprintf("its clock is %s behind, or its documents waited on the way: all of %s came at least so late",
				span(duration(s.Least)), number(s.Documents))})
		}
	}
	switch {
	case seen == 0:
		c.State, c.Sentence = unknown, "No document arrived lately whose times could be compared with this server's clock."
	case ahead+behind == 0:
		c.Sentence = fmt.Sprintf("The documents of %s fit this server's clock: the quickest came %s after its end.", count(seen, "service"), span(duration(max(0, quickest))))
	default:
		c.Sentence = fmt.Sprintf("Of %s, %s ahead of this server's clock and %s behind it.", count(seen, "service"), plural(ahead, "is", "are"), number(behind))
		c.NextStep = "Set the clock of the machines below; in virtual machines turn the guest's clock on. If it is this server's that is wrong, all of them are listed."
		c.Command = text("chronyc makestep")
	}
	return c
}

// machine names a service and where it runs, as far as is known.
func (o *round) machine(s *arrivals.ServiceRow) string {
	where := o.from(s.From)
	if s.Instance != "" {
		where = "instance " + s.Instance
	}
	return fmt.Sprintf("%s, %s", name(s.Name), where)
}
