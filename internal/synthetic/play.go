package synthetic

// facts is what one request is about.
type facts struct {
	page    int // index in pages
	tenant  int
	user    int // 0: not logged in
	agent   int
	ip      int
	product int
	order   int
	items   int
	value   int64 // of the order in cents
	express bool
	term    int   // index in terms
	send    int32 // the SendMessage subsegment, or none
	worker  int32 // the worker's segment, or none
}

// Names of the subsegments that call what never reports.
const (
	databaseName  = "shop@mysql.internal"
	processorName = "api.cardworks.example"
)

// Tenants, with the share of requests that each brings. One of them is hit more by whatever goes wrong.
var tenants = [...]struct {
	name, plan string
	share      float64
}{{"acme", "enterprise", 0.4}, {"birch", "team", 0.25}, {"cobalt", "team", 0.2}, {"dune", "free", 0.15}}

const hitTenant = 2

// Users: a few make a quarter of all requests.
const (
	firstUser  = 1000
	manyUsers  = 400
	heavyShare = 0.25
	adminUser  = 1
)

var heavyUsers = [...]int{1007, 1042, 1099}

var terms = [...]string{"coffee grinder", "käsemesser", "27\" monitor", "running shoes", "naïve art print", "usb-c cable", "日本茶"}

// pages are the kinds of requests with their shares.
var pages = [...]struct {
	*page
	share float64
	serve func(p *play, api int32) int
}{
	{&webProduct, 0.37, (*play).browse},
	{&webSearch, 0.15, (*play).search},
	{&webCart, 0.16, (*play).addToCart},
	{&webCheckout, 0.13, (*play).checkout},
	{&webOrder, 0.09, (*play).orderStatus},
	{&webLogin, 0.08, (*play).login},
	{&webReport, 0.02, (*play).report},
}

// run plays one request from the client's click to the last document of the worker.
func (p *play) run() {
	p.draw()
	pg := &pages[p.page]
	root := p.enter(none, 0, web, &pg.front, p.subject())
	p.local(root, "session", 0.8)
	status := pg.serve(p, p.call(root, &pg.behind, p.subject()))
	p.local(root, "render", 3)
	p.answer(root, status)
	if p.send != none {
		p.work()
	}
}

// draw settles what the request is about.
func (p *play) draw() {
	p.facts = facts{send: none, worker: none, tenant: p.drawTenant(), user: p.drawUser(), agent: p.rng.IntN(len(browsers)), ip: p.rng.IntN(250),
		product: 1000 + p.rng.IntN(500), order: 480_000 + p.rng.IntN(20_000), items: 1 + p.rng.IntN(5), express: p.chance(0.2),
		term: p.rng.IntN(len(terms))}
	p.value = int64(p.items) * int64(499+p.rng.IntN(14_000))
	for x := p.rng.Float64(); p.page < len(pages)-1 && x >= pages[p.page].share; p.page++ {
		x -= pages[p.page].share
	}
	if pages[p.page].page == &webReport {
		p.tenant, p.user = 0, adminUser
	}
}

func (p *play) drawTenant() int {
	t := 0
	for x := p.rng.Float64(); t < len(tenants)-1 && x >= tenants[t].share; t++ {
		x -= tenants[t].share
	}
	return t
}

func (p *play) drawUser() int {
	switch x := p.rng.Float64(); {
	case x < heavyShare:
		return heavyUsers[p.rng.IntN(len(heavyUsers))]
	case x < 0.75:
		return firstUser + p.rng.IntN(manyUsers)
	}
	return 0
}

// subject is the number at the end of the URL.
func (p *play) subject() int {
	switch pages[p.page].page {
	case &webCheckout, &webOrder:
		return p.order
	case &webLogin, &webCart:
		return firstUser + p.ip
	}
	return p.product
}

// worse is the chance of a trouble for this request: more for the tenant that is hit.
func (p *play) worse(share float64) float64 {
	if p.tenant == hitTenant {
		return min(0.95, share*4)
	}
	return share
}

// The pages, as api serves them.

func (p *play) browse(seg int32) int {
	return p.answer(seg, p.lookup(seg, &routeProduct, &sqlProduct))
}

func (p *play) search(seg int32) int {
	p.local(seg, "parse query", 0.5)
	return p.answer(seg, p.lookup(seg, &routeSearch, &sqlSearch))
}

// addToCart asks who it is and whether there is stock at the same time.
func (p *play) addToCart(seg int32) int {
	begin := p.now
	session := p.session(seg)
	after := p.now
	p.now = begin
	stock := p.lookup(seg, &routeStock, &sqlStock)
	p.now = max(p.now, after)
	return p.answer(seg, max(session, stock))
}

func (p *play) checkout(seg int32) int {
	if status := p.session(seg); status != 200 {
		return p.answer(seg, status)
	}
	p.local(seg, "validate cart", 1.5)
	return p.answer(seg, p.place(p.call(seg, &routePlace, p.order)))
}

func (p *play) orderStatus(seg int32) int {
	o := p.call(seg, &routeOrder, p.order)
	p.query(o, &sqlOrder)
	if p.chance(0.06) {
		return p.answer(seg, p.answer(o, 404))
	}
	return p.answer(seg, p.answer(o, 200))
}

func (p *play) login(seg int32) int {
	u := p.call(seg, &routeLogin, firstUser+p.ip)
	if !p.dynamo(u, &getUser) {
		return p.answer(seg, p.answer(u, 429))
	}
	p.local(u, "verify password", 55)
	if p.chance(0.08) {
		return p.answer(seg, p.answer(u, 401))
	}
	p.dynamo(u, &updateUser) // the time of the log-in; it may get lost
	return p.answer(seg, p.answer(u, 200))
}

func (p *play) report(seg int32) int {
	o := p.call(seg, &routeReport, p.product)
	for range 6 + p.rng.IntN(5) {
		p.query(o, &sqlReport)
	}
	p.local(o, "aggregate", 180)
	return p.answer(seg, p.answer(o, 200))
}

// What the services behind api do.

func (p *play) session(from int32) int {
	u := p.call(from, &routeSession, firstUser+p.ip)
	if !p.dynamo(u, &getUser) {
		return p.answer(u, 429)
	}
	return p.answer(u, 200)
}

// dynamo calls the table; while it throttles, the client retries and may give up.
func (p *play) dynamo(in int32, op *operation) bool {
	i := p.aws(in, op, 4)
	if !p.trouble.throttling {
		return true
	}
	p.spend(120)
	s := &p.spans[i]
	s.retries = 1 + p.rng.IntN(3)
	s.end = p.now
	if !p.chance(p.worse(0.3)) {
		return true
	}
	s.status, s.error, s.throttle = 400, true, true
	p.fail(i, throttled)
	return false
}

// lookup asks inventory for what one statement answers, unless it is cached.
func (p *play) lookup(from int32, r *route, st *statement) int {
	inv := p.call(from, r, p.product)
	cache := p.local(inv, "cache", 0.3)
	p.spans[cache].hit = p.chance(0.45)
	if !p.spans[cache].hit {
		p.query(inv, st)
	}
	if !p.price(inv) {
		return p.answer(inv, 500)
	}
	if r == &routeProduct && p.chance(0.015) {
		return p.answer(inv, 404)
	}
	return p.answer(inv, 200)
}

// price is where the bad release breaks.
func (p *play) price(inv int32) bool {
	i := p.local(inv, "price", 0.9)
	if !p.trouble.badRelease || !p.chance(p.worse(0.12)) {
		return true
	}
	p.spans[i].fault = true
	p.fail(i, noPrice)
	return false
}

// place takes an order: reserve, charge, keep, and tell the worker.
func (p *play) place(o int32) int {
	inv := p.call(o, &routeReserve, p.order)
	if !p.price(inv) || !p.query(inv, &sqlReserve) {
		p.answer(inv, 500)
		return p.answer(o, 502)
	}
	p.answer(inv, 200)
	switch status := p.charge(p.call(o, &routeCharge, p.order)); {
	case status >= 500:
		return p.answer(o, 502)
	case status != 200:
		return p.answer(o, status)
	}
	if !p.query(o, &sqlInsert) {
		return p.answer(o, 500)
	}
	p.send = p.aws(o, &sendOrder, 9)
	return p.answer(o, 200)
}

// charge asks the card processor, which never reports.
func (p *play) charge(pay int32) int {
	c := p.open(pay, span{kind: remoteSpan, name: processorName, route: &routeCard, ref: p.order})
	switch {
	case p.trouble.cardsDown && p.chance(p.worse(0.4)):
		p.spend(2300)
		p.finish(c, 504)
		p.fail(c, cardTimeout)
		return p.answer(pay, 503)
	case p.chance(p.worse(0.03)):
		p.spend(150)
		p.finish(c, 402)
		return p.answer(pay, 402)
	}
	p.spend(170)
	p.finish(c, 201)
	return p.answer(pay, 200)
}

// work is the worker's trace: it takes the message from the queue and ships the order.
func (p *play) work() {
	p.now = p.spans[p.send].end
	if p.trouble.slowDB {
		p.spend(2500) // the worker is behind
	}
	p.spend(220)
	w := p.enter(none, 1, worker, nil, 0)
	p.worker = w

	p.local(w, "parse message", 0.6)
	ok := p.query(w, &sqlShip)
	if ok {
		n := p.call(w, &routeNotify, p.order)
		p.aws(n, &publish, 14)
		p.answer(n, 202)
	}
	p.spend(0.5)
	p.spans[w].end, p.spans[w].fault = p.now, !ok
}

// workerStart is when the worker took the message.
func (p *play) workerStart() int64 { return p.spans[p.worker].start }
