package checkup

import (
	"fmt"
	"net"
	"time"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
)

// arriving: does anybody send?
func (o *round) arriving() rayapi.Check {
	c := rayapi.Check{Id: "arriving", Question: "Does anything arrive?", State: ok, Documentation: "nothing-arrives"}
	documents, bytes, live := int64(0), int64(0), 0
	for _, s := range o.report.Senders {
		c.Facts = append(c.Facts, rayapi.Fact{Name: o.from(s.Sender),
			Value: fmt.Sprintf("%s lately, %s since the start, the last %s", count(s.Documents, "document"), number(s.Total), o.ago(s.Last))})
		documents, bytes = documents+s.Documents, bytes+s.Bytes
		if s.Documents > 0 {
			live++
		}
	}
	since := max(time.Second, o.now.Sub(max(o.report.Start, o.report.Since).Std()))
	switch {
	case documents > 0:
		c.Sentence = fmt.Sprintf("%s (%s) arrived in the last %s, from %s; the last %s.", count(documents, "document"), size(bytes), span(since), count(live, "sender"),
			o.ago(o.report.Senders[0].Last))
		return c
	case len(o.report.Senders) > 0:
		c.Sentence = fmt.Sprintf("Nothing arrived in the last %s. The last document came %s.", span(since), o.ago(o.report.Senders[0].Last))
	default:
		c.Sentence = fmt.Sprintf("Nothing has arrived since the server was started, %s.", o.ago(o.report.Start))
	}
	c.State = attention
	if o.info.Daemon == "" {
		c.NextStep = "The listener for X-Ray SDKs is off. Start the server with --daemon-listen=127.0.0.1:2000, or a daemon beside the program that sends to this server."
		c.Command = text("rayscope daemon --endpoint=http://" + o.info.Listen)
		return c
	}
	c.NextStep = "Run the command where your program runs: it sends a test document the way an SDK does and says where it is lost. If that arrives, look at the program: " +
		"is its AWS_XRAY_DAEMON_ADDRESS the address below, is AWS_XRAY_SDK_ENABLED unset, and does it call the SDK at all?"
	c.Command = text("rayscope doctor --daemon=" + o.info.Daemon)
	c.Facts = append(c.Facts, rayapi.Fact{Name: "AWS_XRAY_DAEMON_ADDRESS", Value: o.info.Daemon})
	return c
}

// datagrams: are any lost, or no documents?
func (o *round) datagrams() rayapi.Check {
	c := rayapi.Check{Id: "datagrams", Question: "Are datagrams lost or not understood?", State: ok, Documentation: "datagrams-are-lost"}
	if o.info.Daemon == "" {
		c.State, c.Sentence = unknown, "The listener for datagrams is off."
		return c
	}
	is, was := &o.is.datagrams, &o.before.datagrams
	kernel, spilled, received := news(is.KernelDropped, was.KernelDropped), news(is.Spilled, was.Spilled), news(is.Received, was.Received)
	rejected := uint64(0)
	for _, r := range is.Rejected {
		n := r.Count
		for _, w := range was.Rejected {
			if w.Reason == r.Reason {
				n = news(n, w.Count)
			}
		}
		rejected += n
		if n > 0 {
			c.Facts = append(c.Facts, rayapi.Fact{Name: fmt.Sprintf("%s: %s", r.Reason, number(n)), Value: told(r.From, r.Hint)})
		}
	}
	c.Facts = append(c.Facts, rayapi.Fact{Name: "Receive buffer of the socket", Value: size(int64(is.Buffer))})
	switch {
	case kernel+spilled > 0:
		c.State = problem
		c.Sentence = fmt.Sprintf("Of %s in the last 15 minutes, %s were dropped before they could be read and %s because too many waited for the disk.",
			count(received+kernel, "datagram"), number(kernel), number(spilled))
		c.NextStep = "Give the socket a larger receive buffer, send less (lower the sampling rate), or let the programs share the work of a rayscope daemon of their own with a spool."
		c.Command = text("sysctl -w net.core.rmem_max=4194304")
	case rejected > 0:
		c.State = attention
		c.Sentence = fmt.Sprintf("Of %s in the last 15 minutes, %s held no segment document.", count(received, "datagram"), number(rejected))
		c.NextStep = "The evidence says by what each was told, and what its sender should send instead."
	case is.Received == 0:
		c.State = unknown
		c.Sentence = fmt.Sprintf("No datagram has reached %s since the start.", o.info.Daemon)
	default:
		c.Sentence = fmt.Sprintf("All of %s in the last 15 minutes were read and understood, none was dropped.", count(received, "datagram"))
	}
	return c
}

// news is how far a count since the start has risen.
func news(is, was uint64) uint64 { return is - min(is, was) }

func told(from, hint string) string {
	if from == "" {
		return hint
	}
	return "from " + from + ": " + hint
}

// asking: do SDKs reach the TCP port for their sampling rules?
func (o *round) asking() rayapi.Check {
	c := rayapi.Check{Id: "rules", Question: "Do SDKs fetch their sampling rules?", State: ok, Documentation: "sampling-rules-do-not-apply"}
	last := max(o.report.Asked["GetSamplingRules"], o.report.Asked["GetSamplingTargets"])
	roots, ruled := int64(0), int64(0)
	for _, s := range o.report.Services {
		roots, ruled = roots+s.Roots, ruled+s.Ruled
		if s.Roots > 0 && s.Ruled == 0 {
			c.Facts = append(c.Facts, rayapi.Fact{Name: s.Name, Value: "none of " + count(s.Roots, "request") + " names a sampling rule"})
		}
	}
	recent := last != 0 && segment.TimeOf(o.now)-last <= segment.Time(newsFor.Microseconds())
	switch {
	case roots == 0 && !recent:
		c.State, c.Sentence = unknown, "No request was traced lately, and no SDK asked."
	case recent:
		c.Sentence = fmt.Sprintf("An SDK asked %s. %s of the requests traced lately name the rule that chose them.", o.ago(last), percent(float64(ruled), float64(roots)))
	case ruled > 0:
		c.Sentence = fmt.Sprintf("%s of the requests traced lately name the rule that chose them; their SDKs ask another daemon for the rules.", percent(float64(ruled), float64(roots)))
	default:
		c.State = attention
		c.Sentence = fmt.Sprintf("Nobody asked in the last 15 minutes, and none of %s traced lately names a rule: the rules of this server do not apply.", count(roots, "request"))
		c.NextStep = "SDKs ask by TCP on the daemon's port. Open TCP beside UDP, and give both in AWS_XRAY_DAEMON_ADDRESS if they differ. Nothing is wrong if the program records everything or has rules of its own."
		c.Command = text(fmt.Sprintf("curl -d '{}' http://%s/GetSamplingRules", or(o.info.Daemon, "127.0.0.1:2000")))
	}
	if o.info.Daemon != "" && !o.is.datagrams.TCP {
		c.State = problem
		c.Sentence = "Another process has the TCP port of " + o.info.Daemon + ", so SDKs cannot fetch rules here. " + c.Sentence
		c.NextStep = "Stop the other process: it is often a second daemon. The port is taken as soon as it is free."
	}
	return c
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// large: are documents near the size of a datagram?
func (o *round) large() rayapi.Check {
	c := rayapi.Check{Id: "size", Question: "Are documents small enough to be sent?", State: ok, Documentation: "documents-are-too-large"}
	n := int64(0)
	for _, s := range o.report.Services {
		n += s.Large
		if s.Large > 0 {
			c.Facts = append(c.Facts, rayapi.Fact{Name: name(s.Name), Value: count(s.Large, "document") + " of 50 KB or more"})
		}
	}
	if n == 0 {
		c.Sentence = "No document that arrived lately was near 64 KB, the most that fits into a datagram."
		return c
	}
	c.State = attention
	c.Sentence = fmt.Sprintf("%s that arrived lately had 50 KB or more. Larger than 64 KB they do not fit into a datagram, and most SDKs drop them without a word here.", count(n, "document"))
	c.NextStep = "Put less metadata into segments, or let the SDK send subsegments apart (lower its streaming threshold). Rayscope's SDK for Go does so by itself."
	return c
}

// manyNames is how many services in twenty minutes are more than people give names to.
const manyNames = 300

// names: does a program invent names?
func (o *round) names() rayapi.Check {
	c := rayapi.Check{Id: "names", Question: "Are services named after what they are?", State: ok, Documentation: "the-map-has-too-many-nodes"}
	names := map[string]bool{}
	for _, s := range o.report.Services {
		if net.ParseIP(s.Name) != nil || s.Name == "localhost" {
			c.Facts = append(c.Facts, rayapi.Fact{Name: s.Name, Value: "an address or localhost, not the name of a service"})
		}
		names[s.Name] = true
	}
	delete(names, "")
	switch {
	case len(names) > manyNames:
		c.State = attention
		c.Sentence = fmt.Sprintf("%s sent lately: some program seems to put ids or paths into its segments' names.", count(len(names), "service"))
		c.NextStep = "Give each program one fixed name (AWS_XRAY_TRACING_NAME, or the name at the SDK's middleware)."
	case len(c.Facts) > 0:
		c.State = attention
		c.Sentence = fmt.Sprintf("Of %s that sent lately, %s.", count(len(names), "service"), plural(len(c.Facts), "is named after an address", "are named after addresses"))
		c.NextStep = "Give the program a name of its own (AWS_XRAY_TRACING_NAME): behind one address there may be several."
	case len(names) == 0:
		c.State, c.Sentence = unknown, "No segment arrived lately."
	default:
		c.Sentence = fmt.Sprintf("%s sent lately, each under a name of its own.", count(len(names), "service"))
	}
	return c
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// name is that of a row; subsegments sent on their own have none.
func name(s string) string { return or(s, "subsegments sent on their own") }

// reach: who can send?
func (o *round) reach() rayapi.Check {
	c := rayapi.Check{Id: "reach", Question: "Who can reach this server?", State: ok, Documentation: "other-machines"}
	c.Facts = []rayapi.Fact{{Name: "API and console", Value: o.info.Listen}, {Name: "X-Ray SDKs", Value: or(o.info.Daemon, "off")}}
	c.Sentence = "Only programs on this machine: it listens on loopback addresses, because nobody is asked for credentials yet."
	c.NextStep = "On another machine, or in a container with a network of its own, make a tunnel to this server and run a daemon beside the program: rayscope daemon --endpoint=http://127.0.0.1:1895."
	_, port, err := net.SplitHostPort(o.info.Listen)
	if err != nil {
		port = "1895"
	}
	c.Command = text("ssh -N -L 1895:127.0.0.1:" + port + " THIS-SERVER")
	return c
}

func (o *round) version() rayapi.Check {
	return rayapi.Check{Id: "version", Question: "Which version runs here?", State: ok,
		Sentence: fmt.Sprintf("Rayscope %s, account %s, region %s, started %s.", o.info.Version, o.info.Account, o.info.Region, o.ago(o.report.Start))}
}
