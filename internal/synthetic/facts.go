package synthetic

// annotations appends what a service notes about a request for people to search by, and the user.
func (s *Shop) annotations(sp *span) {
	t, f := &s.text, &s.play.facts
	if f.user != 0 && (sp.service == web || sp.service == orders) {
		t.numbered("user", "u-", f.user)
	}
	switch sp.service {
	case users, notifications:
		return
	}
	t.object("annotations")
	t.lit("tenant", tenants[f.tenant].name)
	switch sp.service {
	case web:
		t.lit("page", pages[f.page].name)
		t.lit("region", regions[f.ip%len(regions)])
		if pages[f.page].page == &webSearch {
			t.str("query", terms[f.term])
		}
	case api:
		t.lit("plan", tenants[f.tenant].plan)
	case orders, payments:
		if sp.route != &routeReport && sp.route != &routeOrder {
			t.cents("order_value", f.value)
			t.int("items", f.items)
			t.bool("express", f.express)
		}
	case worker:
		waited := s.play.workerStart() - s.play.spans[s.play.send].end
		t.int("queue_wait_ms", int(waited/1000))
	}
	t.end()
}

// regions are where clients are.
var regions = [...]string{"eu", "us", "us", "ap"}

// metadata appends what is worth keeping and not searching: what web has switched on, what orders saw of the cart, and now
// and then the state of a connection pool.
func (s *Shop) metadata(sp *span) {
	if sp.kind != segmentSpan {
		return
	}
	t := &s.text
	switch {
	case sp.service == web:
		t.raw(`"metadata":{"default":{"features":{"new_search":true,"one_click":false}}}`)
	case sp.route == &routePlace:
		t.raw(`"metadata":{"default":{`)
		s.cart()
		t.end()
		t.end()
	case (sp.service == inventory || sp.service == worker) && sp.id%4 == 0:
		t.raw(`"metadata":{"debug":{`)
		s.pool(sp)
		t.end()
		t.end()
	}
}

func (s *Shop) cart() {
	t, f := &s.text, &s.play.facts
	t.object("cart")
	t.array("lines")
	for i := range f.items {
		t.item()
		t.numbered("sku", "P-", f.product+i)
		t.int("quantity", 1)
		t.cents("price", f.value/int64(f.items))
		t.end()
	}
	t.endArray()
	t.lit("currency", "EUR")
	t.end()
}

func (s *Shop) pool(sp *span) {
	t := &s.text
	active := int(sp.id >> 8 % 8)
	if s.play.trouble.slowDB {
		active = 10
	}
	t.object("pool")
	t.int("size", 10)
	t.int("active", active)
	t.int("idle", 10-active)
	t.end()
}
