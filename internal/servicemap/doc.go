// Package servicemap makes the map of services from traces: nodes, the calls between them, their classes, times and
// histograms.
//
// Every observation comes from one entity and counts at the time that entity's document was received, so the map of a
// span of time is the sum of the maps of its parts: maps of single minutes can be kept and merged. The package holds
// values and pure functions; it does no I/O and knows no clock.
package servicemap
