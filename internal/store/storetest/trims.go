package storetest

import (
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
)

func trim(f *fixture) {
	// Each trace has a far end, so that each has activity too; one pair has its far ends in one slot.
	at := map[string]segment.Time{"older": noon - 3*hour, "old": noon - 2*hour, "young": noon - hour, "new": noon}
	ids := map[string]segment.TraceID{}
	for name, t := range at {
		r := record(sdkID(t, uint64(len(ids))), 1, t)
		r.End = noon + 5*hour
		other := filled(r)
		other.Account = bob
		f.append(filled(r), filled(other))
		ids[name] = r.Trace
	}
	f.trim(noon - hour)
	f.trim(noon - hour)
	far := store.Window{Axis: store.ByEnd, From: noon + 4*hour, To: noon + 6*hour}
	for _, a := range []store.Account{alice, bob} {
		f.want("Digests", f.digests(a, ids["older"], ids["old"], ids["young"], ids["new"]), ids["young"], ids["new"])
		f.want("Documents", f.collect(f.store.Documents(f.ctx, a, ids["older"], ids["young"])), ids["young"])
		f.want("Scan", f.scan(a, store.Window{From: noon - 4*hour, To: noon + hour}, nil), ids["new"], ids["young"])
		f.want("Scan of far ends", f.scan(a, far, nil), ids["new"], ids["young"])
	}
	f.trim(noon + day)
	f.want("Digests of nothing", f.digests(alice, ids["young"], ids["new"]))
	f.want("Scan of nothing", f.scan(bob, far, nil))
	// Nothing is left that a new trace could be mistaken for.
	f.append(record(ids["old"], 9, noon-2*hour))
	f.want("Scan of far ends", f.scan(alice, far, nil))
}

func trimRandomIDs(f *fixture) {
	old, young := randomID(1), randomID(2)
	f.append(record(old, 1, noon), record(young, 1, noon+30*day))
	f.trim(noon + 29*day)
	f.want("Digests", f.digests(alice, old, young), young)
	// The same id again is a new trace, at the time of now.
	at := noon + 31*day
	f.append(record(old, 2, at))
	got := f.digests(alice, old)
	f.want("Digests", got, old)
	if len(got) == 1 && (len(got[0].Rows) != 1 || got[0].Home != store.Home(at.Floor())) {
		f.Errorf("got %v, want one row at home %d", got[0], at.Floor())
	}
	// Of a young trace, the next documents still come to it.
	f.append(record(young, 2, at))
	if got := f.digests(alice, young); len(got) != 1 || len(got[0].Rows) != 2 {
		f.Errorf("got %v, want one trace of 2 rows", got)
	}
}

func trimAgain(f *fixture) {
	r := record(sdkID(noon, 1), 1, noon)
	f.append(r)
	f.trim(noon + hour)
	f.want("removed", f.digests(alice, r.Trace))
	f.append(r)
	f.want("again", f.digests(alice, r.Trace), r.Trace)
}

func trimBoundary(f *fixture) {
	before, at := sdkID(noon-second, 1), sdkID(noon, 2)
	f.append(record(before, 1, noon-second), record(at, 1, noon))
	f.trim(noon - second)
	f.want("at the older home", f.digests(alice, before, at), before, at)
	f.trim(noon)
	f.want("at the younger home", f.digests(alice, before, at), at)
	f.trim(noon + 1) // its second began before
	f.want("in the younger home", f.digests(alice, before, at))
	f.trim(0)
	f.trim(-hour)
}

func trimMisdated(f *fixture) {
	r := record(randomID(1), 1, noon-60*day)
	r.Received = noon
	f.append(filled(r))
	f.trim(noon - 30*day)
	f.want("Digests", f.digests(alice, r.Trace), r.Trace)
	f.want("Scan", f.scan(alice, around(store.ByStart, r.Start), nil), r.Trace)
}
