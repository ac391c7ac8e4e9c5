// Package trace puts the documents of one trace id together: the tree of its entities, which segment called which, what
// is missing, the summary that lists and filters read, and the root causes of failures and of slowness.
//
// A trace is assembled when it is read, from the digests of its documents in any order: nothing is kept, so nothing needs
// repair when a late document arrives. The package holds values and pure functions; it does no I/O and knows no clock.
package trace
