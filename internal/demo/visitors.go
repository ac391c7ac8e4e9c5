package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/rayscope/rayscope/internal/hush"
)

// DefaultRate is the average number of visits a second: enough that a minute shows every page, and little for a laptop.
const DefaultRate = 8

// Bounds of the rate in visits a second. Beyond the highest a laptop would be busy with the shop alone; a shop with less than a visit in a
// minute and a half looks broken.
const (
	MinRate = 0.01
	MaxRate = 500
)

// maxVisits is how many visits go on at once. Those that come on top find a closed door: when the shop is that slow, more
// would only wait.
const maxVisits = 256

// openingVisits is how many visitors have waited for the opening: enough that all calls of the map were made; openingPace, how many of
// them come in at a time.
const (
	openingVisits = 48
	openingPace   = 6
)

// A visit is one request to web.
type visit struct {
	caller
	method, path string
	body         any
	agent, ip    string
	patience     time.Duration // after which the visitor leaves; 0: never
}

// kinds are the kinds of visits, with their shares.
var kinds = []struct {
	share float64
	visit func(r *rand.Rand, v *visit)
}{
	{0.32, func(r *rand.Rand, v *visit) { v.get("/products/%d", drawProduct(r)) }},
	{0.15, func(r *rand.Rand, v *visit) { v.get("/search/%s", things[r.IntN(len(things))]) }},
	{0.15, func(r *rand.Rand, v *visit) { v.post("/cart/%d", nil, drawProduct(r)) }},
	{0.20, func(r *rand.Rand, v *visit) { v.post("/checkout", drawOrder(r)) }},
	{0.09, func(r *rand.Rand, v *visit) { v.get("/orders/%d", firstOrder+r.IntN(orderCount*21/20)) }}, // some are nobody's
	{0.07, func(r *rand.Rand, v *visit) { v.post("/login", drawLogin(r, v.User)) }},
	{0.02, func(_ *rand.Rand, v *visit) { v.asAdmin(); v.get("/admin/report") }},
}

func (v *visit) get(path string, args ...any) {
	v.method, v.path = http.MethodGet, fmt.Sprintf(path, args...)
}

func (v *visit) post(path string, body any, args ...any) {
	v.method, v.path, v.body = http.MethodPost, fmt.Sprintf(path, args...), body
}

func (v *visit) asAdmin() { v.caller = caller{"u-1000", companies[0].name, companies[0].plan, "eu"} }

// drawProduct draws a product; one in a hundred is not there any more.
func drawProduct(r *rand.Rand) int { return firstProduct + r.IntN(productCount*101/100) }

func drawOrder(r *rand.Rand) order {
	o := order{Express: r.IntN(5) == 0}
	for range 1 + r.IntN(4) {
		o.Lines = append(o.Lines, line{int64(firstProduct + r.IntN(productCount)), int64(1 + r.IntN(3))})
	}
	return o
}

// drawLogin draws a login; one in twelve has the password wrong.
func drawLogin(r *rand.Rand, user string) map[string]string {
	word := password
	if r.IntN(12) == 0 {
		word = "wrong horse"
	}
	return map[string]string{"user": user, "password": word}
}

var (
	regions = []string{"eu", "us", "us", "ap"}
	agents  = []string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:134.0) Gecko/20100101 Firefox/134.0",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Mobile/15E148 Safari/604.1",
		"shop-app/6.2 (Android 15)",
	}
)

// drawVisit draws visit k of a seed: the same for the same two. The opening's visits come in turn, so that each kind is among them.
func drawVisit(seed, k uint64) visit {
	r := rand.New(rand.NewPCG(seed, k))
	user := firstUser + r.IntN(userCount)
	company := companies[companyOf(user)]
	v := visit{caller: caller{fmt.Sprintf("u-%d", user), company.name, company.plan, regions[r.IntN(len(regions))]}, agent: agents[r.IntN(len(agents))],
		ip: fmt.Sprintf("198.51.100.%d", 1+user%250)}
	kind := int(k % uint64(len(kinds)))
	if x := r.Float64(); k >= openingVisits {
		for kind = 0; kind < len(kinds)-1 && x >= kinds[kind].share; kind++ {
			x -= kinds[kind].share
		}
	}
	kinds[kind].visit(r, &v)
	if r.IntN(80) == 0 {
		v.patience = time.Duration(2+r.IntN(20)) * time.Millisecond
	}
	if v.method == http.MethodGet && r.IntN(3) == 0 {
		v.caller = caller{Plan: "guest", Region: v.Region}
	}
	return v
}

// load is how many visits come a second, of an average of one: it swings, and has bursts. t is the time since the opening.
func load(t time.Duration) float64 {
	const (
		swing, swingEvery                  = 0.4, 210.0
		burst, burstEvery, first, burstFor = 1.8, 90.0, 12.0, 6.0
		average                            = 1 + burst*burstFor/burstEvery
	)
	s := t.Seconds()
	l := 1 + swing*math.Sin(2*math.Pi*s/swingEvery)
	if into := math.Mod(s, burstEvery); into >= first && into < first+burstFor {
		l += burst
	}
	return l / average
}

// A crowd is the visitors.
type crowd struct {
	seed   uint64
	rate   float64 // visits a second
	client *http.Client
	story
	logger *slog.Logger
	log    *hush.Log // for what may come in floods

	inside sync.WaitGroup
	places chan struct{} // has a value for each visit that goes on
}

func newCrowd(c *Config, n network, s story) *crowd {
	return &crowd{seed: c.Seed, rate: c.Rate, client: &http.Client{Transport: n.transport()}, story: s,
		logger: c.Logger, log: hush.New(c.Logger, time.Now), places: make(chan struct{}, maxVisits)}
}

// come lets visitors come until the context is done, and waits for those who are inside.
func (c *crowd) come(ctx context.Context) {
	defer c.client.CloseIdleConnections()
	defer c.inside.Wait()
	c.inside.Go(func() { c.countStock(ctx) })
	c.open(ctx)
	c.logger.Info("demo shop: the opening is over", "visits", openingVisits)
	r := rand.New(rand.NewPCG(c.seed, math.MaxUint64))
	for k := uint64(openingVisits); ; k++ {
		pause := r.ExpFloat64() / (c.rate * load(time.Since(c.opened)))
		if wait(ctx, time.Duration(pause*float64(time.Second))) != nil {
			return
		}
		select {
		case c.places <- struct{}{}:
			c.inside.Go(func() { c.pay(ctx, drawVisit(c.seed, k)); <-c.places })
		default:
			c.log.Warn("full", "demo shop: visitors find it full and go away", func() []slog.Attr { return []slog.Attr{slog.Int("inside", maxVisits)} })
		}
	}
}

// open lets those in who waited for the opening.
func (c *crowd) open(ctx context.Context) {
	var waiting sync.WaitGroup
	for i := range uint64(openingPace) {
		waiting.Go(func() {
			for k := i; k < openingVisits && ctx.Err() == nil; k += openingPace {
				c.pay(ctx, drawVisit(c.seed, k))
			}
		})
	}
	waiting.Wait()
}

// stocktakePause is how long the admin rests between stocktakes.
const stocktakePause = 300 * time.Millisecond

// countStock is the admin who has the stock counted again and again while stocktaking lasts.
func (c *crowd) countStock(ctx context.Context) {
	for {
		now := time.Since(c.opened)
		pause := stocktakePause
		if !stocktaking.at(now) {
			pause = stocktaking.turns(now) - now
		}
		if wait(ctx, pause) != nil {
			return
		}
		v := visit{agent: agents[0], ip: "198.51.100.1"}
		v.asAdmin()
		v.post("/admin/stocktake", nil)
		c.pay(ctx, v)
	}
}

// pay pays a visit. Once begun it is not ended with the context of the crowd, only by the visitor.
func (c *crowd) pay(ctx context.Context, v visit) {
	ctx = context.WithoutCancel(ctx)
	if v.patience > 0 {
		var leave context.CancelFunc
		ctx, leave = context.WithTimeout(ctx, v.patience)
		defer leave()
	}
	if err := c.request(ctx, v); err != nil && ctx.Err() == nil {
		c.log.Warn("closed", "demo shop: a visitor gets no answer", func() []slog.Attr { return []slog.Attr{slog.Any("err", err)} })
	}
}

func (c *crowd) request(ctx context.Context, v visit) error {
	var body io.Reader
	if v.body != nil {
		b, err := json.Marshal(v.body)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, v.method, "http://"+shopHost+v.path, body)
	if err != nil {
		return err
	}
	req.Header.Set(baggageKey, v.baggage())
	req.Header.Set("User-Agent", v.agent)
	req.Header.Set("X-Forwarded-For", v.ip)
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
