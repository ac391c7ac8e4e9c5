package checkup

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/sampling"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/settings"
)

const unseen = "SDKs that do not use this server's rules report nothing, and requests that arrive with Sampled=0 in their trace header are left out without being counted anywhere."

// sampling: does it eat everything?
func (o *round) sampling(ctx context.Context) (rayapi.Check, error) {
	c := rayapi.Check{Id: "sampling", Question: "Does sampling leave enough?", State: ok, Documentation: "few-traces-or-none-sampling"}
	if _, _, err := o.Sampler.Targets(ctx); err != nil { // so that the names are those of today's rules
		return c, err
	}
	var sum sampling.Counts
	var starved []string
	for _, name := range slices.Sorted(maps.Keys(o.is.rules)) {
		is, was := o.is.rules[name], o.before.rules[name]
		n := sampling.Counts{Requests: max(0, is.Requests-was.Requests), Sampled: max(0, is.Sampled-was.Sampled), Borrowed: max(0, is.Borrowed-was.Borrowed)}
		if n.Requests == 0 {
			continue
		}
		taken := n.Sampled + n.Borrowed
		if taken == 0 {
			starved = append(starved, name)
		}
		sum.Requests, sum.Sampled = sum.Requests+n.Requests, sum.Sampled+taken
		c.Facts = append(c.Facts, rayapi.Fact{Name: "Rule " + name, Value: fmt.Sprintf("%s of %s sampled (%s)", number(taken), count(n.Requests, "request"), percent(float64(taken), float64(n.Requests)))})
	}
	switch {
	case sum.Requests == 0:
		c.State = unknown
		c.Sentence = "No SDK reported in the last 15 minutes how many requests it sampled. " + unseen
	case len(starved) > 0:
		c.State = attention
		if sum.Sampled == 0 {
			c.State = problem
		}
		c.Sentence = fmt.Sprintf("Of %s in the last 15 minutes, %s were traced; none of those that matched %s.", count(sum.Requests, "request"), number(sum.Sampled), strings.Join(starved, ", "))
		c.NextStep = "Give the rule a reservoir or a higher rate, on the Sampling page or with the AWS CLI. " + unseen
		c.Command = text(fmt.Sprintf(`aws xray update-sampling-rule --endpoint-url http://%s --sampling-rule-update '{"RuleName":%q,"ReservoirSize":1,"FixedRate":0.05}'`, o.info.Listen, starved[0]))
	default:
		c.Sentence = fmt.Sprintf("Of %s that SDKs reported in the last 15 minutes, %s (%s) were traced. That is what the rules ask for. %s",
			count(sum.Requests, "request"), number(sum.Sampled), percent(float64(sum.Sampled), float64(sum.Requests)), unseen)
	}
	return c, nil
}

// silent is how long a daemon may say nothing: it reports once a minute.
const silent = 5 * segment.Second * 60

// daemons: do stand-alone daemons lose anything?
func (o *round) daemons(ctx context.Context) (rayapi.Check, error) {
	c := rayapi.Check{Id: "daemons", Question: "Are the daemons well?", State: ok, Documentation: "a-daemon-loses-segments"}
	all, err := o.Settings.Daemons(ctx, o.Account)
	if err != nil {
		return c, err
	}
	now := segment.TimeOf(o.now)
	live, quiet, losing := 0, 0, 0
	for _, d := range all {
		heard := segment.TimeOf(d.Heard)
		if now-heard > 24*60*60*segment.Second {
			continue // it may have been taken away
		}
		name := cmp.Or(d.Host, d.Instance, d.Resource, "a daemon without a name")
		if now-heard > silent {
			quiet++
			c.Facts = append(c.Facts, rayapi.Fact{Name: name, Value: "last heard " + o.ago(heard)})
			continue
		}
		live++
		if said := trouble(&d); said != "" {
			losing++
			c.Facts = append(c.Facts, rayapi.Fact{Name: name, Value: said})
		}
	}
	switch {
	case live+quiet == 0:
		c.Sentence = "No stand-alone daemon reports to this server. Programs on this machine need none."
	case losing > 0:
		c.State = problem
		c.Sentence = fmt.Sprintf("Of %s that reported lately, %s segments or had failing calls in their last records.", count(live, "daemon"), plural(losing, "lost", "lost"))
		c.NextStep = "The daemon's log says why. If it had no room: more memory (--buffer-memory), a spool (--spool-dir), or a lower sampling rate."
	case quiet > 0:
		c.State = attention
		c.Sentence = fmt.Sprintf("%s in the last five minutes; %s fallen silent within the last day.", plural(live, "daemon reported", "daemons reported"), plural(quiet, "has", "have"))
		c.NextStep = "If the machine still runs, start its daemon again and see that it starts after the network."
		c.Command = text("systemctl enable --now xray")
	default:
		c.Sentence = fmt.Sprintf("%s in the last five minutes and lost nothing.", plural(live, "daemon reported", "daemons reported"))
	}
	return c, nil
}

// trouble is what went wrong in a daemon's last records; empty if nothing did.
func trouble(d *settings.Daemon) string {
	var spilled, rejected, failed int64
	for _, t := range d.Records {
		e := t.ConnectionErrors
		spilled += int64(t.Spilled)
		rejected += int64(t.Rejected)
		failed += int64(e.Timeout) + int64(e.Refused) + int64(e.HTTP4XX) + int64(e.HTTP5XX) + int64(e.UnknownHost) + int64(e.Other)
	}
	if spilled+rejected+failed == 0 {
		return ""
	}
	return fmt.Sprintf("%s dropped for want of room, %s refused, %s failed", count(spilled, "segment"), number(rejected), count(failed, "call"))
}
