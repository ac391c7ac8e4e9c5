package main

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// A call is one operation of one service.
type call struct {
	name string // of the segment
	make func(context.Context, aws.Config) error
}

// What is called.
const (
	queue  = "https://sqs.eu-west-1.amazonaws.com/123456789012/work"
	topic  = "arn:aws:sns:eu-west-1:123456789012:news"
	bucket = "pictures"
)

var calls = []call{
	get("orders"),
	get("missing"),   // 400
	get("busy"),      // throttled at the first attempt
	get("exhausted"), // throttled at all of them
	get("shaky"),     // 500 at the first attempt
	get("broken"),    // 500 at all of them
	{"send", func(ctx context.Context, cfg aws.Config) error {
		_, err := sqs.NewFromConfig(cfg).SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(queue), MessageBody: aws.String("hello")})
		return err
	}},
	{"receive", func(ctx context.Context, cfg aws.Config) error {
		_, err := sqs.NewFromConfig(cfg).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: aws.String(queue)})
		return err
	}},
	{"put", func(ctx context.Context, cfg aws.Config) error {
		_, err := pictures(cfg).PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("cat.png"), Body: strings.NewReader("meow")})
		return err
	}},
	{"head", func(ctx context.Context, cfg aws.Config) error { // 404
		_, err := pictures(cfg).HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("dog.png")})
		return err
	}},
	{"publish", func(ctx context.Context, cfg aws.Config) error {
		_, err := sns.NewFromConfig(cfg).Publish(ctx, &sns.PublishInput{TopicArn: aws.String(topic), Message: aws.String("hello")})
		return err
	}},
	{"invoke", func(ctx context.Context, cfg aws.Config) error {
		_, err := lambda.NewFromConfig(cfg).Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("price")})
		return err
	}},
	{"sign", func(ctx context.Context, cfg aws.Config) error {
		_, err := s3.NewPresignClient(pictures(cfg)).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("cat.png")})
		return err
	}},
	{"cancelled", func(ctx context.Context, cfg aws.Config) error {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return get("orders").make(ctx, cfg)
	}},
	{"quiet", get("orders").make},
}

// get reads an item of a table; how that ends depends on the table.
func get(table string) call {
	return call{table, func(ctx context.Context, cfg aws.Config) error {
		_, err := dynamodb.NewFromConfig(cfg).GetItem(ctx, &dynamodb.GetItemInput{
			TableName: aws.String(table), Key: map[string]dynamotypes.AttributeValue{"id": &dynamotypes.AttributeValueMemberS{Value: "7"}},
		})
		return err
	}}
}

func pictures(cfg aws.Config) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
}
