package api

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/analysis"
	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/store"
)

const (
	// completeFrom is how many of the newest traces values are taken from: a tenth of a second's work, as somebody is typing.
	completeFrom = 5000

	defaultCompletions = 50
	maxCompletions     = 500
)

func (a *API) complete(ctx context.Context, in *rayapi.CompleteRequest) (any, error) {
	w, err := window(store.ByStart, in.StartTime, in.EndTime, maxSummaryWindow)
	if err != nil {
		return nil, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = defaultCompletions
	}
	if limit < 0 || limit > maxCompletions {
		return nil, invalid("Limit is %d, it must be from 1 to %d, or 0 for %d.", in.Limit, maxCompletions, defaultCompletions)
	}
	at, err := cursorOf(in)
	if err != nil {
		return nil, err
	}
	x := filter.Expect(in.Expression[:at])
	c := completion{x: x, out: rayapi.CompleteResponse{
		From: utf8.RuneCountInString(in.Expression[:x.From]), To: utf8.RuneCountInString(in.Expression[:at+restOfWord(in.Expression, x.From, at)]),
		Exact: true, Error: expressionError(in.Expression),
	}}
	if err := a.addValues(ctx, w, &c); err != nil {
		return nil, err
	}
	c.addWords()
	c.out.Items = append(append(append([]rayapi.CompletionItem{}, c.first...), c.words...), c.second...)
	c.out.Items = c.out.Items[:min(limit, len(c.out.Items))]
	return c.out, nil
}

// cursorOf is the byte at which the cursor stands.
func cursorOf(in *rayapi.CompleteRequest) (int, error) {
	n := utf8.RuneCountInString(in.Expression)
	if in.Position == nil {
		return len(in.Expression), nil
	}
	if *in.Position < 0 || *in.Position > n {
		return 0, invalid("Position is %d, it must be from 0 to the %d characters of Expression.", *in.Position, n)
	}
	at := 0
	for range *in.Position {
		_, size := utf8.DecodeRuneInString(in.Expression[at:])
		at += size
	}
	return at, nil
}

// restOfWord is how many bytes behind the cursor belong to the word that begins at from: the end of a name, or of a string that
// is closed before the next space.
func restOfWord(s string, from, at int) int {
	rest := s[at:]
	if from < at && s[from] == '"' {
		if i := strings.IndexAny(rest, "\" \t\r\n"); i >= 0 && rest[i] == '"' {
			return i + 1
		}
		return 0
	}
	n := 0
	for from < at && n < len(rest) && (rest[n] == '_' || rest[n] == '.' || rest[n] >= '0' && rest[n] <= '9' || rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z') {
		n++
	}
	return n
}

// expressionError is what is wrong with the whole of it.
func expressionError(s string) *rayapi.ExpressionError {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	_, err := filter.Parse(s)
	var e *filter.Error
	if !errors.As(err, &e) {
		return nil
	}
	return &rayapi.ExpressionError{Column: e.Column, Message: e.Message}
}

// A completion collects items: first what begins as is written, then words, then what contains what is written.
type completion struct {
	x                    filter.Expectation
	out                  rayapi.CompleteResponse
	first, words, second []rayapi.CompletionItem
}

// offer takes an item whose name, or text, fits what is written.
func (c *completion) offer(kind, name, text string, count *int64) {
	written := strings.ToLower(c.x.Written)
	item := rayapi.CompletionItem{Text: text, Kind: kind, Count: count}
	name, text = strings.ToLower(name), strings.ToLower(text)
	switch {
	case strings.HasPrefix(name, written), strings.HasPrefix(text, written):
		c.first = append(c.first, item)
	case strings.Contains(name, written), strings.Contains(text, written):
		c.second = append(c.second, item)
	}
}

func (c *completion) addWords() {
	for _, w := range c.x.Words {
		kind := "operator"
		switch {
		case w == "true" || w == "false":
			kind = "value"
		case w[0] >= 'a' && w[0] <= 'z':
			kind = "keyword"
		}
		if strings.HasPrefix(strings.ToLower(w), strings.ToLower(c.x.Written)) {
			c.words = append(c.words, rayapi.CompletionItem{Text: w, Kind: kind})
		}
	}
}

// addValues offers names and values of the newest traces, or of the settings.
func (a *API) addValues(ctx context.Context, w store.Window, c *completion) error {
	switch c.x.Source {
	case filter.NoSource:
		return nil
	case filter.Groups:
		groups, err := a.Settings.Groups(ctx, a.Account)
		for _, g := range groups {
			c.offer("group", g.Name, filter.Quote(g.Name), nil)
		}
		return err
	}
	attribute := c.x.Attribute
	switch c.x.Source {
	case filter.Services:
		attribute = "service"
	case filter.Keys, filter.BareKeys:
		attribute = "annotation.*"
	}
	// A key with a star for a name would be all keys.
	if c.x.Source == filter.Values && attribute == "annotation.*" {
		return nil
	}
	plan, err := analysis.Plan{From: w.From, To: w.To, Views: rayapi.Views{Tables: []rayapi.TableView{{Attribute: attribute, Limit: maxCompletions}}}}.Complete()
	if err != nil {
		return invalid("%v.", err)
	}
	got, err := a.Query.Analyze(ctx, query.AnalyzeQuery{Account: a.Account, Window: w, Plan: plan, Most: completeFrom})
	if err != nil {
		return err
	}
	c.out.TracesSeen, c.out.Exact = int64(got.Seen), got.Exact
	for _, t := range got.Result().Tables {
		c.addTable(&t)
	}
	return nil
}

func (c *completion) addTable(t *rayapi.Table) {
	key := strings.TrimPrefix(t.Attribute, "annotation.")
	switch c.x.Source {
	case filter.Keys:
		c.offer("key", key, analysis.AnnotationTerm(key), &t.Traces)
		return
	case filter.BareKeys:
		c.offer("key", key, filter.Quote(key), &t.Traces)
		return
	}
	kind := "value"
	if c.x.Source == filter.Services {
		kind = "service"
	}
	for _, r := range t.Rows {
		name, text := literals(r.Value)
		c.offer(kind, name, text, &r.A.Count)
	}
}

// literals are a value for people and as expressions have it.
func literals(v *rayapi.Value) (name, text string) {
	switch {
	case v.String != nil:
		return *v.String, filter.Quote(*v.String)
	case v.Number != nil:
		n := strconv.FormatFloat(*v.Number, 'g', -1, 64)
		return n, n
	}
	b := strconv.FormatBool(*v.Boolean)
	return b, b
}
