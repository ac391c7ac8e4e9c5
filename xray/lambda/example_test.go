package lambda_test

import (
	"context"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"

	"github.com/rayscope/rayscope/xray"
	"github.com/rayscope/rayscope/xray/lambda"
)

func Example() {
	handle := func(ctx context.Context, event events.SQSEvent) error {
		for _, m := range event.Records {
			err := xray.Capture(ctx, "message", func(ctx context.Context) error {
				if err := lambda.LinkSenders(ctx, m); err != nil {
					slog.WarnContext(ctx, "the message's trace is not linked", "error", err)
				}
				return work(ctx, m.Body)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	_ = handle // what the program gives to lambda.Start
}

func work(context.Context, string) error { return nil }
