// Package segment knows the X-Ray segment document: what may be in one, what is refused and why, and its digest.
//
// A document is one JSON object: a segment, or an independent subsegment, with nested subsegments to any depth. Parse
// goes once over its bytes, validates it and fills a Digest: all that trace summaries, filters, the service map and root
// causes need to know, and nothing else. Metadata, SQL text and stack frames stay in the document.
//
// The package holds values and pure functions. It does no I/O and knows no clock.
package segment
