package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/awsv2"
)

// A worker is the service order-worker: it ships what was paid for.
type worker struct {
	*env
	queue *sqs.Client
}

// retryPause is how long the worker waits when the queue is away.
const retryPause = time.Second

// serveWorker takes messages until the context is done. Nobody calls the worker, so it has no listener.
func serveWorker(ctx context.Context, e *env, _ net.Listener) error {
	w := &worker{e, openQueue(e.net)}
	for ctx.Err() == nil {
		received, err := w.queue.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl:                    aws.String(queueURL),
			MessageAttributeNames:       []string{baggageKey},
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
			WaitTimeSeconds:             20,
			VisibilityTimeout:           10,
		})
		switch {
		case err == nil:
			w.handle(context.WithoutCancel(ctx), received.Messages) // what was begun is finished
		case ctx.Err() == nil:
			e.log.Warn("demo shop: order-worker cannot receive", "err", err)
			_ = wait(ctx, retryPause) // the loop sees when it ends early
		}
	}
	return nil
}

func (w *worker) handle(ctx context.Context, messages []types.Message) {
	for _, m := range messages {
		ctx, seg := awsv2.BeginSQSSegment(ctx, w.name, m)
		seg.Close(w.ship(ctx, m))
	}
}

// ship handles a message. When that fails the queue hands the message out again later.
func (w *worker) ship(ctx context.Context, m types.Message) error {
	ctx = onBehalf(ctx, parseBaggage(aws.ToString(m.MessageAttributes[baggageKey].StringValue)), w.version)
	noteDelivery(ctx, m.Attributes)
	var p placed
	if err := json.Unmarshal([]byte(aws.ToString(m.Body)), &p); err != nil {
		return fmt.Errorf("read message %s: %w", aws.ToString(m.MessageId), err)
	}
	annotate(ctx, "order_id", p.Order)
	if err := w.book(ctx, p); err != nil {
		return fmt.Errorf("book shipment of order %d: %w", p.Order, err)
	}
	mails := fmt.Sprintf("http://%s/v1/orders/%d/mails", host("notifications"), p.Order)
	if err := ask(ctx, w.http, http.MethodPost, mails, nil, nil); err != nil {
		return fmt.Errorf("notify of order %d: %w", p.Order, err)
	}
	return w.forget(ctx, m.ReceiptHandle)
}

// noteDelivery notes how the message came: how long it waited, and whether it was handed out before.
func noteDelivery(ctx context.Context, attributes map[string]string) {
	if ms, err := strconv.ParseInt(attributes["SentTimestamp"], 10, 64); err == nil {
		annotate(ctx, "queue_wait_ms", time.Since(time.UnixMilli(ms)).Milliseconds())
	}
	if n, err := strconv.Atoi(attributes["ApproximateReceiveCount"]); err == nil {
		annotate(ctx, "delivery", n)
	}
}

var carriers = []string{"swift", "post", "bicycle"}

// keptOrders is how many orders the shop remembers; archiveEvery, after how many the older ones are removed.
const (
	keptOrders   = 20_000
	archiveEvery = 500
)

// book writes the shipment. The same message may come twice.
func (w *worker) book(ctx context.Context, p placed) error {
	carrier, days := carriers[rand.IntN(len(carriers))], 4
	if p.Express {
		carrier, days = "swift", 1
	}
	annotate(ctx, "carrier", carrier)
	if _, err := w.db.ExecContext(ctx, `INSERT INTO shipments (order_id, carrier, eta_days) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, p.Order, carrier, days); err != nil {
		return err
	}
	if _, err := w.db.ExecContext(ctx, `UPDATE orders SET state = 'shipped' WHERE id = ?`, p.Order); err != nil {
		return err
	}
	if p.Order%archiveEvery != 0 {
		return nil
	}
	_, err := w.db.ExecContext(ctx, `DELETE FROM orders WHERE id >= ? AND id <= ?`, firstOrder+orderCount, p.Order-keptOrders)
	return err
}

// forget deletes the message. That is not recorded: the map would show the queue twice, as who calls the worker and as who is called by it.
func (w *worker) forget(ctx context.Context, handle *string) error {
	ctx, sub := xray.BeginSubsegmentWithoutSampling(ctx, "delete")
	_, err := w.queue.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: aws.String(queueURL), ReceiptHandle: handle})
	sub.Close(err)
	return err
}
