// Package awsv2 records the calls that a program makes with AWS SDK for Go v2, as subsegments of an X-Ray trace.
//
//	cfg, err := config.LoadDefaultConfig(ctx)
//	awsv2.Instrument(&cfg.APIOptions)
//	client := dynamodb.NewFromConfig(cfg)
//
// Each call whose context has a segment gets a subsegment that is named after the service, "DynamoDB". It shows the operation, the region,
// the ids of the request, how often it was retried, and the parameters that lists name: the table, the queue, the bucket and so on, never
// what is stored in them. Calls carry the trace on: all by their HTTP header, and where a service keeps the trace in a member of
// its own, as Amazon SQS does in each message, there too.
//
// A call is never refused on account of tracing. Without a segment the context-missing strategy is asked, and the call goes out as it is;
// presigned URLs are no calls, and are left alone.
package awsv2
