package awsv2

import (
	"slices"

	"github.com/aws/smithy-go/middleware"
)

// AWSV2Instrumentor is Instrument without options, by the name that it has in aws-xray-sdk-go.
func AWSV2Instrumentor(apiOptions *[]func(*middleware.Stack) error) { Instrument(apiOptions) }

// Instrument records the calls of all clients that are made with apiOptions: those of an aws.Config, or of one client's Options. Where
// calls are instrumented already it changes nothing.
func Instrument(apiOptions *[]func(*middleware.Stack) error, options ...Option) {
	i := &instrumentor{own: builtIn()}
	for _, o := range options {
		o.apply(i)
	}
	// Clipped, so that copies of one config do not write into each other's options.
	*apiOptions = append(slices.Clip(*apiOptions), i.install)
}

// An Option changes what Instrument does.
type Option interface{ apply(*instrumentor) }

type optionFunc func(*instrumentor)

func (f optionFunc) apply(i *instrumentor) { f(i) }

// WithParameters adds a list of parameters to record, or takes away from those that are: for an operation that p names, what p says
// counts instead of the built-in list. Of several lists with the same operation the last one counts.
func WithParameters(p *Parameters) Option {
	return optionFunc(func(i *instrumentor) { i.own = i.own.with(p) })
}

// An instrumentor is what the options of one Instrument have made.
type instrumentor struct{ own *Parameters }

// What a stack that only signs a URL has in it. Nothing is called then.
var presigning = []string{"PresignHTTPRequest", "PresignPostRequestMiddleware"}

// install adds the middlewares to the stack of one call.
func (i *instrumentor) install(stack *middleware.Stack) error {
	if _, twice := stack.Initialize.Get(recorderID); twice {
		return nil
	}
	for _, id := range presigning {
		if _, ok := stack.Finalize.Get(id); ok {
			return nil
		}
	}
	// Last of all, so that the input is what other middlewares have made of it.
	if err := stack.Initialize.Add((*recorder)(i), middleware.After); err != nil {
		return err
	}
	// First of all, which is around what the others do with one attempt's answer.
	return stack.Deserialize.Add(attempts{}, middleware.Before)
}
