package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"html/template"
	"net"
	"net/http"

	"github.com/rayscope/rayscope/xray"
)

// pages is what web serves, and where api has what is on them.
var pages = []struct{ name, pattern, api string }{
	{"browse", "GET /products/{id}", "/v1/products/"},
	{"search", "GET /search/{id}", "/v1/search/"},
	{"add to cart", "POST /cart/{id}", "/v1/carts/"},
	{"checkout", "POST /checkout", "/v1/orders"},
	{"order status", "GET /orders/{id}", "/v1/orders/"},
	{"login", "POST /login", "/v1/sessions"},
	{"admin report", "GET /admin/report", "/v1/reports/revenue"},
	{"admin stocktake", "POST /admin/stocktake", "/v1/stocktakes"},
}

// serveWeb is the service web: it makes pages of what api answers.
func serveWeb(ctx context.Context, e *env, l net.Listener) error {
	mux := http.NewServeMux()
	for _, p := range pages {
		mux.HandleFunc(p.pattern, func(w http.ResponseWriter, r *http.Request) {
			e.page(w, r, p.name, "http://"+host("api")+p.api+r.PathValue("id"))
		})
	}
	return serveHTTP(ctx, e, l, mux)
}

// page serves a page about what is at url.
func (e *env) page(w http.ResponseWriter, r *http.Request, name, url string) {
	ctx := r.Context()
	var form any
	if r.Method == http.MethodPost && r.ContentLength > 0 {
		if err := decode(r, &form); err != nil {
			http.Error(w, err.Error(), statusOf(err))
			return
		}
	}
	var content any
	err := ask(context.WithoutCancel(ctx), e.http, r.Method, url, form, &content) // what was begun is finished, also for those who leave
	switch {
	case ctx.Err() != nil:
		w.WriteHeader(statusClosed)
		return
	case err != nil:
		if statusOf(err) >= 500 {
			_ = xray.AddError(ctx, err) // there is a segment
		}
		http.Error(w, err.Error(), statusOf(err))
		return
	}
	html, err := xray.Do(ctx, "render", func(ctx context.Context) ([]byte, error) { return render(ctx, name, content) })
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(html) // the client may be gone
}

var layout = template.Must(template.New("page").Parse(`<!doctype html><title>{{.Name}}</title><h1>{{.Name}}</h1><pre>{{.Content}}</pre>`))

func render(ctx context.Context, name string, content any) ([]byte, error) {
	text, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return nil, err
	}
	var html bytes.Buffer
	err = layout.Execute(&html, struct{ Name, Content string }{name, string(text)})
	note(ctx, "page", map[string]any{"name": name, "bytes": html.Len()})
	return html.Bytes(), err
}
