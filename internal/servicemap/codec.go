package servicemap

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// The binary form of a map, version 1. It is canonical: equal maps have equal bytes.
//
//	version      1 byte, 1
//	dropped      uvarint
//	nodes        count uvarint; each: a service; 1 byte, State, and 4 if Root; Span.First zigzag varint;
//	             Span.Last - First uvarint. In the order of Sorted
//	bodies       one for each node: Stats, ResponseTimes, Durations, edges
//	edges        count uvarint; each: index of the target among the nodes, uvarint; 1 byte, 1 if Link; Stats;
//	             ResponseTimes; Ages; aliases, count uvarint, strings. By index
//	links        count of traces uvarint; each: 16 bytes trace id; count of links uvarint; each: 8 bytes id of the
//	             sender; the receiver, a service; 1 byte, Class, and 4 if Complete; Start uvarint; Duration uvarint
//
//	service      Name, Type, Account, Region as strings
//	Stats        OK, Error, Throttle, Fault, Time as uvarints
//	string       length in bytes uvarint, the bytes
//
// A histogram begins with the length of what follows as uvarint, so that it can be passed over. An empty one has length 0.
// Others are 1 byte, 0 for exact values and 1 for bins, then
//
//	exact        each: milliseconds above those before, uvarint; Count uvarint
//	bins         each that counts anything: index above that before, uvarint; count uvarint; sum above count times the
//	             least value of the bin, uvarint
const codecVersion = 1

const (
	bitRoot     = 4 // beside the State of a node
	bitComplete = 4 // beside the Class of a link
	bitLink     = 1 // of an edge
)

const (
	formExact = iota
	formBins
)

// Append appends the binary form of m to b.
func (m *Map) Append(b []byte) []byte {
	nodes := m.Sorted()
	index := make(map[trace.Service]int, len(nodes))
	b = append(b, codecVersion)
	b = binary.AppendUvarint(b, uint64(m.Dropped))
	b = binary.AppendUvarint(b, uint64(len(nodes)))
	for i, n := range nodes {
		index[n.Service] = i
		b = appendService(b, n.Service)
		b = append(b, byte(n.State)|bit(n.Root, bitRoot))
		b = binary.AppendVarint(b, n.Span.First)
		b = binary.AppendUvarint(b, uint64(n.Span.Last-n.Span.First))
	}
	for _, n := range nodes {
		b = n.appendBody(b, index)
	}
	return m.Links.append(b)
}

func (n *Node) appendBody(b []byte, index map[trace.Service]int) []byte {
	b = n.Stats.append(b)
	b = n.ResponseTimes.append(b)
	b = n.Durations.append(b)
	b = binary.AppendUvarint(b, uint64(len(n.Edges)))
	for _, target := range n.Targets() {
		e := n.Edges[target]
		b = binary.AppendUvarint(b, uint64(index[target]))
		b = append(b, bit(e.Link, bitLink))
		b = e.Stats.append(b)
		b = e.ResponseTimes.append(b)
		b = e.Ages.append(b)
		b = binary.AppendUvarint(b, uint64(len(e.Aliases)))
		for _, a := range e.Aliases {
			b = appendString(b, a)
		}
	}
	return b
}

func (l Links) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(l)))
	ids := slices.SortedFunc(maps.Keys(l), func(x, y segment.TraceID) int { return bytes.Compare(x[:], y[:]) })
	for _, id := range ids {
		b = append(b, id[:]...)
		b = binary.AppendUvarint(b, uint64(len(l[id])))
		for _, k := range l[id] {
			b = append(b, k.Sender[:]...)
			b = appendService(b, k.Receiver)
			b = append(b, byte(k.Class)|bit(k.Complete, bitComplete))
			b = binary.AppendUvarint(b, uint64(k.Start))
			b = binary.AppendUvarint(b, uint64(k.Duration))
		}
	}
	return b
}

func (s *Stats) append(b []byte) []byte {
	for _, n := range [...]int64{s.OK, s.Error, s.Throttle, s.Fault, int64(s.Time)} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

func (h *Histogram) append(b []byte) []byte {
	var scratch [1024]byte // most histograms; larger ones move to the heap
	body := h.appendForm(scratch[:0])
	b = binary.AppendUvarint(b, uint64(len(body)))
	return append(b, body...)
}

func (h *Histogram) appendForm(b []byte) []byte {
	if h.bins != nil {
		return h.appendBins(append(b, formBins))
	}
	if len(h.exact) == 0 {
		return b
	}
	b = append(b, formExact)
	last := int64(0)
	for _, e := range h.exact {
		b = binary.AppendUvarint(b, uint64(e.Millis-last))
		b = binary.AppendUvarint(b, uint64(e.Count))
		last = e.Millis
	}
	return b
}

func (h *Histogram) appendBins(b []byte) []byte {
	last := 0
	for i, e := range h.bins {
		if e.count == 0 {
			continue
		}
		b = binary.AppendUvarint(b, uint64(i-last))
		b = binary.AppendUvarint(b, uint64(e.count))
		b = binary.AppendUvarint(b, uint64(e.sum-e.count*leastIn(i)))
		last = i
	}
	return b
}

func appendService(b []byte, s trace.Service) []byte {
	b = appendString(b, s.Name)
	b = appendString(b, s.Type)
	b = appendString(b, s.Account)
	return appendString(b, s.Region)
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// bit is the bit if it is to be set.
func bit(set bool, b byte) byte {
	if set {
		return b
	}
	return 0
}
