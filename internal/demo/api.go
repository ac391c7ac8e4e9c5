package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"

	"github.com/rayscope/rayscope/internal/demo/stock"
	"github.com/rayscope/rayscope/xray"
)

// An api is the service api: what the pages need, put together from the services behind it.
type api struct {
	*env
	stock stock.StockClient
}

func serveAPI(ctx context.Context, e *env, l net.Listener) error {
	conn, err := dialInventory(e.net)
	if err != nil {
		return err
	}
	defer conn.Close()
	a := &api{e, stock.NewStockClient(conn)}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/products/{id}", endpoint(a.product))
	mux.Handle("GET /v1/search/{word}", endpoint(a.search))
	mux.Handle("POST /v1/carts/{id}", endpoint(a.addToCart))
	mux.Handle("POST /v1/orders", endpoint(a.placeOrder))
	mux.Handle("GET /v1/orders/{id}", a.passOn(http.MethodGet, "orders", "/v2/orders/"))
	mux.Handle("POST /v1/sessions", a.passOn(http.MethodPost, "users", "/v1/sessions"))
	mux.Handle("GET /v1/reports/revenue", a.passOn(http.MethodGet, "orders", "/v2/reports/revenue"))
	mux.Handle("POST /v1/stocktakes", endpoint(a.recount))
	return serveHTTP(ctx, e, l, mux)
}

// number reads a number of the path.
func number(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, badRequest{fmt.Errorf("%s %q is not a number", name, r.PathValue(name))}
	}
	return n, nil
}

func (a *api) product(r *http.Request) (any, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	return a.stock.Find(outgoing(r.Context()), &stock.FindRequest{Product: id})
}

func (a *api) search(r *http.Request) (any, error) {
	word := r.PathValue("word")
	annotate(r.Context(), "query", word)
	return a.stock.Search(outgoing(r.Context()), &stock.SearchRequest{Word: word})
}

// addToCart asks at the same time who it is and whether there is stock. The cart itself is kept by the browser.
func (a *api) addToCart(r *http.Request) (any, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	var (
		both   sync.WaitGroup
		who    error
		pieces *stock.CountReply
	)
	both.Go(func() { who = a.checkSession(ctx) })
	both.Go(func() { pieces, err = a.stock.Count(outgoing(ctx), &stock.FindRequest{Product: id}) })
	both.Wait()
	if err := errors.Join(who, err); err != nil {
		return nil, err
	}
	return map[string]any{"product": id, "in_stock": pieces.Pieces > 0}, nil
}

// checkSession asks users whether the caller is logged in.
func (a *api) checkSession(ctx context.Context) error {
	user := callerOf(ctx).User
	if user == "" {
		return &statusError{host("api"), http.StatusUnauthorized, "log in first"}
	}
	return ask(ctx, a.http, http.MethodGet, "http://"+host("users")+"/v1/sessions/"+user, nil, nil)
}

// An order is what a customer buys.
type order struct {
	Lines   []line `json:"lines"`
	Express bool   `json:"express"`
}

type line struct {
	Product int64 `json:"product"`
	Pieces  int64 `json:"pieces"`
}

// maxLines is the longest order.
const maxLines = 100

func (o *order) validate() error {
	if n := len(o.Lines); n == 0 || n > maxLines {
		return badRequest{fmt.Errorf("an order has 1 to %d lines, and this one has %d", maxLines, n)}
	}
	for _, l := range o.Lines {
		if l.Pieces < 1 {
			return badRequest{fmt.Errorf("of product %d %d pieces are ordered: 1 is the least", l.Product, l.Pieces)}
		}
	}
	return nil
}

func (a *api) placeOrder(r *http.Request) (any, error) {
	ctx := r.Context()
	if err := a.checkSession(ctx); err != nil {
		return nil, err
	}
	var o order
	if err := decode(r, &o); err != nil {
		return nil, err
	}
	if err := xray.Capture(ctx, "validate cart", func(context.Context) error { return o.validate() }); err != nil {
		return nil, err
	}
	var placed any
	err := ask(ctx, a.http, http.MethodPost, "http://"+host("orders")+"/v2/orders", o, &placed)
	return placed, err
}

// passOn answers with what another service answers.
func (a *api) passOn(method, service, path string) endpoint {
	return func(r *http.Request) (answer any, err error) {
		var body any
		if method == http.MethodPost {
			if err := decode(r, &body); err != nil {
				return nil, err
			}
		}
		err = ask(r.Context(), a.http, method, "http://"+host(service)+path+r.PathValue("id"), body, &answer)
		return answer, err
	}
}

func (a *api) recount(r *http.Request) (any, error) {
	return a.stock.Recount(outgoing(r.Context()), &stock.RecountRequest{})
}
