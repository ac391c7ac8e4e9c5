package synthetic_test

import (
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/synthetic"
)

// Everything that the shop can show comes within its first three minutes, often enough to be seen and not so often that
// the shop looks dead. Shares are of the requests, or of what base names.
func TestFirstMinutesShowEverything(t *testing.T) {
	type bound struct {
		name     string
		min, max float64
		base     string
	}
	bounds := []bound{
		{"page browse", 0.3, 0.45, ""},
		{"page search", 0.1, 0.2, ""},
		{"page add to cart", 0.1, 0.22, ""},
		{"page checkout", 0.08, 0.18, ""},
		{"page order status", 0.05, 0.13, ""},
		{"page login", 0.04, 0.12, ""},
		{"page admin report", 0.008, 0.04, ""},
		{"root fault", 0.01, 0.08, ""},
		{"root error", 0.01, 0.06, ""},
		{"root throttle", 0.004, 0.05, ""},
		{"in progress", 0.02, 0.2, ""},
		{"independent subsegment", 0.1, 2, ""},
		{"link", 0.05, 0.18, ""},
		{"user", 0.6, 0.9, ""},
		{"heavy user", 0.2, 0.3, ""},
		{"chain of exceptions", 0.01, 0.1, ""},
		{"cause by reference", 0.01, 0.3, ""},
		{"retried", 0.005, 0.1, ""},
		{"sql", 0.5, 2, ""},
		{"local", 2, 6, ""},
		{"cache hit", 0.2, 0.5, ""},
		{"slow request", 0.01, 0.1, ""},
		{"debug metadata", 0.05, 0.4, ""},
		{"express", 0.1, 0.3, "order"},
		{"bad release", 0.1, 0.5, "inventory"},
		{"bad release, fault", 0.1, 0.5, "bad release"},
		{"com.example.shop.inventory.PricingException", 0.005, 0.1, ""},
		{"Shop.Payments.ProcessorException", 0.002, 0.05, ""},
		{"ProvisionedThroughputExceededException", 0.004, 0.05, ""},
		{"cobalt failed", 0.05, 0.3, "cobalt"},
	}
	for _, s := range fleet {
		bounds = append(bounds, bound{"segment of " + s.name + " on " + s.origin, 0.04, 1.01, ""})
	}
	for _, status := range []string{"401", "402", "404", "429", "500", "502", "504"} {
		bounds = append(bounds, bound{"status " + status, 0.001, 0.3, ""})
	}

	for seed := range uint64(2) {
		seen := count(t, synthetic.New(seed, synthetic.DefaultRate))
		for _, b := range bounds {
			base := seen["request"]
			if b.base != "" {
				base = seen[b.base]
			}
			if got := float64(seen[b.name]) / float64(base); got < b.min || got > b.max {
				t.Errorf("seed %d: %s: %d of %d, a share of %.4f, want %v to %v", seed, b.name, seen[b.name], base, got, b.min, b.max)
			}
		}
		hit, others := share(seen, "cobalt"), share(seen, "acme")
		if hit < 1.4*others {
			t.Errorf("seed %d: %.3f of the requests of cobalt fail, and %.3f of those of acme: it is not hit more", seed, hit, others)
		}
	}
}

var fleet = []struct{ name, origin string }{
	{"web", "AWS::EC2::Instance"}, {"api", "AWS::ECS::Fargate"}, {"users", "AWS::ElasticBeanstalk::Environment"}, {"inventory", "AWS::ECS::Container"},
	{"orders", "AWS::ECS::Fargate"}, {"payments", "AWS::ECS::Fargate"}, {"order-worker", "AWS::ECS::Container"}, {"notifications", "AWS::ElasticBeanstalk::Environment"},
}

func share(seen map[string]int, tenant string) float64 {
	return float64(seen[tenant+" failed"]) / float64(seen[tenant])
}

// count counts what the first three minutes show.
func count(t *testing.T, s *synthetic.Shop) map[string]int {
	seen := map[string]int{}
	for k := range firstMinutes(s) {
		seen["request"]++
		for _, root := range read(t, s.Trace(k, start)).roots {
			if root.InProgress {
				seen["in progress"]++
				continue
			}
			if root.Type == "subsegment" {
				seen["independent subsegment"]++
			}
			root.walk(nil, func(e, _ *entity) { countEntity(seen, e) })
			if root.Name == "web" {
				countRequest(seen, root)
			}
		}
	}
	return seen
}

func countRequest(seen map[string]int, e *entity) {
	page, tenant := e.Annotations["page"].(string), e.Annotations["tenant"].(string)
	seen["page "+page]++
	seen[tenant]++
	if e.Fault || e.Error {
		seen[tenant+" failed"]++
	}
	switch {
	case e.Throttle:
		seen["root throttle"]++
	case e.Fault:
		seen["root fault"]++
	case e.Error:
		seen["root error"]++
	}
	if e.User != "" {
		seen["user"]++
	}
	switch e.User {
	case "u-1007", "u-1042", "u-1099":
		seen["heavy user"]++
	}
	if time.Duration(e.end()-e.start())*time.Microsecond > time.Second {
		seen["slow request"]++
	}
}

func countEntity(seen map[string]int, e *entity) {
	if e.Origin != "" {
		seen["segment of "+e.Name+" on "+e.Origin]++
	}
	seen["status "+e.HTTP.Response.status()]++
	for name, is := range map[string]bool{
		"link":           len(e.Links) > 0,
		"retried":        e.AWS.Retries > 0,
		"sql":            e.SQL.Query != "",
		"local":          e.Namespace == "" && e.Origin == "",
		"cache hit":      e.Annotations["cache_hit"] == true,
		"debug metadata": e.Metadata["debug"] != nil,
		"inventory":      e.Origin != "" && e.Name == "inventory",
		"bad release":    e.Service.Version == "2.4.1",
		"order":          e.Annotations["order_value"] != nil,
		"express":        e.Annotations["express"] == true,
	} {
		if is {
			seen[name]++
		}
	}
	if e.Service.Version == "2.4.1" && e.Fault {
		seen["bad release, fault"]++
	}
	if _, ok := e.ref(); ok {
		seen["cause by reference"]++
	}
	c, _ := e.own()
	if len(c.Exceptions) > 1 {
		seen["chain of exceptions"]++
	}
	for _, x := range c.Exceptions {
		seen[x.Type]++
	}
}

// In time, the troubles come one after the other at first.
func TestTroublesComeInSpells(t *testing.T) {
	const slot = 10 * time.Second
	s := synthetic.New(1, synthetic.DefaultRate)
	slots := map[string]map[int]int{}
	for k := range firstMinutes(s) {
		at := int(s.At(k) / slot)
		for _, root := range read(t, s.Trace(k, start)).roots {
			root.walk(nil, func(e, _ *entity) {
				c, _ := e.own()
				for _, x := range c.Exceptions {
					if slots[x.Type] == nil {
						slots[x.Type] = map[int]int{}
					}
					slots[x.Type][at]++
				}
			})
		}
	}
	for kind, want := range map[string][]int{ // the slots that may have any
		"ProvisionedThroughputExceededException":      {1, 2, 9, 10, 16, 17},
		"Shop.Payments.ProcessorException":            {8, 9, 10},
		"com.example.shop.inventory.PricingException": {12, 13, 14, 15, 16},
	} {
		rest := slots[kind]
		for _, at := range want {
			delete(rest, at)
		}
		if len(rest) > 0 {
			t.Errorf("%s comes outside of its spells, in slots of %v: %v", kind, slot, rest)
		}
	}
}
