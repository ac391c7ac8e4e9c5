package demo

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/rayscope/rayscope/internal/demo/stock"
	"github.com/rayscope/rayscope/xray/awsv2"
)

// A counter is the service orders: it takes orders, and says what became of them.
type counter struct {
	*env
	stock stock.StockClient
	queue *sqs.Client
}

func serveOrders(ctx context.Context, e *env, l net.Listener) error {
	conn, err := dialInventory(e.net)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := &counter{e, stock.NewStockClient(conn), openQueue(e.net)}
	mux := http.NewServeMux()
	mux.Handle("POST /v2/orders", endpoint(c.place))
	mux.Handle("GET /v2/orders/{id}", endpoint(c.status))
	mux.Handle("GET /v2/reports/revenue", endpoint(c.report))
	return serveHTTP(ctx, e, l, mux)
}

// openQueue returns a client of the queue whose calls are traced. The queue does not look at credentials, but the client wants some.
func openQueue(n network) *sqs.Client {
	cfg := aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: aws.String("http://" + queueHost),
		Credentials:  credentials.NewStaticCredentialsProvider("shop", "shop", ""),
		HTTPClient:   &http.Client{Transport: n.transport()},
	}
	awsv2.Instrument(&cfg.APIOptions)
	return sqs.NewFromConfig(cfg)
}

// place reserves, charges, writes down, and tells the worker.
func (c *counter) place(r *http.Request) (any, error) {
	ctx := r.Context()
	var o order
	if err := decode(r, &o); err != nil {
		return nil, err
	}
	annotate(ctx, "items", len(o.Lines))
	annotate(ctx, "express", o.Express)
	note(ctx, "cart", o)
	reserved, err := c.stock.Reserve(outgoing(ctx), o.reservation())
	if err != nil {
		return nil, fmt.Errorf("reserve: %w", err)
	}
	annotate(ctx, "order_value", float64(reserved.Cents)/100)
	if err := ask(ctx, c.http, http.MethodPost, "http://"+host("payments")+"/v1/charges", charge{reserved.Cents}, nil); err != nil {
		return nil, fmt.Errorf("charge: %w", err)
	}
	id, err := c.insert(ctx, o, reserved.Cents)
	if err != nil {
		return nil, fmt.Errorf("write the order down: %w", err)
	}
	annotate(ctx, "order_id", id)
	return map[string]int64{"order": id}, c.tell(ctx, placed{id, o.Express})
}

func (o *order) reservation() *stock.ReserveRequest {
	r := &stock.ReserveRequest{}
	for _, l := range o.Lines {
		r.Lines = append(r.Lines, &stock.Line{Product: l.Product, Pieces: l.Pieces})
	}
	return r
}

func (c *counter) insert(ctx context.Context, o order, cents int64) (id int64, err error) {
	who := callerOf(ctx)
	result, err := c.db.ExecContext(ctx, `INSERT INTO orders (user_id, tenant, cents, items, express, state) VALUES (?, ?, ?, ?, ?, 'paid')`,
		userID(who.User), who.Tenant, cents, len(o.Lines), o.Express)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// placed is the message to the worker.
type placed struct {
	Order   int64
	Express bool
}

func (c *counter) tell(ctx context.Context, p placed) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = c.queue.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl:          aws.String(queueURL),
		MessageBody:       aws.String(string(body)),
		MessageAttributes: map[string]types.MessageAttributeValue{baggageKey: {DataType: aws.String("String"), StringValue: aws.String(callerOf(ctx).baggage())}},
	})
	return err
}

func (c *counter) status(r *http.Request) (any, error) {
	id, err := number(r, "id")
	if err != nil {
		return nil, err
	}
	var o struct {
		State   string
		Cents   int64
		Carrier sql.NullString
		ETA     sql.NullInt64
	}
	err = c.db.QueryRowContext(r.Context(),
		`SELECT o.state, o.cents, s.carrier, s.eta_days FROM orders o LEFT JOIN shipments s ON s.order_id = o.id WHERE o.id = ?`, id).
		Scan(&o.State, &o.Cents, &o.Carrier, &o.ETA)
	return o, err
}

// revenue is a line of the report.
type revenue struct {
	Tenant, Plan string
	Orders       int
	Cents        int64
	Express      float64 // share
}

func (c *counter) report(r *http.Request) (any, error) {
	rows, err := c.db.QueryContext(r.Context(),
		`SELECT t.name, t.plan, count(*), sum(o.cents), avg(o.express) FROM orders o JOIN tenants t ON t.name = o.tenant
		LEFT JOIN shipments s ON s.order_id = o.id GROUP BY t.name ORDER BY sum(o.cents) DESC`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var report []revenue
	for rows.Next() {
		var v revenue
		if err := rows.Scan(&v.Tenant, &v.Plan, &v.Orders, &v.Cents, &v.Express); err != nil {
			return nil, err
		}
		report = append(report, v)
	}
	note(r.Context(), "report", report)
	return report, rows.Err()
}
