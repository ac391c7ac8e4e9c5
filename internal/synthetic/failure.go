package synthetic

// A failure is an exception as a service's SDK records it.
type failure struct {
	kind, message string
	remote        bool // raised by the called service
	stack         []frame
	truncated     int // stack frames left out
	cause         *failure
}

type frame struct {
	path  string
	line  int
	label string
}

var (
	noPrice = &failure{kind: "com.example.shop.inventory.PricingException", message: "cannot price product", truncated: 38,
		stack: []frame{
			{"com/example/shop/inventory/PriceService.java", 118, "com.example.shop.inventory.PriceService.price"},
			{"com/example/shop/inventory/ProductController.java", 64, "com.example.shop.inventory.ProductController.get"},
			{"jdk/internal/reflect/DirectMethodHandleAccessor.java", 103, "jdk.internal.reflect.DirectMethodHandleAccessor.invoke"},
		},
		cause: &failure{kind: "java.lang.NullPointerException", truncated: 41,
			message: `Cannot invoke "java.math.BigDecimal.multiply(java.math.BigDecimal)" because the return value of "Product.listPrice()" is null`,
			stack: []frame{
				{"com/example/shop/inventory/Discount.java", 47, "com.example.shop.inventory.Discount.apply"},
				{"com/example/shop/inventory/PriceService.java", 112, "com.example.shop.inventory.PriceService.price"},
			}}}
	cardTimeout = &failure{kind: "Shop.Payments.ProcessorException", message: "card processor gave no answer", remote: true,
		stack: []frame{
			{"/src/Payments/Processor.cs", 92, "Shop.Payments.Processor.ChargeAsync"},
			{"/src/Payments/ChargesController.cs", 41, "Shop.Payments.ChargesController.Post"},
		},
		cause: &failure{kind: "System.Net.Http.HttpRequestException", message: "Response status code does not indicate success: 504 (Gateway Timeout).", remote: true,
			stack: []frame{{"/_/src/libraries/System.Net.Http/src/System/Net/Http/HttpResponseMessage.cs", 180, "System.Net.Http.HttpResponseMessage.EnsureSuccessStatusCode"}}}}
	throttled = &failure{kind: "ProvisionedThroughputExceededException", remote: true,
		message: "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
		stack: []frame{
			{"/var/app/current/users/store.py", 57, "load_session"},
			{"/var/app/venv/lib/python3.13/site-packages/botocore/client.py", 1023, "_make_api_call"},
		}}
	lockTimeout = map[serviceID]*failure{
		inventory: {kind: "java.sql.SQLTransactionRollbackException", message: "Lock wait timeout exceeded; try restarting transaction", remote: true, truncated: 29,
			stack: []frame{{"com/mysql/cj/jdbc/exceptions/SQLError.java", 124, "com.mysql.cj.jdbc.exceptions.SQLError.createSQLException"}}},
		orders: {kind: "*mysql.MySQLError", message: "Error 1205 (HY000): Lock wait timeout exceeded; try restarting transaction", remote: true,
			stack: []frame{{"shop/orders/place.go", 131, "orders.(*Store).insert"}, {"shop/orders/http.go", 58, "orders.(*Server).place"}}},
		worker: {kind: "pymysql.err.OperationalError", message: `(1205, 'Lock wait timeout exceeded; try restarting transaction')`, remote: true,
			stack: []frame{{"/srv/worker/ship.py", 33, "book_shipment"}, {"/srv/worker/main.py", 71, "handle"}}},
	}
	// badAnswer is what a service records on a call that another service answered with 5xx. Node.js records none.
	badAnswer = map[serviceID]*failure{
		api: {kind: "*http.StatusError", message: "upstream answered with a server error", remote: true,
			stack: []frame{{"shop/api/upstream.go", 77, "api.(*Upstream).Do"}}},
		orders: {kind: "*errors.errorString", message: "place order: upstream answered with a server error", remote: true,
			stack: []frame{{"shop/orders/place.go", 88, "orders.(*Server).place"}, {"shop/orders/http.go", 58, "orders.(*Server).ServeHTTP"}}},
		worker: {kind: "httpx.HTTPStatusError", message: "Server error for url 'http://notifications.shop.internal'", remote: true,
			stack: []frame{{"/srv/worker/main.py", 80, "handle"}}},
	}
	workingDirectory = [services]string{web: "/srv/web", api: "/", users: "/var/app/current", inventory: "/opt/inventory", orders: "/", payments: "/app",
		worker: "/srv/worker", notifications: "/var/app/current"}
)
