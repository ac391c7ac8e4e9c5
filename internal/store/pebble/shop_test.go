package pebble_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

const account store.Account = 123456789012

// A shop makes records as a small web shop sends them: traces of four or five segments, documents of 1.1 KB whose text
// repeats while their ids, times and numbers do not, digests of 220 bytes.
type shop struct {
	rng  *rand.Rand
	now  segment.Time
	w3c  bool // ids without time
	step segment.Time
	left []store.Record // of the trace that was begun
}

func newShop() *shop {
	return &shop{rng: rand.New(rand.NewPCG(1, 2)), now: 1793534400 * segment.Second, step: 1000}
}

var (
	services = []string{"frontend", "cart", "checkout", "payment", "catalogue", "shipping", "account", "search"}
	paths    = []string{"/api/cart", "/api/checkout", "/api/products/", "/api/orders/", "/api/search?q=", "/api/account/"}
	methods  = []string{"GET", "GET", "GET", "POST", "PUT"}
)

// take fills rs with the next records.
func (s *shop) take(rs []store.Record) {
	for i := range rs {
		if len(s.left) == 0 {
			s.trace()
		}
		rs[i], s.left = s.left[0], s.left[1:]
	}
}

func (s *shop) trace() {
	s.now += s.step
	id := s.traceID()
	caller := s.segmentID()
	for i := range 4 + s.rng.IntN(2) {
		r := store.Record{Account: account, Trace: id, Segment: s.segmentID(), Complete: true}
		r.Start = s.now + segment.Time(i)*3000
		r.End = r.Start + segment.Time(s.rng.IntN(200_000))
		r.Received = r.End + 50_000
		s.fill(&r, i, caller)
		s.left = append(s.left, r)
		caller = r.Segment
	}
}

func (s *shop) traceID() (id segment.TraceID) {
	for i := range id {
		id[i] = byte(s.rng.Uint32())
	}
	if s.w3c {
		id[0] |= 0x80 // not of these years
	} else {
		binary.BigEndian.PutUint32(id[:], uint32(s.now.Floor()))
	}
	return id
}

func (s *shop) segmentID() (id segment.ID) {
	binary.BigEndian.PutUint64(id[:], s.rng.Uint64())
	return id
}

func (s *shop) fill(r *store.Record, i int, caller segment.ID) {
	service, method, path := services[(i*3+s.rng.IntN(2))%len(services)], methods[s.rng.IntN(len(methods))], paths[s.rng.IntN(len(paths))]
	user, order, status := s.rng.IntN(20_000), s.rng.IntN(1e6), 200
	if s.rng.IntN(20) == 0 {
		status = 500
	}
	url := "http://" + service + ".shop.svc:8080" + path + strconv.Itoa(order)
	ip := fmt.Sprintf("10.%d.%d.%d", s.rng.IntN(4), s.rng.IntN(256), s.rng.IntN(256))
	call, query := s.segmentID(), s.segmentID()
	r.Document = fmt.Appendf(nil, `{"name":"%s","id":"%s","trace_id":"%s","parent_id":"%s","start_time":%.6f,"end_time":%.6f,"origin":"AWS::ECS::Container",`+
		`"http":{"request":{"method":"%s","url":"%s","user_agent":"Go-http-client/1.1","client_ip":"%s"},"response":{"status":%d,"content_length":%d}},`+
		`"aws":{"xray":{"sdk":"X-Ray for Go","sdk_version":"1.8.5"},"ecs":{"container":"%s-7f9c6d5b8-x%dk2p"},"account_id":"123456789012"},`+
		`"service":{"version":"2.%d.7","compiler_version":"go1.26.0","compiler":"gc"},"user":"user-%05d",`+
		`"annotations":{"order_id":"order-%06d","tenant":"tenant-%02d","value":%.2f},"metadata":{"default":{"cache":%t,"retries":0,"queue":"%s-work"}},`+
		`"subsegments":[{"id":"%s","name":"%s.shop.svc","namespace":"remote","start_time":%.6f,"end_time":%.6f,"http":{"request":{"method":"GET","url":"%s"},"response":{"status":%d}}},`+
		`{"id":"%s","name":"shop@postgresql","namespace":"remote","start_time":%.6f,"end_time":%.6f,"sql":{"sanitized_query":"SELECT * FROM orders WHERE id = $1","database_type":"postgresql"}}]}`,
		service, r.Segment, r.Trace, caller, r.Start.Seconds(), r.End.Seconds(), method, url, ip, status, s.rng.IntN(5000), service, i, i, user, order, user%40,
		float64(order%50_000)/100, order%2 == 0, service, call, services[(i+1)%len(services)], r.Start.Seconds()+0.001, r.End.Seconds()-0.001, url, status,
		query, r.Start.Seconds()+0.002, r.End.Seconds()-0.002)
	d := append([]byte{1, 0}, r.Trace[:]...)
	d = append(append(append(d, r.Segment[:]...), caller[:]...), 0, 0x10)
	text := func(s string) { d = append(binary.AppendUvarint(d, uint64(len(s))), s...) }
	number := func(n uint64) { d = binary.AppendUvarint(d, n) }
	text("AWS::ECS::Container")
	text(service)
	number(uint64(r.Start))
	number(uint64(r.End - r.Start))
	text(method)
	text(url)
	text(ip)
	number(uint64(status))
	text(fmt.Sprintf("user-%05d", user))
	text("order_id")
	text(fmt.Sprintf("order-%06d", order))
	text("tenant")
	text(fmt.Sprintf("tenant-%02d", user%40))
	for _, id := range []segment.ID{call, query} {
		d = append(d, id[:]...)
		number(uint64(s.rng.IntN(2000)))
		number(uint64(s.rng.IntN(100_000)))
	}
	text(services[(i+1)%len(services)] + ".shop.svc")
	text("shop@postgresql")
	r.Digest = d
}

// fill appends n records of the shop from several writers at once.
func fill(tb testing.TB, s store.Store, shop *shop, n, batch, writers int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			rs := make([]store.Record, batch)
			for {
				mu.Lock()
				rs = rs[:min(batch, n)]
				n -= len(rs)
				shop.take(rs)
				mu.Unlock()
				if len(rs) == 0 {
					return
				}
				if err := s.Append(context.Background(), rs); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
