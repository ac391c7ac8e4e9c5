// Command awsapi is AWS' Go client of the X-Ray API by lines: it reads calls from stdin and writes results to stdout, one
// JSON object a line.
//
//	awsapi ENDPOINT
//
// {"op": "GetTraceSummaries", "args": {...}, "pages": false} is answered by {"pages": [result, ...]}, or by {"error":
// {"type": Go type of the error, "code": ..., "message": ..., "status": ...}}. With pages, the client's own paginator makes the
// calls.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

type request struct {
	Op    string
	Args  json.RawMessage
	Pages bool
}

type answer struct {
	Pages []any    `json:"pages,omitempty"`
	Error *failure `json:"error,omitempty"`
}

type failure struct {
	Type    string `json:"type"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Status  int    `json:"status"`
}

func main() {
	if err := run(os.Args[1], os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(endpoint string, in io.Reader, out io.Writer) error {
	ctx := context.Background()
	// A test wants to see the first answer, not the third. What is tried again is what brought no answer: the client closes
	// the body of a request when the answer begins, and its own connection with it if that comes before the body's end is seen.
	cfg, err := config.LoadDefaultConfig(ctx, config.WithBaseEndpoint(endpoint), config.WithRetryer(func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.Retryables = []retry.IsErrorRetryable{retry.RetryableConnectionError{}}
		})
	}))
	if err != nil {
		return err
	}
	client := xray.NewFromConfig(cfg)
	requests, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var r request
		if err := requests.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var a answer
		if a.Pages, err = call(ctx, client, r); err != nil {
			a = answer{Error: describe(err)}
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

// call finds the operation's method by its name and fills its input from JSON.
func call(ctx context.Context, client *xray.Client, r request) ([]any, error) {
	method := reflect.ValueOf(client).MethodByName(r.Op)
	if !method.IsValid() {
		return nil, fmt.Errorf("the client has no operation %q", r.Op)
	}
	input := reflect.New(method.Type().In(1).Elem())
	if update, ok := input.Interface().(*xray.UpdateIndexingRuleInput); ok {
		if err := readIndexingRule(r.Args, update); err != nil {
			return nil, err
		}
	} else if err := json.Unmarshal(r.Args, input.Interface()); err != nil {
		return nil, err
	}
	if r.Pages {
		return pages(ctx, client, input.Interface())
	}
	results := method.Call([]reflect.Value{reflect.ValueOf(ctx), input})
	if err, failed := results[1].Interface().(error); failed {
		return nil, err
	}
	return []any{results[0].Interface()}, nil
}

// readIndexingRule fills the one input that has a union in it, which the client has as an interface.
func readIndexingRule(args json.RawMessage, input *xray.UpdateIndexingRuleInput) error {
	var in struct {
		Name *string
		Rule struct {
			Probabilistic types.ProbabilisticRuleValueUpdate
		}
	}
	if err := json.Unmarshal(args, &in); err != nil {
		return err
	}
	input.Name, input.Rule = in.Name, &types.IndexingRuleValueUpdateMemberProbabilistic{Value: in.Rule.Probabilistic}
	return nil
}

func pages(ctx context.Context, client *xray.Client, input any) ([]any, error) {
	switch in := input.(type) {
	case *xray.GetTraceSummariesInput:
		return collect(ctx, xray.NewGetTraceSummariesPaginator(client, in))
	case *xray.BatchGetTracesInput:
		return collect(ctx, xray.NewBatchGetTracesPaginator(client, in))
	case *xray.GetServiceGraphInput:
		return collect(ctx, xray.NewGetServiceGraphPaginator(client, in))
	case *xray.GetTraceGraphInput:
		return collect(ctx, xray.NewGetTraceGraphPaginator(client, in))
	case *xray.GetSamplingRulesInput:
		return collect(ctx, xray.NewGetSamplingRulesPaginator(client, in))
	case *xray.GetSamplingStatisticSummariesInput:
		return collect(ctx, xray.NewGetSamplingStatisticSummariesPaginator(client, in))
	case *xray.GetTimeSeriesServiceStatisticsInput:
		return collect(ctx, xray.NewGetTimeSeriesServiceStatisticsPaginator(client, in))
	case *xray.GetGroupsInput:
		return collect(ctx, xray.NewGetGroupsPaginator(client, in))
	case *xray.ListResourcePoliciesInput:
		return collect(ctx, xray.NewListResourcePoliciesPaginator(client, in))
	case *xray.ListTagsForResourceInput:
		return collect(ctx, xray.NewListTagsForResourcePaginator(client, in))
	case *xray.GetInsightEventsInput:
		return collect(ctx, xray.NewGetInsightEventsPaginator(client, in))
	case *xray.GetInsightSummariesInput:
		return collect(ctx, xray.NewGetInsightSummariesPaginator(client, in))
	}
	return nil, fmt.Errorf("no paginator for %T", input)
}

type paginator[O any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*xray.Options)) (O, error)
}

func collect[O any](ctx context.Context, p paginator[O]) (all []any, err error) {
	for p.HasMorePages() {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page)
	}
	return all, nil
}

// describe tells the type that a caller would find with errors.As, and what is in it.
func describe(err error) *failure {
	f := &failure{Type: "error", Message: err.Error()}
	var api smithy.APIError
	if errors.As(err, &api) {
		f.Type, f.Code, f.Message = fmt.Sprintf("%T", api), api.ErrorCode(), api.ErrorMessage()
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		f.Status = response.HTTPStatusCode()
	}
	return f
}
