// Package storetest is the suite that every engine of the store passes: the contract of package store as tests.
//
// An engine's test calls Run with a function that opens an empty store. A case that an engine cannot pass is left out by
// name, with the reason, so that a new engine gets every case unless it says why not.
package storetest

import (
	"context"
	"testing"

	"github.com/rayscope/rayscope/internal/store"
)

// Options of a run.
type Options struct {
	// Skip maps the names of cases that the engine cannot pass to the reason.
	Skip map[string]string

	// Operations is the length of the comparison with the model. Default 3,000.
	Operations int

	// Seed begins the randomness of the comparison with the model. Default: a new one each time, which is printed.
	Seed uint64
}

// A testCase is one promise of the contract.
type testCase struct {
	name string
	says string // what is promised
	run  func(*fixture)
}

var cases = []testCase{
	{"append-visible", "what Append returned nil for is in every read that begins afterwards", appendVisible},
	{"append-many", "an Append of any size is kept whole", appendMany},
	{"append-long", "documents of any length that is taken in come back as they were", appendLong},
	{"append-nothing", "an Append of no records succeeds", appendNothing},
	{"append-owns-nothing", "the bytes of records belong to the caller again after Append", appendOwnsNothing},
	{"append-empty-bytes", "a record without digest and document is a row", appendEmptyBytes},
	{"append-cancelled", "an Append with a done context fails and keeps nothing", appendCancelled},
	{"first-received-wins", "of rows with one identity the first received is read, in whatever order they come", firstReceivedWins},
	{"in-progress-kept", "an in-progress row is kept beside the completed one, and comes behind it", inProgressKept},
	{"rows-in-order", "rows come in the order of segment ids", rowsInOrder},
	{"accounts-apart", "accounts do not see each other", accountsApart},
	{"newest-first", "homes descend, ids ascend within a home", newestFirst},
	{"trace-whole", "a trace in the window comes with its rows outside of it", traceWhole},
	{"window-start", "windows on the start of traces are half-open", windowOn(store.ByStart)},
	{"window-received", "windows on the receipt of documents are half-open", windowOn(store.ByReceived)},
	{"window-end", "windows on the end of documents are half-open", windowOn(store.ByEnd)},
	{"window-empty", "an empty window has no traces", windowEmpty},
	{"reach-start", "a trace is found by a start far from its home", reach(store.ByStart)},
	{"reach-received", "a trace is found by a receipt far from its home", reach(store.ByReceived)},
	{"reach-end", "a trace is found by an end far from its home", reach(store.ByEnd)},
	{"reach-once", "a trace with instants in many slots of the window comes once, in its place", reachOnce},
	{"reach-many", "more far traces than a slot is read ahead by come all, in order", reachMany},
	{"random-ids", "rows of an id that carries no time lie together", randomIDs},
	{"implausible-ids", "ids of long ago and of the future are filed by start or receipt", implausibleIDs},
	{"two-homes", "reads by id return all rows of a trace whose id ceased to be plausible", twoHomes},
	{"position", "a scan goes on exactly behind a position", position},
	{"position-while-writing", "pages neither repeat nor lose a trace while others are written", positionWhileWriting},
	{"ids-asked", "reads by id keep the order asked and pass over unknown ids", idsAsked},
	{"documents", "Documents yields documents, Digests digests", documents},
	{"truncated", "a trace with too many rows is cut and says so, and the next one comes", truncated},
	{"scan-cancelled", "a sequence ends with the context's error", scanCancelled},
	{"break", "a sequence can be left early", leaveEarly},
	{"trim", "Trim removes older traces and keeps younger ones, wherever they are looked for", trim},
	{"trim-random-ids", "Trim removes traces without time in their ids, and they may come again", trimRandomIDs},
	{"trim-again", "a record that was removed may be appended again", trimAgain},
	{"trim-boundary", "Trim keeps the home that begins at the given time", trimBoundary},
	{"trim-misdated", "Trim keeps a trace of now with a start of long ago, and finds it by that", trimMisdated},
	{"seal", "a minute is sealed with the parts of all its traces", sealListed},
	{"seal-broken", "a record breaks the seal of its minute", sealBroken},
	{"seal-unsettled", "a minute that gets a record while it is sealed is not sealed", sealUnsettled},
	{"seal-trimmed", "no seal outlives its traces, and the minute that a removal cuts in two loses its seal", sealTrimmed},
	{"seal-failed", "errors of derive are returned as they are, and nothing is sealed", sealFailed},
	{"parts", "parts come by minute and key, as they were when the sequence began", partsInOrder},
	{"parts-refused", "parts with too long or equal keys are refused", partsRefused},
	{"groups-carried", "groups that were noted at an earlier seal stay noted", groupsCarried},
	{"where", "a scan finds the traces that satisfy every clause, in sealed minutes and in others", selectWhere},
	{"where-many", "facts are found among many, and from any position on", selectMany},
	{"skip", "minutes that are skipped do not come", selectSkip},
	{"unsealed", "Unsealed lists the newest minutes up to the last, and when they were touched", unsealedBounds},
	{"accounts", "Accounts lists the accounts that have traces", accountsListed},
	{"concurrent", "appends, scans, reads and trims go on at once", concurrent},
	{"concurrent-seals", "what Append returned nil for is never hidden by a seal", sealConcurrent},
	{"concurrent-new-trace", "concurrent first records of a random id get one home", concurrentNewTrace},
	{"settings", "Settings lists an account's settings with a prefix, by key", settingsListed},
	{"settings-revised", "every change of an account's settings has the next revision", settingsRevised},
	{"settings-conflict", "changes are made all or none, and only to what they expect", settingsConflict},
	{"settings-bounds", "settings are as long as they may be, and no longer", settingsBounds},
	{"settings-concurrent", "of concurrent changes of one revision one is made", settingsConcurrent},
	{"stats", "Stats answers", stats},
	{"closed", "a closed store says so, and Close may be called again", closed},
	{"model", "random operations give what a naive model gives", model},
}

// Run runs every case on a store of its own, which open returns empty and Run closes.
func Run(t *testing.T, open func(t *testing.T) store.Store, o Options) {
	if o.Operations == 0 {
		o.Operations = 3000
	}
	known := map[string]bool{}
	for _, c := range cases {
		known[c.name] = true
		t.Run(c.name, func(t *testing.T) {
			if why, ok := o.Skip[c.name]; ok {
				t.Skipf("the engine does not promise that %s: %s", c.says, why)
			}
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			c.run(&fixture{T: t, store: s, options: o, ctx: context.Background()})
			if t.Failed() {
				t.Logf("the promise: %s", c.says)
			}
		})
	}
	for name := range o.Skip {
		if !known[name] {
			t.Errorf("there is no case %q to skip", name)
		}
	}
}
