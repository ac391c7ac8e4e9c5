package demo

import (
	"context"
	"net"
	"net/http"
	"strings"
	"text/template"

	"github.com/rayscope/rayscope/xray"
)

// serveNotifications is the service notifications: it writes mails to customers. There is no mail server behind it.
func serveNotifications(ctx context.Context, e *env, l net.Listener) error {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/orders/{id}/mails", endpoint(e.mail))
	return serveHTTP(ctx, e, l, mux)
}

// A mail is what its text is made of.
type mail struct {
	To, Carrier string
	Order, Days int64
}

var mailText = template.Must(template.New("mail").Parse("To: {{.To}}\nSubject: Your order {{.Order}}\n\nIt is on its way with {{.Carrier}}, and there in {{.Days}} day(s).\n"))

func (e *env) mail(r *http.Request) (any, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	m := mail{Order: id}
	err = e.db.QueryRowContext(ctx,
		`SELECT u.email, s.carrier, s.eta_days FROM orders o JOIN users u ON u.id = o.user_id JOIN shipments s ON s.order_id = o.id WHERE o.id = ?`, id).
		Scan(&m.To, &m.Carrier, &m.Days)
	if err != nil {
		return nil, err
	}
	text, err := xray.Do(ctx, "write mail", func(context.Context) (string, error) {
		var text strings.Builder
		err := mailText.Execute(&text, m)
		return text.String(), err
	})
	note(ctx, "mail", text)
	return map[string]int{"bytes": len(text)}, err
}
