package rollup

import (
	"encoding/binary"
	"fmt"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/servicemap"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/trace"
)

// MapPart is the kind of the parts that are service maps. The key is the minute of receipt, 4 bytes, big-endian; the data
// the map in its binary form. Its links wait for senders that had not settled when the minute was sealed.
const MapPart = 'm'

// Received is the minute of receipt that a MapPart is about.
func Received(p *store.Part) (store.Minute, error) {
	if len(p.Key) != 4 {
		return 0, fmt.Errorf("part %q of minute %d has the key %x, 4 bytes are needed: the data is damaged", p.Kind, p.Minute, p.Key)
	}
	return store.Minute(binary.BigEndian.Uint32(p.Key)), nil
}

func keyOf(received store.Minute) []byte { return binary.BigEndian.AppendUint32(nil, uint32(received)) }

// MinuteOf is the minute in which something was received.
func MinuteOf(received segment.Time) store.Minute {
	return store.Home(received.Floor()).Minute()
}

// Maps are the service maps of some traces, one for each minute in which documents of them were received.
type Maps map[store.Minute]*servicemap.Map

// Add counts the trace, which was assembled from the stored one.
func (m Maps) Add(stored *store.Trace, t *trace.Trace) {
	var few [4]store.Minute // nearly all traces are received in one minute or two
	done := few[:0]
rows:
	for i := range stored.Rows {
		at := MinuteOf(stored.Rows[i].Received)
		for _, d := range done {
			if d == at {
				continue rows
			}
		}
		done = append(done, at)
		to := m[at]
		if to == nil {
			to = new(servicemap.Map)
			m[at] = to
		}
		to.Add(t, at.Time(), (at + 1).Time())
	}
}
