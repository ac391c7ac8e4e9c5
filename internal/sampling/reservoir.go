package sampling

import (
	"hash/fnv"
	"math"
	"time"
)

// The times of the division, all as X-Ray has them.
const (
	Interval = 10 * time.Second  // between two reports of a client
	LeaseFor = 300 * time.Second // a lease lives, unless the next report replaces it
	activeIn = 3 * Interval      // a client that reported within is counted: one lost report does not cost it its part
)

// MaxClients bounds what is remembered of the clients of one rule: a report visits them all, which at this number and
// their pace costs a few hundredths of a core. A client beyond it gets a quota of 0 and samples by the fixed rate alone,
// as most would among so many.
const MaxClients = 5_000

// MaxClientID is the length beyond which a client's id is not remembered: SDKs make 24 characters.
const MaxClientID = 64

// A Reservoir is the number of requests per second that the clients of a rule may sample together, divided by demand:
// who needs less than an equal share gets what it needs, and the others share the rest. The quotas that active clients
// hold never sum to more than the size: what is taken from one client is free for another only when the first has been
// told, at its next report.
//
// A Reservoir is not safe for concurrent use.
type Reservoir struct {
	rule    string
	size    int
	clients []client
	index   map[string]int // client id → place in clients
}

type client struct {
	id     string
	hash   uint64        // of rule and id: who gets the remainder
	last   time.Duration // of its last report, since the Unix epoch: cheaper to compare than a time.Time
	active bool          // last is within activeIn, as of the report at hand
	need   int           // requests per second over the last report, rounded up
	quota  int           // of the lease it holds
}

// NewReservoir makes the reservoir of the rule with that name, of size requests per second.
func NewReservoir(rule string, size int) *Reservoir {
	return &Reservoir{rule: rule, size: size, index: map[string]int{}}
}

// Report takes a client's report of so many requests since its last and returns its new lease; nil for the first
// report of a client, as X-Ray does.
func (r *Reservoir) Report(now time.Time, id string, requests int) *Lease {
	at := time.Duration(now.UnixNano())
	r.age(at)
	i, known := r.index[id]
	if !known {
		if len(r.clients) >= MaxClients || len(id) > MaxClientID {
			return lease(now, 0)
		}
		r.index[id] = len(r.clients)
		r.clients = append(r.clients, client{id: id, hash: r.hash(id), last: at, need: need(requests, Interval)})
		return nil
	}
	c := &r.clients[i]
	c.need, c.last, c.active = need(requests, at-c.last), at, true
	c.quota = min(r.share(c, at), r.free(c))
	return lease(now, c.quota)
}

func lease(now time.Time, quota int) *Lease {
	return &Lease{Quota: quota, Expires: now.Add(LeaseFor).Truncate(time.Second), Interval: Interval}
}

// need is the demand per second. A client that used the rule seldom reports seldom, but counted within the last
// intervals; clocks may also step back.
func need(requests int, since time.Duration) int {
	since = max(time.Second, min(since, activeIn))
	return int(math.Ceil(float64(max(0, requests)) / since.Seconds()))
}

// age notes who is active at the time, and forgets clients whose leases have ended.
func (r *Reservoir) age(at time.Duration) {
	for i := 0; i < len(r.clients); {
		c := &r.clients[i]
		if at-c.last > LeaseFor {
			r.forget(i)
			continue
		}
		c.active = at-c.last <= activeIn
		i++
	}
}

// forget moves the last client to place i.
func (r *Reservoir) forget(i int) {
	last := len(r.clients) - 1
	r.index[r.clients[last].id] = i
	delete(r.index, r.clients[i].id)
	r.clients[i] = r.clients[last]
	r.clients[last] = client{}
	r.clients = r.clients[:last]
}

// free is what the other active clients do not hold.
func (r *Reservoir) free(c *client) int {
	free := r.size
	for i := range r.clients {
		if o := &r.clients[i]; o != c && o.active {
			free -= o.quota
		}
	}
	return max(0, free)
}

// share is what a client would get if all active clients reported now.
func (r *Reservoir) share(c *client, at time.Duration) int {
	level := -1
	for {
		// Those who need no more than the level get what they need; the others, n of them, share the rest.
		rest, n := r.above(level)
		switch {
		case n == 0: // enough for everybody: what is left is divided too, so that bursts are sampled
			_, all := r.above(-1)
			return c.need + r.part(c, at, rest, all, -1)
		case rest/n <= level:
			if c.need <= level {
				return c.need
			}
			return r.part(c, at, rest, n, level)
		}
		level = rest / n
	}
}

// above is what is left when the active clients that need no more than level have got it, and how many need more.
func (r *Reservoir) above(level int) (rest, n int) {
	rest = r.size
	for i := range r.clients {
		switch c := &r.clients[i]; {
		case !c.active:
		case c.need <= level:
			rest -= c.need
		default:
			n++
		}
	}
	return rest, n
}

// part divides total among the n active clients that need more than level. The remainder goes one by one in the order
// of their hashes, so that it stays where it is; at level 0 there is not one for each, and who goes empty changes with
// every lease.
func (r *Reservoir) part(c *client, at time.Duration, total, n, level int) int {
	var turn uint64
	if level == 0 {
		turn = uint64(at / LeaseFor)
	}
	rank, mine := 0, mix(c.hash, turn)
	for i := range r.clients {
		if o := &r.clients[i]; o != c && o.active && o.need > level && mix(o.hash, turn) < mine {
			rank++
		}
	}
	if rank < total%n {
		return total/n + 1
	}
	return total / n
}

func (r *Reservoir) hash(id string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(r.rule))
	h.Write([]byte{0})
	h.Write([]byte(id))
	return h.Sum64()
}

// mix gives an order of the hashes for each turn.
func mix(hash, turn uint64) uint64 {
	x := hash ^ turn*0x9e3779b97f4a7c15 // odd: every turn another pattern
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93 // odd, so that no two hashes meet
	return x ^ x>>32
}
