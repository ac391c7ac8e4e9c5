package synthetic

// A route is an endpoint. The http blocks of a call and of the callee's segment begin alike.
type route struct {
	to   serviceID
	http string // up to the number that ends the URL
}

func newRoute(to serviceID, method, url string) route {
	return route{to, `"http":{"request":{"method":"` + method + `","url":"` + url}
}

var (
	routeSession = newRoute(users, "GET", "http://users.shop.internal/v1/sessions/")
	routeLogin   = newRoute(users, "POST", "http://users.shop.internal/v1/logins/")
	routeProduct = newRoute(inventory, "GET", "http://inventory.shop.internal/v1/products/")
	routeSearch  = newRoute(inventory, "GET", "http://inventory.shop.internal/v1/search/")
	routeStock   = newRoute(inventory, "GET", "http://inventory.shop.internal/v1/stock/")
	routeReserve = newRoute(inventory, "POST", "http://inventory.shop.internal/v1/reservations/")
	routePlace   = newRoute(orders, "POST", "http://orders.shop.internal/v2/carts/")
	routeOrder   = newRoute(orders, "GET", "http://orders.shop.internal/v2/orders/")
	routeReport  = newRoute(orders, "GET", "http://orders.shop.internal/v2/reports/")
	routeCharge  = newRoute(payments, "POST", "http://payments.shop.internal/v1/charges/")
	routeNotify  = newRoute(notifications, "POST", "http://notifications.shop.internal/v1/orders/")
	routeCard    = newRoute(services, "POST", "https://api.cardworks.example/v2/charges/")
	webProduct   = page{"browse", newRoute(web, "GET", "https://shop.example.com/products/"), newRoute(api, "GET", "http://api.shop.internal/v1/products/")}
	webSearch    = page{"search", newRoute(web, "GET", "https://shop.example.com/search/"), newRoute(api, "GET", "http://api.shop.internal/v1/search/")}
	webCart      = page{"add to cart", newRoute(web, "POST", "https://shop.example.com/cart/"), newRoute(api, "POST", "http://api.shop.internal/v1/carts/")}
	webCheckout  = page{"checkout", newRoute(web, "POST", "https://shop.example.com/checkout/"), newRoute(api, "POST", "http://api.shop.internal/v1/orders/")}
	webOrder     = page{"order status", newRoute(web, "GET", "https://shop.example.com/orders/"), newRoute(api, "GET", "http://api.shop.internal/v1/orders/")}
	webLogin     = page{"login", newRoute(web, "POST", "https://shop.example.com/login/"), newRoute(api, "POST", "http://api.shop.internal/v1/logins/")}
	webReport    = page{"admin report", newRoute(web, "GET", "https://shop.example.com/admin/reports/"), newRoute(api, "GET", "http://api.shop.internal/v1/reports/")}
)

// A page is a kind of request: what the client asks of web, and web of api.
type page struct {
	name          string
	front, behind route
}

// A statement is SQL that the shop runs.
type statement struct {
	sql   string  // block, up to the user
	mean  float64 // ms, when the database is well
	locks bool    // waits for row locks: times out when the database is slow
}

// Whether a statement waits for row locks.
const (
	reads  = false
	writes = true
)

func newStatement(preparation string, mean float64, locks bool, query string) statement {
	return statement{`"sql":{"url":"mysql://mysql.internal:3306/shop","database_type":"MySQL","database_version":"8.4.3","preparation":"` + preparation +
		`","sanitized_query":"` + query + `"`, mean, locks}
}

var (
	sqlProduct = newStatement("statement", 4, reads, "SELECT p.id, p.name, p.price, c.name FROM products p JOIN categories c ON c.id = p.category_id WHERE p.id = ?")
	sqlSearch  = newStatement("statement", 22, reads, "SELECT id, name, price, MATCH(name, text) AGAINST (?) AS score FROM products WHERE MATCH(name, text) AGAINST (?) ORDER BY score DESC LIMIT ?")
	sqlStock   = newStatement("statement", 3, reads, "SELECT warehouse, quantity FROM stock WHERE product_id = ? AND quantity > 0")
	sqlReserve = newStatement("statement", 7, writes, "UPDATE stock SET quantity = quantity - ? WHERE product_id = ? AND quantity >= ?")
	sqlInsert  = newStatement("statement", 6, writes, "INSERT INTO orders (id, user_id, tenant, total, currency, express) VALUES (?, ?, ?, ?, ?, ?)")
	sqlOrder   = newStatement("statement", 5, reads, "SELECT o.id, o.state, o.total, s.carrier, s.eta FROM orders o LEFT JOIN shipments s ON s.order_id = o.id WHERE o.id = ?")
	sqlReport  = newStatement("call", 260, reads, "CALL revenue_by_tenant(?, ?)")
	sqlShip    = newStatement("statement", 5, writes, "INSERT INTO shipments (order_id, carrier, eta) VALUES (?, ?, ?)")
)
