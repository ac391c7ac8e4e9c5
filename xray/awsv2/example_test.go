package awsv2_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/rayscope/rayscope/xray/awsv2"
)

// loadConfig stands for config.LoadDefaultConfig.
func loadConfig() aws.Config { return aws.Config{} }

func ExampleInstrument() {
	cfg := loadConfig()
	awsv2.Instrument(&cfg.APIOptions)
	client := sqs.NewFromConfig(cfg)
	_ = client
}

func ExampleWithParameters() {
	instrument := func(cfg *aws.Config, list []byte) error {
		parameters, err := awsv2.ParseParameters(list)
		if err != nil {
			return err
		}
		awsv2.Instrument(&cfg.APIOptions, awsv2.WithParameters(parameters))
		return nil
	}
	cfg := loadConfig()
	err := instrument(&cfg, []byte(`{"services":{"DynamoDB":{"operations":{"GetItem":{"request_parameters":["TableName"]}}}}}`))
	fmt.Println(err)
	// Output: <nil>
}

func ExampleBeginSQSSegment() {
	handle := func(ctx context.Context, m types.Message) error { return nil }
	worker := func(ctx context.Context, client *sqs.Client, queue string) error {
		out, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &queue})
		if err != nil {
			return err
		}
		for _, m := range out.Messages {
			ctx, seg := awsv2.BeginSQSSegment(ctx, "worker", m)
			seg.Close(handle(ctx, m))
		}
		return nil
	}
	_ = worker // what the program calls again and again
}
