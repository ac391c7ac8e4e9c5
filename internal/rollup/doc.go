// Package rollup seals minutes that are over: it reads their traces once, and keeps of them what questions about long
// spans need, so that these cost the same however much traffic there was.
//
// A home minute H is the traces whose homes lie in it. Their documents were received in H, in the minutes after it, and in
// few others. For each such minute M the seal has a part (H, M): the service map of exactly what was received in M. The map
// of a minute of receipts is the sum of its parts over all H, and the map of an hour that of its minutes. A document that
// comes late breaks the seal of its own home minute only; until that is sealed again its traces are read one by one.
//
// With the parts, the seal notes the facts of every trace for the store's index, and which groups the trace belongs to.
package rollup
