package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// charge is what payments is asked for.
type charge struct {
	Cents int64 `json:"cents"`
}

// cardTimeout is how long payments waits for the card processor.
const cardTimeout = 2 * time.Second

// servePayments is the service payments: it has cards charged by a processor outside. Each plan of the shop has a contract of its own
// with it.
func servePayments(ctx context.Context, e *env, l net.Listener) error {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/charges", endpoint(e.charge))
	return serveHTTP(ctx, e, l, mux)
}

func (e *env) charge(r *http.Request) (any, error) {
	var c charge
	if err := decode(r, &c); err != nil {
		return nil, err
	}
	annotate(r.Context(), "order_value", float64(c.Cents)/100)
	ctx, cancel := context.WithTimeout(r.Context(), cardTimeout)
	defer cancel()
	contract := "shop-" + callerOf(ctx).Plan
	var answer any
	err := ask(ctx, e.http, http.MethodPost, "http://"+cardsHost+"/v2/contracts/"+contract+"/charges", c, &answer)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("card processor gave no answer in %v: %w", cardTimeout, err)
	}
	return answer, err
}
