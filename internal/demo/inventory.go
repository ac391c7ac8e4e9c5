package demo

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/rayscope/rayscope/internal/demo/stock"
	"github.com/rayscope/rayscope/xray"
	xraygrpc "github.com/rayscope/rayscope/xray/grpc"
)

// The releases of inventory: the second is out while badRelease lasts.
const (
	goodRelease = "2.4.0"
	nextRelease = "2.4.1"
)

// dialInventory returns a connection whose calls are traced.
func dialInventory(n network) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///"+host("inventory"),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(n.dialTarget),
		grpc.WithUnaryInterceptor(xraygrpc.UnaryClientInterceptor()))
}

// An inventory is the service of that name, which speaks gRPC.
type inventory struct {
	stock.UnimplementedStockServer
	*env
}

func serveInventory(ctx context.Context, e *env, l net.Listener) error {
	v := &inventory{env: e}
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(
		xraygrpc.UnaryServerInterceptor(xraygrpc.WithSegmentNamer(xray.NewFixedSegmentNamer(e.name))),
		v.identifyCall))
	stock.RegisterStockServer(server, v)
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		force := time.AfterFunc(drainTime, server.Stop)
		defer force.Stop()
		server.GracefulStop()
	})
	err := server.Serve(l)
	if !stop() {
		<-stopped
	}
	return err
}

// identifyCall is identify for gRPC, and turns errors into statuses.
func (v *inventory) identifyCall(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	var c caller
	if baggage := metadata.ValueFromIncomingContext(ctx, baggageKey); len(baggage) > 0 {
		c = parseBaggage(baggage[0])
	}
	ctx = onBehalf(ctx, c, v.release())
	annotate(ctx, "version", v.release()) // to search by, while two releases are compared
	answer, err := handle(ctx, req)
	switch {
	case err == nil:
		return answer, nil
	case errors.Is(err, sql.ErrNoRows):
		return nil, status.Error(codes.NotFound, "there is no such product")
	case errors.Is(err, context.Canceled):
		return nil, status.Error(codes.Canceled, "the caller did not wait")
	case locked(err):
		return nil, status.Error(codes.Unavailable, err.Error())
	case status.Code(err) == codes.Unknown:
		return nil, status.Error(codes.Internal, err.Error())
	}
	return nil, err
}

// release is the version that is out now.
func (v *inventory) release() string {
	if v.suffers(badRelease) {
		return nextRelease
	}
	return goodRelease
}

func (v *inventory) Find(ctx context.Context, r *stock.FindRequest) (*stock.Product, error) {
	p := &stock.Product{Id: r.Product}
	var list, offer sql.NullInt64
	err := v.db.QueryRowContext(ctx,
		`SELECT p.name, c.name, p.list_cents, c.offer_cents FROM products p JOIN categories c ON c.id = p.category_id WHERE p.id = ?`,
		r.Product).Scan(&p.Name, &p.Category, &list, &offer)
	if err != nil {
		return nil, err
	}
	p.Cents, err = v.price(ctx, r.Product, list, offer)
	return p, err
}

var errNoPrice = errors.New("the product has no list price")

// price is the list price, or without one the offer of the category. Release 2.4.1 forgot the latter.
func (v *inventory) price(ctx context.Context, product int64, list, offer sql.NullInt64) (int64, error) {
	return xray.Do(ctx, "price", func(ctx context.Context) (int64, error) {
		annotate(ctx, "on_offer", !list.Valid)
		switch {
		case list.Valid:
			return list.Int64, nil
		case v.release() == nextRelease:
			return 0, fmt.Errorf("price product %d: %w", product, errNoPrice)
		}
		return offer.Int64, nil
	})
}

// searchLimit is how many products an answer to a search has.
const searchLimit = 20

func (v *inventory) Search(ctx context.Context, r *stock.SearchRequest) (*stock.SearchReply, error) {
	rows, err := v.db.QueryContext(ctx,
		`SELECT p.id, p.name, c.name, coalesce(p.list_cents, c.offer_cents) FROM products p JOIN categories c ON c.id = p.category_id
		WHERE p.name LIKE '%' || ? || '%' ORDER BY p.name, p.id LIMIT ?`, r.Word, searchLimit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	reply := &stock.SearchReply{}
	for rows.Next() {
		p := &stock.Product{}
		if err := rows.Scan(&p.Id, &p.Name, &p.Category, &p.Cents); err != nil {
			return nil, err
		}
		reply.Products = append(reply.Products, p)
	}
	annotate(ctx, "hits", len(reply.Products))
	return reply, rows.Err()
}

func (v *inventory) Count(ctx context.Context, r *stock.FindRequest) (*stock.CountReply, error) {
	reply := &stock.CountReply{}
	return reply, v.db.QueryRowContext(ctx, `SELECT coalesce(sum(pieces), 0) FROM stock WHERE product_id = ?`, r.Product).Scan(&reply.Pieces)
}

// Reserve takes all lines in one transaction.
func (v *inventory) Reserve(ctx context.Context, r *stock.ReserveRequest) (*stock.ReserveReply, error) {
	reply := &stock.ReserveReply{}
	for _, l := range r.Lines {
		p, err := v.Find(ctx, &stock.FindRequest{Product: l.Product})
		if err != nil {
			return nil, err
		}
		reply.Cents += p.Cents * l.Pieces
	}
	return reply, v.transaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, l := range r.Lines {
			if err := takeLine(ctx, tx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// takeLine takes the pieces of a line from one warehouse that has them.
func takeLine(ctx context.Context, tx *sql.Tx, l *stock.Line) error {
	result, err := tx.ExecContext(ctx, `UPDATE stock SET pieces = pieces - ? WHERE product_id = ?
		AND warehouse = (SELECT warehouse FROM stock WHERE product_id = ? AND pieces >= ? ORDER BY pieces DESC LIMIT 1)`, l.Pieces, l.Product, l.Product, l.Pieces)
	if err != nil {
		return err
	}
	switch n, err := result.RowsAffected(); {
	case err != nil:
		return err
	case n == 0:
		return status.Errorf(codes.FailedPrecondition, "product %d is sold out", l.Product)
	}
	return nil
}

// transaction commits what f did, if that went well. It is a part of its own in the trace, as it may have to wait for the lock.
func (e *env) transaction(ctx context.Context, f func(ctx context.Context, tx *sql.Tx) error) error {
	return xray.Capture(ctx, "transaction", func(ctx context.Context) error {
		tx, err := e.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() // nothing after Commit
		if err := f(ctx, tx); err != nil {
			return err
		}
		return tx.Commit()
	})
}

// countTime is how long it takes to count the shelves of a warehouse.
const countTime = 700 * time.Millisecond

// Recount counts the warehouses one after the other, and fills them up. It makes a mistake that is seen a lot: a transaction stays open,
// and keeps its lock, while something slow is done that is none of the database's business.
func (v *inventory) Recount(ctx context.Context, _ *stock.RecountRequest) (*stock.CountReply, error) {
	reply := &stock.CountReply{}
	return reply, v.transaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, warehouse := range warehouses {
			if _, err := tx.ExecContext(ctx, `UPDATE stock SET pieces = max(pieces, 500) WHERE warehouse = ? AND pieces > 0`, warehouse); err != nil {
				return err
			}
			if err := xray.Capture(ctx, "count shelves", func(ctx context.Context) error { return wait(ctx, countTime) }); err != nil {
				return err
			}
		}
		return tx.QueryRowContext(ctx, `SELECT sum(pieces) FROM stock`).Scan(&reply.Pieces)
	})
}
