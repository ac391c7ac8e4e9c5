// Package filter is the language of filter expressions: which traces does "responsetime > 2 AND user = \"alice\"" mean?
//
// An expression is parsed once and then asked about any number of traces. It can also say what a matching trace has to have
// (Where), so that a store looks a few traces up instead of reading all; those hints leave nothing out that matches, and
// Match has the last word. The package holds values and pure functions; it does no I/O and knows no clock.
package filter
